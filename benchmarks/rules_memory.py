"""What watch rules take in memory: the word memo of the articles that were matched included.

    python benchmarks/rules_memory.py [--rules 10000] [--articles 3000]

The rules and articles are those of rules.py. For each number of rules, a process parses the rule file and keeps what it parsed
in the cache; a second one takes them from there. Each then matches the articles with words and passages, as the enrich step
does, and tells its resident set: Python and all that is imported are in it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import yaml
from rules_data import World, to_lexicon, to_query

from pipeline.rules.cache import RuleCache
from pipeline.rules.loading import load_rules
from pipeline.text.document import Document


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rules", type=int, action="append", help="how many rules; 10,000 and 100,000 unless given")
    parser.add_argument("--articles", type=int, default=3_000)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child)
        return
    for count in options.rules or (10_000, 100_000):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            fill = [sys.executable, __file__, "--rules", str(count), "--articles", str(options.articles)]
            subprocess.run([sys.executable, "-c", FILL, *fill[2:], name], check=True, cwd=Path(__file__).parent)
            print(f"\n{count:,} rules, {(folder / 'articles').stat().st_size / 1e6:.0f} MB of articles")
            for what in ("parsed anew", "from the cache of what was parsed"):
                print(f"  {what}")
                subprocess.run([sys.executable, __file__, "--child", name], check=True)


FILL = "import sys, rules_memory; rules_memory.fill(int(sys.argv[2]), int(sys.argv[4]), sys.argv[5])"


def fill(rules: int, articles: int, name: str) -> None:
    """Write rules, lexicon and articles, in a process that ends, since making them takes memory."""
    folder, world = Path(name), World()
    (folder / "lexicon.yaml").write_text(yaml.safe_dump(to_lexicon(world), allow_unicode=True))
    with (folder / "rules.yaml").open("w") as file:
        file.write("rules:\n")
        for made in world.rules(rules):
            entry = {
                "id": f"r{made.number}",
                "name": f"rule {made.number}",
                "severity": "low",
                "query": to_query(made.tree),
            }
            file.write(f"- {json.dumps(entry, ensure_ascii=False)}\n")
    with (folder / "articles").open("w") as file:
        for one in world.articles(articles):
            one = replace(one, title="", text=f"{one.title}\n\n{one.text}")
            file.write(json.dumps([one.text, one.language]) + "\n")


def child(folder: Path) -> None:
    """Measure, in a process that does nothing else."""
    tell("before")
    begun = time.process_time()
    ready = load_rules(folder / "rules.yaml", folder / "lexicon.yaml", RuleCache(folder / "cache"))
    tell("ready", f"in {time.process_time() - begun:.2f} s of CPU")
    hits = 0
    with (folder / "articles").open() as file:
        for number, line in enumerate(file, 1):
            text, language = json.loads(line)
            hits += len(ready.match_document(Document("", text, language)))
            if number % 1_000 == 0:
                tell(f"after {number:,} articles")
    print(f"    {hits / number:.0f} hits an article")


def tell(when: str, more: str = "") -> None:
    print(f"    {when:25} {resident('VmRSS'):6.0f} MB, at most so far {resident('VmHWM'):.0f}  {more}", flush=True)


def resident(which: str) -> float:
    """Give the resident set, now or at most so far, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{which}:")[1].split()[0]) / 1000


if __name__ == "__main__":
    main()
