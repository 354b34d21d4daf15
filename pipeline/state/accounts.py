"""Accounts, their sessions and tokens in the database."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update

from pipeline.state.account_tables import account_sessions, account_tokens, accounts, changes, sign_in_tries
from pipeline.state.engine import Database
from pipeline.state.interface_accounts import (
    IDLE,
    LONGEST,
    LONGEST_ELSEWHERE,
    TRY_WINDOW,
    Account,
    ApiScope,
    Role,
    Token,
    TryLimit,
)
from pipeline.state.interface_ledger import AuditEntry
from pipeline.state.sql import insert_into, now_of

_TOUCH = timedelta(minutes=1)
"""A use is written so often at most: every request would be a write otherwise."""


class DatabaseAccounts:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # ------------------------------------------------------------------------------------------------- accounts

    def add(self, name: str, role: Role, password: str | None, *, by: str, subject: str | None = None) -> bool:
        """Add an account."""
        with self._database.write() as connection:
            created = now_of(connection)
            values = {"name": name, "role": role.value, "password": password, "created": created, "subject": subject}
            insert = insert_into(connection, accounts).values(**values).on_conflict_do_nothing()
            added = connection.execute(insert.returning(accounts.c.name)).first() is not None
            if added:
                _note(connection, "account added", by, f"{name}, {role.value}")
            return added

    def get(self, name: str) -> Account | None:
        """Give the account of a name."""
        with self._database.read() as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == name)).one_or_none()
            return _account(row) if row else None

    def list(self) -> Sequence[Account]:
        """Give all, by name."""
        with self._database.read() as connection:
            return sorted(map(_account, connection.execute(select(accounts))), key=lambda account: account.name)

    def remove(self, name: str, *, by: str) -> bool:
        """Remove an account with what hangs on it."""
        with self._database.write() as connection:
            for table in (account_sessions, account_tokens):
                connection.execute(delete(table).where(table.c.account == name))
            removed = bool(connection.execute(delete(accounts).where(accounts.c.name == name)).rowcount)
            if removed:
                _note(connection, "account removed", by, name)
            return removed

    def set_role(self, name: str, role: Role, *, by: str) -> bool:
        """Give an account another role."""
        return self._change(name, {"role": role.value}, "role changed", by, f"{name}, {role.value}")

    def of_subject(self, subject: str) -> Account | None:
        """Give the account of a subject."""
        with self._database.read() as connection:
            row = connection.execute(select(accounts).where(accounts.c.subject == subject)).one_or_none()
            return _account(row) if row else None

    def link(self, name: str, subject: str | None, *, by: str) -> bool:
        """Let a provider sign somebody in to an account."""
        with self._database.write() as connection:
            if subject is not None:
                others = (accounts.c.subject == subject) & (accounts.c.name != name)
                connection.execute(update(accounts).where(others).values(subject=None))
            linked = update(accounts).where(accounts.c.name == name).values(subject=subject)
            if not connection.execute(linked).rowcount:
                return False
            connection.execute(delete(account_sessions).where(account_sessions.c.account == name))
            _note(connection, "account linked", by, f"{name}, {subject or 'to nobody'}")
            return True

    def set_password(self, name: str, password: str, *, by: str) -> bool:
        """Give an account another password, and end its sessions."""
        return self._change(name, {"password": password}, "password changed", by, name, end_sessions=True)

    def password(self, name: str) -> str | None:
        """Give the hash of an account's password."""
        with self._database.read() as connection:
            found: str | None = connection.execute(select(accounts.c.password).where(accounts.c.name == name)).scalar()
            return found

    def _change(
        self, name: str, values: dict[str, str], what: str, by: str, detail: str, *, end_sessions: bool = False
    ) -> bool:
        with self._database.write() as connection:
            if not connection.execute(update(accounts).where(accounts.c.name == name).values(**values)).rowcount:
                return False
            if end_sessions:
                connection.execute(delete(account_sessions).where(account_sessions.c.account == name))
            _note(connection, what, by, detail)
            return True

    # ------------------------------------------------------------------------------------------------- sign-ins

    def begin_try(self, limits: Sequence[TryLimit]) -> tuple[timedelta, bool] | None:
        """Count a try, or say how long to wait."""
        with self._database.write() as connection:
            now = now_of(connection)
            connection.execute(delete(sign_in_tries).where(_tries_over(now)))
            # in one order, so that two tries never wait for each other
            counted = [_held(connection, limit, now) for limit in sorted(limits, key=lambda one: one.subject)]
            held = [one for one in counted if one]
            return (max(wait for wait, _ in held), any(first for _, first in held)) if held else None

    def forget_tries(self, subject: str) -> None:
        """Begin to count anew."""
        with self._database.write() as connection:
            connection.execute(delete(sign_in_tries).where(sign_in_tries.c.subject == subject))

    # ------------------------------------------------------------------------------------------------- sessions

    def open_session(self, key: str, name: str) -> None:
        """Begin a session, and clear away those that have ended."""
        with self._database.write() as connection:
            now = now_of(connection)
            old = (account_sessions.c.used <= now - IDLE) | (account_sessions.c.begun <= now - LONGEST)
            connection.execute(delete(account_sessions).where(old))
            connection.execute(account_sessions.insert().values(key=key, account=name, begun=now, used=now))
            _note(connection, "signed in", name, "")

    def session(self, key: str) -> Account | None:
        """Give whose session it is."""
        wanted = select(accounts, account_sessions.c.begun, account_sessions.c.used).join(account_sessions)
        with self._database.read() as connection:
            row = connection.execute(wanted.where(account_sessions.c.key == key)).one_or_none()
            now = now_of(connection)
        if row is None or _over(row.used, IDLE, now) or _over(row.begun, _longest(row.subject), now):
            return None
        if now - row.used >= _TOUCH:
            with self._database.write() as connection:
                mine = account_sessions.c.key == key
                connection.execute(update(account_sessions).where(mine).values(used=now))
        return _account(row)

    def end_session(self, key: str) -> None:
        """End a session."""
        with self._database.write() as connection:
            ended = delete(account_sessions).where(account_sessions.c.key == key).returning(account_sessions.c.account)
            for name in list(connection.execute(ended).scalars()):
                _note(connection, "signed out", name, "")

    # --------------------------------------------------------------------------------------------------- tokens

    def add_token(
        self,
        token_id: str,
        key: str,
        name: str,
        scopes: Sequence[ApiScope],
        purpose: str,
        lasting: timedelta | None,
        *,
        by: str,
    ) -> bool:
        """Add a token to an account."""
        with self._database.write() as connection:
            if connection.execute(select(accounts.c.name).where(accounts.c.name == name)).first() is None:
                return False
            now = now_of(connection)
            values = {"purpose": purpose, "scopes": [scope.value for scope in scopes], "created": now}
            ends = None if lasting is None else now + lasting
            connection.execute(account_tokens.insert().values(id=token_id, key=key, account=name, ends=ends, **values))
            _note(connection, "token added", by, f"{token_id} of {name}: {', '.join(scopes)}")
            return True

    def tokens(self) -> Sequence[Token]:
        """Give all, the oldest first."""
        with self._database.read() as connection:
            return [
                _token(row)
                for row in connection.execute(
                    select(account_tokens).order_by(account_tokens.c.created, account_tokens.c.id)
                )
            ]

    def token(self, key: str) -> tuple[Account, Token] | None:
        """Give the token of a key and whose it is."""
        with self._database.read() as connection:
            row = connection.execute(select(account_tokens).where(account_tokens.c.key == key)).one_or_none()
            if row is None:
                return None
            owner = connection.execute(select(accounts).where(accounts.c.name == row.account)).one()
            now = now_of(connection)
        if row.ends is not None and row.ends <= now:
            return None
        if row.used is None or now - row.used >= _TOUCH:
            with self._database.write() as connection:
                mine = account_tokens.c.key == key
                connection.execute(update(account_tokens).where(mine).values(used=now))
        return _account(owner), _token(row)

    def remove_token(self, token_id: str, *, by: str) -> bool:
        """Remove a token."""
        with self._database.write() as connection:
            removed = bool(connection.execute(delete(account_tokens).where(account_tokens.c.id == token_id)).rowcount)
            if removed:
                _note(connection, "token removed", by, token_id)
            return removed

    # ---------------------------------------------------------------------------------------------------- trail

    def note(self, what: str, who: str, detail: str = "") -> None:
        """Put something into the audit trail."""
        with self._database.write() as connection:
            _note(connection, what, who, detail)


