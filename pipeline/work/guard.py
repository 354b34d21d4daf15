"""The limit past which a step stops instead of dead-lettering everything."""

from collections import deque

from pipeline.errors import StepStopped

WINDOW = 200
LEAST_FAILURES = 20
SHARE = 0.5


class Guard:
    """Watches the share of failures among the latest records of a step."""

    def __init__(self, step: str) -> None:
        self._step = step
        self._latest: deque[bool] = deque(maxlen=WINDOW)

    def handled(self, count: int) -> None:
        """Count records that were handled."""
        self._latest.extend([False] * min(count, WINDOW))

    def failed(self, reason: str, beside: int = 0) -> None:
        """Count a failure. Raises StepStopped when it is one too many; the record must then stay uncommitted.

        `beside` counts records that were received with it and are yet to be handled.
        """
        self._latest.append(True)
        failures = sum(self._latest)
        if failures >= LEAST_FAILURES and failures >= SHARE * min(WINDOW, len(self._latest) + beside):
            raise StepStopped(
                f"{self._step} stops: {failures} of its last {len(self._latest)} records could not be handled, so the fault is"
                f" probably not theirs (the last one: {reason}). They are kept: mend the cause and start the step again;"
                " those set aside so far are in `harmattan dead-letters list`"
            )
