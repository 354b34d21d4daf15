"""The mappings of what Kibana shows beside articles and alerts: how feeds are, and the pipeline's figures by the minute."""

from typing import Any

_KEYWORD = {"type": "keyword"}
_DATE = {"type": "date", "format": "strict_date_optional_time"}
_NUMBER = {"type": "long"}
_FRACTION = {"type": "float"}

FEED_FIELDS: dict[str, Any] = {
    "title": {"type": "text", "fields": {"name": _KEYWORD}},
    "interval": _FRACTION,
    "quiet": _FRACTION,
    "silent": {"type": "boolean"},
    "pushed": {"type": "boolean"},
    **dict.fromkeys(("looked", "last_new", "last_success", "last_polled", "next_due"), _DATE),
    **dict.fromkeys(("entries", "failures", "missed", "recovered"), _NUMBER),
    **dict.fromkeys(("id", "url", "state", "tags", "country", "language", "error"), _KEYWORD),
}
"""One document a feed; pipeline.index.interface_overview says what the fields hold."""

FIGURE_FIELDS: dict[str, Any] = {
    "time": _DATE,
    **dict.fromkeys(("workers", "lag", "dead_letters", "due", "rechecks", "feeds", "failing"), _NUMBER),
    **dict.fromkeys(("handled", "failed"), _FRACTION),
    **dict.fromkeys(("step", "problems"), _KEYWORD),
}
"""One document a minute and step, and one a minute for the whole; pipeline.index.interface_overview says what they hold."""
