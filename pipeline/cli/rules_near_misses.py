"""`harmattan rules near-misses`."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pipeline.bootstrap import open_index
from pipeline.cli.options import LEXICON_HELP, Moment, data_option, file_option, json_option, print_json, settings_for
from pipeline.cli.rules_articles import load, rule_or_query
from pipeline.cli.rules_tree import plain
from pipeline.errors import BadInput
from pipeline.rules.judgements import Header, Judged, Judgements, read_judgements, to_judge
from pipeline.rules.near_misses import ENTITY, MATCHED, PLACE, SPELLING, STORY, NearMisses, Search
from pipeline.rules.necessary import necessary
from pipeline.rules.recall import Recall, estimate_recall
from pipeline.rules.rule import Rule
from pipeline.settings import Settings

SAMPLE = 20
MOST_ROWS = 20
_TITLES = {
    MATCHED: "That it matches",
    STORY: "In stories of which it matches others",
    ENTITY: "That name an entity like its own",
    SPELLING: "With a word like one of its names",
    PLACE: "Of events where it matched something within a day",
}


@click.command(
    "near-misses",
    epilog="\b\nExample:\n  harmattan rules near-misses wagner-group --since 14d\n"
    "  harmattan rules near-misses wagner-group --judge judged.jsonl",
)
@click.argument("rule")
@click.option(
    "--since", type=Moment(), default="30d", show_default=True, help="Articles published since: 24h, 30d, or a date."
)
@click.option(
    "--sample",
    type=click.IntRange(1, 1000),
    default=SAMPLE,
    show_default=True,
    help="Articles to show or judge of each kind.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Another number gives another sample.")
@file_option("--judge", "File with the sample and what is said of it; it is written where it is missing.")
@file_option("--rules", "Watch rules (YAML). [default: HARMATTAN_RULES, or the stock rules]")
@file_option("--lexicon", LEXICON_HELP)
@json_option
@data_option
def near_misses(
    rule: str,
    since: datetime,
    sample: int,
    seed: int,
    judge: Path | None,
    rules: Path | None,
    lexicon: Path | None,
    as_json: bool,
    data: Path | None,
) -> None:
    """Show what RULE may be missing: articles near those that it matches, names like its own, other spellings and scripts.

    With --judge FILE a sample of what it matches and of what is near is put into FILE, to be judged: at a terminal it is
    asked for, article by article; elsewhere write true or false behind "relevant" on each line. The same command then
    estimates the rule's recall, with the interval in which it lies with a confidence of 95 %: that over what is near, and so
    no more than an upper bound where the rule's subject is reported in quite other words and places.
    """
    settings = settings_for(data, rules=rules, lexicon=lexicon)
    loaded = load(settings)
    asked = rule_or_query(rule, loaded)
    if judge is not None and judge.exists():
        _judged(judge, read_judgements(judge), asked, as_json)
        return
    search = Search(asked, loaded.lexicon, sample, seed)
    until = datetime.now(UTC)
    _run(settings, asked, search, since)
    found = search.found
    header = Header(
        rule=asked.id,
        version=asked.version,
        since=since,
        until=until,
        seed=seed,
        strata={name: one.size for name, one in found.strata.items()},
    )
    if judge is not None:
        judgements = to_judge(header, found)
        judgements.write(judge)
        _judged(judge, judgements, asked, as_json)
    elif as_json:
        print_json([_row(header, found)])
    else:
        click.echo("\n".join(_lines(header, found)))


def _run(settings: Settings, asked: Rule, search: Search, since: datetime) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("articles"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    on_terminal = sys.stderr.isatty()
    with (
        open_index(settings) as index,
        Progress(*columns, console=Console(stderr=True), transient=True, disable=not on_terminal) as progress,
    ):
        may_match, everything = index.candidates(necessary(asked.meaning), since), index.candidates(None, since)
        task = progress.add_task("articles", total=may_match.total + everything.total)
        for _ in search.matched(may_match.articles):
            progress.advance(task)
        for _ in search.near(everything.articles):
            progress.advance(task)


# ------------------------------------------------------------------------------------------------------ judging


def _judged(file: Path, judgements: Judgements, asked: Rule, as_json: bool) -> None:
    """Ask for what is open where somebody can answer, and tell what follows."""
    if judgements.header.rule != asked.id:
        raise BadInput(f"{file} is a sample of the rule {judgements.header.rule}; name another file for {asked.id}")
    if sys.stdin.isatty() and not as_json:
        _ask(file, judgements)
    recall = estimate_recall(judgements.strata(), judgements.header.seed)
    if as_json:
        print_json([_judged_row(judgements, recall, asked)])
    else:
        click.echo("\n".join(_judged_lines(file, judgements, recall, asked)))


def _ask(file: Path, judgements: Judgements) -> None:
    left = judgements.open()
    for number, article in enumerate(left, 1):
        click.echo("\n".join(["", f"{number} of {len(left)}: {plain(article.title)}", *_shown(article)]))
        answer = click.prompt("Should the rule find it?", type=click.Choice(["y", "n", "skip", "quit"]), err=True)
        if answer == "quit":
            return
        if answer != "skip":
            article.relevant = answer == "y"
            judgements.write(file)


def _shown(article: Judged) -> Iterator[str]:
    yield f"  {article.language}  {plain(article.source)}  {article.url or article.id}"
    yield f"  {plain(article.text)}"
    yield f"  ({plain(article.because)})"


def _judged_row(judgements: Judgements, recall: Recall | None, asked: Rule) -> dict[str, Any]:
    header = judgements.header
    return {
        "rule": header.rule,
        "version": header.version,
        "in_force": header.version == asked.version,
        "since": header.since,
        "until": header.until,
        "strata": [asdict(stratum) for stratum in judgements.strata()],
        "open": len(judgements.open()),
        "recall": asdict(recall) if recall else None,
    }


def _judged_lines(file: Path, judgements: Judgements, recall: Recall | None, asked: Rule) -> Iterator[str]:
    header = judgements.header
    yield f"{header.rule}, {header.since:%Y-%m-%d} to {header.until:%Y-%m-%d}"
    for stratum in judgements.strata():
        name = _TITLES.get(stratum.name, stratum.name)
        yield f"  {name}: {stratum.size}; {stratum.judged} judged, {stratum.relevant} relevant"
    if left := len(judgements.open()):
        yield f'{left} to judge in {file}: write true or false behind "relevant", and run this again'
    if recall:
        yield f"Recall: {recall.share:.0%} ({recall.low:.0%} to {recall.high:.0%}); about {recall.missed:.0f} missed"
    else:
        yield "Recall: not to be told before some of each kind are judged, and some of them relevant"
    if header.version != asked.version:
        yield "The rule has changed since this sample was drawn: what is said here is about the version before"


# ---------------------------------------------------------------------------------------------------- for machines


def _row(header: Header, found: NearMisses) -> dict[str, Any]:
    return {
        "rule": header.rule,
        "version": header.version,
        "since": header.since,
        "until": header.until,
        "strata": [
            {"name": name, "size": sample.size, "sample": [asdict(near) for near in sample.kept]}
            for name, sample in found.strata.items()
        ],
        "entities": [
            {
                "id": one.entity.id,
                "name": one.entity.name,
                "shared": one.shared,
                "articles": found.of_entities[one.entity.id],
            }
            for one in found.overlaps
        ],
        "spellings": [
            {
                "word": one.variant.word,
                "name": one.variant.name,
                "other_script": one.variant.other_script,
                "articles": one.articles,
                "title": one.title,
            }
            for one in sorted(found.spellings.values(), key=lambda one: (-one.articles, one.variant.word))
        ],
        "recall": None,
    }


# ------------------------------------------------------------------------------------------------------ for people


def _lines(header: Header, found: NearMisses) -> Iterator[str]:
    near = sum(size for name, size in header.strata.items() if name != MATCHED)
    since = f"{header.since.astimezone(UTC):%Y-%m-%d %H:%M}"
    yield f"{header.rule} matches {header.strata[MATCHED]} articles since {since}; {near} others are near"
    for name, sample in found.strata.items():
        if name != MATCHED and sample.size:
            yield from ("", f"{_TITLES[name]}: {sample.size}")
            for one in sample.kept[:MOST_ROWS]:
                told = f"{one.language}  {plain(one.source)}: {plain(one.title)}"
                yield f"  {one.time.astimezone(UTC):%Y-%m-%d %H:%M}  {told}"
                yield f"      {plain(one.because)}"
                yield f"      {one.url or one.id}"
    yield from _entities(found)
    yield from _spellings(found)
    yield ""
    yield "Recall: nothing is judged; --judge FILE puts a sample of all this into FILE and says how to go on"


def _entities(found: NearMisses) -> Iterator[str]:
    if found.overlaps:
        yield from ("", "Entities of the lexicon whose names are like its own, and which it does not use")
    for one in sorted(found.overlaps, key=lambda one: -found.of_entities[one.entity.id])[:MOST_ROWS]:
        articles = found.of_entities[one.entity.id]
        yield f"  @{one.entity.id}: {', '.join(one.shared[:5])}; in {articles} articles that the rule does not match"


def _spellings(found: NearMisses) -> Iterator[str]:
    if found.spellings:
        yield from ("", "Words like its names, in articles that it does not match")
    for one in sorted(found.spellings.values(), key=lambda one: (-one.articles, one.variant.word))[:MOST_ROWS]:
        how = "in another script" if one.variant.other_script else "spelt otherwise"
        yield f"  {one.articles:6}  {plain(one.variant.word)}: {plain(one.variant.name)} {how}?  {plain(one.title)}"
