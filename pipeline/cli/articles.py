"""`harmattan articles`: one article, with every version that its outlet made of it."""

from pathlib import Path
from typing import Any

import click

from pipeline.bootstrap import open_index, open_state
from pipeline.cli.differences import change_lines
from pipeline.cli.options import data_option, json_option, print_json, settings_for
from pipeline.cli.rules_tree import colourful, plain
from pipeline.errors import BadInput
from pipeline.identity import canonical_url
from pipeline.records.alert_json import change_json
from pipeline.records.article import EnrichedArticle
from pipeline.state.interface import State, Version


@click.group(epilog="\b\nExample:\n  harmattan articles show https://outlet.example/news/17 --versions")
def articles() -> None:
    """Show an article, and what its outlet changed in it."""


@articles.command(epilog="\b\nExample:\n  harmattan articles show https://outlet.example/news/17 --versions")
@click.argument("article", metavar="URL|ID")
@click.option("--versions", is_flag=True, help="Print the whole text of every earlier version, too.")
@json_option
@data_option
def show(article: str, versions: bool, as_json: bool, data: Path | None) -> None:
    """Show the article of an address or id, and each change that its outlet made: when, what, and whether it said so.

    Removed words stand as [-so-], added ones as {+so+}. Earlier texts are kept as long as the article is, the first and the
    latest 29 of very many.
    """
    settings = settings_for(data)
    with open_state(settings) as state:
        identity = _identity(article, state)
        made = state.versions.of(identity)
    with open_index(settings) as index:
        found = index.article(identity)
    if found is None and not made:
        raise BadInput(
            f"no article is known under {article}: it was never polled, or is dropped by now; `harmattan search` finds ids"
        )
    if as_json:
        print_json([_row(identity, found, made)])
        return
    if found is not None:
        _print(found)
    if not made:
        click.echo("Its outlet has not changed it since it was first seen.")
    for version in made:
        click.echo("\n".join(change_lines(version.change, colourful())))
        if versions and version.earlier:
            earlier = version.earlier
            click.echo(f"    until then, as seen {earlier.seen:%Y-%m-%d %H:%M} UTC:")
            for line in (earlier.title, *earlier.text.splitlines()):
                click.echo(f"    | {plain(line)}")


def _identity(article: str, state: State) -> str:
    canonical = canonical_url(article)
    found = state.stories.named(f"url:{canonical}") if canonical else None
    return found or article


def _print(found: EnrichedArticle) -> None:
    article = found.article
    click.echo(plain(article.title))
    published = article.published or found.first_seen
    click.echo(
        f"{plain(article.source.name)}, {article.language}, {published:%Y-%m-%d %H:%M} UTC, revision {found.revision}"
    )
    for line in (article.url or "", *article.text.splitlines()):
        click.echo(plain(line))
    click.echo()


def _row(identity: str, found: EnrichedArticle | None, made: list[Version]) -> dict[str, Any]:
    row: dict[str, Any] = {"id": identity}
    if found is not None:
        article = found.article
        row |= {
            "url": article.url,
            "title": article.title,
            "text": article.text,
            "language": article.language,
            "source": article.source.name,
            "published": article.published,
            "first_seen": found.first_seen,
            "seen": article.seen,
            "story": found.story,
            "revision": found.revision,
            "corrected": found.corrected,
            "undeclared": found.undeclared,
        }
    return row | {"versions": [_version(version) for version in made]}


def _version(version: Version) -> dict[str, Any]:
    earlier = version.earlier
    before = {"title": earlier.title, "text": earlier.text, "seen": earlier.seen} if earlier else None
    return change_json(version.change) | {"earlier": before}
