"""The port to the versions of articles, and to the re-checks of their pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pipeline.records.article import PreparedArticle
from pipeline.records.change import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownText:
    """What an article last said, by its feed or by its page (`text_source`), as of a revision seen at `seen`.

    `places` are the names of those that it names. `published` and `updated` are as in the record. `first_seen` is the
    article's.
    """

    article: str
    text_source: str
    first_seen: datetime
    revision: int
    seen: datetime
    title: str
    text: str
    places: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A change that an outlet made, and what stood before it; None where that was no longer kept when it was changed."""

    change: Change
    earlier: KnownText | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """An article whose page is to be asked for again.

    `record` is the article as it was last prepared. `key` is the log's key of its records, `asked`
    how often its page was asked for again, and `gone` tells that it was gone the last time. `etag` and `last_modified` are
    the page's validators; `digest` stands for the title and text that were last seen. `at` is when it was given out.
    """

    article: str
    key: str
    record: PreparedArticle
    digest: str
    asked: int = 0
    gone: bool = False
    etag: str | None = None
    last_modified: str | None = None
    at: datetime | None = None


class VersionsDecision(Protocol):
    """What a transaction of relate reads and writes of versions."""

    def texts(self, article: str) -> Sequence[KnownText]:
        """Give what the article last said, the latest first: by its feed, by its page, or both; nothing of an old one."""

    def put_text(self, text: KnownText) -> None:
        """Save what an article says now, in place of what the same source said before."""

    def changes(self, article: str) -> Sequence[Change]:
        """Give the latest changes of an article, the latest last."""

    def put_change(self, article: str, change: Change, earlier: KnownText | None) -> None:
        """Save a change with what stood before it. Of very many, the first and the latest are kept."""

    def watch(self, recheck: Recheck, after: timedelta) -> None:
        """Have the article's page asked for again after that long; where it is to be asked already, at its own time."""


class Versions(Protocol):
    """What outlets changed in their articles."""

    def of(self, article: str) -> list[Version]:
        """Give the changes of an article that are kept, the earliest first."""


class Rechecks(Protocol):
    """Pages to be asked for again."""

    def take_due(self, most: int, hold: timedelta) -> Sequence[Recheck]:
        """Give those that are due, and to nobody else for as long as `hold`."""

    def again(self, recheck: Recheck, after: timedelta) -> None:
        """Save what was learnt of a page, which is to be asked for again after that long."""

    def end(self, article: str) -> None:
        """Ask for an article's page no more."""

    def waiting(self) -> int:
        """Count the pages that are to be asked for again."""
