"""The decision on one article: is it new, a new version, or nothing new; and whose copy is it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from pipeline.records.article import EnrichedArticle, Origin, PreparedArticle
from pipeline.records.change import content_digest
from pipeline.records.codec import encode
from pipeline.relate.memory import Memory
from pipeline.relate.stories import Link
from pipeline.relate.trace import trace_of
from pipeline.relate.versions import change_of, text_of
from pipeline.state.interface import KnownArticle

_NEVER = datetime.min.replace(tzinfo=UTC)
_UNSAID: Mapping[str, Any] = {"page_etag": None, "page_modified": None, "signature": b"", "clues": None}
"""What only re-checks of the page and this step need."""


@dataclass(frozen=True, slots=True)
class _Digests:
    content: str
    document: str


def relate(article: PreparedArticle, memory: Memory) -> EnrichedArticle | None:
    """Decide on an article, put the decision into memory, and give the revision to pass on; None for nothing new."""
    known = memory.known(article.keys)
    if known is None:
        return _found(article, memory)
    if known.feed != article.source.feed or _superseded(article, known):
        return None
    return _revise(article, known, memory)


def _found(article: PreparedArticle, memory: Memory) -> EnrichedArticle:
    identity = blake2b(article.keys[0].encode(), digest_size=12).hexdigest()
    original = memory.copied(article, article.seen, identity)
    link = _place(article, identity, original, memory)
    digests = _digests(article)
    known = KnownArticle(
        id=identity,
        story=link.story,
        copy_of=original.id if original else None,
        feed=article.source.feed,
        revision=1,
        first_seen=article.seen,
        seen=article.seen,
        text_source=article.text_source,
        content_hash=digests.content,
        document_hash=digests.document,
        backfill=article.origin is Origin.BACKFILL,
        alertable=article.origin is Origin.LIVE,
        corrected=False,
        signature=article.signature,
        confidence=link.confidence,
    )
    memory.put(known, article.keys)
    memory.versions.put_text(text_of(article, known))
    return _enriched(article, known, article.origin, memory)


def _place(article: PreparedArticle, identity: str, original: KnownArticle | None, memory: Memory) -> Link:
    """Put an article that has no story yet into one: its original's, the likeliest, or its own."""
    trace, stories = trace_of(article, identity), memory.stories
    if original:
        trace = replace(trace, original=original.id)
    link = Link(original.story, 1.0) if original else stories.place(trace, article.seen)
    if link is None:
        stories.found(trace, article.seen)
        return Link(identity, 1.0)
    stories.join(trace, article.seen, link.story)
    return link


def _place_again(article: PreparedArticle, known: KnownArticle, memory: Memory) -> tuple[Link, str | None]:
    """Give the story of a new version, and whose copy it is.

    An article whose story nobody else has joined may be found to belong to another one, by a fuller text for instance.
    """
    stories = memory.stories
    if known.story != known.id or not stories.alone(known.id, known.story):
        trace = replace(trace_of(article, known.id), original=known.copy_of or "")
        stories.join(trace, article.seen, known.story)
        return Link(known.story, known.confidence or 1.0), known.copy_of
    original = memory.copied(article, known.first_seen, known.id)
    stories.leave(known.id)
    link = _place(article, known.id, original, memory)
    return link, original.id if original else known.copy_of


def _superseded(article: PreparedArticle, known: KnownArticle) -> bool:
    """Tell whether what is known is newer, or the same version with the page's fuller text."""
    if article.seen != known.seen:
        return article.seen < known.seen
    return known.text_source == "page" and article.text_source == "feed"


def _revise(article: PreparedArticle, known: KnownArticle, memory: Memory) -> EnrichedArticle | None:
    digests = _digests(article)
    another_text = digests.content != known.content_hash
    later = article.seen > known.seen
    wakes = article.origin is Origin.LIVE and not known.alertable and (not known.backfill or (later and another_text))
    if digests.document == known.document_hash and not wakes:
        return None
    changed = change_of(article, known, memory.versions)
    change = changed[0] if changed else None
    link, copy_of = _place_again(article, known, memory) if another_text else (None, known.copy_of)
    revised = replace(
        known,
        story=link.story if link else known.story,
        confidence=link.confidence if link else known.confidence,
        copy_of=copy_of,
        revision=known.revision + 1,
        seen=article.seen,
        text_source=article.text_source,
        content_hash=digests.content,
        document_hash=digests.document,
        alertable=known.alertable or wakes,
        corrected=known.corrected or (change is not None and change.fields != ("date",)),
        changes=known.changes + (change is not None),
        undeclared=known.undeclared or (change is not None and change.matters and not change.declared),
        signature=article.signature,
    )
    memory.put(revised, article.keys)
    if changed:
        memory.versions.put_change(known.id, *changed)
    memory.versions.put_text(text_of(article, revised))
    return _enriched(article, revised, _origin(article, revised), memory)


def _origin(article: PreparedArticle, known: KnownArticle) -> Origin:
    """A version of a back-filled article is live only once its text has changed since."""
    if article.origin is Origin.LIVE and known.backfill and not known.alertable:
        return Origin.BACKFILL
    return article.origin


def _digests(article: PreparedArticle) -> _Digests:
    content = content_digest(article.title, article.text)
    # Dates of change and the ways it is known by differ from poll to poll while the article is the same.
    document = replace(article, seen=_NEVER, origin=Origin.LIVE, updated=None, keys=(), entry="", **_UNSAID)
    return _Digests(content, blake2b(encode(document), digest_size=12).hexdigest())


def _enriched(article: PreparedArticle, known: KnownArticle, origin: Origin, memory: Memory) -> EnrichedArticle:
    return EnrichedArticle(
        id=known.id,
        revision=known.revision,
        story=known.story,
        copy_of=known.copy_of,
        first_seen=known.first_seen,
        corrected=known.corrected,
        article=replace(article, origin=origin, **_UNSAID),
        changes=tuple(memory.versions.changes(known.id)) if known.changes else (),
        undeclared=known.undeclared,
        confidence=known.confidence,
    )
