"""What polling ten thousand feeds needs to remember: learnt intervals, moves, hosts that are held."""

from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
POLLED = sa.text("enabled AND NOT gone AND problem IS NULL")


def upgrade() -> None:
    """Add columns and tables; addresses are found by a digest from now on, and may be of any length."""
    _add_columns()
    _fill_columns()
    if op.get_bind().dialect.name == "postgresql":
        for column in ("address", "known_as", "host", "trust", "moved_seen"):
            op.alter_column("feeds", column, server_default=None)
        op.drop_constraint("feeds_url_key", "feeds")
    op.drop_index("ix_feeds_next_due", "feeds")
    op.create_index("ix_feeds_address", "feeds", ["address"], unique=True)
    op.create_index("ix_feeds_host", "feeds", ["host"])
    for name, column in (("ix_feeds_due", "next_due"), ("ix_feeds_polled", "last_polled")):
        op.create_index(name, "feeds", [column], postgresql_where=POLLED, sqlite_where=POLLED)
    _create_tables()


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("feed_hosts")
    op.drop_table("feed_moves")
    for index in ("ix_feeds_polled", "ix_feeds_due", "ix_feeds_host", "ix_feeds_address"):
        op.drop_index(index, "feeds")
    op.create_index("ix_feeds_next_due", "feeds", ["next_due"])
    if op.get_bind().dialect.name == "postgresql":
        op.create_unique_constraint("feeds_url_key", "feeds", ["url"])
    for column in (*_NEW, "moved_seen", "trust", "host", "known_as", "address"):
        op.drop_column("feeds", column)


_NEW = ("delay", "rate", "ttl", "period", "max_age", "read_at", "moved_to", "moved_since")


def _add_columns() -> None:
    for name in ("address", "known_as", "host"):
        op.add_column("feeds", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in ("trust", "moved_seen"):
        op.add_column("feeds", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    types: dict[str, Any] = {"rate": sa.Float(53), "read_at": MOMENT, "moved_to": sa.Text(), "moved_since": MOMENT}
    for name in _NEW:
        op.add_column("feeds", sa.Column(name, types.get(name, sa.BigInteger())))


def _fill_columns() -> None:
    feeds = sa.table("feeds", *map(sa.column, ("id", "url", "address", "known_as", "host")))
    connection = op.get_bind()
    rows = [
        {"its_id": id, "address": _digest(url), "known_as": url, "host": _host(url)}
        for id, url in connection.execute(sa.select(feeds.c.id, feeds.c.url)).all()
    ]
    if rows:
        connection.execute(sa.update(feeds).where(feeds.c.id == sa.bindparam("its_id")), rows)


def _create_tables() -> None:
    op.create_table(
        "feed_moves",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("feed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("address"),
        sa.ForeignKeyConstraint(["feed"], ["feeds.id"], ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_feed_moves_feed", "feed_moves", ["feed"])
    op.create_table(
        "feed_hosts",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("held_until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("host"),
        sqlite_with_rowid=False,
    )


def _digest(url: str) -> str:
    return blake2b(url.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").rstrip(".")
    return host if port in (None, {"http": 80, "https": 443}.get(parts.scheme)) else f"{host}:{port}"
