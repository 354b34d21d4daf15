"""What analysts say of alerts, digests that they want no more, and what kinds of outlets an alert stands on."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add a table and two columns."""
    op.create_table(
        "feedback",
        sa.Column("number", SERIAL, nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("alert", "by", name="uq_feedback_alert_by"),
    )
    op.create_index("ix_feedback_at", "feedback", ["at"])
    op.add_column("mutes", sa.Column("digest", sa.Text()))
    op.add_column("alert_articles", sa.Column("kinds", sa.JSON()))


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("alert_articles", "kinds")
    op.drop_column("mutes", "digest")
    op.drop_table("feedback")
