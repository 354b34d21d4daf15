"""The tables of stories: their cores, what they are found by, and the articles whose story may still change."""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Table, Text, text

from pipeline.state.types import Moment
from pipeline.state.version_tables import metadata

__all__ = ["metadata", "stories", "story_anchors", "young_articles"]

stories = Table(
    "stories",
    metadata,
    Column("id", Text, primary_key=True),
    Column("founded", Moment, nullable=False),
    Column("latest", Moment, nullable=False, index=True),
    # what relate remembers of the articles that it is known by
    Column("core", LargeBinary, nullable=False),
    # its rows in story_anchors, so that these are found without an index of their own
    Column("anchors", LargeBinary, nullable=False),
)

story_anchors = Table(
    "story_anchors",
    metadata,
    Column("anchor", BigInteger, primary_key=True, autoincrement=False),
    Column("seen", Moment, primary_key=True),
    Column("story", Text, primary_key=True),
    sqlite_with_rowid=False,
)

young_articles = Table(
    "young_articles",
    metadata,
    Column("article", Text, primary_key=True),
    Column("story", Text, nullable=False, index=True),
    Column("seen", Moment, nullable=False, index=True),
    # it came since its story was last looked at
    Column("pending", Boolean, nullable=False),
    # the record that tells of it, to be told again when its story changes
    Column("document", LargeBinary, nullable=False),
)
Index(
    "ix_young_articles_pending",
    young_articles.c.seen,
    postgresql_where=text("pending"),
    sqlite_where=text("pending"),
)
