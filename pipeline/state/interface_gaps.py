"""The port to the gaps: times from which a feed's entries were missed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from pipeline.state.interface_feeds import ClaimedFeed, FeedSpec


class GapState(StrEnum):
    """What became of a gap."""

    OPEN = "open"  # still to be filled
    FILLED = "filled"  # closed by other pages of the feed
    PARTLY = "partly"  # something was found, and it can't be known whether it is all
    LOST = "lost"  # nothing was found


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time from which entries are missing: after `since`, the last good poll before, and until `until`.

    `until` is the date of the oldest entry that the feed showed then, or the time of the poll where it had no dates.
    `older` is the address of the feed's page before that document, where it named one; `generator` is what made it; `scope`
    is the beginning that the addresses of its articles share.
    `recovered` counts the entries found since.
    """

    number: int
    feed: int
    spec: FeedSpec
    known_as: str
    found: datetime
    since: datetime
    until: datetime
    state: GapState
    older: str | None = None
    generator: str | None = None
    scope: str | None = None
    recovered: int = 0
    attempts: int = 0
    note: str | None = None

    @property
    def sentence(self) -> str:
        """Say from when entries are missing."""
        return f"entries were missed between {self.since:%Y-%m-%d %H:%M} and {self.until:%Y-%m-%d %H:%M} UTC"


class Gaps(Protocol):
    """What was missed."""

    def record(
        self,
        feed: int,
        *,
        since: datetime,
        until: datetime,
        older: str | None = None,
        generator: str | None = None,
        scope: str | None = None,
    ) -> None:
        """Note that entries were missed; a gap of the feed that is still open and touches this one becomes longer."""

    def save_found(self, claim: ClaimedFeed, seen: Mapping[str, str], new: int) -> None:
        """Note the entries found elsewhere for a feed, how many were new, and end its claim, in one transaction.

        Raises LeaseLost, with nothing saved, when another process has the feed.
        """

    def take_open(self, most: int, hold: timedelta) -> Sequence[Gap]:
        """Give gaps to be filled now, and to nobody else for as long as `hold`."""

    def close(self, number: int, state: GapState, recovered: int, note: str) -> None:
        """Note what became of a gap, with how, in words."""

    def retry(self, number: int, recovered: int, again: timedelta, note: str) -> None:
        """Note that a gap could not be looked into now, and when to try again."""

    def by_feed(self) -> Mapping[int, Sequence[Gap]]:
        """Give the gaps found in the last 30 days, by the feed's id, the newest first; older ones are forgotten."""
