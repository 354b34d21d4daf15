"""Enrichment: an entry becomes an article with text, language, places, rule matches and a signature."""
