"""The web page: search, articles, alerts and the state of every part, rendered on the server."""
