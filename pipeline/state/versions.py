"""The versions of articles, and the re-checks of their pages."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, func, select, update

from pipeline.state.engine import Database
from pipeline.state.interface_versions import Recheck, Version
from pipeline.state.sql import now_of, one_of
from pipeline.state.version_rows import recheck_values, unpack_recheck, unpack_text, versions_of
from pipeline.state.version_tables import article_rechecks, article_texts

_due = article_rechecks.c


class DatabaseVersions:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, article: str) -> list[Version]:
        """Give the changes of an article that are kept, the earliest first."""
        with self._database.read() as connection:
            return versions_of(connection, article)


class DatabaseRechecks:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_due(self, most: int, hold: timedelta) -> Sequence[Recheck]:
        """Give those that are due, and to nobody else for as long as `hold`."""
        wanted = select(article_rechecks).order_by(_due.due).limit(most)
        with self._database.read() as connection:
            if not connection.execute(wanted.where(_due.due <= now_of(connection)).limit(1)).first():
                return []
        with self._database.write() as connection:
            now = now_of(connection)
            rows = connection.execute(wanted.where(_due.due <= now).with_for_update(skip_locked=True)).all()
            ids = [row.article for row in rows]
            held = update(article_rechecks).where(_due.article.in_(one_of(connection, ids)))
            connection.execute(held.values(due=now + hold))
            wanted_texts = select(article_texts.c.content).where(article_texts.c.article.in_(one_of(connection, ids)))
            texts = [unpack_text(packed) for packed in connection.execute(wanted_texts).scalars()]
            by_source = {(text.article, text.text_source): text for text in texts}
            return [unpack_recheck(row, by_source, now) for row in rows]

    def again(self, recheck: Recheck, after: timedelta) -> None:
        """Save what was learnt of a page, which is to be asked for again after that long."""
        with self._database.write() as connection:
            learnt = update(article_rechecks).where(_due.article == recheck.article)
            connection.execute(learnt.values(recheck_values(recheck) | {"due": now_of(connection) + after}))

    def end(self, article: str) -> None:
        """Ask for an article's page no more."""
        with self._database.write() as connection:
            connection.execute(delete(article_rechecks).where(_due.article == article))

    def waiting(self) -> int:
        """Count the pages that are to be asked for again."""
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(article_rechecks)).scalar_one())
