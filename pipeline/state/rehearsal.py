"""A ledger on trial, in a file that is thrown away: the same ledger, at a time that is set."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from pipeline.records.alert import Alert
from pipeline.state.alert_rows import to_delivery
from pipeline.state.engine import Database, open_unkept
from pipeline.state.interface import Delivery, OutcomeRow
from pipeline.state.ledger import DECIDES, RECORDS, DatabaseLedger
from pipeline.state.ledger_decision import DatabaseLedgerDecision
from pipeline.state.outbox import DatabaseOutbox
from pipeline.state.outcome_rows import outcome_rows
from pipeline.state.schema import set_up_schema
from pipeline.state.tables import alerts, deliveries, outcomes


class _NotingDecision(DatabaseLedgerDecision):
    """A transaction that notes the outcomes that are saved."""

    notes: list[OutcomeRow]

    def put_outcome(self, row: OutcomeRow) -> Alert | None:
        self.notes.append(row)
        return super().put_outcome(row)


class _NotingLedger(DatabaseLedger):
    """The ledger, whose transactions note the outcomes that are saved."""

    def __init__(self, database: Database, notes: list[OutcomeRow]) -> None:
        super().__init__(database)
        self._notes = notes

    @contextmanager
    def decide(self, consumer: str) -> Iterator[DatabaseLedgerDecision]:
        with self._noting(DECIDES, consumer) as decision:
            yield decision

    @contextmanager
    def release(self) -> Iterator[DatabaseLedgerDecision]:
        with self._noting(RECORDS, RECORDS) as decision:
            yield decision

    @contextmanager
    def _noting(self, step: str, consumer: str) -> Iterator[DatabaseLedgerDecision]:
        with self._database.write() as connection:
            decision = _NotingDecision(connection, step, consumer)
            decision.notes = self._notes
            yield decision
            decision.finish()


class DatabaseRehearsal:
    """See the port. It makes its file, with the whole schema; `close` leaves it to whoever named it."""

    def __init__(self, path: Path) -> None:
        self._now = datetime.fromtimestamp(0, UTC)
        self._database = open_unkept(path, lambda: self._now)
        set_up_schema(self._database)
        self._notes: list[OutcomeRow] = []
        self._ledger = _NotingLedger(self._database, self._notes)
        self._outbox = DatabaseOutbox(self._database)

    @property
    def ledger(self) -> DatabaseLedger:
        """The ledger."""
        return self._ledger

    @property
    def outbox(self) -> DatabaseOutbox:
        """What was decided."""
        return self._outbox

    def set_time(self, moment: datetime) -> None:
        """Make this the database's time."""
        self._now = moment

    def next_due(self) -> datetime | None:
        """Give when the next outcome is to be asked about again, or the next alert is to be escalated."""
        with self._database.read() as connection:
            row = connection.execute(select(func.min(outcomes.c.until), func.min(outcomes.c.escalate))).one()
        return min((moment for moment in row if moment is not None), default=None)

    def noted(self) -> Sequence[OutcomeRow]:
        """Give the outcomes that were saved since this was last asked."""
        notes = list(self._notes)
        self._notes.clear()
        return notes

    def raised(self) -> Mapping[str, datetime]:
        """Give when each alert was raised."""
        with self._database.read() as connection:
            return {row.id: row.created for row in connection.execute(select(alerts.c.id, alerts.c.created))}

    def outcomes(self) -> Iterator[OutcomeRow]:
        """Give what became of every alert for every analyst."""
        with self._database.read() as connection:
            yield from outcome_rows(connection)

    def deliveries(self) -> Iterator[tuple[str, Delivery]]:
        """Give every delivery that was planned, each with its alert's rule."""
        wanted = select(deliveries, alerts.c.rule).join(alerts, alerts.c.id == deliveries.c.alert)
        with self._database.read() as connection:
            for row in connection.execute(wanted.order_by(deliveries.c.number)):
                yield row.rule, to_delivery(row)

    def close(self) -> None:
        """Release the connections."""
        self._database.close()
