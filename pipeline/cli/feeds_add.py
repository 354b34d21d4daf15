"""`harmattan feeds add` and `feeds discover`."""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from pipeline.bootstrap import open_fetcher, open_reader, open_state
from pipeline.cli.options import Duration, data_option, json_option, login_name, print_json, settings_for
from pipeline.errors import BadInput
from pipeline.poll.credentials import HOW, Credentials
from pipeline.poll.discover import Candidate, Discoverer, Discovery
from pipeline.poll.feeds_file import spec_for
from pipeline.settings import Settings
from pipeline.state.interface import FeedSpec

PREVIEWED = 5

alert_past_option = click.option(
    "--alert-past",
    type=Duration(),
    help="How far back the first poll raises alerts, such as 7d, by the entries' own dates; what is older is indexed alone."
    " [default: 48h]",
)


@click.command(epilog="\b\nExample:\n  harmattan feeds discover example.org --json")
@click.argument("url")
@click.option("--login", help=f"How to sign in: {HOW}.")
@json_option
@data_option
def discover(url: str, login: str | None, as_json: bool, data: Path | None) -> int:
    """Find the feeds of a site from any of its pages, and show what is in them; status 1 when there is none."""
    found = _discover(url, settings_for(data), login)
    if as_json:
        print_json(_row(candidate) for candidate in found.candidates)
    else:
        for candidate in found.candidates:
            _preview(candidate)
    if found.problem:
        click.echo(found.problem, err=True)
    return 0 if found.candidates else 1


@click.command(
    epilog="\b\nExample:\n  harmattan feeds add example.org --country ML --language fr --tag sahel"
    "\n  harmattan feeds add https://example.org/members.rss --login basic:HARMATTAN_FEED_EXAMPLE --yes"
)
@click.argument("url")
@click.option("--title", default="", help="What analysts know the source by. [default: the feed's own title]")
@click.option("--tag", "tags", multiple=True, help="A tag; may be repeated.")
@click.option("--country", help="The source's country (ISO 3166-1 alpha-2).")
@click.option("--language", help="The source's language (ISO 639-1).")
@click.option("--interval", type=Duration(), help="A polling interval of its own, such as 1m; it has priority then.")
@alert_past_option
@click.option("--login", help=f"How to sign in: {HOW}.")
@click.option("--yes", is_flag=True, help="Don't ask; of several feeds take the first.")
@data_option
def add(url: str, interval: timedelta | None, yes: bool, data: Path | None, **said: Any) -> None:
    """Add a feed, by its address or by that of any page of its site, after a look at what is in it.

    An address that can't be read now is added as it is, with a warning. For one that is a feed here already, what is
    given is changed.
    """
    settings = settings_for(data)
    spec = spec_for(url, interval=interval, **said)
    with open_state(settings) as database:
        known = database.feeds.list(only=[spec.url])
        if not known:
            address = _chosen(_discover(url, settings, spec.login), spec, yes)
            spec = replace(spec, url=address, problem=None)
            known = database.feeds.list(only=[address])
        if known and known[0].listed_in:
            raise BadInput(f"{spec.url} stands in {known[0].listed_in} already: change there what is said of it")
        database.feeds.put([_changed(known[0].spec, spec) if known else spec])
        database.accounts.note("feed changed" if known else "feed added", login_name(), spec.url)
        [feed] = database.feeds.list(only=[spec.url])
    if spec.alert_past and feed.last_success:
        click.echo("It was polled before: its first poll is over, and --alert-past changes nothing", err=True)
    click.echo(f"{feed.spec.url} {'will be polled' if feed.next_due else f'is {feed.state}'}")


def _discover(url: str, settings: Settings, login: str | None) -> Discovery:
    credentials = Credentials(settings.secret).headers(login)
    with open_fetcher(settings) as fetcher, open_reader() as reader:
        return Discoverer(fetcher, reader, credentials).discover(url)


def _chosen(found: Discovery, spec: FeedSpec, yes: bool) -> str:
    """Give the address to add. Raises BadInput when there is none, or when it is not clear which."""
    if not found.candidates:
        if found.answered or spec.problem:
            raise BadInput(found.problem or f"{spec.url} is no feed")
        click.echo(f"It can't be read now, and is added as it is: {found.problem}", err=True)
        return spec.url
    for candidate in found.candidates:
        _preview(candidate)
    urls = [candidate.url for candidate in found.candidates]
    if len(urls) == 1 or yes:
        if not yes and sys.stdin.isatty():
            click.confirm("Add it?", default=True, abort=True)
        return urls[0]
    if not sys.stdin.isatty():
        raise BadInput(f"{spec.url} has {len(urls)} feeds: give the address of one, or --yes for the first")
    number = click.prompt(f"Which one (1 to {len(urls)})?", type=click.IntRange(1, len(urls)), default=1)
    return urls[number - 1]


def _changed(old: FeedSpec, said: FeedSpec) -> FeedSpec:
    """Give what is known of a feed with what was given on top."""
    return replace(
        old,
        title=said.title or old.title,
        tags=tuple(dict.fromkeys(old.tags + said.tags)),
        country=said.country or old.country,
        language=said.language or old.language,
        interval=said.interval or old.interval,
        alert_past=said.alert_past or old.alert_past,
        login=said.login or old.login,
    )


def _preview(candidate: Candidate) -> None:
    feed = candidate.feed
    click.secho(_plain(feed.title) or candidate.url, bold=True)
    click.echo(f"  {candidate.url} ({candidate.found}; {len(feed.entries)} entries)")
    for entry in feed.entries[:PREVIEWED]:
        dated = entry.published or entry.updated
        click.echo(f"  {f'{dated:%Y-%m-%d %H:%M}' if dated else 'undated':16}  {_plain(entry.title)[:100]}")


def _plain(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _row(candidate: Candidate) -> dict[str, object]:
    feed = candidate.feed
    return {
        "url": candidate.url,
        "title": feed.title,
        "found": candidate.found,
        "entries": len(feed.entries),
        "preview": [
            {"title": entry.title, "url": entry.link, "published": entry.published or entry.updated}
            for entry in feed.entries[:PREVIEWED]
        ],
    }
