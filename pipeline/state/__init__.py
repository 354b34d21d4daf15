"""State that steps own: feeds, identities and stories, the ledger; in SQLite or PostgreSQL."""
