"""The port to accounts: who may do what on the page and by the API, and the trail of what was changed there.

Keys of sessions and tokens are given as digests; passwords as hashes. Every time is the database's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    """What somebody may do: each may do what those before it may."""

    READER = "reader"
    ANALYST = "analyst"
    OPERATOR = "operator"

    def covers(self, needed: "Role") -> bool:
        """Tell whether this role may do what needs that one."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class ApiScope(StrEnum):
    """What a token may be used for, of what its account's role allows."""

    READ = "read"
    ANALYSE = "analyse"
    OPERATE = "operate"

    @property
    def role(self) -> Role:
        """The role that an account needs for it."""
        return list(Role)[list(ApiScope).index(self)]


IDLE = timedelta(hours=12)
"""A session that was not used for so long has ended."""
LONGEST = timedelta(days=7)
"""So long after its sign-in a session ends, however much it was used."""
LONGEST_ELSEWHERE = timedelta(hours=12)
"""So long after its sign-in a session of an account ends whose role a provider gives: the role is no older than that."""
TRY_WINDOW = timedelta(minutes=15)
"""The time in which tries to sign in are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in. Without a password, a proxy before the page or a provider signs them in.

    `subject` is whom an OpenID Connect provider signs in to it: the issuer, a space, and its name for them that never changes.
    """

    name: str
    role: Role
    has_password: bool
    created: datetime
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A key of the API: `purpose` is what its maker says of it, `used` when it was last used, to the minute."""

    id: str
    account: str
    purpose: str
    scopes: tuple[ApiScope, ...]
    created: datetime
    ends: datetime | None
    used: datetime | None


@dataclass(frozen=True, slots=True)
class TryLimit:
    """How many tries to sign in a subject (a name, an address) has within `TRY_WINDOW`."""

    subject: str
    most: int


class Accounts(Protocol):
    """Accounts, their sessions and tokens. Names are told apart by case. Every change is noted with who made it (`by`)."""

    def add(self, name: str, role: Role, password: str | None, *, by: str, subject: str | None = None) -> bool:
        """Add an account with a password's hash or a provider's subject; tell whether both name and subject were free."""

    def get(self, name: str) -> Account | None:
        """Give the account of a name."""

    def list(self) -> "Sequence[Account]":
        """Give all, by name."""

    def remove(self, name: str, *, by: str) -> bool:
        """Remove an account with its sessions and tokens; tell whether there was one."""

    def set_role(self, name: str, role: Role, *, by: str) -> bool:
        """Give an account another role, from its next request on; tell whether there is one."""

    def of_subject(self, subject: str) -> Account | None:
        """Give the account to which a provider signs in this subject."""

    def link(self, name: str, subject: str | None, *, by: str) -> bool:
        """Let a provider sign in this subject to an account, and nobody else; its sessions end, and another's link to it.

        None: nobody. Tell whether there is such an account.
        """

    def set_password(self, name: str, password: str, *, by: str) -> bool:
        """Give an account another password, and end its sessions; tell whether there is one."""

    def password(self, name: str) -> str | None:
        """Give the hash of an account's password; None where there is no account, or no password."""

    def begin_try(self, limits: "Sequence[TryLimit]") -> tuple[timedelta, bool] | None:
        """Count a try to sign in, before its password is looked at; None when it may be made.

        Otherwise how long to wait, and whether this is the first try that was kept from being made.
        """

    def forget_tries(self, subject: str) -> None:
        """Begin to count a subject's tries anew."""

    def open_session(self, key: str, name: str) -> None:
        """Begin a session, and note it."""

    def session(self, key: str) -> Account | None:
        """Give whose session it is, unless it has ended, and note that it was used."""

    def end_session(self, key: str) -> None:
        """End a session, and note it."""

    def add_token(
        self,
        token_id: str,
        key: str,
        name: str,
        scopes: "Sequence[ApiScope]",
        purpose: str,
        lasting: timedelta | None,
        *,
        by: str,
    ) -> bool:
        """Add a token to an account; tell whether there is such an account. None: it lasts until it is removed."""

    def tokens(self) -> "Sequence[Token]":
        """Give all, those that have ended included, the oldest first."""

    def token(self, key: str) -> tuple[Account, Token] | None:
        """Give the token of a key and whose it is, unless it has ended, and note that it was used."""

    def remove_token(self, token_id: str, *, by: str) -> bool:
        """Remove a token; tell whether there was one."""

    def note(self, what: str, who: str, detail: str = "") -> None:
        """Put into the audit trail what somebody changed, or was refused."""
