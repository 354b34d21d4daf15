"""What the page needs beside the stores to try rules and feeds; whoever starts the page hands it in."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from pipeline.log.interface import EventLog
from pipeline.poll.check import FeedReport
from pipeline.poll.discover import Discovery
from pipeline.rules.editing import RuleEditor
from pipeline.rules.examples import Describe
from pipeline.state.interface_rehearsal import RehearsalState


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTools:
    """What rules are edited and tried with.

    `describe` gives what rules see of an example. `log`, `rehearsal` and `channels` (their names) are those with which a
    back-test goes through the policy; without them it tells of articles alone.
    """

    editor: RuleEditor
    describe: Callable[[], Describe] | None = None
    log: EventLog | None = None
    rehearsal: Callable[[], AbstractContextManager[RehearsalState]] | None = None
    channels: Callable[[], Sequence[str]] = tuple


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTools:
    """What looks at feeds, by the poller's own client and its guard: finds a site's, and checks one (address, login)."""

    discover: Callable[[str], Discovery]
    check: Callable[[str, str | None], FeedReport]
