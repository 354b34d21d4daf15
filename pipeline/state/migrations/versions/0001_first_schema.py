"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# What pipeline.state.types keeps, spelt out: a revision stays as it is when those change.
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create every table."""
    _create_feeds()
    _create_decisions()
    _create_stories()
    _create_ledger()


def downgrade() -> None:
    """Drop every table."""
    op.drop_table("digests")
    op.drop_table("deliveries")
    op.drop_table("alert_stories")
    op.drop_table("alert_articles")
    op.drop_table("alerts")
    op.drop_table("article_bands")
    op.drop_table("article_keys")
    op.drop_table("articles")
    op.drop_table("workers")
    op.drop_table("leaders")
    op.drop_table("outbox")
    op.drop_table("covered")
    op.drop_table("feed_entries")
    op.drop_table("feeds")


def _create_feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("country", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("interval", sa.BigInteger()),
        sa.Column("problem", sa.Text()),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("found_title", sa.Text()),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("body_hash", sa.Text()),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("held_until", MOMENT),
        sa.Column("last_new", MOMENT),
        sa.Column("last_success", MOMENT),
        sa.Column("last_polled", MOMENT),
        sa.Column("next_due", MOMENT, nullable=False),
        sa.Column("token", sa.Text()),
        sa.Column("leased", MOMENT),
        sa.Column("lease_ends", MOMENT),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("url"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feeds_next_due", "feeds", ["next_due"])
    op.create_table(
        "feed_entries",
        sa.Column("feed", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("last_seen", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feeds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_feed_entries_last_seen", "feed_entries", ["feed", "last_seen"])


def _create_decisions() -> None:
    op.create_table(
        "covered",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "topic", "partition"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_step", "outbox", ["step", "id"])
    op.create_table(
        "leaders",
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("leased", MOMENT),
        sa.Column("lease_ends", MOMENT),
        sa.PrimaryKeyConstraint("step"),
    )
    op.create_table(
        "workers",
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("beat", MOMENT, nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("worker", "step"),
    )


def _create_stories() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("copy_of", sa.Text()),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("seen", MOMENT, nullable=False),
        sa.Column("text_source", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("document_hash", sa.Text(), nullable=False),
        sa.Column("backfill", sa.Boolean(), nullable=False),
        sa.Column("alertable", sa.Boolean(), nullable=False),
        sa.Column("corrected", sa.Boolean(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("bands", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    _create_partial_index("ix_articles_banded", "articles", "first_seen", "length(bands) > 0")
    op.create_index("ix_articles_seen", "articles", ["seen"])
    op.create_table(
        "article_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"]),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_article_keys_article", "article_keys", ["article"])
    op.create_table(
        "article_bands",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("band", "first_seen", "article"),
        sqlite_with_rowid=False,
    )


def _create_ledger() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rule_name", sa.Text(), nullable=False),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("matches", sa.JSON(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_alerts_created", "alerts", ["created"])
    op.create_index("ix_alerts_rule", "alerts", ["rule", "created"])
    op.create_index("ix_alerts_state", "alerts", ["state", "created"])
    op.create_table(
        "alert_articles",
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("published", MOMENT),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"]),
        sa.PrimaryKeyConstraint("rule", "article"),
    )
    op.create_index("ix_alert_articles_alert", "alert_articles", ["alert", "position"], unique=True)
    op.create_table(
        "alert_stories",
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"]),
        sa.PrimaryKeyConstraint("rule", "story"),
    )
    op.create_table(
        "deliveries",
        sa.Column("number", SERIAL, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("update", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("urgency", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", MOMENT, nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("sent", MOMENT),
        sa.Column("maybe_repeat", sa.Boolean(), nullable=False),
        sa.Column("token", sa.Text()),
        sa.Column("leased", MOMENT),
        sa.Column("lease_ends", MOMENT),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_alert", "deliveries", ["alert"])
    _create_partial_index("ix_deliveries_due", "deliveries", "due", "state = 'due'")
    op.create_table(
        "digests",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sent", MOMENT),
        sa.Column("leased", MOMENT),
        sa.Column("lease_ends", MOMENT),
        sa.PrimaryKeyConstraint("key"),
    )


def _create_partial_index(name: str, table: str, column: str, where: str) -> None:
    op.create_index(name, table, [column], postgresql_where=sa.text(where), sqlite_where=sa.text(where))
