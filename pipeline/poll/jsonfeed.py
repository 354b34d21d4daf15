"""JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

import html
from typing import Any

import msgspec

from pipeline.fetch.addresses import absolute
from pipeline.poll.dates import read_date
from pipeline.poll.parsed import (
    LONGEST_LINK,
    LONGEST_TITLE,
    MOST_ENTRIES,
    Entry,
    FeedLinks,
    NotAFeed,
    ParsedFeed,
    distinct,
    lost,
    make_entry,
)
from pipeline.poll.plain import language_code, plain


def parse_json_feed(text: str, url: str) -> ParsedFeed:
    """Read a JSON Feed. Raises NotAFeed for any other JSON, and for what breaks off."""
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise NotAFeed(f"looks like JSON that is broken ({error})") from error
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in _text(document.get("version")):
        raise NotAFeed("is JSON, but no JSON Feed")
    language = _text(document.get("language"))
    entries = (_entry(item, url, language) for item in items[:MOST_ENTRIES] if isinstance(item, dict))
    kept = distinct(entry for entry in entries if entry)
    version = _text(document.get("version")).rpartition("/")[2]
    return ParsedFeed(
        title=plain(_text(document.get("title")), LONGEST_TITLE),
        language=language_code(language),
        entries=kept,
        problem=lost(len(kept), len(items), broken=False),
        format=f"JSON Feed {version[:10]}".strip(),
        held=len(items),
        links=FeedLinks(
            site=_address(document.get("home_page_url"), url),
            self=_address(document.get("feed_url"), url),
            hubs=_hubs(document.get("hubs"), url),
            next=_address(document.get("next_url"), url),
        ),
    )


def _address(value: object, url: str) -> str | None:
    address = absolute(url, value[: LONGEST_LINK + 1]) if isinstance(value, str) and value else None
    return address if address and len(address) <= LONGEST_LINK else None


def _hubs(value: object, url: str) -> tuple[str, ...]:
    """Give the hubs that speak WebSub, by whichever of its names."""
    hubs = [hub for hub in _list(value)[:20] if isinstance(hub, dict)]
    websub = (hub.get("url") for hub in hubs if _text(hub.get("type")).lower() in ("websub", "pubsubhubbub"))
    return tuple(address for one in websub if (address := _address(one, url)))[:5]


def _entry(item: dict[str, Any], url: str, language: str) -> Entry | None:
    as_text = _text(item.get("content_text"))
    return make_entry(
        base=url,
        id=_text(item.get("id")),
        link=_text(item.get("url")) or _text(item.get("external_url")),
        title=_text(item.get("title")),
        summary=html.escape(_text(item.get("summary")), quote=False),
        content=_text(item.get("content_html")) or html.escape(as_text, quote=False),
        authors=_authors(item),
        categories=[_text(tag) for tag in _list(item.get("tags"))],
        published=read_date(item.get("date_published"), language),
        updated=read_date(item.get("date_modified"), language),
        language=item.get("language"),
    )


def _authors(item: dict[str, Any]) -> list[str]:
    authors = [*_list(item.get("authors")), item.get("author")]
    return [_text(author.get("name")) for author in authors if isinstance(author, dict)]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
