"""The embedded index's fields, and how an article is written into them."""

from datetime import UTC, datetime
from typing import Final

from tantivy import Document as TantivyDocument
from tantivy import PreTokenizedString, Schema, SchemaBuilder, Token

from pipeline.index.document import document_of, record_bytes, words_of
from pipeline.index.words import Layers
from pipeline.records.article import EnrichedArticle

VERSION: Final = 3
"""Goes up with every change of the fields; an index of an older version is built anew."""

STEM: Final = "~"
"""What stands before the stems, so that they are told apart from the forms at the same positions."""

_COUNTED = ("language", "rules", "story", "source", "source_kinds", "countries", "places")
"""Fields whose values are counted."""
_KEYWORDS = (*_COUNTED, "place_keys", "source_keys", "facts")


def build_schema() -> Schema:
    """Give the fields."""
    builder = SchemaBuilder()
    for name in ("id", *_KEYWORDS):
        builder.add_text_field(name, fast=name in _COUNTED, tokenizer_name="raw", index_option="basic")
    for name in ("title", "text"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="position")
    builder.add_integer_field("time", indexed=True, fast=True)
    builder.add_integer_field("seen", indexed=True, fast=True)
    builder.add_integer_field("month", indexed=True, fast=True)
    builder.add_unsigned_field("revision", fast=True)
    builder.add_bytes_field("record", stored=True)
    return builder.build()


def tantivy_document(enriched: EnrichedArticle) -> TantivyDocument:
    """Give the document to add. Raises Unindexable."""
    fields = document_of(enriched)
    document = TantivyDocument()
    document.add_text("id", enriched.id)
    for name in _KEYWORDS:
        value = fields.get(name, ())
        for text in (value,) if isinstance(value, str) else value:
            document.add_text(name, text)
    title, text_ = words_of(enriched)
    document.add_pre_tokenized_text("title", _tokens(title))
    document.add_pre_tokenized_text("text", _tokens(text_))
    document.add_integer("time", milliseconds(fields["time"]))
    document.add_integer("seen", milliseconds(fields["seen"]))
    document.add_integer("month", month(enriched.first_seen))
    document.add_unsigned("revision", enriched.revision)
    document.add_bytes("record", record_bytes(enriched))
    return document


def milliseconds(moment: datetime) -> int:
    """Give a time as milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def month(moment: datetime) -> int:
    """Give a time's month (UTC) as a number that sorts, such as 202611."""
    utc = moment.astimezone(UTC)
    return utc.year * 100 + utc.month


def _tokens(layers: Layers) -> PreTokenizedString:
    tokens = [Token(form, position, 0, 0) for position, form in enumerate(layers.forms)]
    tokens += [Token(STEM + stem, position, 0, 0) for position, stem in enumerate(layers.stems)]
    return PreTokenizedString("", tokens)
