"""The schema's history, as Alembic revisions. `harmattan setup` applies those that a database lacks, in one transaction."""

REVISIONS = ("0001",)
"""Every revision this code knows, the oldest first. A database at another one belongs to a newer Harmattan."""

VERSION_TABLE = "schema_version"
