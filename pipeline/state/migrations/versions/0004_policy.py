"""What became of each alert for each analyst, mutes, acknowledgements, and what routes ask of alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add columns and tables."""
    op.add_column("alerts", sa.Column("facets", sa.JSON()))
    op.add_column("alert_articles", sa.Column("source_of", sa.Text()))
    op.add_column("alert_articles", sa.Column("corrected", sa.Boolean()))
    op.add_column("deliveries", sa.Column("bundle", sa.Text()))
    op.create_index("ix_deliveries_bundle", "deliveries", ["bundle"])
    _create_outcomes()
    op.create_table(
        "mutes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("analyst", sa.Text()),
        sa.Column("rule", sa.Text()),
        sa.Column("story", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_mutes_until", "mutes", ["until"])
    op.create_table(
        "acknowledgements",
        sa.Column("number", SERIAL, nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_acknowledgements_alert", "acknowledgements", ["alert"])


def downgrade() -> None:
    """Take them away again."""
    for table in ("acknowledgements", "mutes", "alert_messages", "outcomes"):
        op.drop_table(table)
    op.drop_index("ix_deliveries_bundle", "deliveries")
    op.drop_column("deliveries", "bundle")
    op.drop_column("alert_articles", "corrected")
    op.drop_column("alert_articles", "source_of")
    op.drop_column("alerts", "facets")


def _create_outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("analyst", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("until", MOMENT),
        sa.Column("route", sa.Text()),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("mute", sa.Text()),
        sa.Column("update", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer()),
        sa.Column("outlets_told", sa.Integer(), nullable=False),
        sa.Column("decided", MOMENT, nullable=False),
        sa.Column("escalate", MOMENT),
        sa.Column("escalations", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"]),
        sa.PrimaryKeyConstraint("alert", "analyst"),
    )
    op.create_index("ix_outcomes_until", "outcomes", ["until"])
    op.create_index("ix_outcomes_escalate", "outcomes", ["escalate"])
    op.create_table(
        "alert_messages",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("analyst", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("made", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_alert_messages_analyst", "alert_messages", ["analyst", "route", "made"])
