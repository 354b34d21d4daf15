"""How articles, their identity keys and their bands are kept in columns."""

import struct
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import bindparam, delete

from pipeline.state.interface import KnownArticle
from pipeline.state.tables import article_bands, articles
from pipeline.state.types import Moment

FIELDS = tuple(field.name for field in fields(KnownArticle))
COLUMNS = tuple(articles.c[name] for name in FIELDS)

DELETE_BAND = delete(article_bands).where(
    article_bands.c.band == bindparam("its_band"),
    article_bands.c.first_seen == bindparam("its_first_seen", type_=Moment),
    article_bands.c.article == bindparam("its_article"),
)


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


def new_bands(article: str, first_seen: datetime, numbers: Iterable[int]) -> list[dict[str, Any]]:
    """Give the rows to insert into article_bands."""
    return [{"band": number, "first_seen": first_seen, "article": article} for number in numbers]


def old_bands(article: str, first_seen: datetime, numbers: Iterable[int]) -> list[dict[str, Any]]:
    """Give the parameters for DELETE_BAND."""
    return [{"its_band": number, "its_first_seen": first_seen, "its_article": article} for number in numbers]
