"""When a feed's entries were first seen."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Add a column; of entries that are known already it is not said."""
    op.add_column("feed_entries", sa.Column("first_seen", MOMENT))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("feed_entries", "first_seen")
