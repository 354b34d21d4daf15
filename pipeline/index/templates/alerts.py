"""The mapping of alert documents: `pipeline.records.alert.Alert` as it is, and what came of it."""

from typing import Any

from pipeline.index.templates.analysis import ANALYZER

_KEYWORD = {"type": "keyword"}
_NUMBER = {"type": "long"}
_DATE = {"type": "date", "format": "strict_date_optional_time"}

ALERT_FIELDS: dict[str, Any] = {
    "created": _DATE,
    "revision": {"type": "long"},
    # What came of it, as `pipeline.index.interface_overview.Told` has it.
    "acknowledged": _DATE,
    "usefulness": {"type": "float"},
    **dict.fromkeys(("outlets", "origins", "useful", "false_alarms", "told", "waiting", "muted"), _NUMBER),
    **dict.fromkeys(("countries", "places", "source_kinds"), _KEYWORD),
    # The names that articles have for the same, so that one control of a dashboard narrows both.
    "rules": {"type": "alias", "path": "rule"},
    "language": {"type": "alias", "path": "articles.language"},
    "source": {"type": "alias", "path": "articles.source"},
    "articles": {
        "properties": {
            "title": {"type": "text", "analyzer": ANALYZER},
            "published": _DATE,
            "revision": {"type": "long"},
            "changes": {
                "properties": {
                    "at": _DATE,
                    "declared": {"type": "boolean"},
                    "edits": {"type": "object", "enabled": False},
                    "more": {"type": "long"},
                    "revision": {"type": "long"},
                    **dict.fromkeys(("kind", "fields"), _KEYWORD),
                }
            },
            "matches_no_more": _DATE,
            "passage": {
                "properties": {
                    "text": {"type": "text", "analyzer": ANALYZER},
                    "marks": {"type": "integer", "index": False, "doc_values": False},
                }
            },
            **dict.fromkeys(("id", "url", "source", "language"), _KEYWORD),
        }
    },
    **dict.fromkeys(
        ("id", "rule", "rule_name", "rule_version", "severity", "story", "state", "matches"),
        _KEYWORD,
    ),
}
