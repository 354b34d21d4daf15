"""The deliveries that this process has under way."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Sequence

from pipeline.state.interface import ClaimedDelivery


class InHand:
    """Knows the newest claim of each delivery under way.

    A delivery that outlasts its claim, because its channel or the record of it takes long, is due again. When it falls to
    this process, that only renews the claim: it must not be made a second time beside itself.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._claims: dict[str, ClaimedDelivery] = {}

    def take(self, claim_due: Callable[[], Sequence[ClaimedDelivery]]) -> list[ClaimedDelivery]:
        """Claim deliveries; give those that are not under way yet."""
        with self._lock:  # so that `newest` knows of every claim that this process has made
            claims = claim_due()
            new = [claim for claim in claims if claim.delivery.id not in self._claims]
            self._claims |= {claim.delivery.id: claim for claim in claims}
        return new

    def newest(self, claim: ClaimedDelivery) -> ClaimedDelivery:
        """Give the newest claim of the same delivery."""
        with self._lock:
            return self._claims[claim.delivery.id]

    def leave(self, claim: ClaimedDelivery) -> None:
        """Note that the delivery is under way no more."""
        with self._lock:
            del self._claims[claim.delivery.id]

    def busy(self, most: int) -> Collection[str]:
        """Give the channels that have so many deliveries under way, or more."""
        with self._lock:
            counts = Counter(claim.delivery.channel for claim in self._claims.values())
        return [channel for channel, count in counts.items() if count >= most]
