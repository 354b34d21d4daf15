"""What watch rules cost: Harmattan, Lucene's Monitor and one compiled `re` a rule, on the same rules and articles, in one run.

    python benchmarks/rules.py [--rules 10000] [--without monitor] [--without re] [--jars FOLDER]

Made-up articles of 3,000 characters in five languages; a third of the rules has NEAR, wildcards or entities (rules_data.py).
Figures are CPU time on one core, the least of several passes after a warm-up on other articles; an article's time includes
finding its words. Monitor has its best setting, several passes with terms weighed by rarity; entities, which it does not
know, are written out for it and for `re`. Maven fetches its jars.
"""

import argparse
import gc
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import yaml
from rules_compare import reason
from rules_data import Article, MadeRule, World, expanded, to_lexicon, to_query
from rules_others import Measured, expressions, monitor

from pipeline.records.article import Severity
from pipeline.rules.lexicon import Lexicon, load_lexicon
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.text.document import Document
from pipeline.text.tokens import words

WARM = 1_000
MEASURED = 400
PASSES = 5
FOREIGN = 90_000
TRIED_WITH_RE = 4
EXPLAINED = 100
"""Articles whose differences from Monitor are explained."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rules", type=int, action="append", help="how many rules; 10,000 and 100,000 unless given")
    parser.add_argument("--without", action="append", default=[], choices=["monitor", "re", "odd"])
    parser.add_argument("--jars", type=Path, help="a folder that keeps Lucene's jars from one run to the next")
    options = parser.parse_args()
    world = World()
    articles = [replace(one, title="", text=f"{one.title}\n\n{one.text}") for one in world.articles(WARM + MEASURED)]
    with tempfile.TemporaryDirectory() as name:
        folder = options.jars or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        lexicon = _lexicon(world, Path(name))
        for count in options.rules or (10_000, 100_000):
            Comparison(world, articles, lexicon, count, folder).run(options.without)
    if "odd" not in options.without:
        odd_articles(world, lexicon)


class Comparison:
    """All measurements with one number of rules."""

    def __init__(self, world: World, articles: list[Article], lexicon: Lexicon, count: int, folder: Path) -> None:
        self._world = world
        self._warm, self._measured = articles[:WARM], articles[WARM:]
        self._lexicon = lexicon
        self._made = world.rules(count)
        self._folder = folder

    def run(self, without: Sequence[str]) -> None:
        print(f"\n{len(self._made):,} rules")
        rules = [_rule(made, self._lexicon) for made in self._made]
        found = self._ours(rules)
        written_out = [replace(made, tree=expanded(made.tree, self._world)) for made in self._made]
        if "re" not in without:
            tried = self._measured[:TRIED_WITH_RE]
            told = expressions(written_out, tried)
            _tell("one re a rule", told.microseconds, f"({TRIED_WITH_RE} articles), compiled in {told.ready:.0f} s")
            self._differences(found, told, {}, "re")
        if "monitor" not in without:
            told = monitor(written_out, self._warm, self._measured, self._folder)
            _tell("Lucene's Monitor", told.microseconds, f"ready in {told.ready:.1f} s")
            self._differences(found, told, {made.number: made for made in written_out}, "Monitor")

    def _ours(self, rules: list[Rule]) -> dict[int, set[int]]:
        begun = time.process_time()
        ready = RuleSet(rules)
        built = time.process_time() - begun
        _pass(ready.matching, self._warm)
        wide, short = (RuleSet([*rules, *self._foreign(short)]) for short in (False, True))
        sets = (ready, wide, short)
        for each in sets:
            _pass(each.matching, self._warm)
        gc.collect()
        gc.freeze()
        passes = [[_pass(each.matching, self._measured) for each in sets] for _ in range(PASSES)]
        alone, widened, shortened = (min(column) for column in zip(*passes, strict=True))
        found = {one.number: {int(rule.id) for rule in ready.matching(_document(one))} for one in self._measured}
        hits = sum(map(len, found.values())) / len(found)
        _tell("Harmattan", alone, f"{hits:.0f} hits an article, made ready in {built:.2f} s once parsed")
        _tell(f"  with {FOREIGN:,} rules that can't match", widened, f"{widened / alone - 1:+.0%}")
        more = f"{shortened / alone - 1:+.0%}, of whose beginn* each article has some"
        _tell(f"  with {FOREIGN:,} others that can't match", shortened, more)
        told = min(_pass(ready.match_document, self._measured) for _ in range(2))
        _tell("  with each match's words and passage", told)
        passes = [self._unseen(ready, time) for time in range(PASSES)]
        seen, some, none = (min(column) for column in zip(*passes, strict=True))
        _tell("  where every seventh word was never seen", some, f"{some / seen:.2f} times")
        _tell("  where no word was ever seen", none, f"{none / seen:.2f} times")
        one = rules[len(rules) // 2]
        begun = time.process_time()
        ready.put(replace_query(one, f"{one.query} OR neverseen{len(rules)}", self._lexicon))
        _tell("  one rule changed", (time.process_time() - begun) * 1e6)
        gc.unfreeze()
        return found

    def _unseen(self, ready: RuleSet, time: int) -> list[float]:
        """Measure the articles as they are, with words never seen before, and with no others."""
        for known in (self._warm, self._measured):
            _pass(ready.matching, known)  # since what was never seen drives out what was
        unseen = ([self._world.unseen(one, every, time) for one in self._measured] for every in (7, 1))
        return [_pass(ready.matching, articles) for articles in (self._measured, *unseen)]

    def _foreign(self, short: bool) -> Iterable[Rule]:
        made = self._world.rules(FOREIGN, foreign=True, start=len(self._made), short=short)
        return (_rule(each, self._lexicon) for each in made)

    def _differences(
        self, found: Mapping[int, set[int]], other: Measured, rules: Mapping[int, MadeRule], name: str
    ) -> None:
        both = sum(len(found[number] & hits) for number, hits in other.found.items())
        here = sum(len(found[number] - hits) for number, hits in other.found.items())
        there = sum(len(hits - found[number]) for number, hits in other.found.items())
        print(f"    hits of both {both:,}, of Harmattan alone {here:,}, of {name} alone {there:,}")
        reasons: Counter[str] = Counter()
        for article in self._measured[:EXPLAINED] if rules else ():
            inside = words(article.text)
            for number in found[article.number] ^ other.found[article.number]:
                is_here = number in found[article.number]
                why = reason(rules[number], inside, article.language, is_here)
                reasons[f"{'Harmattan' if is_here else name} alone: {why}"] += 1
        for why, count in reasons.most_common():
            print(f"      {count:5} {why}")


def replace_query(rule: Rule, query: str, lexicon: Lexicon) -> Rule:
    return Rule(
        id=rule.id, name=rule.name, severity=rule.severity, channels=(), query=query, meaning=lexicon.reader.read(query)
    )


def odd_articles(world: World, lexicon: Lexicon) -> None:
    """Articles that no newspaper prints, with 10,000 rules and some that ask for just what they repeat."""
    print("\n10,000 rules, articles of 5 MB")
    rules = [_rule(made, lexicon) for made in world.rules(10_000)]
    query = 'mali NEAR/9 (mali OR "mali mali") OR مالي OR m*li EXCEPT "mali mali" OR 瓦格纳'
    ready = RuleSet([*rules, replace_query(replace_id(rules[0]), query, lexicon)])
    text = "\n".join(one.text for one in world.articles(400))
    for name, piece in (
        ("of many subjects", text),
        ("one word", "mali "),
        ("one word without spaces", "mali"),
        ("combining marks", "a\u0301\u0302\u0303"),
        ("one letter and marks", "a" + "\u0301" * 1_000_000),
        ("mixed directions", "مالي mali \u202eilam\u202c "),
        ("Chinese", "瓦格纳集团在马里"),
    ):
        document = Document("", (piece * (5_000_000 // len(piece) + 1))[:5_000_000], "en")
        begun = time.process_time()
        hits = ready.match_document(document)
        print(f"    {name:40} {time.process_time() - begun:6.2f} s, {len(hits)} rules")


def replace_id(rule: Rule) -> Rule:
    return replace(rule, id="odd")


def _lexicon(world: World, folder: Path) -> Lexicon:
    path = folder / "lexicon.yaml"
    path.write_text(yaml.safe_dump(to_lexicon(world), allow_unicode=True))
    return load_lexicon(path)


def _rule(made: MadeRule, lexicon: Lexicon) -> Rule:
    query = to_query(made.tree)
    number = str(made.number)
    meaning = lexicon.reader.read(query)
    return Rule(id=number, name=number, severity=Severity.LOW, channels=(), query=query, meaning=meaning)


def _document(article: Article) -> Document:
    return Document(article.title, article.text, article.language)


def _pass(match: Callable[[Document], object], articles: Iterable[Article]) -> float:
    """Give the CPU microseconds an article of one pass. The documents are new, so that their words are found in it."""
    documents = list(map(_document, articles))
    begun = time.process_time()
    for document in documents:
        match(document)
    return (time.process_time() - begun) / len(documents) * 1e6


def _tell(what: str, microseconds: float, more: str = "") -> None:
    print(f"  {what:44} {microseconds:12,.0f} µs  {more}", flush=True)


if __name__ == "__main__":
    main()
