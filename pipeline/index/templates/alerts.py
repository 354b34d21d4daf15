"""The mapping of alert documents, which are `pipeline.records.alert.Alert` as it is."""

from typing import Any

from pipeline.index.templates.analysis import ANALYZER

_KEYWORD = {"type": "keyword"}
_DATE = {"type": "date", "format": "strict_date_optional_time"}

ALERT_FIELDS: dict[str, Any] = {
    "created": _DATE,
    "revision": {"type": "long"},
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
