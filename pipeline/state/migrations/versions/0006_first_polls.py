"""How far back a feed's first poll raises alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; feeds of before say nothing of it."""
    op.add_column("feeds", sa.Column("alert_past", sa.BigInteger()))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("feeds", "alert_past")
