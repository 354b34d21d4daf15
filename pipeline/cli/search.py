"""`harmattan search`."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline.bootstrap import open_index
from pipeline.cli.options import Moment, data_option, json_option, print_json, print_table, settings_for
from pipeline.index.interface import Hit, SearchQuery

EXAMPLES = """\b
Example:
  harmattan search 'Timbuktu OR Gao' --since 7d --lang fr
  harmattan search '"groupe Wagner" NEAR/10 (convoi OR fuel) NOT opera'
  harmattan search '@jnim title:attack within:ML date:>=2026-11-01'
  harmattan search '*' --json
"""


@click.command(epilog=EXAMPLES)
@click.argument("query")
@click.option("--since", type=Moment(), help="Only articles published since: 24h, 30d, or a date.")
@click.option("--lang", help="Only this language (ISO 639-1).")
@click.option("--place", help="Only articles that name this place, or country (ISO 3166-1 alpha-2).")
@click.option("--rule", help="Only articles that this rule matched.")
@click.option("--source", help="Only this source.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="The most articles to give."
)
@json_option
@data_option
def search(
    query: str,
    since: datetime | None,
    lang: str | None,
    place: str | None,
    rule: str | None,
    source: str | None,
    limit: int,
    as_json: bool,
    data: Path | None,
) -> None:
    """Search the articles, in the query language of the rules.

    Plain words must all be in an article, in any of their forms, and "phrases" as they are. AND, OR, NOT and parentheses,
    NEAR/5, wild* cards, =exact words, fields such as title:, lang: or country:, and @entities mean what they mean in a rule.
    Beyond that -word leaves out, '*' alone finds everything, the newest first, and stray punctuation is passed over.

    The number of articles is exact wherever the index alone can tell. Where it has to read them to tell, the number is exact up
    to 200, and beyond that the least there are.
    """
    wanted = SearchQuery(text=query, since=since, language=lang, place=place, rule=rule, source=source, limit=limit)
    with open_index(settings_for(data)) as index:
        result = index.search(wanted)
    if as_json:
        print_json(_row(hit) for hit in result.hits)
        return
    print_table(
        ("published", "language", "source", "title", "rules", "url"),
        ((h.published or h.first_seen, h.language, h.source, h.title, ", ".join(h.rules), h.url) for h in result.hits),
        "Nothing was found.",
    )
    if result.at_least and len(result.hits) < limit:
        click.echo("The most relevant articles that may be meant were read, and there are more; narrow the search")
    elif result.total > len(result.hits):
        least = "at least " if result.at_least else ""
        click.echo(f"{len(result.hits)} of {least}{result.total}; --limit gives more")


def _row(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.id,
        "url": hit.url,
        "title": hit.title,
        "language": hit.language,
        "published": hit.published,
        "first_seen": hit.first_seen,
        "source": hit.source,
        "story": hit.story,
        "rules": hit.rules,
        "countries": hit.countries,
        "score": hit.score,
        "revision": hit.revision,
        "excerpt": hit.excerpt,
    }
