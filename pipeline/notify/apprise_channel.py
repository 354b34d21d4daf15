"""A channel over Apprise, which reaches Slack, Teams, Telegram, Matrix, ntfy and some hundred more."""

import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import apprise
from apprise import NotifyBase, NotifyFormat, NotifyType

from pipeline.errors import BadInput
from pipeline.notify.interface import DeliveryError, Digest, Message, Refused, Unknown
from pipeline.notify.media import CHAT, MARKDOWN, TEXT, Medium, clean
from pipeline.notify.texts import PLAIN, Texts
from pipeline.records.article import Severity

_TYPES = {
    Severity.LOW: NotifyType.INFO,
    Severity.MEDIUM: NotifyType.INFO,
    Severity.HIGH: NotifyType.WARNING,
    Severity.CRITICAL: NotifyType.FAILURE,
}
_STATUS = re.compile(r"\berror=(\d{3})\b")
_PIECES = re.compile(r"[/:@?&=#,;\s]+")
_MAY_HAVE_ARRIVED = frozenset((408, 409, 425, 429))
_MEDIA: Mapping[NotifyFormat, Medium] = {
    NotifyFormat.TEXT: TEXT,
    NotifyFormat.MARKDOWN: MARKDOWN,
    NotifyFormat.HTML: CHAT,
}
_LAYOUT = 40
"""Characters that Apprise puts between a subject and a text when a service has no subject of its own."""

# What Apprise logs may hold the whole address, tokens included. It reaches the operator by `_logged`, and nothing else.
logging.getLogger("apprise").propagate = False


class AppriseNotifier:
    """Sends each alert to one Apprise address.

    Apprise says that a message failed and not why, so the reason is what it logs meanwhile, without any part of
    the address that it counts as private. A status of 4xx is a refusal; after anything else the message may have arrived.

    Each service is given what it shows by itself: Markdown (which Apprise turns into Slack's mrkdwn, for instance), HTML
    (which it reduces to what Telegram and others take), or plain text.
    """

    def __init__(self, url: str, texts: Texts = PLAIN) -> None:
        service = open_service(url)
        self._url = url
        self._texts = texts
        self._private = private_parts(url, service)

    def send(self, message: Message | Digest, key: str) -> None:
        """Send the message. Raises Refused or Unknown."""
        # A service of its own for each message: they wait for each other inside Apprise, and these are sent side by side.
        service = open_service(self._url)
        target: NotifyFormat = service.resolve_format()
        medium = _MEDIA[target]
        title = self._texts.subject(message, max(40, service.title_maxlen) if service.title_maxlen > 0 else 120)
        in_text = service.title_maxlen <= 0 or service.overflow_amalgamate_title
        title = medium.escape(title) if in_text else title
        with _logged() as lines:
            try:
                sent = service.notify(
                    body=self._texts.body(message, _room(service, title if in_text else ""), medium=medium),
                    title=title,
                    notify_type=_kind(message),
                    body_format=target,
                )
            except Exception as error:
                raise Unknown(self._without_secrets(f"Apprise failed: {type(error).__name__}: {error}")) from None
        if not sent:
            raise self._failure(lines)

    def _failure(self, lines: list[str]) -> DeliveryError:
        reason = self._without_secrets("; ".join(lines) or "Apprise gave no reason")
        status = next((int(found[1]) for line in lines if (found := _STATUS.search(line))), None)
        if status and 400 <= status < 500 and status not in _MAY_HAVE_ARRIVED:
            return Refused(reason)
        return Unknown(reason)

    def _without_secrets(self, text: str) -> str:
        for part in self._private:
            text = text.replace(part, "…")
        return clean(text, 500)


def open_service(url: str) -> NotifyBase:
    """Make Apprise's service for an address. Raises BadInput when Apprise can't read it."""
    with _logged() as lines:
        service: NotifyBase | None = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if service is None:
        scheme = url.partition("://")[0]
        known = f"no {scheme}:// address that Apprise can read" if "://" in url and scheme.isalnum() else "no address"
        missing = (
            " (a library that this service needs is not installed)" if any("unavail" in ln for ln in lines) else ""
        )
        raise BadInput(f"this is {known}{missing}; see Apprise's documentation of the service for its form")
    return service


def private_parts(url: str, service: NotifyBase) -> tuple[str, ...]:
    """Give those parts of an address that Apprise hides when it shows the address, the longest first."""
    address: Callable[..., str] = service.url
    public, whole = address(privacy=True), address(privacy=False)
    if public == whole:
        return ()
    shown = set(_PIECES.split(public))
    parts = {part for text in (url, whole) for part in _PIECES.split(text) if len(part) >= 4 and part not in shown}
    return tuple(sorted({url, whole, *parts}, key=len, reverse=True))


def _kind(message: Message | Digest) -> NotifyType:
    return NotifyType.INFO if isinstance(message, Digest) else _TYPES[message.alert.severity]


def _room(service: NotifyBase, title: str) -> int:
    """Give how many characters a text may have beside a title that stands in it."""
    most: int = service.body_maxlen
    return max(most - (len(title) + _LAYOUT if title else 0), 20)


class _Collector(logging.Handler):
    """Keeps what one thread logs as a warning or worse."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._lines = lines
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self._lines.append(record.getMessage())


@contextmanager
def _logged() -> Iterator[list[str]]:
    """Collect what Apprise logs in this thread meanwhile."""
    lines: list[str] = []
    collector = _Collector(lines)
    logger: Any = logging.getLogger("apprise")
    logger.addHandler(collector)
    try:
        yield lines
    finally:
        logger.removeHandler(collector)
