"""Asking the outside world: HTTP with limits on size, time, redirects and addresses."""
