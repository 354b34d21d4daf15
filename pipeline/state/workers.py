"""The workers' signs of life."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete, select

from pipeline.state.engine import Database
from pipeline.state.interface import WorkerStatus
from pipeline.state.sql import insert_into, now_of
from pipeline.state.tables import workers

REMEMBERED = timedelta(days=1)


class DatabaseWorkers:
    """One row a worker and step."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, worker: str, step: str, detail: Mapping[str, int]) -> None:
        """Note that a worker is alive, and forget those that have been silent for a day."""
        with self._database.write() as connection:
            now = now_of(connection)
            upsert = insert_into(connection, workers).values(worker=worker, step=step, beat=now, detail=dict(detail))
            upsert = upsert.on_conflict_do_update(
                index_elements=[workers.c.worker, workers.c.step],
                set_={"beat": upsert.excluded.beat, "detail": upsert.excluded.detail},
            )
            connection.execute(upsert)
            connection.execute(delete(workers).where(workers.c.beat < now - REMEMBERED))

    def list(self) -> list[WorkerStatus]:
        """Give the workers that were alive in the last day, the latest first."""
        with self._database.read() as connection:
            now = now_of(connection)
            wanted = select(workers).where(workers.c.beat >= now - REMEMBERED).order_by(workers.c.beat.desc())
            return [
                WorkerStatus(worker=row.worker, step=row.step, beat=row.beat, age=now - row.beat, detail=row.detail)
                for row in connection.execute(wanted)
            ]
