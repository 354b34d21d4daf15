"""How articles, their identity keys and their bands are kept in columns."""

import struct
from base64 import b64encode
from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Text, bindparam, delete, insert, select

from pipeline.state.interface import KnownArticle
from pipeline.state.sql import as_list, numbers_named
from pipeline.state.tables import article_bands, articles
from pipeline.state.types import Moment

FIELDS = tuple(field.name for field in fields(KnownArticle))
COLUMNS = tuple(articles.c[name] for name in FIELDS)

ArticleBands = tuple[str, datetime, Collection[int]]
"""An article's id, when it was first seen, and the numbers of some of its bands."""


def key_digest(key: str) -> str:
    """Give the 120 bits that stand for an identity key."""
    return b64encode(blake2b(key.encode("utf-8", "replace"), digest_size=15).digest()).decode()


def band_number(band: str) -> int:
    """Give the 64 bits that stand for a band; a collision costs one comparison of signatures."""
    return int.from_bytes(blake2b(band.encode("utf-8", "replace"), digest_size=8).digest(), "little", signed=True)


def pack(numbers: Iterable[int]) -> bytes:
    """Put band numbers into one value."""
    unique = sorted(set(numbers))
    return struct.pack(f"<{len(unique)}q", *unique)


def unpack(packed: bytes) -> tuple[int, ...]:
    """Give the band numbers back."""
    return struct.unpack(f"<{len(packed) // 8}q", packed)


def to_article(row: Any) -> KnownArticle:
    """Give the article of a row that begins with COLUMNS."""
    return KnownArticle(**dict(zip(FIELDS, row, strict=False)))


def to_row(article: KnownArticle, bands: bytes) -> dict[str, Any]:
    """Give the columns of an article."""
    return {name: getattr(article, name) for name in FIELDS} | {"bands": bands}


def insert_bands(connection: Connection, bands: Iterable[ArticleBands]) -> None:
    """Add articles to their bands: a statement an article, for a band each would cost several times as much."""
    rows = _parameters(connection, bands)
    if rows:
        number = numbers_named(connection, "its_bands").c.value
        chosen = select(number, bindparam("its_first_seen", type_=Moment), bindparam("its_id", type_=Text))
        connection.execute(insert(article_bands).from_select(["band", "first_seen", "article"], chosen), rows)


def delete_bands(connection: Connection, bands: Iterable[ArticleBands]) -> None:
    """Remove articles from bands."""
    rows = _parameters(connection, bands)
    if rows:
        its_own = article_bands.c.article == bindparam("its_id")
        its_time = article_bands.c.first_seen == bindparam("its_first_seen", type_=Moment)
        its_bands = select(numbers_named(connection, "its_bands").c.value)
        connection.execute(delete(article_bands).where(article_bands.c.band.in_(its_bands), its_time, its_own), rows)


def _parameters(connection: Connection, bands: Iterable[ArticleBands]) -> list[dict[str, Any]]:
    return [
        {"its_id": identity, "its_first_seen": first_seen, "its_bands": as_list(connection, numbers)}
        for identity, first_seen, numbers in bands
        if numbers
    ]
