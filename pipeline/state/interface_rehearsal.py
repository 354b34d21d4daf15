"""The port to a ledger on trial: thrown away afterwards, at a time that is set."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pipeline.state.interface_decisions import Outbox
from pipeline.state.interface_ledger import Delivery, Ledger, OutcomeRow


class RehearsalState(Protocol):
    """A ledger that holds nothing at first, runs by a time that is set, and tells of all that it was given."""

    @property
    def ledger(self) -> Ledger:
        """The ledger."""

    @property
    def outbox(self) -> Outbox:
        """What was decided; nobody appends it to a log."""

    def set_time(self, moment: datetime) -> None:
        """Make this the database's time; it is kept to the millisecond."""

    def next_due(self) -> datetime | None:
        """Give when the next outcome is to be asked about again, or the next alert is to be escalated."""

    def noted(self) -> Sequence[OutcomeRow]:
        """Give the outcomes that were saved since this was last asked, in their order."""

    def raised(self) -> Mapping[str, datetime]:
        """Give when each alert was raised, by its id."""

    def outcomes(self) -> Iterator[OutcomeRow]:
        """Give what became of every alert for every analyst."""

    def deliveries(self) -> Iterator[tuple[str, Delivery]]:
        """Give every delivery that was planned, in the order of planning, each with its alert's rule."""
