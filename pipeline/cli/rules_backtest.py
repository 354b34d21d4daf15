"""`harmattan rules backtest`."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from pipeline.bootstrap import open_index
from pipeline.cli.options import LEXICON_HELP, Moment, data_option, file_option, json_option, print_json, settings_for
from pipeline.cli.rules_articles import QUERY, Loaded, load, rule_or_query
from pipeline.cli.rules_backtest_told import Told, as_tried, run_rehearsal, told_lines, told_rows
from pipeline.cli.rules_tree import colourful, marked, plain
from pipeline.errors import BadInput
from pipeline.index.interface import Candidates
from pipeline.rehearsal import WARM_UP, Trial
from pipeline.rules.backtest import MOST_STORIES, SAMPLES, Sample, Samples, Tally
from pipeline.rules.backtest import backtest as run_backtest
from pipeline.rules.examples import rule_named
from pipeline.rules.necessary import necessary
from pipeline.rules.rule import Rule
from pipeline.rules.syntax import Or

MOST_ROWS = 10
MOST_DAYS = 31
BAR = 40


@click.command(
    epilog="\b\nExample:\n"
    "  harmattan rules backtest wagner-group --since 30d\n"
    "  harmattan rules backtest '\"Africa Corps\" NOT Rommel' --against wagner-group\n"
    "  harmattan rules backtest coup --rules new-rules.yaml --against my-rules.yaml --json\n"
    "  harmattan rules backtest --policy new-policy.yaml --since 2026-11-02 --until 2026-11-09"
)
@click.argument("rule", required=False)
@click.option(
    "--since", type=Moment(), default="30d", show_default=True, help="Articles published since: 24h, 30d, or a date."
)
@click.option("--until", type=Moment(), help="Articles published before that. [default: now]")
@click.option(
    "--against", help="A rule file whose rule of the same id, or a rule in force whose id, RULE is compared with."
)
@file_option("--rules", "Watch rules (YAML). [default: HARMATTAN_RULES, or the stock rules]")
@file_option("--lexicon", LEXICON_HELP)
@file_option("--against-lexicon", "Entities of the version that RULE is compared with. [default: those of RULE]")
@file_option("--policy", "Policy (YAML) by which analysts would have been told. [default: HARMATTAN_POLICY]")
@click.option("--articles-only", is_flag=True, help="Leave out who would have been told.")
@click.option(
    "--samples",
    type=click.IntRange(0, 1000),
    default=SAMPLES,
    show_default=True,
    help="Headlines to show of each kind.",
)
@json_option
@data_option
def backtest(
    rule: str | None,
    since: datetime,
    until: datetime | None,
    against: str | None,
    rules: Path | None,
    lexicon: Path | None,
    against_lexicon: Path | None,
    policy: Path | None,
    articles_only: bool,
    samples: int,
    as_json: bool,
    data: Path | None,
) -> None:
    """Say what RULE would have found among the indexed articles, and what alerts that would have brought each analyst.

    RULE is a rule's id, or a query in quotes. Told are the articles by day, source and language, sample headlines, and which
    other rules found the same articles. With --against, also what would be gained and lost over the other version.

    Then the log is gone through once more, with RULE beside the other rules as they matched, by the policy's own code and by
    the clock of that time: alerts and messages by analyst, and what would have been held back. Without RULE, that alone is
    told, of all rules: a past week by another policy, for one.
    """
    end = until or datetime.now(UTC)
    if end <= since:
        raise BadInput(f"nothing lies between {since:%Y-%m-%d %H:%M} and {end:%Y-%m-%d %H:%M}; --until must be later")
    if rule is None:
        if against or against_lexicon or articles_only:
            raise BadInput("--against, --against-lexicon and --articles-only are about a RULE; name one")
        found = run_rehearsal(settings_for(data, rules=rules, lexicon=lexicon, policy=policy), None, since, end)
        print_json(told_rows(found)) if as_json else click.echo("\n".join(told_lines(found, None)))
        return
    settings = settings_for(data, rules=rules, lexicon=lexicon)
    loaded = load(settings)
    asked = rule_or_query(rule, loaded)
    before = _before(asked, against, against_lexicon, loaded, data)
    with open_index(settings) as index:
        meaning = Or((asked.meaning, before.meaning)) if before else asked.meaning
        first = since if articles_only else since - WARM_UP
        tally = _run(asked, before, index.candidates(necessary(meaning), first), loaded, samples, since, until)
    told: list[Told] = []
    if not articles_only:
        # the other rules that the policy names are those in force, whatever file the rule on trial is from
        told_by = settings_for(data, policy=policy)
        told = [run_rehearsal(told_by, trial, since, end) for trial in _trials(asked, before, tally)]
    if as_json:
        print_json([{**_row(asked, before, since, tally), **_told_row(told, end)}])
        return
    lines = list(_lines(asked, before, since, tally))
    for one, version in zip(told, (asked.id, f"the other version, {before.id if before else ''}"), strict=False):
        lines += ["", *told_lines(one, version)]
    click.echo("\n".join(lines))


def _trials(asked: Rule, before: Rule | None, tally: Tally) -> Iterator[Trial]:
    """Give the version that is asked about, and the other one, as they are put in force in turn."""
    yield Trial(as_tried(asked, before), frozenset(tally.found))
    if before is not None:
        yield Trial(before, frozenset(tally.found_before))


def _told_row(told: list[Told], until: datetime) -> dict[str, Any]:
    names = ("told", "told_before")
    return {"until": until, **{name: told_rows(one) for name, one in zip(names, told, strict=False)}} if told else {}


def _before(asked: Rule, against: str | None, lexicon: Path | None, loaded: Loaded, data: Path | None) -> Rule | None:
    """Give the other version: of another file or lexicon, or another rule that is in force."""
    if against is None and lexicon is None:
        return None
    is_file = against is not None and (Path(against).is_file() or against.endswith((".yaml", ".yml")))
    settings = settings_for(data, rules=Path(against) if against and is_file else loaded.path, lexicon=lexicon)
    other = load(settings) if is_file or lexicon else loaded
    if against is None or is_file:
        if asked.id == QUERY:
            raise BadInput("a query in quotes has no other version in a file; name a rule's id with --against")
        return rule_named(other.rules, asked.id, other.path)
    in_force = load(settings_for(data, lexicon=lexicon))
    return rule_named(in_force.rules, against, in_force.path)


def _run(
    asked: Rule,
    before: Rule | None,
    found: Candidates,
    loaded: Loaded,
    samples: int,
    since: datetime,
    until: datetime | None,
) -> Tally:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    tally = Tally(samples)
    columns = (TextColumn("articles"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    on_terminal = sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not on_terminal) as progress:
        task = progress.add_task("articles", total=found.total)
        run = run_backtest(asked, found.articles, tally, others=loaded.rules, before=before, since=since, until=until)
        for _ in run:
            progress.update(task, completed=tally.looked_at)
    return tally


# --------------------------------------------------------------------------------------------------- for machines


def _row(asked: Rule, before: Rule | None, since: datetime, tally: Tally) -> dict[str, Any]:
    row = {
        "rule": asked.id,
        "version": asked.version,
        "query": asked.query,
        "since": since,
        "hits": tally.hits.count,
        "stories": tally.stories,
        "days": {day.isoformat(): count for day, count in sorted(tally.days.items())},
        "sources": dict(tally.sources.most_common()),
        "languages": dict(tally.languages.most_common()),
        "overlap": dict(tally.overlap.most_common()),
        "alone": tally.alone,
        "samples": [_sample(sample) for sample in tally.hits.kept],
    }
    if before:
        row["against"] = {
            "rule": before.id,
            "version": before.version,
            "query": before.query,
            "hits": tally.before,
            "gained": tally.gained.count,
            "lost": tally.lost.count,
            "gained_samples": [_sample(sample) for sample in tally.gained.kept],
            "lost_samples": [_sample(sample) for sample in tally.lost.kept],
        }
    return row


def _sample(sample: Sample) -> dict[str, Any]:
    return asdict(sample)


# ----------------------------------------------------------------------------------------------------- for people


def _lines(asked: Rule, before: Rule | None, since: datetime, tally: Tally) -> Iterator[str]:
    stories = f"{tally.stories}{' or more' if tally.stories == MOST_STORIES else ''}"
    yield f"{asked.id}: {tally.hits.count} articles of {stories} stories since {since.astimezone(UTC):%Y-%m-%d %H:%M}"
    if tally.hits.count:
        yield from ("", "By day", *_days(tally.days))
        yield from ("", "By source", *_shares(tally.sources, tally.hits.count))
        yield from ("", "By language", *_shares(tally.languages, tally.hits.count))
        yield from ("", "Found by other rules, too", *_shares(tally.overlap, tally.hits.count))
        yield f"  {tally.alone} by no other rule"
        yield from _samples("Samples", tally.hits)
    if before:
        version = f"{before.id} in version {before.version}" if before.id == asked.id else before.id
        yield from (
            "",
            f"Against {version}, which finds {tally.before}: {tally.gained.count} gained, {tally.lost.count} lost",
        )
        yield from _samples("Gained", tally.gained)
        yield from _samples("Lost", tally.lost)


def _days(days: Counter[Any]) -> Iterator[str]:
    """Give a bar for each day, for each seven days where that were too many."""
    first, last = min(days), max(days)
    step = 1 if (last - first).days < MOST_DAYS else 7 if (last - first).days < 7 * MOST_DAYS else 30
    counts: Counter[Any] = Counter()
    for day, count in days.items():
        counts[first + timedelta(days=(day - first).days // step * step)] += count
    most = max(counts.values())
    day = first
    while day <= last:
        count = counts[day]
        yield f"  {day:%Y-%m-%d}{' ' if step == 1 else '… '}{count:6} {'█' * -(-count * BAR // most)}".rstrip()
        day += timedelta(days=step)


def _shares(counts: Counter[str], of: int) -> Iterator[str]:
    for name, count in counts.most_common(MOST_ROWS):
        yield f"  {count:6} {count / of:4.0%}  {plain(name)}"
    if len(counts) > MOST_ROWS:
        yield f"  and {len(counts) - MOST_ROWS} more"


def _samples(heading: str, samples: Samples) -> Iterator[str]:
    if not samples.kept:
        return
    yield from (
        "",
        f"{heading}, {len(samples.kept)} of {samples.count}" if samples.count > len(samples.kept) else heading,
    )
    for sample in samples.kept:
        told = f"{sample.language}  {plain(sample.source)}: {plain(sample.title)}"
        yield f"  {sample.time.astimezone(UTC):%Y-%m-%d %H:%M}  {told}"
        if sample.passage:
            yield f"      {marked(sample.passage, colourful())}"
        yield f"      {sample.url or sample.id}"
