"""Why a query holds in an article, or which part of it fails. It takes its time: for people who ask about one article."""

from dataclasses import dataclass

from pipeline.records.article import Span
from pipeline.rules.facts import NO_FACTS, ArticleFacts
from pipeline.rules.matcher import Compiler, Finder, Matcher
from pipeline.rules.places import Places
from pipeline.rules.render import to_text
from pipeline.rules.syntax import Entity, Query, is_placed, parts_of
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
    compiled = _compile(query, Compiler(vocabulary))
    # only now are all terms known that the article's words are looked up for
    return _finding(compiled, Places(document, facts, vocabulary))


@dataclass(frozen=True, slots=True)
class _Compiled:
    query: Query
    matcher: Matcher
    finder: Finder | None
    parts: tuple["_Compiled", ...]


def _compile(query: Query, compiler: Compiler, inside: bool = False) -> _Compiled:
    is_entity = isinstance(query, Entity)
    below = () if inside and is_entity else parts_of(query)
    parts = tuple(_compile(part, compiler, inside or is_entity) for part in below)
    return _Compiled(query, compiler.matcher(query), compiler.finder(query) if is_placed(query) else None, parts)


def _finding(compiled: _Compiled, places: Places) -> Finding:
    if compiled.finder is not None:
        hits = compiled.finder(places)
        holds, runs = bool(hits), [run for hit in hits for run in hit[2]]
    else:
        holds = compiled.matcher.holds(places)
        runs = compiled.matcher.runs(places) if holds else []
    parts = tuple(_finding(part, places) for part in compiled.parts)
    return Finding(compiled.query, holds, places.spans(runs, MOST_SPANS), parts)
