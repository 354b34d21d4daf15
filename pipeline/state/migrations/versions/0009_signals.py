"""What signals count and find, and an index by which the most urgent delivery is found among many."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Add tables and the index."""
    op.create_table(
        "signal_counts",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "hour", "name", "source"),
    )
    op.create_index("ix_signal_counts_name", "signal_counts", ["kind", "name", "hour"])
    op.create_table(
        "signal_seen",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("country", sa.Text()),
        sa.Column("first", MOMENT, nullable=False),
        sa.Column("last", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "name"),
    )
    op.create_table(
        "signal_watches",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind"),
    )
    op.create_table(
        "signal_findings",
        sa.Column("signal", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("began", MOMENT, nullable=False),
        sa.Column("ends", MOMENT),
        sa.PrimaryKeyConstraint("signal", "name"),
    )
    due = sa.text("state = 'due'")
    op.create_index(
        "ix_deliveries_urgent",
        "deliveries",
        [sa.text("urgency DESC"), "due", "number"],
        postgresql_where=due,
        sqlite_where=due,
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_deliveries_urgent", "deliveries")
    for table in ("signal_findings", "signal_watches", "signal_seen", "signal_counts"):
        op.drop_table(table)
