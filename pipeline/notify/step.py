"""The notify step: claims what is due from the ledger, delivers, then records."""

import logging
import random
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

from pipeline.answer_links import LinkKeys
from pipeline.errors import LeaseLost
from pipeline.log.interface import EventLog
from pipeline.notify.breaker import Breakers
from pipeline.notify.compose import Composer
from pipeline.notify.in_hand import InHand
from pipeline.notify.interface import Digest, Message, Notifier, Refused, TryAgain, Unknown
from pipeline.notify.limits import Limit, Limits
from pipeline.policy.desk import Desk
from pipeline.state.interface import Attempt, ClaimedDelivery, Ledger, Outbox
from pipeline.work.outbox import publish_outbox
from pipeline.work.patience import Patience, Stopped

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""Longer than any channel's time-out: a delivery is carried out by one process at a time."""

IDLE = 0.1
RELEASE_EVERY = 1.0
"""Seconds between two looks at what was held."""
SIDE_BY_SIDE = 32
A_CHANNEL = 4
"""Deliveries claimed at a time. A channel that has so many under way is given no more: others go on while it hangs."""
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
JITTER = 1.3
MOST_ATTEMPTS = 60
"""With pauses that grow to an hour, over two days."""


class NotifyWorker:
    """Delivers what is due, the most severe first, several deliveries side by side.

    First the delivery, then its record: killed in between, the delivery is made once more, with the same key and the note
    that it may be a repeat.
    """

    step = "notify"

    def __init__(
        self,
        ledger: Ledger,
        outbox: Outbox,
        log: EventLog,
        notifiers: Mapping[str, Notifier],
        owner: str,
        base_url: str | None,
        desk: Desk,
        keys: LinkKeys | None = None,
        kibana: str | None = None,
        limits: Mapping[str, Limit] | None = None,
    ) -> None:
        """Take the ports, and what links are made with: the page's address, the keys for answers, and Kibana's address.

        `limits` say how much channels may be given, by their names.
        """
        self._ledger = ledger
        self._outbox = outbox
        self._log = log
        self._notifiers = notifiers
        self._owner = owner
        self._composer = Composer(ledger, desk.policy, base_url, keys, kibana)
        self._breakers = Breakers()
        self._limits = Limits(limits or {})
        self._desk = desk
        self._released = 0.0
        self._in_hand = InHand()
        self._sent = 0
        self._failed = 0

    def counts(self) -> dict[str, int]:
        """Give the deliveries sent, and the attempts that failed, since the start."""
        return {"handled": self._sent, "failed": self._failed}

    def run(self, stop: threading.Event) -> None:
        """Deliver until told to stop."""
        patience = Patience(self.step, stop)
        under_way: set[Future[None]] = set()
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="notify") as pool:
            try:
                patience(self._publish)
                while not stop.is_set():
                    under_way = self._turn(pool, under_way, patience, stop)
            except Stopped:
                pass

    def _turn(
        self, pool: ThreadPoolExecutor, under_way: set[Future[None]], patience: Patience, stop: threading.Event
    ) -> set[Future[None]]:
        if time.monotonic() - self._released >= RELEASE_EVERY:
            self._released = time.monotonic()
            patience(lambda: self._desk.release(self._ledger))
        room = min(A_CHANNEL, SIDE_BY_SIDE - len(under_way))
        claims = self._claim(room, self._limits.channels, patience)
        claims += self._claim(min(room, self._limits.room()), self._limits.full(), patience)
        messages = _together(claims)
        for together in messages:
            self._limits.count(together[0].delivery.channel)
        under_way |= {pool.submit(self._deliver, together, patience) for together in messages}
        if not under_way:
            stop.wait(IDLE)
            return under_way
        finished, still = wait(under_way, timeout=IDLE, return_when=FIRST_COMPLETED)
        for future in finished:
            future.result()
        if finished:
            patience(self._publish)
        return still

    def _claim(self, room: int, but: Collection[str], patience: Patience) -> list[ClaimedDelivery]:
        if room <= 0:
            return []
        busy = {*but, *self._in_hand.busy(A_CHANNEL), *self._breakers.resting()}
        return patience(lambda: self._in_hand.take(lambda: self._ledger.claim_due(self._owner, room, LEASE, but=busy)))

    def _publish(self) -> int:
        return publish_outbox(self._outbox, self.step, self._log)

    def _deliver(self, claims: Sequence[ClaimedDelivery], patience: Patience) -> None:
        try:
            message = patience(lambda: self._compose(claims))
        except Stopped:
            return
        except Exception:
            logger.exception("the message of delivery %s can't be composed", claims[0].delivery.id)
            reason, maybe = "the message can't be composed; the log says why", claims[0].delivery.maybe_repeat
            attempt = _later(claims[0], reason, None, maybe_repeat=maybe)
        else:
            attempt = self._attempt(claims, message)
        for claim in claims:
            try:
                patience(lambda claim=claim: self._record(claim, attempt))  # type: ignore[misc]
            except LeaseLost as error:
                logger.warning("delivery %s: %s", claim.delivery.id, error)
            except Stopped:
                return
            finally:
                self._in_hand.leave(claim)
        if attempt.sent:
            self._sent += len(claims)
        else:
            self._failed += len(claims)
            logger.warning("delivery %s was not made: %s", claims[0].delivery.id, attempt.error)

    def _record(self, claim: ClaimedDelivery, attempt: Attempt) -> None:
        while True:
            newest = self._in_hand.newest(claim)
            try:
                self._ledger.record(newest, attempt)
            except LeaseLost:
                if self._in_hand.newest(claim) is newest:
                    raise
            else:
                return

    def _compose(self, claims: Sequence[ClaimedDelivery]) -> Message | Digest:
        alone = claims[0].delivery.bundle is None
        return self._composer.message(claims[0]) if alone else self._composer.digest(claims)

    def _attempt(self, claims: Sequence[ClaimedDelivery], message: Message | Digest) -> Attempt:
        claim = claims[0]
        delivery = claim.delivery
        notifier = self._notifiers.get(delivery.channel)
        if notifier is None:
            return Attempt(error=f"the channels file has no channel {delivery.channel}")
        try:
            notifier.send(message, delivery.bundle or delivery.id)
        except Refused as error:
            self._breakers.answered(delivery.channel)
            return Attempt(error=str(error))
        except TryAgain as error:
            self._breakers.failed(delivery.channel)
            return _later(claim, str(error), error.after, maybe_repeat=delivery.maybe_repeat)
        except Unknown as error:
            self._breakers.failed(delivery.channel)
            return _later(claim, str(error), error.after, maybe_repeat=True)
        except Exception as error:
            # A fault in an adapter must not end the worker, nor be taken for certainly not delivered.
            logger.exception("channel %s failed", delivery.channel)
            return _later(claim, f"{type(error).__name__} in the channel's adapter", None, maybe_repeat=True)
        self._breakers.answered(delivery.channel)
        return Attempt(sent=True)


def _together(claims: Sequence[ClaimedDelivery]) -> list[list[ClaimedDelivery]]:
    """Put the deliveries of one bundle together; every other one is alone."""
    groups: dict[str, list[ClaimedDelivery]] = {}
    for claim in claims:
        groups.setdefault(claim.delivery.bundle or claim.delivery.id, []).append(claim)
    return list(groups.values())


def _later(claim: ClaimedDelivery, reason: str, after: timedelta | None, *, maybe_repeat: bool) -> Attempt:
    attempts = claim.delivery.attempts
    if attempts >= MOST_ATTEMPTS:
        return Attempt(error=f"given up after {attempts} attempts: {reason}")
    pause = min(FIRST_RETRY * 2 ** min(attempts, 16), LONGEST_RETRY)
    # What failed together does not come back together.
    pause *= random.uniform(1.0, JITTER)  # noqa: S311
    return Attempt(retry=max(pause, after or timedelta(0)), error=reason, maybe_repeat=maybe_repeat)
