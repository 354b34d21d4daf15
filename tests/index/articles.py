"""Articles for the tests of the index."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.records.article import (
    EnrichedArticle,
    Origin,
    Place,
    PreparedArticle,
    RuleMatch,
    Severity,
    Source,
    Span,
)

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
SOURCE = Source(
    feed="https://sahel-post.example/rss", name="Sahel Post", tags=("west-africa",), country="ML", language="en"
)
TIMBUKTU = Place(name="Timbuktu", country="ML", lat=16.77, lon=-3.01, kind="town")
MALI = Place(name="Mali", country="ML", lat=17.0, lon=-4.0, kind="country")
SAHEL = Place(name="Sahel", country=None, lat=15.0, lon=0.0, kind="region")


def an_article(
    article_id: str = "a1",
    title: str = "Troops reach the base",
    text: str = "Soldiers entered the base at Timbuktu on Monday.",
    *,
    revision: int = 1,
    first_seen: datetime = NOON,
    story: str = "s1",
    rules: Sequence[str] = (),
    **fields: Any,
) -> EnrichedArticle:
    """An enriched article; `fields` are those of its PreparedArticle."""
    prepared = PreparedArticle(
        source=SOURCE,
        entry=f"guid-{article_id}",
        keys=(f"url:https://sahel-post.example/{article_id}",),
        url=f"https://sahel-post.example/{article_id}",
        title=title,
        text=text,
        seen=first_seen,
        origin=Origin.LIVE,
        language="en",
        text_source="page",
        published=first_seen - timedelta(minutes=5),
        matches=tuple(a_match(rule) for rule in rules),
    )
    return EnrichedArticle(
        id=article_id,
        revision=revision,
        story=story,
        copy_of=None,
        first_seen=first_seen,
        corrected=False,
        article=replace(prepared, **fields),
    )


def a_match(rule: str) -> RuleMatch:
    return RuleMatch(
        rule=rule, name=rule.title(), version="1", severity=Severity.HIGH, channels=(), spans=(Span(0, 6, "Troops"),)
    )
