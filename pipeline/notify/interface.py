"""The port to an analyst's channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from pipeline.records.alert import Alert
from pipeline.state.interface import Spread

UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom a message is written: times are told in `zone`, words are those of `language` (ISO 639-1)."""

    name: str = ""
    zone: ZoneInfo = UTC_ZONE
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where a message leads, as far as that has an address; none of these changes anything by being opened.

    `answer` offers what the four after it offer one by one; `kibana` is Discover with the story and its time filled in.
    """

    story: str | None = None
    kibana: str | None = None
    answer: str | None = None
    acknowledge: str | None = None
    mute: str | None = None
    useful: str | None = None
    false: str | None = None


NO_LINKS = Links()
ANYBODY = Reader()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a channel delivers: an alert, in the state it has now.

    `update` is 0 for the alert's first message; `first_key` is the key of that one. `link` is the alert on the web page,
    where that has a public address. `maybe_repeat` is set when an earlier attempt may have arrived. `spread` was counted
    when the message was made; None where nobody counted. `reasons` say what an update tells, as the policy names it.
    """

    alert: Alert
    update: int
    link: str | None
    maybe_repeat: bool
    spread: Spread | None = None
    reader: Reader = ANYBODY
    links: Links = NO_LINKS
    first_key: str | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Several alerts in one message, the most severe first: all that were raised on a day (UTC), or those that `waited`.

    What waited was held in quiet hours, by a throttle, for a group or for a digest of the analyst's own; `day` is then the
    day on which it goes out. `kind` is hourly, daily or weekly for a digest, None for what merely came due together.
    `pages` are the alerts on the web page and `spreads` how far they have spread, by their ids; `unsubscribe` takes leave of
    such digests by a POST.
    """

    day: date
    alerts: tuple[Alert, ...]
    link: str | None
    waited: bool = False
    kind: str | None = None
    spreads: Mapping[str, Spread] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    reader: Reader = ANYBODY
    unsubscribe: str | None = None


class DeliveryError(Exception):
    """The message was not certainly delivered; the text is for the operator and holds no secret.

    Trying again before `after` is over can't help; the receiver said so.
    """

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class TryAgain(DeliveryError):
    """It was certainly not delivered now, and may be later."""


class Refused(DeliveryError):
    """The receiver will never take it: a wrong address, a key that is not valid, a message it can't read."""


class Unknown(DeliveryError):
    """It may have arrived (a time-out, a 429 or a broken connection after sending): try again with the same key."""


class Notifier(Protocol):
    """One configured channel."""

    def send(self, message: Message | Digest, key: str) -> None:
        """Deliver the message; on return it has arrived at the receiver.

        `key` is the delivery's id, sent along as idempotency key where the channel can carry one. Raises TryAgain, Refused
        or Unknown.
        """
