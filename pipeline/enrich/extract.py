"""What is done with a page inside the process that may be killed for it: finding the article and what the page says of it.

The extracting library is imported where it is used, so that only those processes hold it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.enrich.barriers import STUB, judge
from pipeline.zones import UNSAID

MEMORY = 768_000_000
"""Bytes of addresses that an extracting process may have; without a page it has some 170 million, of which it uses 60."""
MOST_AUTHORS = 10
DECLARED_WITHIN = 4_096
"""Bytes of a page in which it may declare its encoding; the HTML standard has the first 1,024 looked at."""

_PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "datePublished",
    "datepublished",
    "pubdate",
    "parsely-pub-date",
)
_MODIFIED = (
    "article:modified_time",
    "og:article:modified_time",
    "og:updated_time",
    "dateModified",
    "datemodified",
    "last-modified",
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_IN_DATA = {
    name: re.compile(rf"[\"']{name}[\"']\s*:\s*[\"']([^\"']{{10,40}})[\"']".encode())
    for name in ("datePublished", "dateModified")
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What a page holds. The text is empty when there is no article in it; `kind` is one of `barriers`' names.

    Times keep the zone that the page gives them; one without a zone counts as UTC.
    """

    text: str = ""
    kind: str = STUB
    canonical: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    modified: datetime | None = None


def extract(page: bytes, charset: str | None, url: str, asked: str | None = None) -> Extraction:
    """Find the article in a page. Raises whatever the parser does with pages that are none.

    `asked` is the address that was asked for, where redirects led elsewhere.
    """
    from trafilatura import bare_extraction, load_html
    from trafilatura.settings import Document

    tree = load_html(_decoded(page, charset))
    if tree is None:
        return Extraction()
    metas = tree.xpath("//meta[@content]")
    published = _time_of(metas, _PUBLISHED) or _data_time(page, "datePublished")
    modified = _time_of(metas, _MODIFIED) or _data_time(page, "dateModified")
    found = bare_extraction(tree, url=url, fast=True, with_metadata=True, include_comments=False, include_tables=True)
    article = found if isinstance(found, Document) else None
    text = "\n\n".join(line.strip() for line in (article.text or "").splitlines() if line.strip()) if article else ""
    kind = judge(page, tree, text, asked or url, url)
    if article is None:
        return Extraction(kind=kind, published=published, modified=modified)
    return Extraction(
        text=text,
        kind=kind,
        canonical=article.url if article.url != url else None,
        authors=tuple(name.strip() for name in (article.author or "").split(";") if name.strip())[:MOST_AUTHORS],
        published=published or _moment(article.date),
        modified=modified,
    )


def _decoded(page: bytes, charset: str | None) -> bytes | str:
    """Believe the server's charset where the page can be read in it, then the page's own; else the extractor guesses."""
    declared = _CHARSET.search(page[:DECLARED_WITHIN])
    for name in (charset, declared[1].decode() if declared else None):
        if name:
            try:
                return page.decode(name)
            except (LookupError, ValueError):
                continue
    return page


def _time_of(metas: list[object], names: tuple[str, ...]) -> datetime | None:
    """Give the first time that a <meta> of one of the names holds."""
    for meta in metas:
        attributes = getattr(meta, "attrib", {})
        known = (attributes.get("property"), attributes.get("itemprop"), attributes.get("name"))
        if any(name in names for name in known) and (moment := _moment(attributes.get("content"))):
            return moment
    return None


def _data_time(page: bytes, name: str) -> datetime | None:
    """Give the first time that the page's JSON-LD gives under the name."""
    for found in _IN_DATA[name].findall(page):
        if moment := _moment(found.decode("ascii", "replace")):
            return moment
    return None


def _moment(text: str | None) -> datetime | None:
    """Read an ISO 8601 date or time, in its own zone; one without a zone counts as UTC, and is marked."""
    if not text or not re.match(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UNSAID)
        moment.astimezone(UTC)  # overflows at the ends of the calendar
        return moment
    except (ValueError, OverflowError):
        return None
