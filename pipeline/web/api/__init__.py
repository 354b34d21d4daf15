"""The JSON API: what the page shows and does, for programs."""
