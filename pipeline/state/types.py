"""Column types that mean the same in SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

SERIAL = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the database counts up; SQLite counts only what is called INTEGER."""


class Moment(TypeDecorator[datetime]):
    """An aware datetime in UTC: `timestamptz` in PostgreSQL, microseconds since 1970 in SQLite, which knows no times."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the type that the database keeps."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Give the database what it keeps."""
        if value is None or dialect.name != "sqlite":
            return value
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the moment back, in UTC whatever zone the session has."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return _EPOCH + timedelta(microseconds=value)
        moment: datetime = value
        return moment.astimezone(UTC)


class Length(TypeDecorator[timedelta]):
    """A length of time, kept in microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        """Give the number of microseconds."""
        return None if value is None else value // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        """Give the length back."""
        return None if value is None else timedelta(microseconds=value)


class FreeText(TypeDecorator[str]):
    """Text from outside. What no database takes (NUL, lone surrogates) is replaced."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Give text that can be stored."""
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """Give text that every database takes: NUL and lone surrogates are replaced."""
    if text.isprintable():
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
