"""A channel that posts alerts to a web address, as CloudEvents, signed where it has a secret."""

import base64
import binascii
import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from standardwebhooks import Webhook

from pipeline.errors import BadInput
from pipeline.fetch.addresses import Network
from pipeline.fetch.retry_after import read_retry_after
from pipeline.notify.digest_json import digest_json, message_json
from pipeline.notify.http_post import Answer, NoAnswer, NotAllowed, NotSent, post
from pipeline.notify.interface import Digest, Message, Refused, TryAgain, Unknown
from pipeline.records.alert_json import iso_time, json_bytes

TIMEOUT = 10.0

_TOO_EARLY = 425
_AMBIGUOUS = frozenset((408, 409, 429))
"""Time-out, conflict (an earlier attempt with this key may be under way) and too many requests."""


class WebhookNotifier:
    """Posts each alert as a CloudEvents 1.0 event in structured mode; a 2xx means that it has arrived.

    `secret` makes the event signed as Standard Webhooks has it. What the receiver answers is judged so: a 5xx, 408, 409 or
    429 may come from something before or behind the receiver, so that the event may have arrived; any other answer is
    a refusal, redirects among them, since an address that moved wants an operator's look.
    """

    def __init__(
        self,
        url: str,
        *,
        source: str,
        secret: str | None = None,
        allowed: Sequence[Network] = (),
        timeout: float = TIMEOUT,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._url = url
        self._source = source
        self._signer = Webhook(_signing_key(secret)) if secret else None
        self._allowed = tuple(allowed)
        self._timeout = timeout
        self._now = now
        self._tls = ssl.create_default_context()

    def send(self, message: Message | Digest, key: str) -> None:
        """Post the message. Raises TryAgain, Refused or Unknown."""
        now = self._now()
        body = json_bytes(event(message, key, self._source, now))
        headers = self._headers(body, key, now)
        try:
            answer = post(self._url, body, headers, allowed=self._allowed, tls=self._tls, timeout=self._timeout)
        except NotAllowed as error:
            raise Refused(f"the webhook's address: {error}") from error
        except NotSent as error:
            raise TryAgain(f"the webhook's receiver can't be reached: {error}") from error
        except NoAnswer as error:
            raise Unknown(f"the webhook's receiver gave no answer: {error}") from error
        _judge(answer, now)

    def _headers(self, body: bytes, key: str, now: datetime) -> Mapping[str, str]:
        headers = {
            "Content-Type": "application/cloudevents+json; charset=utf-8",
            "Idempotency-Key": _header_text(key),
            "User-Agent": "Harmattan",
            "Connection": "close",
        }
        if self._signer:
            signature = self._signer.sign(_header_text(key), now, body.decode("utf-8"))
            headers["webhook-id"] = _header_text(key)
            headers["webhook-timestamp"] = str(int(now.timestamp()))
            headers["webhook-signature"] = signature
        return headers


def event(message: Message | Digest, key: str, source: str, now: datetime) -> dict[str, Any]:
    """Give the CloudEvents event; `time` is when the alert was raised, or for an update or a digest when it is sent."""
    if isinstance(message, Digest):
        return _event(key, source, "harmattan.digest", f"{message.day}", now, digest_json(message))
    alert = message.alert
    kind = "harmattan.alert.updated" if message.update else "harmattan.alert.raised"
    time = now if message.update else alert.created
    fields = _event(key, source, kind, alert.id, time, message_json(message)) | {"update": message.update}
    if message.reasons:
        fields["reasons"] = ",".join(message.reasons)
    if message.link:
        fields["link"] = message.link
    if message.maybe_repeat:
        fields["mayberepeat"] = True
    return fields


def _event(key: str, source: str, kind: str, subject: str, time: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": key,
        "source": source,
        "type": kind,
        "subject": subject,
        "time": iso_time(time),
        "datacontenttype": "application/json",
        "data": data,
    }


def _signing_key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < 24:
        raise BadInput(
            "the webhook's secret should be at least 24 random bytes in base64, with or without whsec_ before it;"
            " `openssl rand -base64 32` makes one"
        )
    return key


def _header_text(key: str) -> str:
    return "".join(character if character.isascii() and character.isprintable() else "_" for character in key)


def _judge(answer: Answer, now: datetime) -> None:
    status = answer.status
    if 200 <= status < 300:
        return
    reason = f"the webhook's receiver answered {_named(status)}"
    after = read_retry_after(answer.headers.get("retry-after"), now)
    if status == _TOO_EARLY:
        raise TryAgain(reason, after)
    if status in _AMBIGUOUS or status >= 500:
        raise Unknown(reason, after)
    if 300 <= status < 400:
        raise Refused(f"{reason}: redirects are not followed, so give the channel the new address")
    raise Refused(f"{reason}: check the channel's address and secret")


def _named(status: int) -> str:
    try:
        return f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return str(status)
