"""`harmattan feeds`."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from pipeline.bootstrap import open_fetcher, open_state
from pipeline.cli.options import Duration, data_option, json_option, print_json, print_table, settings_for
from pipeline.errors import BadInput
from pipeline.poll.check import check_feed
from pipeline.poll.feeds_file import load_feeds, spec_for, write_opml
from pipeline.state.interface import FeedState, FeedStatus


@click.group(epilog="\b\nExample:\n  harmattan feeds add https://example.org/rss --country ML --language fr")
def feeds() -> None:
    """Add, remove, list, import, export, check, enable and disable feeds."""


@feeds.command("list", epilog="\b\nExample:\n  harmattan feeds list --state failing")
@click.option("--state", type=click.Choice([state.value for state in FeedState]), help="Only those in this state.")
@json_option
@data_option
def list_feeds(state: str | None, as_json: bool, data: Path | None) -> None:
    """List the feeds with what their last poll found."""
    with open_state(settings_for(data)) as database:
        found = [feed for feed in database.feeds.list() if state in (None, feed.state.value)]
    if as_json:
        print_json(_row(feed) for feed in found)
        return
    print_table(
        ("state", "entries", "last new", "title", "url", "error"),
        ((f.state, f.entries, f.last_new, f.title, f.spec.url, f.error) for f in found),
        "No feeds.",
    )


@feeds.command(
    epilog="\b\nExample:\n  harmattan feeds add https://example.org/rss --country ML --language fr --tag sahel"
)
@click.argument("url")
@click.option("--title", default="", help="What analysts know the source by. [default: the feed's own title]")
@click.option("--tag", "tags", multiple=True, help="A tag; may be repeated.")
@click.option("--country", help="The source's country (ISO 3166-1 alpha-2).")
@click.option("--language", help="The source's language (ISO 639-1).")
@click.option("--interval", type=Duration(), help="A fixed polling interval, such as 5m.")
@data_option
def add(
    url: str,
    title: str,
    tags: tuple[str, ...],
    country: str | None,
    language: str | None,
    interval: timedelta | None,
    data: Path | None,
) -> None:
    """Add a feed, or change what is said of it."""
    spec = spec_for(url, title=title, tags=tags, country=country, language=language, interval=interval)
    if spec.problem:
        raise BadInput(f"{url}: {spec.problem}")
    with open_state(settings_for(data)) as database:
        database.feeds.put([spec])
    click.echo(f"{spec.url} will be polled")


@feeds.command(epilog="\b\nExample:\n  harmattan feeds remove https://example.org/rss")
@click.argument("url")
@data_option
def remove(url: str, data: Path | None) -> None:
    """Forget a feed; its articles stay."""
    with open_state(settings_for(data)) as database:
        _must(database.feeds.remove(url), url)
    click.echo(f"{url} is forgotten")


@feeds.command(epilog="\b\nExample:\n  harmattan feeds enable https://example.org/rss")
@click.argument("url")
@data_option
def enable(url: str, data: Path | None) -> None:
    """Poll a feed again that was disabled, held back or gone."""
    with open_state(settings_for(data)) as database:
        _must(database.feeds.enable(url, enabled=True), url)
    click.echo(f"{url} will be polled")


@feeds.command(epilog="\b\nExample:\n  harmattan feeds disable https://example.org/rss")
@click.argument("url")
@data_option
def disable(url: str, data: Path | None) -> None:
    """Stop polling a feed, and keep what is known of it."""
    with open_state(settings_for(data)) as database:
        _must(database.feeds.enable(url, enabled=False), url)
    click.echo(f"{url} will not be polled")


@feeds.command("import", epilog="\b\nExample:\n  harmattan feeds import seeds/feeds.opml")
@click.argument("file", type=click.Path(path_type=Path))
@data_option
def import_feeds(file: Path, data: Path | None) -> None:
    """Add the feeds of a list (OPML, or an address a line)."""
    listed = load_feeds(file)
    with open_state(settings_for(data)) as database:
        database.feeds.put(listed)
    for spec in listed:
        if spec.problem:
            click.echo(f"{spec.url}: {spec.problem}", err=True)
    click.echo(f"{sum(not spec.problem for spec in listed)} feeds will be polled")


@feeds.command(epilog="\b\nExample:\n  harmattan feeds export > feeds.opml")
@data_option
def export(data: Path | None) -> None:
    """Write the feeds as OPML to standard output."""
    with open_state(settings_for(data)) as database:
        found = [feed.spec for feed in database.feeds.list()]
    sys.stdout.buffer.write(write_opml(found))


@feeds.command(epilog="\b\nExample:\n  harmattan feeds check https://example.org/rss")
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@json_option
@data_option
def check(urls: tuple[str, ...], as_json: bool, data: Path | None) -> int:
    """Fetch feeds and say what is in them, without storing anything; status 1 when one can't be read."""
    with open_fetcher(settings_for(data)) as fetcher:
        reports = [check_feed(url, fetcher) for url in urls]
    rows = [
        {"url": r.url, "title": r.title, "entries": r.entries, "newest": r.newest, "error": r.error} for r in reports
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(("url", "title", "entries", "newest", "error"), (row.values() for row in rows), "")
    return 1 if any(report.error and not report.entries for report in reports) else 0


def _must(found: bool, url: str) -> None:
    if not found:
        raise BadInput(f"{url} is not among the feeds: see `harmattan feeds list`")


def _row(feed: FeedStatus) -> dict[str, Any]:
    return {
        "url": feed.spec.url,
        "title": feed.title,
        "state": feed.state,
        "entries": feed.entries,
        "error": feed.error,
        "last_new": feed.last_new,
        "last_success": feed.last_success,
        "next_due": feed.next_due,
        "failures": feed.failures,
        "country": feed.spec.country,
        "language": feed.spec.language,
        "tags": feed.spec.tags,
    }
