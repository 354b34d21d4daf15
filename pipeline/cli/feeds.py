"""`harmattan feeds`: the list, and what is said of single feeds. Its other commands have modules of their own."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from pipeline.bootstrap import open_state
from pipeline.cli.feed_rows import feed_row, seconds
from pipeline.cli.feeds_add import add, discover
from pipeline.cli.feeds_check import check
from pipeline.cli.feeds_files import export_feeds, import_feeds
from pipeline.cli.options import Duration, data_option, json_option, login_name, print_json, print_table, settings_for
from pipeline.csv_rows import write_csv
from pipeline.errors import BadInput
from pipeline.poll.feeds_file import spec_for
from pipeline.state.interface import FeedSpec, FeedState, FeedStatus, State

csv_option = click.option("--csv", "as_csv", is_flag=True, help="Print CSV with a line of names.")


@click.group(epilog="\b\nExample:\n  harmattan feeds add https://example.org --country ML --language fr --yes")
def feeds() -> None:
    """Add, discover, check, list, import, export, tag, change, enable, disable and remove feeds.

    Feeds come from a file that you keep (--feeds, HARMATTAN_FEEDS) or from these commands. The file decides about its
    feeds: one that it no longer holds is disabled. Commands decide about the others; a file never touches those.
    """


for command in (add, discover, check, import_feeds, export_feeds):
    feeds.add_command(command)


@feeds.command("list", epilog="\b\nExample:\n  harmattan feeds list --state failing\n  harmattan feeds list --csv")
@click.option("--state", type=click.Choice([state.value for state in FeedState]), help="Only those in this state.")
@click.option("--tag", help="Only those with this tag.")
@click.option("--missed", is_flag=True, help="Only those that entries were missed of in the last 30 days.")
@json_option
@csv_option
@data_option
def list_feeds(
    state: str | None, tag: str | None, missed: bool, as_json: bool, as_csv: bool, data: Path | None
) -> None:
    """List the feeds: health, entries, the last new one, the interval, what was missed, where it moved, what is wrong."""
    with open_state(settings_for(data)) as database:
        rows = _rows(database)
    rows = [
        row
        for row in rows
        if state in (None, row["state"]) and (tag is None or tag in row["tags"]) and (row["missed"] or not missed)
    ]
    if as_json:
        print_json(rows)
    elif as_csv:
        click.echo(write_csv(rows, list(rows[0]) if rows else ("url",)), nl=False)
    else:
        columns = ("state", "entries", "last new", "every", "missed", "title", "url", "error")
        print_table(columns, map(_shown, rows), "No feeds.")


def _rows(database: State) -> list[dict[str, Any]]:
    gaps, subscriptions = database.gaps.by_feed(), database.subscriptions.by_feed()
    return [feed_row(feed, gaps.get(feed.id, ()), subscriptions.get(feed.id)) for feed in database.feeds.list()]


def _shown(row: dict[str, Any]) -> tuple[Any, ...]:
    remarks = [
        row["error"],
        row["missed_last"],
        f"moved here from {row['moved_from']}" if row["moved_from"] else None,
        f"redirects for good to {row['moving_to']}" if row["moving_to"] else None,
    ]
    every = _length(row["interval"])
    return (
        row["state"],
        row["entries"],
        row["last_new"],
        f"{every}, pushed" if row["push"] == "active" else every,
        row["missed"] or "",
        row["title"],
        row["url"],
        "; ".join(remark for remark in remarks if remark),
    )


def _length(length: float | None) -> str:
    if length is None:
        return ""
    for unit, size in (("h", 3600), ("min", 60)):
        if length >= 2 * size:
            return f"{length / size:.3g} {unit}"
    return f"{length:.3g} s"


@feeds.command(epilog="\b\nExample:\n  harmattan feeds remove https://example.org/rss")
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@data_option
def remove(urls: tuple[str, ...], data: Path | None) -> None:
    """Forget feeds; their articles stay."""
    with open_state(settings_for(data)) as database:
        for url in urls:
            feed = _feed(database, url)
            database.feeds.remove(url)
            database.accounts.note("feed removed", login_name(), feed.spec.url)
            click.echo(f"{feed.spec.url} is forgotten")
            if feed.listed_in:
                click.echo(f"It comes back when {feed.listed_in} is read again: take it out there, too", err=True)


@feeds.command(epilog="\b\nExample:\n  harmattan feeds enable https://example.org/rss")
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@data_option
def enable(urls: tuple[str, ...], data: Path | None) -> None:
    """Poll feeds again that were disabled, held back or gone."""
    _enable(urls, data, enabled=True)


@feeds.command(epilog="\b\nExample:\n  harmattan feeds disable https://example.org/rss")
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@data_option
def disable(urls: tuple[str, ...], data: Path | None) -> None:
    """Stop polling feeds, and keep what is known of them."""
    _enable(urls, data, enabled=False)


def _enable(urls: tuple[str, ...], data: Path | None, *, enabled: bool) -> None:
    with open_state(settings_for(data)) as database:
        for url in urls:
            feed = _feed(database, url)
            database.feeds.enable(url, enabled=enabled)
            database.accounts.note(f"feed {'enabled' if enabled else 'disabled'}", login_name(), feed.spec.url)
            click.echo(f"{feed.spec.url} will {'' if enabled else 'not '}be polled")


@feeds.command(epilog="\b\nExample:\n  harmattan feeds tag https://example.org/rss sahel agency --remove sport")
@click.argument("url")
@click.argument("tags", nargs=-1, metavar="[TAG]...")
@click.option("--remove", "gone", multiple=True, metavar="TAG", help="A tag to take away; may be repeated.")
@data_option
def tag(url: str, tags: tuple[str, ...], gone: tuple[str, ...], data: Path | None) -> None:
    """Add tags to a feed, or take some away; without any, show them."""
    with open_state(settings_for(data)) as database:
        feed = _feed(database, url)
        if tags or gone:
            kept = [one for one in (*feed.spec.tags, *tags) if one not in gone]
            feed = _put(database, feed, replace(feed.spec, tags=spec_for(feed.spec.url, tags=kept).tags))
    click.echo(f"{feed.spec.url}: {', '.join(feed.spec.tags) or 'no tags'}")


@feeds.command(
    "set", epilog="\b\nExample:\n  harmattan feeds set https://example.org/rss --interval 1m --title 'The Example'"
)
@click.argument("url")
@click.option("--title", help="What analysts know the source by; empty for the feed's own title.")
@click.option("--country", help="The source's country (ISO 3166-1 alpha-2).")
@click.option("--language", help="The source's language (ISO 639-1).")
@click.option("--interval", type=Duration(), help="A polling interval of its own, for a feed that has priority.")
@click.option("--adaptive", is_flag=True, help="No interval of its own: it follows what the feed publishes.")
@click.option("--login", help="How to sign in, as for `feeds add`; empty for no login.")
@data_option
def set_feed(
    url: str,
    title: str | None,
    country: str | None,
    language: str | None,
    interval: timedelta | None,
    adaptive: bool,
    login: str | None,
    data: Path | None,
) -> None:
    """Change what is said of a feed."""
    if interval and adaptive:
        raise BadInput("--interval and --adaptive exclude each other; give one")
    with open_state(settings_for(data)) as database:
        feed = _feed(database, url)
        old = feed.spec
        spec = spec_for(
            old.url,
            title=old.title if title is None else title,
            tags=old.tags,
            country=country or old.country,
            language=language or old.language,
            interval=None if adaptive else interval or old.interval,
            alert_past=old.alert_past,
            login=old.login if login is None else login or None,
            attributes=old.attributes,
        )
        feed = _put(database, feed, spec)
    every = _length(seconds(feed.spec.interval))
    click.echo(
        f"{feed.spec.url}: {feed.title}, {f'polled every {every}' if every else 'polled as often as it publishes'}"
    )


def _feed(database: State, url: str) -> FeedStatus:
    found = database.feeds.list(only=[url])
    if not found:
        raise BadInput(f"{url} is not among the feeds: see `harmattan feeds list`")
    return found[0]


def _put(database: State, feed: FeedStatus, spec: FeedSpec) -> FeedStatus:
    if feed.listed_in:
        raise BadInput(f"{feed.spec.url} stands in {feed.listed_in}, which decides what is said of it: change it there")
    database.feeds.put([spec])
    database.accounts.note("feed changed", login_name(), spec.url)
    return _feed(database, spec.url)
