"""Which of an engine's candidates a search means, by the matcher that the rules have, and how many they are."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from pipeline.index.document import hit_of
from pipeline.index.excerpt import excerpt
from pipeline.index.interface import Candidates, Hit, SearchResult
from pipeline.index.query import Search
from pipeline.records.article import EnrichedArticle, Span
from pipeline.rules.facts import facts_of
from pipeline.rules.ruleset import RuleSet
from pipeline.text.document import Document

MOST_COUNTED = 200
"""Candidates that are checked only to say how many articles are meant."""
MOST_CHECKED = 10_000
"""Candidates that are checked to find as many as were asked for."""
LARGEST_PAGE = 1_000
READ_AT_ONCE = 200
"""Candidates of one page when all of them are read."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that the engine found. It is read only when it is looked at."""

    read: Callable[[], EnrichedArticle]
    score: float


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the candidates, the best that were not given before, and how many there are in all."""

    candidates: Sequence[Candidate]
    total: int


def page_sizes(limit: int, whole: bool) -> Iterator[int]:
    """Give the sizes of the pages to ask for."""
    size = limit if whole else max(limit, MOST_COUNTED)
    while True:
        yield size
        size = min(4 * size, LARGEST_PAGE)


def collect(pages: Iterable[Page], search: Search, limit: int, *, whole: bool) -> SearchResult:
    """Give the best articles that are meant, and their number.

    Where `whole` says that the engine finds just what is meant, its number counts. Otherwise every candidate is checked, up
    to MOST_COUNTED, and MOST_CHECKED until the limit is reached; where there are more, the number is marked as the least.
    """
    hits: list[Hit] = []
    checked = meant = 0
    for page in pages:
        for candidate in page.candidates:
            hit = _hit(candidate, search.rules)
            checked += 1
            if hit:
                meant += 1
                if len(hits) < limit:
                    hits.append(hit)
        full = len(hits) == limit
        if whole and full:
            return SearchResult(hits=tuple(hits), total=page.total - checked + meant)
        if checked >= page.total or not page.candidates:
            break
        if checked >= (MOST_COUNTED if full else MOST_CHECKED):
            return SearchResult(hits=tuple(hits), total=meant, at_least=True)
    return SearchResult(hits=tuple(hits), total=meant)


def read_all(pages: Iterator[Page]) -> Candidates:
    """Give all candidates, page by page; the first page is asked for at once."""
    first = next(pages)
    return Candidates(first.total, _articles(chain([first], pages)))


def _articles(pages: Iterable[Page]) -> Iterator[EnrichedArticle]:
    count = 0
    for page in pages:
        yield from (candidate.read() for candidate in page.candidates)
        count += len(page.candidates)
        if not page.candidates or count >= page.total:
            return


def _hit(candidate: Candidate, rules: RuleSet | None) -> Hit | None:
    enriched = candidate.read()
    article = enriched.article
    spans: Sequence[Span] = ()
    if rules:
        matches = rules.match_document(Document(article.title, article.text, article.language), facts_of(article))
        if not matches:
            return None
        spans = matches[0].spans
    return hit_of(enriched, candidate.score, excerpt(article.title, article.text, spans))
