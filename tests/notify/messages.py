"""Messages for tests, with everything that a channel shows."""

from datetime import UTC, datetime
from typing import Any

from pipeline.notify.interface import Message
from pipeline.records.alert import Alert, AlertArticle, AlertState
from pipeline.records.article import Severity

LINK = "https://harmattan.example.org/alerts/a1"
URL = "https://sahelpost.example.org/news/timbuktu-base"


def article(**changes: Any) -> AlertArticle:
    fields: dict[str, Any] = {
        "id": "x1",
        "url": URL,
        "title": "Russian troops move into base at Timbuktu",
        "source": "Sahel Post",
        "language": "en",
        "published": datetime(2026, 1, 6, 10, 30, tzinfo=UTC),
    }
    return AlertArticle(**(fields | changes))


def alert(*articles: AlertArticle, **changes: Any) -> Alert:
    fields: dict[str, Any] = {
        "id": "a1",
        "rule": "wagner-group",
        "rule_name": "Wagner Group",
        "rule_version": "v1",
        "severity": Severity.HIGH,
        "story": "s1",
        "created": datetime(2026, 1, 6, 10, 31, 2, tzinfo=UTC),
        "state": AlertState.WAITING,
        "revision": 1,
        "articles": articles or (article(),),
        "matches": ("Wagner Group", "Prigozhin"),
    }
    return Alert(**(fields | changes))


def message(
    of: Alert | None = None, *, update: int = 0, link: str | None = LINK, maybe_repeat: bool = False
) -> Message:
    return Message(alert=of or alert(), update=update, link=link, maybe_repeat=maybe_repeat)
