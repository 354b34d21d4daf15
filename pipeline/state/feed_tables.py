"""The poller's tables, as the newest migration leaves them."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

from pipeline.state.types import SERIAL, FreeText, Length, Moment

metadata = MetaData()
"""Of all tables; pipeline.state.tables adds the others."""

feeds = Table(
    "feeds",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("url", Text, nullable=False),
    # A digest of it: addresses may be longer than an index takes.
    Column("address", Text, nullable=False),
    Column("known_as", Text, nullable=False),
    Column("host", Text, nullable=False),
    # what the operator says
    Column("title", FreeText, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("country", FreeText),
    Column("language", FreeText),
    Column("interval", Length),
    Column("alert_past", Length),
    Column("problem", FreeText),
    Column("enabled", Boolean, nullable=False),
    # how to sign in: the name of a secret, never the secret
    Column("login", FreeText),
    # what an OPML file said beside all this
    Column("attributes", JSON),
    # the file of feeds that it belongs to, and whether it is disabled because that no longer holds it
    Column("listed_in", FreeText),
    Column("withdrawn", Boolean),
    # what the polls found
    Column("found_title", FreeText),
    Column("entries", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("error", FreeText),
    Column("gone", Boolean, nullable=False),
    Column("held_until", Moment),
    Column("last_new", Moment),
    Column("last_success", Moment),
    Column("last_polled", Moment),
    Column("next_due", Moment, nullable=False),
    # what the next poll needs to know: pipeline.state.interface.FeedMemory
    Column("etag", FreeText),
    Column("last_modified", FreeText),
    Column("body_hash", Text),
    Column("delay", Length),
    Column("rate", Float(53)),
    Column("ttl", Length),
    Column("period", Length),
    Column("max_age", Length),
    Column("read_at", Moment),
    Column("trust", Integer, nullable=False),
    Column("moved_to", FreeText),
    Column("moved_since", Moment),
    Column("moved_seen", Integer, nullable=False),
    # who polls it now
    Column("token", Text),
    Column("leased", Moment),
    Column("lease_ends", Moment),
    sqlite_autoincrement=True,
)
Index("ix_feeds_address", feeds.c.address, unique=True)
Index("ix_feeds_host", feeds.c.host)
_POLLED = text("enabled AND NOT gone AND problem IS NULL")
Index("ix_feeds_due", feeds.c.next_due, postgresql_where=_POLLED, sqlite_where=_POLLED)
Index("ix_feeds_polled", feeds.c.last_polled, postgresql_where=_POLLED, sqlite_where=_POLLED)

# The addresses that feeds had before they moved.
feed_moves = Table(
    "feed_moves",
    metadata,
    Column("address", Text, primary_key=True),
    Column("feed", BigInteger, ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False, index=True),
    sqlite_with_rowid=False,
)

# Hosts that have asked to be left alone.
feed_hosts = Table(
    "feed_hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("held_until", Moment, nullable=False),
    sqlite_with_rowid=False,
)

feed_entries = Table(
    "feed_entries",
    metadata,
    Column("feed", BigInteger, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("key", Text, primary_key=True),
    Column("content", Text, nullable=False),
    Column("last_seen", Moment, nullable=False),
    # none of those that older pages gave, or that an older Harmattan knew
    Column("first_seen", Moment),
    Index("ix_feed_entries_last_seen", "feed", "last_seen"),
    sqlite_with_rowid=False,
)

# A feed's subscription with a hub (WebSub), also when the feed does without it, until it is given back.
feed_subscriptions = Table(
    "feed_subscriptions",
    metadata,
    Column("key", Text, primary_key=True),
    Column("feed", BigInteger),
    Column("hub", FreeText, nullable=False),
    Column("topic", FreeText, nullable=False),
    Column("state", Text, nullable=False),
    Column("due", Moment, nullable=False, index=True),
    Column("changed", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_ends", Moment),
    Column("error", FreeText),
    Column("last_push", Moment),
    Column("pushes", Integer, nullable=False),
    Column("unpushed", Integer, nullable=False),
    Index("ix_feed_subscriptions_feed", "feed", unique=True),
)

# What hubs delivered and nobody has read yet.
feed_pushes = Table(
    "feed_pushes",
    metadata,
    Column("number", SERIAL, primary_key=True),
    Column("subscription", Text, ForeignKey("feed_subscriptions.key", ondelete="CASCADE"), nullable=False),
    Column("content_type", FreeText, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_feed_pushes_subscription", "subscription", "number"),
    sqlite_autoincrement=True,
)

# Times from which a feed's entries were missed.
feed_gaps = Table(
    "feed_gaps",
    metadata,
    Column("number", SERIAL, primary_key=True),
    Column("feed", BigInteger, ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("found", Moment, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("older", FreeText),
    Column("generator", FreeText),
    Column("scope", FreeText),
    Column("due", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("recovered", Integer, nullable=False),
    Column("note", FreeText),
    Index("ix_feed_gaps_feed", "feed", "found"),
    sqlite_autoincrement=True,
)
