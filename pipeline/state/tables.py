"""The tables, as the newest migration leaves them; those of poller, signals and versions are in modules of their own."""

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
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from pipeline.state.story_tables import metadata
from pipeline.state.types import SERIAL, FreeText, Moment

# ------------------------------------------------------------------------------------- decisions and outbox

covered = Table(
    "covered",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("step", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Index("ix_outbox_step", "step", "id"),
    # An id that came back after its row was deleted would let a late `published` delete another row.
    sqlite_autoincrement=True,
)

leaders = Table(
    "leaders",
    metadata,
    Column("step", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("leased", Moment),
    Column("lease_ends", Moment),
)

# ------------------------------------------------------------------------------------ identities and stories

articles = Table(
    "articles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("story", Text, nullable=False),
    Column("copy_of", Text),
    Column("feed", FreeText, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("seen", Moment, nullable=False, index=True),
    Column("text_source", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("document_hash", Text, nullable=False),
    Column("backfill", Boolean, nullable=False),
    Column("alertable", Boolean, nullable=False),
    Column("corrected", Boolean, nullable=False),
    # how often its outlet changed it, and whether it once did so in what matters without saying so
    Column("changes", Integer, nullable=False, server_default="0"),
    Column("undeclared", Boolean, nullable=False, server_default=false()),
    Column("signature", LargeBinary, nullable=False),
    # how likely it belongs to its story
    Column("confidence", Float),
    # The numbers of its rows in article_bands, so that these are found without an index of their own.
    Column("bands", LargeBinary, nullable=False),
)
Index(
    "ix_articles_banded",
    articles.c.first_seen,
    postgresql_where=text("length(bands) > 0"),
    sqlite_where=text("length(bands) > 0"),
)

article_keys = Table(
    "article_keys",
    metadata,
    # A digest: identities may be longer than an index takes.
    Column("key", Text, primary_key=True),
    Column("article", Text, ForeignKey("articles.id"), nullable=False, index=True),
    sqlite_with_rowid=False,
)

article_bands = Table(
    "article_bands",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    Column("first_seen", Moment, primary_key=True),
    Column("article", Text, primary_key=True),
    sqlite_with_rowid=False,
)

# --------------------------------------------------------------------------------------------------- ledger

alerts = Table(
    "alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("rule_name", FreeText, nullable=False),
    Column("rule_version", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("story", Text, nullable=False),
    Column("created", Moment, nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("matches", JSON, nullable=False),
    # how many articles it has
    Column("size", Integer, nullable=False),
    # what routes ask of it: countries, languages and places of its articles
    Column("facets", JSON),
    Index("ix_alerts_rule", "rule", "created"),
    Index("ix_alerts_state", "state", "created"),
)

alert_articles = Table(
    "alert_articles",
    metadata,
    Column("rule", Text, primary_key=True),
    Column("article", Text, primary_key=True),
    Column("alert", Text, ForeignKey("alerts.id"), nullable=False),
    # 0 for the one that founded the alert, then in the order of joining
    Column("position", Integer, nullable=False),
    Column("url", FreeText),
    Column("title", FreeText, nullable=False),
    Column("source", FreeText, nullable=False),
    Column("language", Text, nullable=False),
    Column("published", Moment),
    Column("revision", Integer, nullable=False),
    # whose report it is: the origin that it credits, or its outlet
    Column("source_of", FreeText),
    # its text and the places in it of the words that matched
    Column("passage", JSON),
    # what its outlet changed in it since, and when a change made it match no more
    Column("changes", JSON),
    Column("matches_no_more", Moment),
    # what its outlet is: agency, state, private, ...
    Column("kinds", JSON),
    Index("ix_alert_articles_alert", "alert", "position", unique=True),
    Index("ix_alert_articles_article", "article"),
)

alert_stories = Table(
    "alert_stories",
    metadata,
    Column("rule", Text, primary_key=True),
    Column("story", Text, primary_key=True),
    Column("alert", Text, ForeignKey("alerts.id"), nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("number", SERIAL, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("alert", Text, ForeignKey("alerts.id"), nullable=False, index=True),
    Column("update", Integer, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("channel", Text, nullable=False),
    # the alert's severity as a number that sorts
    Column("urgency", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Moment, nullable=False),
    Column("error", FreeText),
    Column("sent", Moment),
    Column("maybe_repeat", Boolean, nullable=False),
    # why an update is told
    Column("reasons", JSON),
    # deliveries of one bundle go out as one message
    Column("bundle", Text, index=True),
    # who carries it out now
    Column("token", Text),
    Column("leased", Moment),
    Column("lease_ends", Moment),
    sqlite_autoincrement=True,
)
Index(
    "ix_deliveries_due",
    deliveries.c.due,
    postgresql_where=text("state = 'due'"),
    sqlite_where=text("state = 'due'"),
)
Index(
    "ix_deliveries_urgent",
    deliveries.c.urgency.desc(),
    deliveries.c.due,
    deliveries.c.number,
    postgresql_where=text("state = 'due'"),
    sqlite_where=text("state = 'due'"),
)

# What became of an alert for an analyst: one row, and so one outcome at any time.
outcomes = Table(
    "outcomes",
    metadata,
    Column("alert", Text, ForeignKey("alerts.id"), primary_key=True),
    Column("analyst", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("why", FreeText, nullable=False),
    # when it is asked about again
    Column("until", Moment, index=True),
    Column("route", Text),
    Column("channels", JSON, nullable=False),
    Column("mute", Text),
    # the update that was decided on, and the last one that was told
    Column("update", Integer, nullable=False),
    Column("told", Integer),
    Column("outlets_told", Integer, nullable=False),
    Column("decided", Moment, nullable=False),
    Column("escalate", Moment, index=True),
    Column("escalations", Integer, nullable=False),
    # why the update is told that was decided on
    Column("reasons", JSON),
    # how many articles the alert had at the last message
    Column("articles_told", Integer),
)

# The messages over a route, by which it is throttled.
alert_messages = Table(
    "alert_messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("analyst", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("made", Moment, nullable=False),
    Index("ix_alert_messages_analyst", "analyst", "route", "made"),
)

mutes = Table(
    "mutes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("by", Text, nullable=False),
    Column("reason", FreeText, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False, index=True),
    Column("analyst", Text),
    Column("rule", Text),
    Column("story", Text),
    # the route, or channel, whose digests it keeps away, and nothing else
    Column("digest", Text),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("number", SERIAL, primary_key=True),
    Column("alert", Text, ForeignKey("alerts.id"), nullable=False, index=True),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("note", FreeText, nullable=False),
)

# What an analyst last said of an alert.
feedback = Table(
    "feedback",
    metadata,
    Column("number", SERIAL, primary_key=True),
    Column("alert", Text, ForeignKey("alerts.id"), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("verdict", Text, nullable=False),
    Column("note", FreeText, nullable=False),
    UniqueConstraint("alert", "by", name="uq_feedback_alert_by"),
)

# A digest for one channel, begun or sent.
digests = Table(
    "digests",
    metadata,
    Column("key", Text, primary_key=True),
    Column("sent", Moment),
    Column("leased", Moment),
    Column("lease_ends", Moment),
)

# -------------------------------------------------------------------------------------------------- workers

workers = Table(
    "workers",
    metadata,
    Column("worker", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("beat", Moment, nullable=False),
    Column("detail", JSON, nullable=False),
)

# ------------------------------------------------------------------------------------------------- searches

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("name", Text, primary_key=True),
    Column("text", FreeText, nullable=False),
    Column("filters", JSON, nullable=False),
    Column("by", FreeText),
    Column("saved", Moment, nullable=False),
)
