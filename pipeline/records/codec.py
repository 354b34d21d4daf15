"""How records become bytes: JSON with the version of its schema and the oldest reader that understands it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Protocol, TypeVar

import msgspec

from pipeline.errors import CannotHandle, TooNew


class Record(Protocol):
    """A dataclass that outlives its code: it names its schema and the oldest schema a reader must know."""

    SCHEMA: ClassVar[int]
    MIN_READER: ClassVar[int]


R = TypeVar("R", bound=Record)
Fields = dict[str, Any]

LIFTS: Mapping[tuple[str, int], Callable[[Fields], Fields]] = {}
"""(record type, schema n) -> how its fields become those of schema n + 1."""


@dataclass(frozen=True, slots=True)
class _Header:
    schema: int
    min_reader: int


@dataclass(frozen=True, slots=True)
class _Body:
    record: msgspec.Raw


@cache
def _decoder(kind: type[Any]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def encode(record: Record) -> bytes:
    """Give the record's JSON bytes, under `schema`, `min_reader` and `record`."""
    body = {"schema": record.SCHEMA, "min_reader": record.MIN_READER, "record": record}
    return msgspec.json.encode(body)


def decode(value: bytes, kind: type[R]) -> R:
    """Read a record of the kind, lifting an older schema and ignoring fields that are not known.

    Raises TooNew when the record needs a newer reader, CannotHandle when the bytes are no such record.
    """
    try:
        header: _Header = _decoder(_Header).decode(value)
        if header.min_reader > kind.SCHEMA:
            raise TooNew(
                f"a {kind.__name__} of schema {header.schema} needs a reader of schema {header.min_reader} or newer, and"
                f" this Harmattan reads up to {kind.SCHEMA}: upgrade this installation"
            )
        body: _Body = _decoder(_Body).decode(value)
        if header.schema >= kind.SCHEMA:
            return _decoder(kind).decode(body.record)  # type: ignore[no-any-return]
        return _lift(body.record, kind, header.schema)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CannotHandle(f"not a {kind.__name__}: {error}") from error


def _lift(raw: msgspec.Raw, kind: type[R], schema: int) -> R:
    fields: Fields = msgspec.json.decode(raw)
    for version in range(schema, kind.SCHEMA):
        fields = LIFTS[kind.__name__, version](fields)
    return msgspec.convert(fields, kind)
