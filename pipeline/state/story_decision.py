"""One transaction of relate: reads in bulk, writes in bulk just before what depends on them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, FromClause, Select, and_, func, literal, select

from pipeline.records.change import Change
from pipeline.state.article_rows import (
    COLUMNS,
    FIELDS,
    ArticleBands,
    band_number,
    delete_bands,
    insert_bands,
    key_digest,
    pack,
    to_article,
    to_row,
    unpack,
)
from pipeline.state.decision import DatabaseDecision
from pipeline.state.interface import KnownArticle, KnownText, Recheck
from pipeline.state.kept_stories import KeptStories
from pipeline.state.sql import insert_into, numbers, one_of
from pipeline.state.tables import article_bands, article_keys, articles
from pipeline.state.types import Moment
from pipeline.state.version_rows import VersionRows

NEAREST = 20
"""How many articles of a band are looked at: copies of one text share all bands, and the oldest are the originals."""

_NEVER = datetime.max.replace(tzinfo=UTC)


class DatabaseStoryDecision(DatabaseDecision):
    """See the port. Each article is one object, however it was found."""

    def __init__(self, connection: Connection, step: str, consumer: str) -> None:
        super().__init__(connection, step, consumer)
        self._articles: dict[str, KnownArticle] = {}
        self._kept_bands: dict[str, bytes] = {}
        self._changed: dict[str, frozenset[int]] = {}
        self._keys: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._versions = VersionRows(connection)
        self._kept = KeptStories(connection)

    def by_keys(self, keys: Iterable[str]) -> Mapping[str, KnownArticle]:
        """Give the articles known under those identity keys, by key."""
        self._flush()
        digests = {key_digest(key): key for key in keys}
        wanted = select(article_keys.c.key, article_keys.c.article).where(
            article_keys.c.key.in_(one_of(self._connection, digests))
        )
        found = {digests[digest]: article for digest, article in self._connection.execute(wanted)}
        self._load(found.values())
        return {key: self._articles[article] for key, article in found.items()}

    def by_ids(self, ids: Iterable[str]) -> Mapping[str, KnownArticle]:
        """Give the articles of those ids that are known."""
        wanted = set(ids)
        self._flush()
        self._load(wanted)
        return {article: self._articles[article] for article in wanted if article in self._articles}

    @property
    def kept(self) -> KeptStories:
        """The stories, as this transaction reads and changes them."""
        return self._kept

    def near(self, bands: Iterable[str], since: datetime) -> Mapping[str, Sequence[KnownArticle]]:
        """Give, by band, the oldest articles first seen since then whose signature shares it, the oldest first."""
        self._flush()
        by_number = {self._number(band): band for band in bands}
        wanted = _oldest(numbers(self._connection, by_number), since)
        shelves: dict[str, list[str]] = {}
        for number, article in self._connection.execute(wanted):
            shelves.setdefault(by_number[number], []).append(article)
        self._load(article for shelf in shelves.values() for article in shelf)
        return {
            band: sorted((self._articles[article] for article in shelf), key=_age)[:NEAREST]
            for band, shelf in shelves.items()
        }

    def put(self, article: KnownArticle, keys: Iterable[str], bands: Iterable[str]) -> None:
        """Save an article's state, add identity keys, and replace its bands."""
        self._articles[article.id] = article
        self._changed[article.id] = frozenset(map(self._number, bands))
        for key in keys:
            self._keys.setdefault(key_digest(key), article.id)

    def texts(self, article: str) -> list[KnownText]:
        """Give what an article last said, the latest first."""
        return self._versions.texts(article)

    def put_text(self, text: KnownText) -> None:
        """Save what an article says now."""
        self._versions.put_text(text)

    def changes(self, article: str) -> list[Change]:
        """Give the latest changes of an article, the latest last."""
        return self._versions.changes(article)

    def put_change(self, article: str, change: Change, earlier: KnownText | None) -> None:
        """Save a change with what stood before it."""
        self._versions.put_change(article, change, earlier)

    def watch(self, recheck: Recheck, after: timedelta) -> None:
        """Have the article's page asked for again."""
        self._versions.watch(recheck, after)

    def finish(self) -> None:
        """Write what was put, covered and published."""
        self._flush()
        self._kept.finish()
        self._versions.finish(self.now if self._versions.watches else None)
        super().finish()

    def _number(self, band: str) -> int:
        number = self._numbers.get(band)
        if number is None:
            number = self._numbers[band] = band_number(band)
        return number

    def _load(self, ids: Iterable[str]) -> None:
        missing = set(ids) - self._articles.keys()
        if not missing:
            return
        wanted = select(*COLUMNS, articles.c.bands).where(articles.c.id.in_(one_of(self._connection, missing)))
        for row in self._connection.execute(wanted):
            self._articles[row.id] = to_article(row)
            self._kept_bands[row.id] = row.bands

    def _flush(self) -> None:
        if not self._changed:
            return
        self._learn_bands()
        packed = {identity: pack(its_bands) for identity, its_bands in self._changed.items()}
        self._execute(_upsert(self._connection), [to_row(self._articles[i], bands) for i, bands in packed.items()])
        keys = [{"key": key, "article": identity} for key, identity in self._keys.items()]
        self._execute(insert_into(self._connection, article_keys).on_conflict_do_nothing(), keys)
        self._replace_bands()
        self._kept_bands |= packed
        self._changed.clear()
        self._keys.clear()

    def _learn_bands(self) -> None:
        """Ask for the bands of changed articles that were not read in this transaction: most are new and have none."""
        unread = self._changed.keys() - self._kept_bands.keys()
        wanted = select(articles.c.id, articles.c.bands).where(articles.c.id.in_(one_of(self._connection, unread)))
        self._kept_bands |= dict.fromkeys(unread, b"")
        self._kept_bands |= dict(self._connection.execute(wanted).all())

    def _replace_bands(self) -> None:
        gone: list[ArticleBands] = []
        come: list[ArticleBands] = []
        for identity, its_bands in self._changed.items():
            first_seen = self._articles[identity].first_seen
            kept = set(unpack(self._kept_bands[identity]))
            gone.append((identity, first_seen, kept - its_bands))
            come.append((identity, first_seen, its_bands - kept))
        delete_bands(self._connection, gone)
        insert_bands(self._connection, come)

    def _execute(self, statement: Any, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(statement, rows)


def _age(article: KnownArticle) -> tuple[datetime, str]:
    return article.first_seen, article.id


def _upsert(connection: Connection) -> Any:
    upsert = insert_into(connection, articles)
    renewed = [name for name in (*FIELDS, "bands") if name not in ("id", "first_seen")]
    return upsert.on_conflict_do_update(
        index_elements=[articles.c.id], set_={name: upsert.excluded[name] for name in renewed}
    )


def _oldest(wanted: FromClause, since: datetime) -> Select[Any]:
    """Select (band, article); of a band with more than NEAREST articles only those up to the NEAREST oldest moment.

    Both the bound and the rows are ranges of the primary key, so a text that comes thousands of times costs no more.
    """
    others = article_bands.alias("others")
    same = and_(others.c.band == wanted.c.value, others.c.first_seen >= since)
    bound = select(others.c.first_seen).where(same).order_by(others.c.first_seen).offset(NEAREST - 1).limit(1)
    last = func.coalesce(bound.scalar_subquery(), literal(_NEVER, Moment))
    rows = article_bands.c
    found = and_(rows.band == wanted.c.value, rows.first_seen >= since, rows.first_seen <= last)
    return select(rows.band, rows.article).select_from(wanted.join(article_bands, found))
