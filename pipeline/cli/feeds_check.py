"""`harmattan feeds check`."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import click

from pipeline.bootstrap import open_fetcher, open_reader, open_state
from pipeline.cli.options import data_option, json_option, print_json, settings_for
from pipeline.poll.check import Checker, FeedReport, report_row
from pipeline.poll.credentials import Credentials
from pipeline.state.interface import FeedState, FeedStatus, State
from pipeline.websub import hub_keys

AT_ONCE = 16
"""Feeds checked at a time."""

PUSHES_OFF = (
    "pushes are off here: set HARMATTAN_BASE_URL to the page's public address, on servers HARMATTAN_WEBSUB_SECRET too"
)

_STATES = {
    FeedState.DISABLED: "it is disabled here, and not polled: see `harmattan feeds enable`",
    FeedState.GONE: "it is not polled any more: see `harmattan feeds enable`",
    FeedState.HELD: "its server asked to be left alone for a while, and is not polled until then",
}


@click.command(epilog="\b\nExample:\n  harmattan feeds check https://example.org/rss\n  harmattan feeds check")
@click.argument("urls", nargs=-1, metavar="[URL]...")
@json_option
@data_option
def check(urls: tuple[str, ...], as_json: bool, data: Path | None) -> int:
    """Fetch feeds now and say all that is wrong with them, without storing anything; without URL, all feeds.

    Status 1 when one can't be read.
    """
    settings = settings_for(data)
    with open_state(settings) as state, open_fetcher(settings) as fetcher, open_reader() as reader:
        known = _known(state, urls)
        pushes = hub_keys(settings) is not None
        checker = Checker(fetcher, Credentials(settings.secret), reader)
        failed = False
        with ThreadPoolExecutor(AT_ONCE) as pool:
            wanted = list(dict.fromkeys(urls)) or list(known)
            logins = [known[url].spec.login if url in known else None for url in wanted]
            for url, report in zip(wanted, pool.map(checker.check, wanted, logins), strict=True):
                failed = failed or bool(report.error and not report.entries)
                before = (fault for fault in _from_state(state, known.get(url)) if fault != report.error)
                faults = (*report.faults, *before)
                if report.feed and report.feed.links.hubs and not pushes:
                    report = replace(report, notes=(*report.notes, PUSHES_OFF))
                _print(report, faults, as_json)
    return 1 if failed else 0


def _known(state: State, urls: tuple[str, ...]) -> dict[str, FeedStatus]:
    return {feed.spec.url: feed for feed in state.feeds.list(only=urls or None)}


def _from_state(state: State, feed: FeedStatus | None) -> Iterator[str]:
    """Say what polls have found wrong before."""
    if feed is None:
        return
    if feed.spec.problem:  # of its address, or its login
        yield feed.spec.problem
    if feed.state in _STATES:
        yield _STATES[feed.state]
    if feed.failures > 1:
        yield f"its last {feed.failures} polls failed: {feed.error}"
    for gap in state.gaps.by_feed().get(feed.id, ())[:3]:
        yield gap.note or gap.sentence


def _print(report: FeedReport, faults: tuple[str, ...], as_json: bool) -> None:
    if as_json:
        print_json([{**report_row(report), "faults": faults}])
        return
    newest = f", the newest of {report.newest:%Y-%m-%d %H:%M} UTC" if report.newest else ""
    click.secho(f"{report.title or report.url}", bold=True)
    click.echo(f"  {report.url}")
    if report.feed:
        click.echo(f"  {report.entries} entries{newest}")
    for note in report.notes:
        click.echo(f"  {note}")
    for fault in filter(None, (report.error, *faults)):
        click.secho(f"  WRONG: {fault}", fg="red")
    if not report.error and not faults:
        click.echo("  nothing is wrong")
