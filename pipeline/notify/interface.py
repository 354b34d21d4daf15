"""The port to an analyst's channel."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from pipeline.records.alert import Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a channel delivers: an alert, in the state it has now.

    `update` is 0 for the alert's first message. `link` is the alert on the web page, where that has a public address.
    `maybe_repeat` is set when an earlier attempt may have arrived.
    """

    alert: Alert
    update: int
    link: str | None
    maybe_repeat: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Several alerts in one message, the most severe first: all that were raised on a day (UTC), or those that `waited`.

    What waited was held in quiet hours, by a throttle, for a group or for a digest of the analyst's own; `day` is then the
    day on which it goes out.
    """

    day: date
    alerts: tuple[Alert, ...]
    link: str | None
    waited: bool = False


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
