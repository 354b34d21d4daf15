"""`harmattan feeds import` and `feeds export`."""

import json
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from pipeline.bootstrap import open_state
from pipeline.cli.feed_rows import seconds
from pipeline.cli.feeds_add import alert_past_option
from pipeline.cli.options import data_option, login_name, settings_for
from pipeline.csv_rows import write_csv
from pipeline.fetch.addresses import without_credentials
from pipeline.poll.feeds_file import load_feeds, write_opml
from pipeline.state.interface import FeedSpec

_COLUMNS = ("url", "title", "tags", "country", "language", "interval", "alert_past", "login", "attributes")


@click.command("import", epilog="\b\nExample:\n  harmattan feeds import seeds/feeds.opml --tag world")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--tag", "tags", multiple=True, help="A tag for all of them; may be repeated.")
@alert_past_option
@data_option
def import_feeds(file: Path, tags: tuple[str, ...], alert_past: timedelta | None, data: Path | None) -> None:
    """Add the feeds of a list (OPML, or an address a line); folders become tags, and other attributes are kept.

    The list is read this once: to keep feeds in a file, name it with --feeds or HARMATTAN_FEEDS instead.
    """
    listed = load_feeds(file, tags)
    if alert_past:
        listed = [replace(spec, alert_past=alert_past) for spec in listed]
    with open_state(settings_for(data)) as database:
        feeds = database.feeds.list()
        kept = {feed.spec.url: feed.listed_in for feed in feeds if feed.listed_in}
        for url in {spec.url for spec in listed} & kept.keys():
            click.echo(f"{url}: left as {kept[url]} has it, which decides about it", err=True)
        listed = [spec for spec in listed if spec.url not in kept]
        urls = {spec.url for spec in listed}
        database.feeds.put(listed)
        database.accounts.note("feeds imported", login_name(), f"{len(listed)} from {file.name}")
    if alert_past and (late := sum(feed.last_success is not None for feed in feeds if feed.spec.url in urls)):
        click.echo(
            f"{late} of them were polled before: their first poll is over, and --alert-past changes nothing", err=True
        )
    for spec in listed:
        if spec.problem:
            click.echo(f"{without_credentials(spec.url)}: {spec.problem}", err=True)
        elif spec.login:
            click.echo(f"{spec.url}: signs in with {spec.login}", err=True)
    click.echo(f"{sum(not spec.problem for spec in listed)} feeds will be polled")


@click.command(
    "export", epilog="\b\nExample:\n  harmattan feeds export > feeds.opml\n  harmattan feeds export --format csv"
)
@click.option(
    "--format", "kind", type=click.Choice(["opml", "csv", "json"]), default="opml", show_default=True, help="How."
)
@click.option("--tag", help="Only feeds with this tag.")
@data_option
def export_feeds(kind: str, tag: str | None, data: Path | None) -> None:
    """Write what is said of the feeds to standard output: OPML 2.0 that comes back the same, CSV, or JSON lines."""
    with open_state(settings_for(data)) as database:
        found = [feed.spec for feed in database.feeds.list()]
    found = [spec for spec in found if tag is None or tag in spec.tags]
    if kind == "opml":
        sys.stdout.buffer.write(write_opml(found))
    elif kind == "csv":
        rows = [_row(spec) | {"attributes": json.dumps(dict(spec.attributes), ensure_ascii=False)} for spec in found]
        click.echo(write_csv(rows, _COLUMNS), nl=False)
    else:
        for spec in found:
            click.echo(json.dumps(_row(spec), ensure_ascii=False))


def _row(spec: FeedSpec) -> dict[str, Any]:
    row = {name: getattr(spec, name) for name in _COLUMNS}
    lengths = {"interval": seconds(spec.interval), "alert_past": seconds(spec.alert_past)}
    return row | lengths | {"attributes": dict(spec.attributes)}
