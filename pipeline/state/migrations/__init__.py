"""The schema's history, as Alembic revisions. `harmattan setup` applies those that a database lacks, in one transaction.

To change the schema: change pipeline/state/tables.py or feed_tables.py, write a revision in versions/ that does the same to
a database, and add its number below. A test compares what the revisions make with the tables.
"""

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012", "0013", "0014")
"""Every revision this code knows, the oldest first. A database at another one belongs to a newer Harmattan."""

VERSION_TABLE = "schema_version"
