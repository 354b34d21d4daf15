"""An article as the index holds it, and the way back."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby, islice
from typing import Any

import msgspec

from pipeline.index.excerpt import excerpt, title_marks
from pipeline.index.interface import Hit
from pipeline.index.query import place_key
from pipeline.index.templates.articles import INFLECTED
from pipeline.index.translate import LONGEST_FACT, fact_key
from pipeline.index.words import Layers, text_layers, title_layers
from pipeline.records.article import EnrichedArticle, PreparedArticle, Span
from pipeline.records.codec import decode, encode
from pipeline.rules.facts import fact_keys, facts_of
from pipeline.rules.syntax import Field
from pipeline.text.document import Document as TextDocument

Document = dict[str, Any]

LONGEST_KEYWORD = 32_766
"""Bytes of UTF-8 that Lucene takes in one term."""

MOST_FACTS = 2_000

SHORTEST_STEM = 4
"""Code points of a stem by which inflected forms are found in Kibana."""

HIGHEST_REVISION = 2**63 - 1
PINNED = frozenset({"town", "site", "admin"})
"""The kinds of places that are points on a map; a pin for a country would lie anywhere."""


class Unindexable(ValueError):
    """The article can't stand in any index; the message says why."""


def document_of(enriched: EnrichedArticle) -> Document:
    """Give the document of an article. Raises Unindexable.

    | field | holds |
    |---|---|
    | id, revision, story, copy_of, corrected | as in the record |
    | title, text | as in the record, analysed: a plain word finds them |
    | change_kind | what the latest change of its outlet was: cosmetic, material, correction, withdrawal or unknown |
    | undeclared | whether the outlet once changed what matters without saying so |
    | url, canonical, language, authors, categories, origin, text_source, page_error, page_kind, credit | as in the record |
    | dated_by, zone, updated_by, updated_zone, extra, enricher_errors | as in the record |
    | source, source_keys | the outlet's name; its folded name and its feed's address, to filter by |
    | feed, feed_tags, source_country | the feed it came from |
    | outlet, source_kinds, source_owner | what is known of the outlet |
    | time | when it was published; when first seen, if it does not say or names a time to come |
    | published, updated, first_seen, seen | as in the record |
    | places, countries, place_keys | names; ISO codes; both folded, to filter by |
    | locations | the points of towns, sites and administrative areas |
    | rules, severities | ids of the rules that matched, and how urgent they are |
    | facts | what queries of the rules' language may ask for beside words, such as `tag:sahel` |
    | inflected | words of title and text by language, whose inflected forms a plain word finds (Elasticsearch) |
    | record | the whole record but for title, text and the signature, not searchable |
    """
    article = enriched.article
    document = {
        "id": enriched.id,
        "revision": enriched.revision,
        "story": enriched.story,
        "copy_of": enriched.copy_of,
        "corrected": enriched.corrected,
        "change_kind": enriched.changes[-1].kind.value if enriched.changes else None,
        "undeclared": enriched.undeclared,
        "url": article.url,
        "canonical": article.canonical,
        "title": article.title,
        "text": article.text,
        "language": article.language,
        "authors": article.authors,
        "categories": article.categories,
        "origin": article.origin.value,
        "text_source": article.text_source,
        "page_error": article.page_error,
        "page_kind": article.page_kind,
        "credit": article.credit,
        "dated_by": article.dated_by,
        "zone": article.zone,
        "updated_by": article.updated_by,
        "updated_zone": article.updated_zone,
        "extra": article.extra or None,
        "enricher_errors": article.enricher_errors,
        "source": article.source.name,
        "source_keys": _distinct((place_key(article.source.name), article.source.feed)),
        "feed": article.source.feed,
        "feed_tags": article.source.tags,
        "source_country": article.source.country,
        "outlet": article.source.outlet,
        "source_kinds": article.source.kinds,
        "source_owner": article.source.owner,
        "time": sort_time(enriched),
        "published": article.published,
        "updated": article.updated,
        "first_seen": enriched.first_seen,
        "seen": article.seen,
        **_places(article),
        "rules": tuple(match.rule for match in article.matches),
        "severities": _distinct(match.severity.value for match in article.matches),
        "facts": _facts(article),
    }
    _check(enriched, document)
    return {name: value for name, value in document.items() if value is not None and value != ()}


def words_of(enriched: EnrichedArticle) -> tuple[Layers, Layers]:
    """Give the words of title and text, as the engines hold them."""
    article = enriched.article
    document = TextDocument(article.title, article.text, article.language)
    return title_layers(document), text_layers(document)


def sort_time(enriched: EnrichedArticle) -> datetime:
    """When an article counts as published: by its own word, unless it has none or names a time to come."""
    article = enriched.article
    return article.published if article.published and article.published <= article.seen else enriched.first_seen


