"""The relate step: one leader decides, in transactions that hold the decision, its input's offset and an outbox."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from time import monotonic

from pipeline.errors import LeaseLost, OutOfReach
from pipeline.log.interface import EventLog
from pipeline.records import topics
from pipeline.records.codec import encode
from pipeline.relate.look import SecondLook
from pipeline.relate.memory import Memory
from pipeline.relate.relate import relate
from pipeline.relate.stories import WINDOW
from pipeline.relate.versions import watch
from pipeline.state.interface import Outbox, Stories
from pipeline.work.interface import Delivered, Failure
from pipeline.work.outbox import publish_outbox

LEASE = timedelta(seconds=10)
QUIET = timedelta(minutes=1)
"""How long nothing may come before stories are looked at again; otherwise the first article of the next minute is the sign."""

__all__ = ["LEASE", "QUIET", "WINDOW", "RelateStep"]


class RelateStep:
    """Gives identity, revision, copies and story to prepared articles.

    Killed before the commit of a decision, the batch is received and decided again. Killed after it, the offsets say that
    it is covered, and the outbox still holds what was not yet appended. What a second look changes is told by new revisions.
    """

    name = "relate"
    topics = (topics.PREPARED,)

    def __init__(
        self,
        stories: Stories,
        outbox: Outbox,
        log: EventLog,
        owner: str,
        rechecks: Sequence[timedelta] = (),
        quiet: timedelta = QUIET,
    ) -> None:
        """Take the times after which pages of new articles are asked for again; none turns that off."""
        self._stories = stories
        self._outbox = outbox
        self._log = log
        self._owner = owner
        self._rechecks = tuple(rechecks)
        self._consumer: str | None = None
        self._quiet = quiet.total_seconds()
        self._handled = 0.0
        self._looked = False

    def ready(self) -> bool:
        """Become or stay the leader; a new leader first publishes what the last one had decided."""
        if not self._stories.lead(self._owner, LEASE):
            self._consumer = None
            return False
        if self._consumer is None:
            publish_outbox(self._outbox, self.name, self._log)
            self._consumer = f"{self.name}@{self._log.incarnation(topics.PREPARED)}"
            self._handled, self._looked = monotonic(), False
        return self._looked or monotonic() - self._handled < self._quiet or self._look_again(self._consumer)

    def _look_again(self, consumer: str) -> bool:
        """Nothing has come for a while: look at the latest stories again. Tell whether this process still leads."""
        try:
            with self._stories.decide(self._owner, consumer) as decision:
                pending = decision.kept.pending()
                if pending:
                    memory = Memory(decision, (), pending[0][2] - WINDOW)
                    SecondLook(decision, memory).look()
        except LeaseLost:
            self._consumer = None
            return False
        publish_outbox(self._outbox, self.name, self._log)
        self._looked = True
        return True

    def handle(self, batch: Sequence[Delivered]) -> Sequence[Failure]:
        """Decide on a batch and publish what follows. Raises LeaseLost when another process leads."""
        consumer = self._consumer or f"{self.name}@{self._log.incarnation(topics.PREPARED)}"
        with self._stories.decide(self._owner, consumer) as decision:
            fresh = set(decision.uncovered([delivered.record for delivered in batch]))
            todo = [(delivered.record.key, delivered.value) for delivered in batch if delivered.record in fresh]
            if todo:
                articles = [article for _, article in todo]
                memory = Memory(decision, articles, min(article.seen for article in articles) - WINDOW)
                second = SecondLook(decision, memory)
                for key, article in todo:
                    second.look_before(article.seen)
                    if related := relate(article, memory):
                        second.keep(related)
                        decision.publish(topics.ENRICHED, related.id, encode(related))
                        watch(related, key, article, self._rechecks, decision)
            decision.cover(delivered.record for delivered in batch)
        publish_outbox(self._outbox, self.name, self._log)
        self._handled, self._looked = monotonic(), False
        return []

    def close(self) -> None:
        """Let another process lead at once; where the state can't be told, the lease ends by itself."""
        with suppress(OutOfReach):
            self._stories.resign(self._owner)
