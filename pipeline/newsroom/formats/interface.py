"""What a feed says, whatever its format."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from pipeline.newsroom.documents import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHead:
    """A feed's own description; `modified` is when anything in it last changed."""

    id: str
    title: str
    tagline: str
    language: str
    home_url: str
    feed_url: str
    modified: datetime
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """An entry to write; its texts are plain unless their name ends in `_html`.

    `published` is None for an entry without a date, `modified` for one that was never changed.
    """

    id: str | None
    url: str
    title: str
    summary: str | None
    language: str
    title_html: str | None = None
    summary_html: str | None = None
    content_html: str | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: datetime | None = None
    modified: datetime | None = None


Renderer: TypeAlias = Callable[[FeedHead, Sequence[FeedItem]], Document]
