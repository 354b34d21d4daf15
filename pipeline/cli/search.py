"""`harmattan search`."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pipeline.bootstrap import open_index, open_state, query_reader
from pipeline.cli.options import Moment, data_option, json_option, login_name, print_json, print_table, settings_for
from pipeline.errors import BadInput
from pipeline.index.interface import Facet, Hit, Order, SearchQuery, SearchResult
from pipeline.index.saved import query_of, saved_search
from pipeline.records.alert_json import change_json
from pipeline.settings import Settings

EXAMPLES = """\b
Example:
  harmattan search 'Timbuktu OR Gao' --since 7d --lang fr --facets
  harmattan search '"groupe Wagner" NEAR/10 (convoi OR fuel) NOT opera'
  harmattan search '@jnim title:attack within:ML date:>=2026-11-01' --stories
  harmattan search Kidal --country ML --since 7d --save north
  harmattan search --saved north --json
  harmattan search '*' --json
"""


@click.command(epilog=EXAMPLES)
@click.argument("query", required=False)
@click.option("--since", metavar="MOMENT", help="Only articles published since: 24h, 30d, or a date.")
@click.option("--until", type=Moment(), help="Only articles published before.")
@click.option("--lang", help="Only this language (ISO 639-1).")
@click.option(
    "--place", help="Only articles that name this place, by any of its names, or country (ISO 3166-1 alpha-2)."
)
@click.option("--country", help="Only articles about this country (ISO 3166-1 alpha-2).")
@click.option("--kind", help="Only sources of this kind: agency, public, state, private, ngo or government.")
@click.option("--rule", help="Only articles that this rule matched.")
@click.option("--source", help="Only this source.")
@click.option(
    "--order", type=click.Choice(list(Order)), help="What comes first. [default: relevance; newest, without words]"
)
@click.option("--stories", is_flag=True, help="Give each story once, by its first article, with how many were found.")
@click.option(
    "--facets", is_flag=True, help="Also count what was found by language, source, kind, country, place, rule."
)
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="The most articles to give."
)
@click.option("--after", metavar="PAGE", help="Go on where a page of this search ended, as it said.")
@click.option("--save", metavar="NAME", help="Keep the search under a name; see `harmattan searches`.")
@click.option("--saved", metavar="NAME", help="Search for what was kept under a name; other options come on top.")
@json_option
@data_option
def search(
    query: str | None,
    since: str | None,
    until: datetime | None,
    stories: bool,
    facets: bool,
    limit: int,
    after: str | None,
    save: str | None,
    saved: str | None,
    as_json: bool,
    data: Path | None,
    order: Order | None,
    **filters: str | None,
) -> None:
    """Search the articles, in the query language of the rules.

    Plain words must all be in an article, in any of their forms, and "phrases" as they are. AND, OR, NOT and parentheses,
    NEAR/5, wild* cards, =exact words, fields such as title:, lang: or country:, and @entities mean what they mean in a rule.
    Beyond that -word leaves out, '*' alone finds everything, the newest first, and stray punctuation is passed over.

    The number of articles is exact wherever the index alone can tell. Where it has to read them to tell, the number is exact up
    to 200, and beyond that the least there are.

    A page ends with the word for --after that gives the next one, which stays right though articles arrive. With --json it is
    printed to standard error, and so are the facets.
    """
    settings = settings_for(data)
    wanted = _kept(settings, saved) if saved else SearchQuery(text=_words(query))
    if saved and query:
        raise click.UsageError("give a query or --saved, not both")
    given: dict[str, Any] = {"language" if name == "lang" else name: value for name, value in filters.items() if value}
    wanted = replace(wanted, **given, limit=limit, after=after, by_story=stories, paged=True)
    wanted = replace(wanted, until=until, order=order or wanted.order, facets=tuple(Facet) if facets else ())
    if since:
        wanted = replace(wanted, since=Moment().convert(since, None, click.get_current_context()))
    if save:
        with open_state(settings) as state:
            state.searches.save(saved_search(save, wanted, since, query_reader(settings)()))
            state.accounts.note("search kept", login_name(), save)
    with open_index(settings) as index:
        result = index.search(wanted)
    if as_json:
        print_json(_row(hit) for hit in result.hits)
        _tell_rest(result, facets, to_stderr=True)
        return
    _print(result, stories)
    _tell_rest(result, facets, to_stderr=False)


def _words(query: str | None) -> str:
    if query is None:
        raise click.UsageError("name a QUERY, or a search that was kept with --saved; '*' finds everything")
    return query


def _kept(settings: Settings, name: str) -> SearchQuery:
    with open_state(settings) as state:
        kept = state.searches.get(name)
    if kept is None:
        raise BadInput(f"there is no search named {name!r}; `harmattan searches list` gives those that there are")
    return query_of(kept, datetime.now(UTC))


def _print(result: SearchResult, stories: bool) -> None:
    columns: tuple[str, ...] = ("published", "language", "source", "title", "rules", "url")
    rows: list[tuple[Any, ...]] = [
        (h.published or h.first_seen, h.language, h.source, h.title, ", ".join(h.rules), h.url) for h in result.hits
    ]
    if stories:
        columns = (*columns, "articles")
        rows = [(*row, hit.of_story) for row, hit in zip(rows, result.hits, strict=True)]
    print_table(columns, rows, "Nothing was found.")


def _tell_rest(result: SearchResult, facets: bool, *, to_stderr: bool) -> None:
    """Say how the articles found are made up, and how to get the next page."""
    if facets:
        exact = "" if result.facets_exact else " (of those that may be meant)"
        for facet, counts in result.facets.items():
            values = ", ".join(f"{value} {count}" for value, count in counts.items())
            click.echo(f"{facet.value}{exact}: {values or 'none'}", err=to_stderr)
    if result.unchecked:
        click.echo(
            f"The search was ended for want of time: {result.unchecked} more articles may be meant that were not looked at."
            f" Narrow it{', or go on with the next page' if result.next else ''}.",
            err=to_stderr,
        )
    if result.pages_end:
        click.echo("There is more, but the pages end here: narrow the search.", err=to_stderr)
    if result.next:
        least = "at least " if result.at_least else ""
        click.echo(f"{len(result.hits)} of {least}{result.total}; the next page: --after {result.next}", err=to_stderr)


def _row(hit: Hit) -> dict[str, Any]:
    row = {
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
        "corrected": hit.corrected,
        "undeclared": hit.undeclared,
        "changes": [change_json(change) for change in hit.changes],
        "excerpt": hit.excerpt,
    }
    return row if hit.of_story is None else row | {"of_story": hit.of_story}
