"""Links in messages by which readers answer: signed, expiring, and harmless until a button behind them is pressed.

A link names the alert and to whom it was sent, so that a press needs no sign-in. The signature is HMAC-SHA256 (RFC 2104) cut
to 16 bytes, under one key of the installation that messages and web page share. Whoever holds a link may do what it offers:
for this one alert, in this one reader's name, until it expires.
"""

import hmac
import logging
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from pipeline.errors import BadInput
from pipeline.settings import Settings

ANSWERABLE = timedelta(days=14)
"""How long an alert's links hold."""
LEAVABLE = timedelta(days=400)
"""How long one can take leave of digests by the link in one of them."""
FORM = timedelta(hours=12)
"""How long a form of the web page may stay open before it is sent."""

logger = logging.getLogger(__name__)

_SIGNED = 16
_SHORTEST_KEY = 16
_LONGEST_TOKEN = 1000


class Purpose(StrEnum):
    """What a link is for; one for another purpose is worth nothing."""

    ANSWER = "answer"
    UNSUBSCRIBE = "unsubscribe"
    FORM = "form"
    SIGN_IN = "sign-in"


@dataclass(frozen=True, slots=True)
class Signed:
    """What a link says: its subject (an alert, or a digest), its reader, and until when it holds."""

    subject: str
    reader: str
    until: datetime


class BadLink(Exception):
    """The link can't be used; the text says why, as a sentence for its reader."""


class LinkKeys:
    """Signs and reads links."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, purpose: Purpose, subject: str, reader: str, until: datetime) -> str:
        """Give the token that stands in a link's address."""
        payload = "\n".join((f"{int(until.timestamp()):x}", reader, subject)).encode()
        return f"{_text(payload)}.{_text(self._signature(purpose, payload))}"

    def read(self, purpose: Purpose, token: str, now: datetime) -> Signed:
        """Give what a token says. Raises BadLink."""
        payload, signature = _parts(token)
        if not hmac.compare_digest(self._signature(purpose, payload), signature):
            raise BadLink("This link is not one of ours: part of it is missing, or was changed on its way.")
        moment, reader, subject = payload.decode().split("\n", 2)
        until = datetime.fromtimestamp(int(moment, 16), UTC)
        if until <= now:
            raise BadLink(f"This link expired on {until:%Y-%m-%d at %H:%M} UTC.")
        return Signed(subject, reader, until)

    def _signature(self, purpose: Purpose, payload: bytes) -> bytes:
        return hmac.digest(self._key, purpose.value.encode() + b"\0" + payload, sha256)[:_SIGNED]


def link_keys(settings: Settings) -> LinkKeys | None:
    """Give what links are signed with: HARMATTAN_LINK_SECRET, or embedded a file in the data folder, made once.

    None on servers without the setting, where page and notifiers share no folder: messages then only link to the page.
    Raises BadInput for a key that is too short or can't be read.
    """
    if settings.link_secret:
        if len(settings.link_secret) < _SHORTEST_KEY:
            raise BadInput(f"HARMATTAN_LINK_SECRET is too short; give {_SHORTEST_KEY} random characters or more")
        return LinkKeys(settings.link_secret.encode())
    if settings.database:
        logger.info("HARMATTAN_LINK_SECRET is not set: messages have no links to answer by (see docs/messages.md)")
        return None
    return LinkKeys(own_key(settings.data / "links.key"))


def own_key(path: Path) -> bytes:
    """Give the key in a file, which is made, for its owner alone, where it is missing. Raises BadInput."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # whole before it has its name, so that nobody reads half a key
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        key = path.read_bytes().strip()
    except OSError as error:
        raise BadInput(
            f"{path} can't be made or read ({error.strerror}); see that it may be, or give another folder with --data"
        ) from error
    if len(key) < _SHORTEST_KEY:
        raise BadInput(f"{path} holds no key; remove it, and another is made")
    return key


def _parts(token: str) -> tuple[bytes, bytes]:
    payload, dot, signature = token.partition(".")
    try:
        if not dot or len(token) > _LONGEST_TOKEN:
            raise ValueError
        return _bytes(payload), _bytes(signature)
    except (ValueError, NotBase64):
        raise BadLink("This link is not whole: copy all of it from the message.") from None


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
