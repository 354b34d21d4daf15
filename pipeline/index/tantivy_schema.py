"""The embedded index's fields, and how a search becomes a query over them.

Texts are given as their folded words joined by spaces, so that words are exactly those of pipeline.text.tokens.
"""

import re
from datetime import UTC, datetime
from typing import Final

from tantivy import (
    Document,
    FieldType,
    Index,
    Occur,
    Query,
    Schema,
    SchemaBuilder,
    TextAnalyzerBuilder,
    Tokenizer,
)

from pipeline.index.document import document_of, record_bytes
from pipeline.index.interface import SearchQuery
from pipeline.index.query import Clause, Words, place_key
from pipeline.records.article import EnrichedArticle
from pipeline.text.tokens import forms

VERSION: Final = 1
"""Goes up with every change of the fields; an index of an older version is built anew."""

TITLE_BOOST = 3.0
_FILTERS = ("language", "place_keys", "rules", "source_keys", "story")
_TOKENIZER = "words"


def build_schema() -> Schema:
    """Give the fields."""
    builder = SchemaBuilder()
    for name in ("id", *_FILTERS):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("title", "text"):
        builder.add_text_field(name, tokenizer_name=_TOKENIZER, index_option="position")
    builder.add_integer_field("time", indexed=True, fast=True)
    builder.add_integer_field("month", indexed=True, fast=True)
    builder.add_unsigned_field("revision", fast=True)
    builder.add_bytes_field("record", stored=True)
    return builder.build()


def register_tokenizer(index: Index) -> None:
    """Teach an opened index to take words as they are given."""
    index.register_tokenizer(_TOKENIZER, TextAnalyzerBuilder(Tokenizer.whitespace()).build())


def tantivy_document(enriched: EnrichedArticle) -> Document:
    """Give the document to add. Raises Unindexable."""
    fields = document_of(enriched)
    document = Document()
    document.add_text("id", enriched.id)
    for name in _FILTERS:
        value = fields.get(name, ())
        for text in (value,) if isinstance(value, str) else value:
            document.add_text(name, text)
    document.add_text("title", " ".join(forms(fields["title"])))
    document.add_text("text", " ".join(forms(fields["text"])))
    document.add_integer("time", milliseconds(fields["time"]))
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


def tantivy_query(schema: Schema, words: Words, query: SearchQuery) -> Query:
    """Give the query that finds the words among what passes the filters."""
    parts = [(Occur.Must, _any_of(schema, group)) for group in words.groups]
    parts += [(Occur.MustNot, _clause_query(schema, clause)) for clause in words.excluded]
    parts += [(Occur.Must, Query.const_score_query(part, 0.0)) for part in _filters(schema, query)]
    if not words.groups:
        parts.append((Occur.Must, Query.all_query()))
    return Query.boolean_query(parts)


def _filters(schema: Schema, query: SearchQuery) -> list[Query]:
    wanted = {
        "language": query.language and query.language.lower(),
        "place_keys": query.place and place_key(query.place),
        "rules": query.rule,
        "story": query.story,
    }
    filters = [Query.term_query(schema, name, value, "basic") for name, value in wanted.items() if value]
    if query.source:
        filters.append(Query.term_set_query(schema, "source_keys", [place_key(query.source), query.source]))
    if query.since:
        filters.append(Query.range_query(schema, "time", FieldType.Integer, milliseconds(query.since)))
    return filters


def _any_of(schema: Schema, clauses: tuple[Clause, ...]) -> Query:
    queries = [_clause_query(schema, clause) for clause in clauses]
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def _clause_query(schema: Schema, clause: Clause) -> Query:
    title = Query.boost_query(_field_query(schema, "title", clause), TITLE_BOOST)
    return Query.disjunction_max_query([title, _field_query(schema, "text", clause)])


def _field_query(schema: Schema, field: str, clause: Clause) -> Query:
    if not clause.prefix:
        if len(clause.forms) == 1:
            return Query.term_query(schema, field, clause.forms[0])
        return Query.phrase_query(schema, field, list(clause.forms))
    patterns = [_escape(form) for form in clause.forms]
    patterns[-1] += ".*"
    if len(patterns) == 1:
        return Query.regex_query(schema, field, patterns[0])
    return Query.regex_phrase_query(schema, field, list(patterns))


def _escape(form: str) -> str:
    return re.sub(r"([^\w])", r"\\\1", form)
