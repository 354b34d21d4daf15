"""The worker of a step that takes its input in batches."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence

from pipeline.errors import CannotHandle, HarmattanError, LeaseLost
from pipeline.log.interface import EventLog
from pipeline.work.ahead import LookAhead
from pipeline.work.intake import Intake
from pipeline.work.interface import Delivered, Failure, Step
from pipeline.work.patience import Patience, Stopped

log = logging.getLogger(__name__)

BATCH = 64
WAIT = 0.5
STANDBY = 1.0


class BatchWorker:
    """Receives batches, has the step handle them, then commits them.

    Killed anywhere before the commit, the batch is received again by this group; steps are harmless to repeat.
    """

    def __init__(
        self,
        step: Step,
        event_log: EventLog,
        batch: int = BATCH,
        own_counts: Callable[[], Mapping[str, int]] = dict,
        ahead: LookAhead | None = None,
    ) -> None:
        """Make a worker for the step; `own_counts` gives counters that the step keeps itself, `ahead` what doesn't wait."""
        self._step = step
        self._log = event_log
        self._batch = batch
        self._own_counts = own_counts
        self._ahead = ahead
        self._intake: Intake | None = None
        self._handled = 0
        self._failed = 0

    @property
    def step(self) -> str:
        """The step it works for."""
        return self._step.name

    def counts(self) -> dict[str, int]:
        """Give the records handled and failed since the start, and what the step counts itself."""
        intake = self._intake
        return {
            "handled": self._handled + (intake.handled if intake else 0),
            "failed": self._failed + (intake.failed if intake else 0),
            **self._own_counts(),
        }

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop."""
        patience = Patience(self._step.name, stop)
        try:
            while not stop.is_set():
                self._turn(patience, stop)
        except Stopped:
            pass
        finally:
            self._leave()
            self._step.close()

    def _turn(self, patience: Patience, stop: threading.Event) -> None:
        if not patience(self._step.ready):
            self._leave()
            stop.wait(STANDBY)
            return
        if self._intake is None:
            self._intake = Intake(self._step.name, self._step.topics, self._log, patience)
        batch = self._intake.receive(self._batch, WAIT)
        if not batch:
            return
        try:
            if self._ahead and len(batch) == self._batch:
                self._decide_ahead(self._intake, self._ahead, patience)
            self._handle(self._intake, batch, patience)
        except LeaseLost as error:
            log.warning("%s gives way: %s", self._step.name, error)
            self._leave()

    def _decide_ahead(self, intake: Intake, ahead: LookAhead, patience: Patience) -> None:
        urgent = intake.look_ahead(self._batch, ahead.may_be_urgent)
        try:
            patience(lambda: ahead.decide(urgent))
        except Exception as error:
            if not _of_a_record(error):
                raise
            log.exception("%s could not decide on %d records ahead of their turn", self._step.name, len(urgent))

    def _handle(self, intake: Intake, batch: Sequence[Delivered], patience: Patience) -> None:
        try:
            failures = patience(lambda: self._step.handle(batch))
        except Exception as error:
            if not _of_a_record(error):
                raise
            log.exception("%s failed on a batch of %d; trying its records one by one", self._step.name, len(batch))
            self._one_by_one(intake, batch, patience)
            return
        _settle(intake, batch, failures)

    def _one_by_one(self, intake: Intake, batch: Sequence[Delivered], patience: Patience) -> None:
        for delivered in batch:
            alone = [delivered]
            failures = patience(_guarded(self._step, alone))
            _settle(intake, alone, failures)

    def _leave(self) -> None:
        if self._intake:
            self._handled += self._intake.handled
            self._failed += self._intake.failed
            self._intake.close()
            self._intake = None


def _guarded(step: Step, alone: Sequence[Delivered]) -> Callable[[], Sequence[Failure]]:
    def handle() -> Sequence[Failure]:
        try:
            return step.handle(alone)
        except Exception as error:
            if not _of_a_record(error):
                raise
            name = "" if isinstance(error, CannotHandle) else f"{type(error).__name__}: "
            return [Failure(alone[0].record, f"{name}{error}")]

    return handle


def _of_a_record(error: Exception) -> bool:
    """Tell whether a record may have caused this: the other errors are about servers, leases or this process."""
    return isinstance(error, CannotHandle) or not isinstance(error, HarmattanError | Stopped)


def _settle(intake: Intake, batch: Sequence[Delivered], failures: Sequence[Failure]) -> None:
    """Finish what was handled, then dead-letter the rest.

    A record that is not done holds back the commit of all later ones, so its letter is durable before them.
    """
    failed = {(f.record.topic, f.record.partition, f.record.offset) for f in failures}
    intake.done(d.record for d in batch if (d.record.topic, d.record.partition, d.record.offset) not in failed)
    intake.fail(failures)
