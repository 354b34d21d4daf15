"""The topics of the event log. Their names are fixed: others read them."""

RAW = "articles.raw"
PREPARED = "articles.prepared"
ENRICHED = "articles.enriched"
ALERTS = "alerts"
DEAD_LETTER = "articles.dead-letter"

ALL = (RAW, PREPARED, ENRICHED, ALERTS, DEAD_LETTER)
