"""Records for tests, complete but for what a test cares about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.records.article import (
    EnrichedArticle,
    Origin,
    PreparedArticle,
    RawArticle,
    RuleMatch,
    Severity,
    Source,
    Span,
)

NOON = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)
POST = Source(feed="https://post.example/rss", name="Sahel Post", tags=("sahel",), country="ML", language="en")
WIRE = Source(feed="https://wire.example/rss", name="Sahara Wire", language="en")
CONVOY = (
    "A convoy of lorries that carried millet and fuel to the northern town of Ber was stopped on Saturday by armed men,"
    " two drivers and a trader said. The lorries were let go after six hours, the fuel was not. Nobody was hurt. The"
    " governor's office said that an escort would be given to the next convoy, which is expected to leave within a week."
)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def raw(**given: Any) -> RawArticle:
    article = RawArticle(
        source=POST,
        entry="tag:post.example,2026:1",
        url="https://post.example/convoy",
        title="Convoy stopped near Ber",
        summary="",
        content=f"<p>{CONVOY}</p>",
        seen=NOON,
        published=NOON - minutes(5),
    )
    return replace(article, **given)


def prepared(**given: Any) -> PreparedArticle:
    article = PreparedArticle(
        source=POST,
        entry="tag:post.example,2026:1",
        keys=("https://post.example/convoy",),
        url="https://post.example/convoy",
        title="Convoy stopped near Ber",
        text=CONVOY,
        seen=NOON,
        origin=Origin.LIVE,
        language="en",
        text_source="feed",
        published=NOON - minutes(5),
    )
    if "url" in given and "keys" not in given:
        given["keys"] = (given["url"],)
    return replace(article, **given)


def match(rule: str = "convoys", *words: str, **given: Any) -> RuleMatch:
    spans = tuple(Span(0, len(word), word) for word in words or ("convoy",))
    found = RuleMatch(rule=rule, name=rule.title(), version="v1", severity=Severity.HIGH, channels=(), spans=spans)
    return replace(found, **given)


def enriched(identity: str = "a1", **given: Any) -> EnrichedArticle:
    names = ("revision", "story", "copy_of", "first_seen", "corrected", "changes", "undeclared")
    own = {name: given.pop(name) for name in names if name in given}
    article = prepared(**given)
    whole = EnrichedArticle(
        id=identity, revision=1, story=identity, copy_of=None, first_seen=article.seen, corrected=False, article=article
    )
    return replace(whole, **own)
