"""`harmattan replay`: stored articles through newer code or rules."""

import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import click

from pipeline.bootstrap import Parts, check_files, check_parts, load_preparer, open_parts, open_workers
from pipeline.cli.options import (
    LEXICON_HELP,
    Moment,
    data_option,
    file_option,
    json_option,
    print_json,
    settings_for,
    start_logging,
    stop_on_signals,
)
from pipeline.errors import StepStopped
from pipeline.health import SILENT
from pipeline.records import topics
from pipeline.replay import Done, Replay, Selection, Stopped, now
from pipeline.settings import Settings
from pipeline.work.crew import Crew, is_gone, owner_name

LOOK_FOR_WORKERS = 5.0
"""Seconds between two looks whether somebody still does the work."""
TELL = 5.0
"""Seconds between two lines where there is no terminal."""


@click.command(
    epilog="\b\nExample:\n  harmattan replay --since 30d --rules my-rules.yaml"
    "\n  harmattan replay --since 7d --rules my-rules.yaml --rule new-camps --alert"
    "\n  harmattan replay --step pages --feed https://news.example.org/rss --since 2d"
)
@click.option("--since", type=Moment(), help="Only articles since: 24h, 30d, or a date. [default: everything]")
@click.option("--until", type=Moment(), help="Only articles before.")
@click.option("--feed", metavar="URL", help="Only articles of the feed at this address.")
@click.option(
    "--step",
    type=click.Choice(["enrich", "pages", "index"]),
    default="enrich",
    show_default=True,
    help="Where they begin: with the text that is stored; by asking for their pages again; or with writing the log's"
    " articles to an index that lost them.",
)
@click.option(
    "--alert", is_flag=True, help="Raise the alerts that are missing. Without it, nobody is told of anything."
)
@click.option("--rule", "rules_only", multiple=True, help="With --alert: only for articles that this rule matches.")
@file_option("--rules", "Watch rules (YAML). [default: HARMATTAN_RULES, or the stock rules]")
@file_option("--lexicon", LEXICON_HELP)
@json_option
@data_option
def replay(
    since: datetime | None,
    until: datetime | None,
    feed: str | None,
    step: str,
    alert: bool,
    rules_only: tuple[str, ...],
    rules: Path | None,
    lexicon: Path | None,
    as_json: bool,
    data: Path | None,
) -> int:
    """Send stored articles through enrichment and rules again, as they are now, and renew the index.

    Languages, places, sources, own enrichers and rules are applied to the text that the index holds; what comes out as it
    was stays untouched. Running workers do the rest of the work, between fresh articles; where none run, this command
    does it itself. Ctrl-C ends it at any time, and repeating it does what is left.

    Times are those of publication (or first sight), with `--step pages` and `--step index` those when the log took them.
    Ends with status 1 when something was out of reach, 130 when it was interrupted.
    """
    start_logging(logging.WARNING)
    if rules_only and not alert:
        raise click.UsageError("--rule says which alerts are raised: give --alert, too")
    settings = settings_for(data, rules=rules, lexicon=lexicon)
    check_files(settings)
    selection = Selection(since=since, until=until, feed=feed)
    with open_parts(settings) as parts:
        check_parts(parts, ("relate", "index"))
        run = _Run(parts, settings)
        try:
            done = run.through(step, selection)
            shown = run.alerted(selection, frozenset(rules_only)) if alert else None
        except Stopped:
            click.echo("interrupted; repeat the command for what is left", err=True)
            return 130
    _tell(step, done, shown, as_json)
    return 0


def _tell(step: str, done: Done, shown: Done | None, as_json: bool) -> None:
    if as_json:
        told = {"step": step, "looked_at": done.looked_at, "changed": done.passed_on}
        print_json([told | ({"shown_to_alert": shown.passed_on} if shown else {})])
        return
    what = {"enrich": "came out differently", "pages": "were put back into the log", "index": "were written"}[step]
    click.echo(f"{done.looked_at} articles looked at, {done.passed_on} {what}")
    if shown:
        click.echo(f"{shown.passed_on} articles with matches were shown to the alert step")


