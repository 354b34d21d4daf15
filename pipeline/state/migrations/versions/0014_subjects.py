"""Whom an OpenID Connect provider signs in to an account."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("accounts", sa.Column("subject", sa.Text()))
    op.create_index("ix_accounts_subject", "accounts", ["subject"], unique=True)


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_accounts_subject", "accounts")
    op.drop_column("accounts", "subject")
