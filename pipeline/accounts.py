"""Signing in: passwords and their hashes, the limits of guessing, and the keys of sessions and tokens."""

import logging
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from pipeline.errors import BadInput
from pipeline.state.interface import Accounts, ApiScope, TryLimit

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000
LONGEST_NAME = 80
LONGEST_PURPOSE = 200
TRIES_OF_NAME_AND_ADDRESS = 5
TRIES_OF_ADDRESS = 30
TRIES_OF_NAME = 50
"""Tries in a quarter of an hour; that of a name is the widest, so that a stranger at one address locks nobody out."""
TOKEN_PREFIX = "hmt_"  # noqa: S105
"""By this, searches for secrets in files know a token."""

logger = logging.getLogger(__name__)


class Refused(Exception):
    """The sign-in was refused; the text says why, as a sentence for who tried."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was made: its id, by which it is removed, and its text, which is shown once."""

    id: str
    text: str


class Passwords:
    """Hashes passwords with argon2id, by argon2-cffi's defaults, which are RFC 9106's second recommendation: 64 MiB each."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        # memory for two at a time: the others wait
        self._turns = threading.BoundedSemaphore(2)
        self._nobody: str | None = None

    def hash(self, password: str) -> str:
        """Give a password's hash. Raises BadInput for one that is too short or too long."""
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise BadInput(f"a password has from {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; choose another")
        with self._turns:
            return self._hasher.hash(password)

    def fits(self, hashed: str | None, password: str) -> bool:
        """Tell whether a password is that of the hash. Without a hash it takes as long, so that names can't be found out."""
        with self._turns:
            try:
                return self._hasher.verify(hashed or self._of_nobody(), password) and hashed is not None
            except (Argon2Error, InvalidHashError):
                return False

    def _of_nobody(self) -> str:
        if self._nobody is None:
            self._nobody = self._hasher.hash(secrets.token_hex(16))
        return self._nobody


class SignIn:
    """Signs people in, within limits."""

    def __init__(self, accounts: Accounts, passwords: Passwords) -> None:
        self._accounts = accounts
        self._passwords = passwords

    def check(self, name: str, password: str, address: str) -> None:
        """See that name and password belong together. Raises Refused; the trail tells of refusals, and never of passwords."""
        limits = _limits(name, address)
        held = self._accounts.begin_try(limits)
        if held:
            wait, first = held
            if first:
                self._refuse("sign-ins held off", name, f"too many tries; the last from {address}")
            minutes = max(1, -(-wait // timedelta(minutes=1)))
            raise Refused(f"There were too many tries. Try again in {minutes} minute{'' if minutes == 1 else 's'}.")
        too_long = len(password) > LONGEST_PASSWORD
        if too_long or not self._passwords.fits(self._accounts.password(name), password):
            self._refuse("sign-in refused", name, f"from {address}")
            raise Refused("This name and password don't belong together.")
        for limit in limits:
            self._accounts.forget_tries(limit.subject)

    def open(self, name: str) -> str:
        """Begin a session of an account, and give its key."""
        key = secrets.token_urlsafe(32)
        self._accounts.open_session(digest(key), name)
        return key

    def _refuse(self, what: str, name: str, detail: str) -> None:
        # Into the field of the name people type passwords, too: only names that are known are written down.
        who = name if self._accounts.get(name) else "(a name without an account)"
        self._accounts.note(what, who, detail)
        logger.warning("%s: %s, %s", what, who, detail)


def digest(key: str) -> str:
    """Give what is kept of a key, which is random and long: a plain SHA-256 of it can't be guessed back."""
    return sha256(key.encode("utf-8", "replace")).hexdigest()


def checked_name(name: str) -> str:
    """Give a name that an account may have. Raises BadInput."""
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or name != " ".join(name.split()):
        raise BadInput(
            f"{name[:LONGEST_NAME]!r} can't be the name of an account: give up to {LONGEST_NAME} characters,"
            " without line breaks or double spaces"
        )
    return name


def make_token(
    accounts: Accounts, name: str, scopes: Sequence[ApiScope], purpose: str, lasting: timedelta | None, *, by: str
) -> NewToken:
    """Make a token of an account. Raises BadInput when there is no such account, or its role is too narrow."""
    account = accounts.get(name)
    if account is None:
        raise BadInput(f"there is no account {name!r}; `harmattan users list` gives those that there are")
    for scope in scopes:
        if not account.role.covers(scope.role):
            raise BadInput(f"the scope {scope} needs the role {scope.role}, and {name} has the role {account.role}")
    token = NewToken(secrets.token_hex(4), f"{TOKEN_PREFIX}{secrets.token_urlsafe(32)}")
    accounts.add_token(token.id, digest(token.text), name, scopes, purpose[:LONGEST_PURPOSE], lasting, by=by)
    return token


def _limits(name: str, address: str) -> list[TryLimit]:
    return [
        TryLimit(digest(f"both\n{name}\n{address}"), TRIES_OF_NAME_AND_ADDRESS),
        TryLimit(digest(f"address\n{address}"), TRIES_OF_ADDRESS),
        TryLimit(digest(f"name\n{name}"), TRIES_OF_NAME),
    ]