def noted_changes(connection: Connection, since: datetime, until: datetime) -> Iterator[AuditEntry]:
    """Give what was noted in a time, for the audit trail."""
    wanted = select(changes).where(changes.c.at >= since, changes.c.at < until).order_by(changes.c.number)
    for row in connection.execute(wanted):
        yield AuditEntry(at=row.at, what=row.what, who=row.who, detail=row.detail)


def _note(connection: Connection, what: str, who: str, detail: str) -> None:
    connection.execute(changes.insert().values(at=now_of(connection), what=what, who=who, detail=detail))


def _tries_over(now: datetime) -> Any:
    # A window from the future (a clock was set back) is over, too.
    return (sign_in_tries.c.since <= now - TRY_WINDOW) | (sign_in_tries.c.since > now)


def _held(connection: Connection, limit: TryLimit, now: datetime) -> tuple[timedelta, bool] | None:
    """Count a subject's try, and give how long it must wait if it had too many, and whether it was told so first."""
    insert = insert_into(connection, sign_in_tries).values(subject=limit.subject, since=now, count=1)
    counted = insert.on_conflict_do_update(
        index_elements=["subject"], set_={"count": sign_in_tries.c.count + 1}
    ).returning(sign_in_tries.c.since, sign_in_tries.c.count)
    row = connection.execute(counted).one()
    return (row.since + TRY_WINDOW - now, row[1] == limit.most + 1) if row[1] > limit.most else None


def _over(since: datetime, lasting: timedelta, now: datetime) -> bool:
    return since + lasting <= now or since > now + _TOUCH


def _longest(subject: str | None) -> timedelta:
    return LONGEST if subject is None else LONGEST_ELSEWHERE


def _account(row: Any) -> Account:
    return Account(
        name=row.name,
        role=Role(row.role),
        has_password=row.password is not None,
        created=row.created,
        subject=row.subject,
    )


def _token(row: Any) -> Token:
    scopes = tuple(ApiScope(scope) for scope in row.scopes)
    return Token(
        id=row.id,
        account=row.account,
        purpose=row.purpose,
        scopes=scopes,
        created=row.created,
        ends=row.ends,
        used=row.used,
    )
