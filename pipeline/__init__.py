"""Harmattan: a streaming news-monitoring pipeline."""

__version__ = "0.1.0"
