"""The tables of articles' versions and of the re-checks of their pages, as the newest migration leaves them."""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, Text

from pipeline.state.signal_tables import metadata
from pipeline.state.types import Moment

__all__ = ["article_rechecks", "article_texts", "article_versions", "metadata"]

# What young articles said last, to compare the next version with.
article_texts = Table(
    "article_texts",
    metadata,
    Column("article", Text, primary_key=True),
    Column("text_source", Text, primary_key=True),
    Column("first_seen", Moment, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("published", Moment),
    Column("updated", Moment),
    # title, text and places, compressed
    Column("content", LargeBinary, nullable=False),
)

# What outlets changed.
article_versions = Table(
    "article_versions",
    metadata,
    Column("article", Text, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("change", LargeBinary, nullable=False),
    # what stood before, compressed
    Column("earlier", LargeBinary),
)

article_rechecks = Table(
    "article_rechecks",
    metadata,
    Column("article", Text, primary_key=True),
    Column("due", Moment, nullable=False, index=True),
    Column("key", Text, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("digest", Text, nullable=False),
    # the article as it was prepared, compressed
    Column("record", LargeBinary, nullable=False),
)
