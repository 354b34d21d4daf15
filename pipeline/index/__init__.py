"""The way into the search index, and the search."""