def record_bytes(enriched: EnrichedArticle) -> bytes:
    """Give the record as it is kept: whole but for the signature, which only relate needs."""
    return encode(replace(enriched, article=replace(enriched.article, signature=b"")))


def record_of(data: bytes) -> EnrichedArticle:
    """Read a record that was kept. Raises TooNew, CannotHandle."""
    return decode(data, EnrichedArticle)


def record_field(enriched: EnrichedArticle) -> Document:
    """Give the record as a JSON object without title and text, which the document has in fields of their own."""
    record: Document = msgspec.json.decode(record_bytes(enriched))
    del record["record"]["article"]["title"], record["record"]["article"]["text"]
    return record


def elasticsearch_document(enriched: EnrichedArticle) -> Document:
    """Give the document of an article for Elasticsearch: with its words in fields of their own, and with its record.

    Raises Unindexable.
    """
    document = document_of(enriched)
    language = enriched.article.language
    read = TextDocument(enriched.article.title, enriched.article.text, language)
    if language in INFLECTED:
        runs = (*_inflecting(read.title_words, read.title_stems), *_inflecting(read.text_words, read.text_stems))
        document["inflected"] = {language: runs}
    for section, layers in zip(Field, (title_layers(read), text_layers(read)), strict=True):
        document[f"{section}_forms"] = " ".join(layers.forms)
        document[f"{section}_stems"] = " ".join(layers.stems)
    return document | {"record": record_field(enriched)}


def _inflecting(words: Sequence[str], stems: Sequence[str]) -> Iterator[str]:
    """Give the runs of words that may stand there in another form than is searched for.

    A short stem is that of too many words (мали, Mali, and мало, few), and the analysers take ё for е, which it isn't.
    """
    for kept, run in groupby(zip(words, stems, strict=True), key=_inflects):
        if kept:
            yield " ".join(word for word, _ in run)


def _inflects(pair: tuple[str, str]) -> bool:
    word, found = pair
    return len(found) >= SHORTEST_STEM and "ё" not in word


def record_of_document(document: Document) -> EnrichedArticle:
    """Give the article of a document with its record field. Raises TooNew, CannotHandle."""
    kept = document["record"]
    article = kept["record"]["article"] | {"title": document["title"], "text": document["text"]}
    return record_of(msgspec.json.encode(kept | {"record": kept["record"] | {"article": article}}))


def hit_of(enriched: EnrichedArticle, score: float, spans: Sequence[Span] = ()) -> Hit:
    """Give what a searcher sees of an article; the spans are the words that were searched for."""
    article = enriched.article
    shown, marks = excerpt(article.title, article.text, spans)
    return Hit(
        id=enriched.id,
        url=article.url,
        title=article.title,
        language=article.language,
        published=article.published,
        first_seen=enriched.first_seen,
        source=article.source.name,
        story=enriched.story,
        rules=tuple(match.rule for match in article.matches),
        countries=article.countries,
        score=score,
        excerpt=shown,
        revision=enriched.revision,
        corrected=enriched.corrected,
        undeclared=enriched.undeclared,
        changes=enriched.changes,
        title_marks=title_marks(article.title, spans),
        excerpt_marks=marks,
    )


def _distinct(values: Any) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))


def _places(article: PreparedArticle) -> Document:
    names = _distinct(place.name for place in article.places)
    return {
        "places": names,
        "countries": article.countries,
        "place_keys": _distinct(map(place_key, (*names, *article.countries))),
        "locations": _distinct((place.lon, place.lat) for place in article.places if place.kind in PINNED),
    }


def _facts(article: PreparedArticle) -> tuple[str, ...]:
    keys = (fact_key(field, value) for field, value in fact_keys(facts_of(article), article.language))
    return tuple(islice((key for key in sorted(keys) if len(key) <= LONGEST_FACT), MOST_FACTS))


def _check(enriched: EnrichedArticle, document: Document) -> None:
    if not 0 < enriched.revision <= HIGHEST_REVISION:
        raise Unindexable(f"revision {enriched.revision} is out of range")
    for place in enriched.article.places:
        if not (-90 <= place.lat <= 90 and -180 <= place.lon <= 180):
            raise Unindexable(f"places: {place.name} lies at {place.lat}, {place.lon}, which is no place on Earth")
    for name, value in document.items():
        for text in (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ():
            if isinstance(text, str):
                _check_text(name, text)


def _check_text(name: str, text: str) -> None:
    try:
        size = len(text) if text.isascii() else len(text.encode())
    except UnicodeEncodeError:
        raise Unindexable(f"{name}: it holds half a character (a lone surrogate)") from None
    if size > LONGEST_KEYWORD and name not in ("title", "text"):
        raise Unindexable(f"{name}: {size} bytes; the most is {LONGEST_KEYWORD}")
