"""How far the work on one partition has come."""

from collections import deque


class Progress:
    """The records of one partition that a member has received, and the unbroken beginning of those that are done.

    Offsets may have gaps, as they do in Kafka; what counts is the order in which they were received.
    """

    def __init__(self, committed: int) -> None:
        """Start at the offset of the first record that is not yet committed."""
        self.committed = committed
        self._reached = committed
        self._received: deque[int] = deque()
        self._undone: set[int] = set()

    @property
    def reached(self) -> int:
        """The offset after the unbroken beginning: what may be committed."""
        return self._reached

    @property
    def uncommitted(self) -> bool:
        """Whether there is something to commit."""
        return self._reached > self.committed

    def receive(self, offset: int) -> None:
        """Note that this record was handed out; offsets only grow."""
        self._received.append(offset)
        self._undone.add(offset)

    def finish(self, offset: int) -> None:
        """Note that this record is done; one that was never handed out here is ignored."""
        self._undone.discard(offset)
        while self._received and self._received[0] not in self._undone:
            self._reached = self._received.popleft() + 1

    def commit(self, offset: int) -> None:
        """Note that everything below the offset is committed."""
        self.committed = max(self.committed, offset)
