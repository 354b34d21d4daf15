"""The tables of accounts, and of the changes that are no part of an alert's own history."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, Table, Text

from pipeline.state.feed_tables import metadata
from pipeline.state.types import SERIAL, FreeText, Moment

__all__ = ["account_sessions", "account_tokens", "accounts", "changes", "metadata", "sign_in_tries"]

accounts = Table(
    "accounts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    # an argon2 hash; none where somebody else signs its people in
    Column("password", Text),
    Column("created", Moment, nullable=False),
    # whom an OpenID Connect provider signs in here: its issuer and its name for them, which never changes
    Column("subject", Text),
)
Index("ix_accounts_subject", accounts.c.subject, unique=True)

# Only digests of keys are kept, so that nobody can use what a copy of the database tells.
account_sessions = Table(
    "account_sessions",
    metadata,
    Column("key", Text, primary_key=True),
    Column("account", Text, ForeignKey("accounts.name"), nullable=False, index=True),
    Column("begun", Moment, nullable=False),
    Column("used", Moment, nullable=False),
)

account_tokens = Table(
    "account_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("account", Text, ForeignKey("accounts.name"), nullable=False, index=True),
    Column("purpose", FreeText, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created", Moment, nullable=False),
    Column("ends", Moment),
    Column("used", Moment),
)

# How often somebody tried to sign in since a moment: by digests of names and addresses.
sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("count", Integer, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("number", SERIAL, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("who", FreeText, nullable=False),
    Column("detail", FreeText, nullable=False),
)
