"""Why a query holds in an article, or which part of it fails. It takes its time: for people who ask about one article."""

from dataclasses import dataclass

from pipeline.records.article import Span
from pipeline.rules.evidence import Evidence
from pipeline.rules.facts import NO_FACTS, ArticleFacts
from pipeline.rules.matcher import Compiler
from pipeline.rules.places import Places
from pipeline.rules.render import to_text
from pipeline.rules.syntax import Entity, Query, parts_of
from pipeline.rules.vocabulary import Vocabulary
from pipeline.text.document import Document

MOST_SPANS = 50
"""Places of one part that are told."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A part of a query, whether it holds, where its words stand (also where they are no evidence), and its own parts."""

    query: Query
    holds: bool
    spans: tuple[Span, ...]
    parts: tuple["Finding", ...]

    @property
    def text(self) -> str:
        """The part as query text."""
        return to_text(self.query)


def explain(query: Query, document: Document, facts: ArticleFacts = NO_FACTS) -> Finding:
    """Say of each part of a query whether it holds in an article and where.

    Each part is looked at by itself: what a field or a condition around it leaves out is among its places all the same.
    An entity that is needed within another one is told whole; its own parts are told where it is asked about by itself.
    """
    vocabulary = Vocabulary()
    compiler = Compiler(vocabulary)
    compiler.test(query)  # now all terms are known that the article's words are looked up for
    places = Places(document, facts, vocabulary)
    return _finding(query, places, Evidence(places, vocabulary, compiler))


def _finding(query: Query, places: Places, evidence: Evidence, inside: bool = False) -> Finding:
    is_entity = isinstance(query, Entity)
    below = () if inside and is_entity else parts_of(query)
    parts = tuple(_finding(part, places, evidence, inside or is_entity) for part in below)
    holds = evidence.holds(query)
    runs = evidence.runs(query) if holds else []
    return Finding(query, holds, places.spans(runs, MOST_SPANS), parts)