class _Run:
    """One replay on opened parts, with workers of its own for the steps that nobody else does."""

    def __init__(self, parts: Parts, settings: Settings) -> None:
        self._parts = parts
        self._settings = settings
        self._told = stop_on_signals(lambda: None)
        self._owner = owner_name()  # one for all workers: their signs of life outlast them
        self._own: _OwnWorkers | None = None

    def through(self, step: str, selection: Selection) -> Done:
        """Send the articles through the steps from there on. Raises Stopped, OutOfReach, StepStopped."""
        parts = self._parts
        if step == "index":
            with _progress("articles", None) as told:
                done = self._replay(told).index(selection, parts.index)
            parts.index.refresh()
            return done
        with self._working(("enrich", "relate", "index", "alert") if step == "pages" else ("relate", "index", "alert")):
            if step == "pages":
                with _progress("entries", None) as told:
                    done = self._replay(told).pages(selection)
                self._wait("enrich", topics.RAW)
            else:
                done = self._enriched(selection)
            self._wait("relate", topics.PREPARED)
            self._wait("index", topics.ENRICHED)
            self._wait("alert", topics.ENRICHED)
        parts.index.refresh()
        return done

    def alerted(self, selection: Selection, rules: frozenset[str]) -> Done:
        """Raise the alerts that are missing. Raises Stopped, OutOfReach, StepStopped."""
        parts = self._parts
        meant = Selection(since=selection.since, until=selection.until, feed=selection.feed, rules=rules)
        with self._working(("index", "alert", "notify")) as own:
            stored = parts.index.candidates(None, selection.since)
            with _progress("alerts", stored.total) as told:
                done = self._replay(told).alert(stored, meant)
            self._wait("alert", topics.ENRICHED)
            self._wait("index", topics.ALERTS)
            while "notify" in own.steps and parts.state.ledger.due():
                self._rest()
        return done

    def _enriched(self, selection: Selection) -> Done:
        parts = self._parts
        preparer = load_preparer(self._settings)
        feeds = {feed.spec.url: feed.spec for feed in parts.state.feeds.list()}
        stored = parts.index.candidates(None, selection.since)
        with _progress("articles", stored.total) as told:
            return self._replay(told).enrich(stored, selection, preparer, feeds)

    def _replay(self, told: Callable[[int], None] = lambda _: None) -> Replay:
        return Replay(self._parts.log, told, self._stopped)

    def _wait(self, step: str, topic: str) -> None:
        since = now()
        with _progress(f"{step} finishes", None):
            self._replay().wait(step, topic, since)

    def _rest(self) -> None:
        if self._stopped():
            raise Stopped
        time.sleep(0.1)

    def _stopped(self) -> bool:
        if self._own:
            self._own.look()
        return self._told.is_set()

    @contextmanager
    def _working(self, steps: Sequence[str]) -> Iterator["_OwnWorkers"]:
        """See to it that somebody does these steps, all the while."""
        try:
            with _OwnWorkers(self._parts, self._settings, steps, self._owner) as self._own:
                yield self._own
        finally:
            self._own = None


class _OwnWorkers:
    """Starts workers for steps that no process does, as soon as that shows."""

    def __init__(self, parts: Parts, settings: Settings, steps: Sequence[str], owner: str) -> None:
        self._parts = parts
        self._settings = settings
        self._wanted = steps
        self._owner = owner
        self._stack = ExitStack()
        self._crews: list[Crew] = []
        self._looked = 0.0
        self.steps: frozenset[str] = frozenset()

    def __enter__(self) -> "_OwnWorkers":
        self.look()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def look(self) -> None:
        """Start what is missing. Raises StepStopped when a worker of this process can't go on."""
        for crew in self._crews:
            for step, failure in crew.failures.items():
                raise StepStopped(f"{step} could not go on: {failure}")
        if time.monotonic() - self._looked > LOOK_FOR_WORKERS or not self._looked:
            self._looked = time.monotonic()
            elsewhere = {
                worker.step
                for worker in self._parts.state.workers()
                if worker.age < SILENT and worker.worker != self._owner and not is_gone(worker.worker)
            }
            self._start([step for step in self._wanted if step not in elsewhere | self.steps])

    def _start(self, steps: Sequence[str]) -> None:
        if not steps:
            return
        workers = self._stack.enter_context(
            open_workers(steps, self._parts, self._settings, self._owner, lambda text: click.echo(text, err=True))
        )
        self._crews.append(self._stack.enter_context(Crew(workers, self._parts.state, self._owner)))
        self.steps |= frozenset(steps)


@contextmanager
def _progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show on standard error how far it is: a bar on a terminal, elsewhere a line now and then."""
    if not sys.stderr.isatty():
        yield _lines(what, total)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.update(task, completed=count)


def _lines(what: str, total: int | None) -> Callable[[int], None]:
    last = time.monotonic()

    def told(count: int) -> None:
        nonlocal last
        if time.monotonic() - last >= TELL:
            last = time.monotonic()
            click.echo(f"{count}{f' of {total}' if total else ''} {what}", err=True)

    return told
