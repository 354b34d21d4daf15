"""The one shape in which an alert leaves Harmattan as JSON: `alerts list --json`, the webhook and the JSON-lines file."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pipeline.records.alert import Alert, AlertArticle
from pipeline.records.change import Change


def alert_json(alert: Alert) -> dict[str, Any]:
    """Give the alert as plain values, times as ISO 8601 in UTC.

    Receivers rely on these names: add to them, and never rename or remove one.
    """
    return {
        "id": alert.id,
        "rule": alert.rule,
        "rule_name": alert.rule_name,
        "rule_version": alert.rule_version,
        "severity": alert.severity.value,
        "story": alert.story,
        "created": iso_time(alert.created),
        "state": alert.state.value,
        "revision": alert.revision,
        "articles": [_article(article) for article in alert.articles],
        "matches": list(alert.matches),
    }


_HARMFUL = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What JSON allows raw and a terminal should not be sent: control characters and overrides of the reading direction."""


def json_bytes(fields: Mapping[str, Any]) -> bytes:
    """Give JSON of one line, readable in every script, that does no harm when it is shown in a terminal."""
    text = json.dumps(fields, ensure_ascii=False)
    return _HARMFUL.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode("utf-8", "replace")


def iso_time(moment: datetime) -> str:
    """Give a moment as ISO 8601 in UTC, ending in Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _article(article: AlertArticle) -> dict[str, Any]:
    return {
        "url": article.url,
        "title": article.title,
        "id": article.id,
        "source": article.source,
        "language": article.language,
        "published": iso_time(article.published) if article.published else None,
        "passage": _passage(article),
        "changes": [change_json(change) for change in article.changes],
        "matches_no_more": iso_time(article.matches_no_more) if article.matches_no_more else None,
    }


def change_json(change: Change) -> dict[str, Any]:
    """Give a change as plain values: what it is, whether the outlet says so, and the passages in their places."""
    return {
        "revision": change.revision,
        "at": iso_time(change.at),
        "kind": change.kind.value,
        "declared": change.declared,
        "fields": list(change.fields),
        "edits": [
            {
                "part": edit.part,
                "before": edit.before,
                "removed": edit.removed,
                "added": edit.added,
                "after": edit.after,
                "touches": [kind.value for kind in edit.touches],
            }
            for edit in change.edits
        ],
        "more": change.more,
    }


def _passage(article: AlertArticle) -> dict[str, Any] | None:
    """Give the passage with its marks as pairs of code points, the end exclusive."""
    found = article.passage
    return {"text": found.text, "marks": [list(mark) for mark in found.marks]} if found else None
