"""Versions of articles, and re-checks of their pages."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Add tables and columns; articles of before have no versions."""
    op.add_column("articles", sa.Column("changes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("articles", sa.Column("undeclared", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "article_texts",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("text_source", sa.Text(), nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seen", MOMENT, nullable=False),
        sa.Column("published", MOMENT),
        sa.Column("updated", MOMENT),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article", "text_source"),
    )
    op.create_index("ix_article_texts_first_seen", "article_texts", ["first_seen"])
    op.create_table(
        "article_versions",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("change", sa.LargeBinary(), nullable=False),
        sa.Column("earlier", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("article", "revision"),
    )
    op.create_table(
        "article_rechecks",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("due", MOMENT, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article"),
    )
    op.create_index("ix_article_rechecks_due", "article_rechecks", ["due"])
    op.add_column("alert_articles", sa.Column("changes", sa.JSON()))
    op.add_column("alert_articles", sa.Column("matches_no_more", MOMENT))
    op.drop_column("alert_articles", "corrected")
    op.create_index("ix_alert_articles_article", "alert_articles", ["article"])
    op.add_column("outcomes", sa.Column("reasons", sa.JSON()))
    op.add_column("outcomes", sa.Column("articles_told", sa.Integer()))
    op.add_column("deliveries", sa.Column("reasons", sa.JSON()))


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("deliveries", "reasons")
    op.drop_column("outcomes", "articles_told")
    op.drop_column("outcomes", "reasons")
    op.drop_index("ix_alert_articles_article", "alert_articles")
    op.add_column("alert_articles", sa.Column("corrected", sa.Boolean()))
    op.drop_column("alert_articles", "matches_no_more")
    op.drop_column("alert_articles", "changes")
    op.drop_table("article_rechecks")
    op.drop_table("article_versions")
    op.drop_table("article_texts")
    op.drop_column("articles", "undeclared")
    op.drop_column("articles", "changes")
