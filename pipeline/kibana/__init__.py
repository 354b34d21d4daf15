"""Kibana's data views, Discover sessions and dashboards: what they are, the file that they stand in, and its import."""
