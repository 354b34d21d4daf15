"""The tables of the signals: how many articles there were of what, when it was last named, and what signals have found."""

from sqlalchemy import Column, Index, Integer, Table, Text

from pipeline.state.account_tables import metadata
from pipeline.state.types import FreeText, Moment

__all__ = ["metadata", "signal_counts", "signal_findings", "signal_seen", "signal_watches"]

# How many new articles of a source there were in an hour, of a kind and name.
signal_counts = Table(
    "signal_counts",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("hour", Moment, primary_key=True),
    Column("name", FreeText, primary_key=True),
    Column("source", FreeText, primary_key=True),
    Column("count", Integer, nullable=False),
    Index("ix_signal_counts_name", "kind", "name", "hour"),
)

# When something was first and last named. `label` is what people call it.
signal_seen = Table(
    "signal_seen",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("name", FreeText, primary_key=True),
    Column("label", FreeText, nullable=False),
    Column("country", Text),
    Column("first", Moment, nullable=False),
    Column("last", Moment, nullable=False),
)

# Since when a kind is counted without a break.
signal_watches = Table(
    "signal_watches",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("since", Moment, nullable=False),
)

# What a signal has found of a name, the last time; a burst lasts until then, a silence until it has an end.
signal_findings = Table(
    "signal_findings",
    metadata,
    Column("signal", Text, primary_key=True),
    Column("name", FreeText, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("label", FreeText, nullable=False),
    Column("text", FreeText, nullable=False),
    Column("alert", Text, nullable=False),
    Column("began", Moment, nullable=False),
    Column("ends", Moment),
)
