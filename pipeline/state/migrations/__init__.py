"""The schema's history, as Alembic revisions. `harmattan setup` applies those that a database lacks, in one transaction.

To change the schema: change pipeline/state/tables.py or feed_tables.py, write a revision in versions/ that does the same to
a database, and raise the last number below by one. A test compares what the revisions make with the tables.
"""

REVISIONS = tuple(f"{number:04}" for number in range(1, 15))
"""Every revision this code knows, the oldest first. A database at another one belongs to a newer Harmattan."""

VERSION_TABLE = "schema_version"
