"""What operators say of feeds, subscriptions with hubs, and gaps."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add columns and tables."""
    op.add_column("feeds", sa.Column("login", sa.Text()))
    op.add_column("feeds", sa.Column("attributes", sa.JSON()))
    op.add_column("feeds", sa.Column("listed_in", sa.Text()))
    op.add_column("feeds", sa.Column("withdrawn", sa.Boolean()))
    _create_subscriptions()
    _create_gaps()


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("feed_gaps")
    op.drop_table("feed_pushes")
    op.drop_table("feed_subscriptions")
    for column in ("withdrawn", "listed_in", "attributes", "login"):
        op.drop_column("feeds", column)


def _create_subscriptions() -> None:
    op.create_table(
        "feed_subscriptions",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("feed", sa.BigInteger()),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due", MOMENT, nullable=False),
        sa.Column("changed", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_ends", MOMENT),
        sa.Column("error", sa.Text()),
        sa.Column("last_push", MOMENT),
        sa.Column("pushes", sa.Integer(), nullable=False),
        sa.Column("unpushed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_feed_subscriptions_feed", "feed_subscriptions", ["feed"], unique=True)
    op.create_index("ix_feed_subscriptions_due", "feed_subscriptions", ["due"])
    op.create_table(
        "feed_pushes",
        sa.Column("number", SERIAL, nullable=False),
        sa.Column("subscription", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.ForeignKeyConstraint(["subscription"], ["feed_subscriptions.key"], ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feed_pushes_subscription", "feed_pushes", ["subscription", "number"])


def _create_gaps() -> None:
    op.create_table(
        "feed_gaps",
        sa.Column("number", SERIAL, nullable=False),
        sa.Column("feed", sa.BigInteger(), nullable=False),
        sa.Column("found", MOMENT, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("older", sa.Text()),
        sa.Column("generator", sa.Text()),
        sa.Column("scope", sa.Text()),
        sa.Column("due", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("recovered", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.PrimaryKeyConstraint("number"),
        sa.ForeignKeyConstraint(["feed"], ["feeds.id"], ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feed_gaps_feed", "feed_gaps", ["feed", "found"])
