"""The passage of an alert's article that shows why the rule matched."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; alerts of before have no passages."""
    op.add_column("alert_articles", sa.Column("passage", sa.JSON()))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("alert_articles", "passage")
