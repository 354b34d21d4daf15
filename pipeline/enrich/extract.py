"""What is done with a page inside the process that may be killed for it: finding the article and what the page says of it.

The extracting library is imported where it is used, so that only those processes hold it.
"""

import os
import re
import resource
import signal
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime

MEMORY = 768_000_000
"""Bytes of addresses that an extracting process may have; without a page it has some 170 million, of which it uses 60."""
MOST_AUTHORS = 10

_LOOK_FOR_PARENT = 2.0
_TIMES = ("article:published_time", "og:article:published_time", "datePublished")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What a page holds. The text is empty when there is no article in it."""

    text: str = ""
    canonical: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None


def prepare_process() -> None:
    """Set up a process for extraction: bounded memory, deaf to Ctrl-C, and gone when its parent is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_FOR_PARENT)
    os._exit(1)


def extract(page: bytes, charset: str | None, url: str) -> Extraction:
    """Find the article in a page. Raises whatever the parser does with pages that are none."""
    from trafilatura import bare_extraction, load_html
    from trafilatura.settings import Document

    tree = load_html(_decoded(page, charset))
    if tree is None:
        return Extraction()
    exact = _published_time(tree.xpath("//meta[@content]"))
    found = bare_extraction(tree, url=url, fast=True, with_metadata=True, include_comments=False, include_tables=True)
    if not isinstance(found, Document):
        return Extraction(published=exact)
    return Extraction(
        text="\n\n".join(line.strip() for line in (found.text or "").splitlines() if line.strip()),
        canonical=found.url if found.url != url else None,
        authors=tuple(name.strip() for name in (found.author or "").split(";") if name.strip())[:MOST_AUTHORS],
        published=exact or _moment(found.date),
    )


def _decoded(page: bytes, charset: str | None) -> bytes | str:
    """Believe the server's charset where the page can be read in it; otherwise the page is looked at for another."""
    if charset:
        try:
            return page.decode(charset)
        except (LookupError, ValueError):
            pass
    return page


def _published_time(metas: list[object]) -> datetime | None:
    for meta in metas:
        attributes = getattr(meta, "attrib", {})
        if (attributes.get("property") or attributes.get("itemprop") or attributes.get("name")) in _TIMES:
            return _moment(attributes.get("content"))
    return None


def _moment(text: str | None) -> datetime | None:
    """Read an ISO 8601 date or time; one without a zone counts as UTC."""
    if not text or not re.match(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
