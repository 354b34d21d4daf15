"""Asking the feeds: which ones, what they say, and which of their entries are new."""
