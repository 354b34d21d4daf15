"""The worker that runs enrichment: it keeps receiving while articles wait for their pages."""

import threading
from collections.abc import Sequence

from pipeline.enrich.step import EnrichStep, Outcome
from pipeline.errors import CannotHandle
from pipeline.log.interface import EventLog, NewRecord
from pipeline.records import topics
from pipeline.records.codec import encode
from pipeline.work.intake import Intake
from pipeline.work.interface import Failure
from pipeline.work.patience import Patience, Stopped

STEP = "enrich"
IN_FLIGHT = 256
"""Articles that may wait for their pages at a time."""
BATCH = 64
"""Articles that are prepared before they are appended together."""
IDLE = 0.5
BUSY = 0.05
"""Seconds to wait for new records when none, and when some articles are in hand."""


class EnrichWorker:
    """Receives entries, enriches them, appends the articles, then commits.

    A record is committed when nothing more will come of it; killed before, it is received and enriched again, and the
    next step knows the article already.
    """

    def __init__(self, step: EnrichStep, event_log: EventLog, in_flight: int = IN_FLIGHT) -> None:
        self._enriching = step
        self._log = event_log
        self._in_flight = in_flight
        self._intake: Intake | None = None

    @property
    def step(self) -> str:
        """The step it works for."""
        return STEP

    def counts(self) -> dict[str, int]:
        """Give the records handled and failed since the start."""
        intake = self._intake
        return {"handled": intake.handled if intake else 0, "failed": intake.failed if intake else 0}

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop. What waits for a page then is received again at the next start."""
        patience = Patience(STEP, stop)
        try:
            self._intake = intake = Intake(STEP, [topics.RAW], self._log, patience)
            while not stop.is_set():
                self._turn(intake, patience, stop)
        except Stopped:
            pass
        finally:
            if self._intake:
                self._intake.close()

    def _turn(self, intake: Intake, patience: Patience, stop: threading.Event) -> None:
        waiting = len(self._enriching)
        room = min(BATCH, self._in_flight - waiting)
        outcomes: list[Outcome] = []
        if room:
            for delivered in intake.receive(room, BUSY if waiting else IDLE):
                outcomes += self._enriching.start(delivered)
        else:
            stop.wait(BUSY)
        outcomes += self._enriching.poll()
        if outcomes:
            self._settle(intake, patience, outcomes)

    def _settle(self, intake: Intake, patience: Patience, outcomes: Sequence[Outcome]) -> None:
        articles = [(outcome, _record(outcome)) for outcome in outcomes if outcome.article]
        failures = [Failure(outcome.delivered.record, outcome.failure) for outcome in outcomes if outcome.failure]
        try:
            patience(lambda: self._log.append(topics.PREPARED, [record for _, record in articles]))
        except CannotHandle:
            failures += self._one_by_one(patience, articles)
        failed = {id(failure.record) for failure in failures}
        intake.done(
            outcome.delivered.record
            for outcome in outcomes
            if outcome.final and id(outcome.delivered.record) not in failed
        )
        intake.fail(failures)

    def _one_by_one(self, patience: Patience, articles: Sequence[tuple[Outcome, NewRecord]]) -> list[Failure]:
        """Append what the log takes, when there is something among it that the log can't take."""
        failures = []
        for outcome, record in articles:
            try:
                patience(lambda record=record: self._log.append(topics.PREPARED, [record]))  # type: ignore[misc]
            except CannotHandle as error:
                failures.append(Failure(outcome.delivered.record, str(error)))
        return failures


def _record(outcome: Outcome) -> NewRecord:
    if outcome.article is None:
        raise ValueError("there is no article to append")
    return NewRecord(outcome.delivered.record.key, encode(outcome.article))
