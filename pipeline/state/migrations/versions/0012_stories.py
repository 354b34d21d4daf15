"""Stories of more than copies, and how likely an article belongs to its story."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Add tables and a column; the stories of before stay as they are, and get no further articles."""
    op.add_column("articles", sa.Column("confidence", sa.Float()))
    op.create_table(
        "stories",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("founded", MOMENT, nullable=False),
        sa.Column("latest", MOMENT, nullable=False),
        sa.Column("core", sa.LargeBinary(), nullable=False),
        sa.Column("anchors", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_stories_latest", "stories", ["latest"])
    op.create_table(
        "story_anchors",
        sa.Column("anchor", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("seen", MOMENT, nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("anchor", "seen", "story"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "young_articles",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("seen", MOMENT, nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article"),
    )
    op.create_index("ix_young_articles_story", "young_articles", ["story"])
    op.create_index("ix_young_articles_seen", "young_articles", ["seen"])
    op.create_index(
        "ix_young_articles_pending",
        "young_articles",
        ["seen"],
        postgresql_where=sa.text("pending"),
        sqlite_where=sa.text("pending"),
    )


def downgrade() -> None:
    """Take them away again."""
    for table in ("young_articles", "story_anchors", "stories"):
        op.drop_table(table)
    op.drop_column("articles", "confidence")
