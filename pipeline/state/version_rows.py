"""What relate's transactions read and write of versions and re-checks, in columns."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, select

from pipeline.records.article import PreparedArticle
from pipeline.records.change import Change
from pipeline.records.codec import decode, encode
from pipeline.state.interface_versions import KnownText, Recheck, Version
from pipeline.state.sql import insert_into, one_of
from pipeline.state.version_tables import article_rechecks, article_texts, article_versions

LATEST = 5
"""Changes that travel with an article."""
MOST = 30
"""Changes of one article that are kept: the first and the latest. What is edited every five minutes would fill the state."""
_LEVEL = 4

_texts, _versions, _rechecks = article_texts.c, article_versions.c, article_rechecks.c


def pack_text(text: KnownText) -> bytes:
    """Compress what an article said."""
    return zlib.compress(msgspec.json.encode(text), _LEVEL)


def unpack_text(packed: bytes) -> KnownText:
    """Give back what an article said."""
    return msgspec.json.decode(zlib.decompress(packed), type=KnownText)


def unpack_recheck(row: Any, texts: Mapping[tuple[str, str], KnownText], at: datetime) -> Recheck:
    """Give a re-check of a row of the table; `texts` are those of articles by id and source. Raises TooNew."""
    record = decode(zlib.decompress(row.record), PreparedArticle)
    known = texts.get((row.article, record.text_source))
    return Recheck(
        article=row.article,
        key=row.key,
        record=replace(record, text=known.text) if known else record,
        at=at,
        digest=row.digest,
        asked=row.asked,
        gone=row.gone,
        etag=row.etag,
        last_modified=row.last_modified,
    )


def recheck_values(recheck: Recheck) -> dict[str, Any]:
    """Give the columns of a re-check but for its record, which relate alone writes, and its time."""
    return {
        "key": recheck.key,
        "asked": recheck.asked,
        "gone": recheck.gone,
        "etag": recheck.etag,
        "last_modified": recheck.last_modified,
        "digest": recheck.digest,
    }


def texts_of(connection: Connection, article: str) -> list[KnownText]:
    """Give what an article last said, the latest first."""
    wanted = (
        select(_texts.content).where(_texts.article == article).order_by(_texts.seen.desc(), _texts.revision.desc())
    )
    return [unpack_text(packed) for packed in connection.execute(wanted).scalars()]


def versions_of(connection: Connection, article: str, most: int = MOST) -> list[Version]:
    """Give the latest changes of an article, the earliest of them first."""
    wanted = (
        select(article_versions).where(_versions.article == article).order_by(_versions.revision.desc()).limit(most)
    )
    rows = reversed(connection.execute(wanted).all())
    return [
        Version(
            change=msgspec.json.decode(row.change, type=Change),
            earlier=unpack_text(row.earlier) if row.earlier else None,
        )
        for row in rows
    ]


def forget(connection: Connection, ids: Sequence[str]) -> None:
    """Forget everything that is kept of the versions of articles."""
    for table in (article_texts, article_versions, article_rechecks):
        connection.execute(delete(table).where(table.c.article.in_(one_of(connection, ids))))


def forget_texts(connection: Connection, before: datetime, most: int) -> int:
    """Forget what articles first seen before the moment say now; give how many rows went."""
    old = select(_texts.article).where(_texts.first_seen < before).order_by(_texts.first_seen).limit(most)
    ids = list(connection.execute(old).scalars())
    gone = delete(article_texts).where(_texts.article.in_(one_of(connection, ids)), _texts.first_seen < before)
    return connection.execute(gone).rowcount if ids else 0


class VersionRows:
    """The versions that one transaction puts, written together."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._texts: dict[tuple[str, str], KnownText] = {}
        self._changes: dict[tuple[str, int], tuple[Change, KnownText | None]] = {}
        self._watched: dict[str, tuple[Recheck, timedelta]] = {}

    def texts(self, article: str) -> list[KnownText]:
        """Give what an article last said, the latest first."""
        kept = {text.text_source: text for text in texts_of(self._connection, article)}
        put = {text.text_source: text for text in self._texts.values() if text.article == article}
        return sorted((kept | put).values(), key=lambda text: (text.seen, text.revision), reverse=True)

    def put_text(self, text: KnownText) -> None:
        """Save what an article says now."""
        self._texts[text.article, text.text_source] = text

    def changes(self, article: str) -> list[Change]:
        """Give the latest changes of an article, the latest last."""
        kept = [version.change for version in versions_of(self._connection, article, LATEST)]
        put = [change for (name, _), (change, _) in self._changes.items() if name == article]
        return sorted([*kept, *put], key=lambda change: change.revision)[-LATEST:]

    def put_change(self, article: str, change: Change, earlier: KnownText | None) -> None:
        """Save a change with what stood before it."""
        self._changes[article, change.revision] = (change, earlier)

    def watch(self, recheck: Recheck, after: timedelta) -> None:
        """Have a page asked for again."""
        self._watched[recheck.article] = (recheck, after)

    def finish(self, now: datetime | None) -> None:
        """Write what was put. `now` is the database's time, needed where pages are to be asked for again."""
        if self._texts:
            self._write_texts()
        if self._changes:
            self._write_changes()
        if self._watched and now:
            self._write_watched(now)

    @property
    def watches(self) -> bool:
        """Tell whether pages are to be asked for again."""
        return bool(self._watched)

    def _write_texts(self) -> None:
        given = [
            {
                "article": text.article,
                "text_source": text.text_source,
                "first_seen": text.first_seen,
                "revision": text.revision,
                "seen": text.seen,
                "published": text.published,
                "updated": text.updated,
                "content": pack_text(text),
            }
            for text in self._texts.values()
        ]
        saved = insert_into(self._connection, article_texts)
        changed = {name: saved.excluded[name] for name in given[0] if name not in ("article", "text_source")}
        upsert = saved.on_conflict_do_update(index_elements=["article", "text_source"], set_=changed)
        self._connection.execute(upsert, given)

    def _write_changes(self) -> None:
        given = [
            {
                "article": article,
                "revision": revision,
                "change": msgspec.json.encode(change),
                "earlier": pack_text(earlier) if earlier else None,
            }
            for (article, revision), (change, earlier) in self._changes.items()
        ]
        self._connection.execute(insert_into(self._connection, article_versions).on_conflict_do_nothing(), given)
        self._drop_middle({article for article, _ in self._changes})

    def _drop_middle(self, ids: Iterable[str]) -> None:
        wanted = select(_versions.article, _versions.revision).where(
            _versions.article.in_(one_of(self._connection, ids))
        )
        kept: dict[str, list[int]] = {}
        for article, revision in self._connection.execute(wanted.order_by(_versions.revision)):
            kept.setdefault(article, []).append(revision)
        surplus = [
            {"its_article": article, "its_revision": revision}
            for article, revisions in kept.items()
            for revision in revisions[1 : len(revisions) - MOST + 1]
        ]
        if surplus:
            is_it = (_versions.article == bindparam("its_article")) & (_versions.revision == bindparam("its_revision"))
            self._connection.execute(delete(article_versions).where(is_it), surplus)

    def _write_watched(self, now: datetime) -> None:
        given = [
            {"article": recheck.article, "due": now + after}
            | recheck_values(recheck)
            | {"record": zlib.compress(encode(replace(recheck.record, text="", signature=b"")), _LEVEL)}
            for recheck, after in self._watched.values()
        ]
        saved = insert_into(self._connection, article_rechecks)
        renewed = {name: saved.excluded[name] for name in ("record", "digest", "etag", "last_modified", "key")}
        self._connection.execute(saved.on_conflict_do_update(index_elements=["article"], set_=renewed), given)
