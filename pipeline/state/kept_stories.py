"""Stories in one transaction of relate: read as they are asked for, written at its end."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Text, and_, bindparam, delete, func, insert, literal, select, update

from pipeline.state.interface_kept import KeptStory, YoungArticle
from pipeline.state.sql import as_list, insert_into, numbers, numbers_named, one_of
from pipeline.state.story_tables import stories, story_anchors, young_articles
from pipeline.state.types import Moment

_ENTRY = struct.Struct("<qq")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class KeptStories:
    """See the port."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._anchors: dict[str, bytes] = {}
        self._changed: dict[str, KeptStory] = {}
        self._added: dict[str, dict[int, datetime]] = {}
        self._dropped: set[str] = set()
        self._kept: dict[str, YoungArticle] = {}

    def shelves(
        self, anchors: Iterable[int], since: datetime, most: int
    ) -> Mapping[int, Sequence[tuple[datetime, str]]]:
        """Give, by anchor, the latest entries since then, the latest first."""
        wanted = numbers(self._connection, anchors)
        others = story_anchors.alias("others")
        same = and_(others.c.anchor == wanted.c.value, others.c.seen >= since)
        bound = select(others.c.seen).where(same).order_by(others.c.seen.desc()).offset(most - 1).limit(1)
        first = func.coalesce(bound.scalar_subquery(), literal(_EPOCH, Moment))
        rows = story_anchors.c
        found = and_(rows.anchor == wanted.c.value, rows.seen >= since, rows.seen >= first)
        query = select(rows.anchor, rows.seen, rows.story).select_from(wanted.join(story_anchors, found))
        shelves: dict[int, list[tuple[datetime, str]]] = {}
        for anchor, seen, story in self._connection.execute(query):
            shelves.setdefault(anchor, []).append((seen, story))
        return {anchor: sorted(entries, reverse=True)[:most] for anchor, entries in shelves.items()}

    def stories(self, ids: Iterable[str]) -> Mapping[str, KeptStory]:
        """Give the stories of those ids that are known."""
        found = {}
        for row in self._connection.execute(select(stories).where(stories.c.id.in_(one_of(self._connection, ids)))):
            found[row.id] = KeptStory(row.id, row.founded, row.latest, row.core)
            self._anchors[row.id] = row.anchors
        return found

    def put_story(self, story: KeptStory, anchors: Iterable[int]) -> None:
        """Save a story, and add it to the anchors."""
        self._changed[story.id] = story
        self._dropped.discard(story.id)
        added = self._added.setdefault(story.id, {})
        for anchor in anchors:
            added.setdefault(anchor, story.latest)

    def drop_story(self, story: str) -> None:
        """Forget a story with its anchors."""
        self._changed.pop(story, None)
        self._added.pop(story, None)
        self._dropped.add(story)

    def pending(self) -> list[tuple[str, str, datetime]]:
        """Give the pending young articles, the oldest first."""
        self._flush_young()
        its = young_articles.c
        wanted = select(its.article, its.story, its.seen).where(its.pending).order_by(its.seen, its.article)
        return [(article, story, seen) for article, story, seen in self._connection.execute(wanted)]

    def young(self, stories: Iterable[str]) -> list[tuple[str, str, datetime]]:
        """Give the young articles of the stories, the oldest first."""
        self._flush_young()
        its = young_articles.c
        wanted = select(its.article, its.story, its.seen).where(its.story.in_(one_of(self._connection, stories)))
        return [
            (article, story, seen)
            for article, story, seen in self._connection.execute(wanted.order_by(its.seen, its.article))
        ]

    def documents(self, articles: Iterable[str]) -> Mapping[str, bytes]:
        """Give the records that are kept of young articles."""
        self._flush_young()
        its = young_articles.c
        wanted = select(its.article, its.document).where(its.article.in_(one_of(self._connection, articles)))
        return {row.article: row.document for row in self._connection.execute(wanted)}

    def keep(self, article: YoungArticle) -> None:
        """Save a young article in place of what was kept of it."""
        self._kept[article.article] = article

    def looked(self, before: datetime) -> None:
        """Note that no article is pending any more, and forget those seen before the moment."""
        self._flush_young()
        self._connection.execute(update(young_articles).where(young_articles.c.pending).values(pending=False))
        self._connection.execute(delete(young_articles).where(young_articles.c.seen < before))

    def finish(self) -> None:
        """Write what was put."""
        self._flush_young()
        known = {story: self._anchors.get(story, b"") for story in (*self._changed, *self._dropped)}
        drop_stories(self._connection, [(story, known[story]) for story in sorted(self._dropped)])
        if self._changed:
            added = {story: self._new_entries(story, known[story]) for story in self._changed}
            rows = [_row(story, known[story.id] + added[story.id]) for story in self._changed.values()]
            upsert = insert_into(self._connection, stories)
            changing = {name: upsert.excluded[name] for name in ("founded", "latest", "core", "anchors")}
            self._connection.execute(upsert.on_conflict_do_update(index_elements=[stories.c.id], set_=changing), rows)
            _insert_entries(self._connection, added)
        self._changed.clear()
        self._added.clear()
        self._dropped.clear()

    def _new_entries(self, story: str, known: bytes) -> bytes:
        had = {anchor for anchor, _ in _ENTRY.iter_unpack(known)}
        return b"".join(
            _ENTRY.pack(anchor, (seen - _EPOCH) // _MICROSECOND)
            for anchor, seen in sorted(self._added.get(story, {}).items())
            if anchor not in had
        )

    def _flush_young(self) -> None:
        if not self._kept:
            return
        rows = [
            {"article": y.article, "story": y.story, "seen": y.seen, "pending": y.pending, "document": y.document}
            for y in self._kept.values()
        ]
        upsert = insert_into(self._connection, young_articles)
        changing = {name: upsert.excluded[name] for name in ("story", "pending", "document")}
        upsert = upsert.on_conflict_do_update(index_elements=[young_articles.c.article], set_=changing)
        self._connection.execute(upsert, rows)
        self._kept.clear()


def forget_stories(connection: Connection, moment: datetime, most: int) -> int:
    """Forget some stories whose latest article was seen before the moment; give how many."""
    wanted = select(stories.c.id, stories.c.anchors).where(stories.c.latest < moment).order_by(stories.c.latest)
    old = [(row.id, row.anchors) for row in connection.execute(wanted.limit(most))]
    drop_stories(connection, old)
    return len(old)


def drop_stories(connection: Connection, old: Sequence[tuple[str, bytes]]) -> None:
    """Delete stories with their rows under anchors."""
    rows = [
        {"its_id": story, "its_time": seen, "its_anchors": as_list(connection, anchors)}
        for story, packed in old
        for seen, anchors in _by_time(packed).items()
    ]
    if rows:
        its_own = story_anchors.c.story == bindparam("its_id")
        its_time = story_anchors.c.seen == bindparam("its_time", type_=Moment)
        its_anchors = story_anchors.c.anchor.in_(select(numbers_named(connection, "its_anchors").c.value))
        connection.execute(delete(story_anchors).where(its_anchors, its_time, its_own), rows)
    if old:
        connection.execute(delete(stories).where(stories.c.id.in_(one_of(connection, [story for story, _ in old]))))


def _insert_entries(connection: Connection, added: Mapping[str, bytes]) -> None:
    rows = [
        {"its_id": story, "its_time": seen, "its_anchors": as_list(connection, anchors)}
        for story, packed in added.items()
        for seen, anchors in _by_time(packed).items()
    ]
    if rows:
        number = numbers_named(connection, "its_anchors").c.value
        chosen = select(number, bindparam("its_time", type_=Moment), bindparam("its_id", type_=Text))
        connection.execute(insert(story_anchors).from_select(["anchor", "seen", "story"], chosen), rows)


def _by_time(packed: bytes) -> dict[datetime, list[int]]:
    by_time: dict[datetime, list[int]] = {}
    for anchor, moment in _ENTRY.iter_unpack(packed):
        by_time.setdefault(_EPOCH + moment * _MICROSECOND, []).append(anchor)
    return by_time


def _row(story: KeptStory, anchors: bytes) -> dict[str, Any]:
    return {
        "id": story.id,
        "founded": story.founded,
        "latest": story.latest,
        "core": story.core,
        "anchors": anchors,
    }
