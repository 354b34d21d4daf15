"""Records that were decided on and are yet to be appended to the log."""

from collections.abc import Iterable

from sqlalchemy import delete, select

from pipeline.state.engine import Database
from pipeline.state.interface import OutboxRow
from pipeline.state.sql import one_of_numbers
from pipeline.state.tables import outbox


class DatabaseOutbox:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pending(self, step: str, most: int) -> list[OutboxRow]:
        """Give the oldest records of the step that were not marked as published."""
        wanted = (
            select(outbox.c.id, outbox.c.topic, outbox.c.key, outbox.c.value)
            .where(outbox.c.step == step)
            .order_by(outbox.c.id)
            .limit(most)
        )
        with self._database.read() as connection:
            return [OutboxRow(*row) for row in connection.execute(wanted)]

    def published(self, rows: Iterable[OutboxRow]) -> None:
        """Forget rows that are durable in the log."""
        ids = [row.id for row in rows]
        if not ids:
            return
        with self._database.write() as connection:
            connection.execute(delete(outbox).where(outbox.c.id.in_(one_of_numbers(connection, ids))))
