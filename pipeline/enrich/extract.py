"""What is done with a page inside the process that may be killed for it: finding the article and what the page says of it.

The extracting library is imported where it is used, so that only those processes hold it.
"""

import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.enrich.barriers import STUB, judge
from pipeline.zones import UNSAID

log = logging.getLogger(__name__)

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
_AUTHOR_MARKS = (
    *(b"author", b"byl", b"bbl", b"writer", b"username", b"screenname", b"channel-name", b"journalist-name"),
    *(b"submitted-by", b"posted-by", b"zuozhe", b"bianji", b"xiaobian"),
)
"""What ids, classes and other attributes of elements that trafilatura looks at for authors have in them (its xpaths.py,
AUTHOR_XPATHS), in small letters. To look at all elements costs as much as to find the text."""
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_IN_DATA = {
    # what begins with plain letters is searched for many times as fast
    name: re.compile(rf"{name}(?<=[\"']{name})[\"']\s*:\s*[\"']([^\"']{{10,40}})[\"']".encode())
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
    said = _said(page, tree, url, dated=published is not None)
    found = bare_extraction(tree, url=url, fast=True, include_comments=False, include_tables=True)
    article = found if isinstance(found, Document) else None
    text = "\n\n".join(line.strip() for line in (article.text or "").splitlines() if line.strip()) if article else ""
    kind = judge(page, tree, text, asked or url, url)
    if article is None:
        return Extraction(kind=kind, published=published, modified=modified)
    return Extraction(
        text=text,
        kind=kind,
        canonical=said.canonical if said.canonical != url else None,
        authors=said.authors,
        published=published or said.date,
        modified=modified,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What a page says of its article, as trafilatura reads it."""

    canonical: str | None
    authors: tuple[str, ...]
    date: datetime | None


def _said(page: bytes, tree: Any, url: str, *, dated: bool) -> _Said:
    """Read what is wanted of all that `trafilatura.metadata.extract_metadata` reads, which takes longer than the text does.

    `dated` tells that the date is known already. Nothing is changed in the tree.
    """
    from trafilatura import metadata
    from trafilatura.settings import set_date_params

    known = metadata.examine_meta(tree)
    if known.author and " " not in known.author:
        known.author = None
    try:
        known = metadata.extract_meta_json(tree, known)
    except Exception as error:  # as trafilatura does: whatever stands in the page's JSON
        log.debug("the JSON of %s can't be read: %s", url, error)
    if not known.author and _may_name_author(page):
        known.author = metadata.extract_author(tree)
    known.url = known.url or metadata.extract_url(tree, url)
    if not dated:
        known.date = metadata.find_date(  # type: ignore[attr-defined]
            tree, **set_date_params(True) | {"url": known.url}
        )
    known.clean_and_trim()
    names = (name.strip() for name in (known.author or "").split(";"))
    return _Said(known.url, tuple(name for name in names if name)[:MOST_AUTHORS], _moment(known.date))


def _may_name_author(page: bytes) -> bool:
    """Tell whether an element may be marked as the author's. In UTF-16 every second byte is 0."""
    small = page.replace(b"\0", b"").lower()
    return any(mark in small for mark in _AUTHOR_MARKS)


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
