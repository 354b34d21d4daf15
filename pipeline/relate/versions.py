"""What an outlet changed: a version next to the one before it, and the page to be asked for again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from pipeline.identity import is_web_address
from pipeline.records.article import EnrichedArticle, Origin, PreparedArticle
from pipeline.records.change import Change, ChangeKind, Edit, Nature, content_digest
from pipeline.state.interface import KnownArticle, KnownText, Recheck
from pipeline.state.interface_versions import VersionsDecision
from pipeline.text.changes import Changes, compare
from pipeline.text.document import Document

MOST_EDITS = 6
"""Passages of a change that travel with the article; how many others there are is told."""
LONGEST = 300
"""Code points of what was removed or added that are shown; the whole is in the earlier version."""

NO_RECHECKS = "no-rechecks"
"""The tag of feeds whose articles' pages are not asked for again."""

_PAGE = "page"
_GONE = ("withdrawal",)
_PARTS = ("title", "lead", "text")


def text_of(article: PreparedArticle, known: KnownArticle) -> KnownText:
    """Give what is to be remembered of a version, to compare the next one with."""
    return KnownText(
        article=known.id,
        text_source=article.text_source,
        first_seen=known.first_seen,
        revision=known.revision,
        seen=article.seen,
        title=article.title,
        text=article.text,
        places=tuple(place.name for place in article.places),
        published=article.published,
        updated=article.updated,
    )


def change_of(
    article: PreparedArticle, known: KnownArticle, versions: VersionsDecision
) -> tuple[Change, KnownText | None] | None:
    """Say how a version differs from what stood before, and give that; None where the outlet changed nothing.

    The texts of feed and page are never compared with each other: where the page could not be had this time, only title and
    date are.
    """
    texts = versions.texts(known.id)
    follows = any(text.text_source == article.text_source and text.seen < article.seen for text in texts)
    if article.seen == known.seen and not follows:
        return None  # the same version, perhaps with its page's text, or as newer code reads it
    same = next((text for text in texts if text.text_source == article.text_source), None)
    earlier = same or next(iter(texts), None)
    if article.withdrawn:
        return _change(article, known, Nature.WITHDRAWAL, declared=False, fields=_GONE), earlier
    if earlier is None:
        return _unknown(article, known), None
    was_gone = known.changes > 0 and [change.fields for change in versions.changes(known.id)][-1:] == [_GONE]
    found = _compared(article, texts[0], same)
    fields = _fields(article, texts[0], found, was_gone=was_gone)
    if not fields:
        return None
    declared = found.declared or _dated_anew(article, texts[0])
    nature = Nature.MATERIAL if was_gone else _nature(found)
    return _change(article, known, nature, declared=declared, fields=fields, edits=found.edits), earlier


def _unknown(article: PreparedArticle, known: KnownArticle) -> Change:
    """Say what can be said where nothing is kept of what stood before: whether the article is taken back now."""
    withdrawn = ChangeKind.WITHDRAWAL in compare(Document("", ""), Document(article.title, article.text)).kinds
    nature = Nature.WITHDRAWAL if withdrawn else Nature.UNKNOWN
    return _change(article, known, nature, declared=withdrawn, fields=_GONE if withdrawn else ("text",))


def _compared(article: PreparedArticle, latest: KnownText, same: KnownText | None) -> Changes:
    places = [place.name for place in article.places]
    old = Document(latest.title, same.text if same else article.text, article.language)
    return compare(
        old, Document(article.title, article.text, article.language), same.places if same else places, places
    )


def _fields(article: PreparedArticle, latest: KnownText, found: Changes, *, was_gone: bool) -> tuple[str, ...]:
    parts = {edit.part for edit in found.edits}
    fields = [part for part in _PARTS if part in parts]
    moved = article.published and latest.published and article.published != latest.published
    if moved and article.dated_by != "seen":
        fields.append("date")
    if was_gone or ChangeKind.WITHDRAWAL in found.kinds:
        fields.append("withdrawal")
    return tuple(fields)


def _dated_anew(article: PreparedArticle, latest: KnownText) -> bool:
    """Tell whether the outlet gives the article a later date of change."""
    before = latest.updated or latest.published
    return bool(article.updated and before and article.updated > before and article.updated != latest.updated)


def _nature(found: Changes) -> Nature:
    if ChangeKind.WITHDRAWAL in found.kinds:
        return Nature.WITHDRAWAL
    if not (found.material or found.corrects):
        return Nature.COSMETIC
    return Nature.CORRECTION if found.declared else Nature.MATERIAL


def _change(
    article: PreparedArticle,
    known: KnownArticle,
    nature: Nature,
    *,
    declared: bool,
    fields: tuple[str, ...],
    edits: Sequence[Edit] = (),
) -> Change:
    first = sorted(edits, key=lambda edit: not edit.material)[:MOST_EDITS]
    return Change(
        revision=known.revision + 1,
        at=article.seen,
        kind=nature,
        declared=declared,
        fields=fields,
        edits=tuple(replace(edit, removed=_cut(edit.removed), added=_cut(edit.added)) for edit in first),
        more=len(edits) - len(first),
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def watch(
    related: EnrichedArticle, key: str, article: PreparedArticle, after: Sequence[timedelta], versions: VersionsDecision
) -> None:
    """Have the page of a young article asked for again, where its text is from there or the page could not be had.

    Feeds with the tag NO_RECHECKS are left out. `after` are the times from when it was first seen; `article` is the record
    with its validators.
    """
    wanted = article.text_source == _PAGE or article.page_kind == "unreadable"
    if NO_RECHECKS in map(str.casefold, article.source.tags):
        return
    if not after or not wanted or article.withdrawn or related.article.origin is not Origin.LIVE:
        return
    if not is_web_address(article.url) or article.seen - related.first_seen >= after[-1]:
        return
    versions.watch(
        Recheck(
            article=related.id,
            key=key,
            record=article,
            digest=content_digest(article.title, article.text),
            etag=article.page_etag,
            last_modified=article.page_modified,
        ),
        after[0],
    )
