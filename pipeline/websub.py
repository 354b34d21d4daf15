"""What the WebSub worker and the page's endpoint share: the callback's address, and secrets and signatures.

A subscription's secret is derived from one key of the installation and the subscription's own, so that no database holds it
and each process that knows the key can check what a hub sends. The signature is that of section 7.1.2 of W3C WebSub.
"""

import hmac
import os
import re
import secrets
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.errors import BadInput
from pipeline.fetch.addresses import Network, is_allowed, literal, refusal
from pipeline.settings import Settings

PATH = "/websub/"
MOST_PUSHED = 5_000_000
"""Bytes of a push: as much as a poll would read."""

_SHORTEST_KEY = 16
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_METHODS = frozenset(("sha1", "sha256", "sha384", "sha512"))


def is_key(text: str) -> bool:
    """Tell whether this may be a subscription's key at all."""
    return bool(_KEY.fullmatch(text))


class HubKeys:
    """Knows this installation's public address and its key; `allowed` are the networks that the operator has opened."""

    def __init__(self, base_url: str, key: bytes, allowed: Sequence[Network] = ()) -> None:
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._allowed = tuple(allowed)

    def callback(self, key: str) -> str:
        """Give the address that a subscription's hub speaks to."""
        return f"{self._base_url}{PATH}{key}"

    def secret(self, key: str) -> str:
        """Give a subscription's secret."""
        return hmac.new(self._key, f"websub {key}".encode(), sha256).hexdigest()

    def confidential(self, hub: str) -> bool:
        """Tell whether a hub can be told a secret that nobody else hears: over TLS, or within the operator's own network."""
        parts = urlsplit(hub)
        if parts.scheme == "https":
            return True
        address = literal(parts.hostname or "")
        return address is not None and is_allowed(address, self._allowed)

    def signed(self, key: str, header: str, body: bytes) -> bool:
        """Tell whether the header X-Hub-Signature is that of the hub that knows the subscription's secret."""
        method, _, given = header.strip().partition("=")
        if method.lower() not in _METHODS:
            return False
        right = hmac.new(self.secret(key).encode(), body, method.lower()).hexdigest()
        return hmac.compare_digest(right.encode(), given.strip().lower().encode("utf-8", "replace"))


def hub_keys(settings: Settings) -> HubKeys | None:
    """Give what WebSub needs; None where it is off: without a public address, or on servers without HARMATTAN_WEBSUB_SECRET.

    Embedded, the key is a file in the data folder, made once. Raises BadInput for a key that is too short or can't be read.
    """
    url = settings.public_url
    if url is None or _is_private(url, settings.allow_networks):
        return None
    if settings.websub_secret:
        if len(settings.websub_secret) < _SHORTEST_KEY:
            raise BadInput(f"HARMATTAN_WEBSUB_SECRET is too short; give {_SHORTEST_KEY} random characters or more")
        return HubKeys(url, settings.websub_secret.encode(), settings.allow_networks)
    if settings.database:
        return None
    return HubKeys(url, _own_key(settings.data / "websub.key"), settings.allow_networks)


def _is_private(url: str, allowed: Sequence[Network]) -> bool:
    host = urlsplit(url).hostname or ""
    address = literal(host)
    return host == "localhost" or (address is not None and refusal(address, allowed) is not None)


def _own_key(path: Path) -> bytes:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    except OSError as error:
        raise BadInput(f"{path} can't be made ({error.strerror}); give another folder with --data") from error
    key = path.read_bytes().strip()
    if len(key) < _SHORTEST_KEY:
        raise BadInput(f"{path} holds no key; remove it, and another is made")
    return key
