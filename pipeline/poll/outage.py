"""Telling an outage of our own network from feeds that fail.

When our own network is down, every server seems to be. The feeds are not to blame, and would be left alone for up to a day
after it is back. So failures to reach a server don't count as the feeds' own while nothing at all answers: not a server in
between, whatever it said, and several of them that answered lately.
"""

import logging
from datetime import timedelta
from urllib.parse import urlsplit

from pipeline.state.interface import ClaimedFeed

FEWEST = 3
"""So many servers must be silent, with no answer from any other in between."""

LATELY = timedelta(days=7)
"""A server that answered within this time is expected to; ours is an outage for so long, and then each feed's own."""

log = logging.getLogger(__name__)


class Outage:
    """Watches what polls reach. To be used by one thread."""

    def __init__(self) -> None:
        self._silent: set[str] = set()
        self._told = False

    def answered(self) -> None:
        """Note that some server answered, with whatever."""
        self._silent.clear()
        if self._told:
            log.warning("servers answer again: the outage of this machine's own network is over")
        self._told = False

    def unreached(self, claim: ClaimedFeed) -> None:
        """Note that a feed's server could not be reached."""
        if _was_well(claim):
            self._silent.add(urlsplit(claim.spec.url).hostname or "")

    def excuses(self, claim: ClaimedFeed) -> bool:
        """Tell whether a feed could not be reached through no fault of its own."""
        if len(self._silent) < FEWEST or not _was_well(claim):
            return False
        if not self._told:
            log.warning(
                "no server answers any more, %d in a row: this machine's own network seems to be down; feeds are not blamed,"
                " and asked again soon",
                len(self._silent),
            )
        self._told = True
        return True


def _was_well(claim: ClaimedFeed) -> bool:
    """Tell whether a feed answered lately. An outage leaves it at one failure at most, however long that takes."""
    return claim.failures <= 1 and claim.last_success is not None and claim.at - claim.last_success <= LATELY
