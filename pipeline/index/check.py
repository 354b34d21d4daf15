"""Which of an engine's candidates a search means, by the matcher that the rules have, and how many they are."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from time import monotonic
from typing import Any

from pipeline.index.document import hit_of
from pipeline.index.interface import Candidates, Hit, SearchQuery
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
PATIENCE = 2.0
"""Seconds in which candidates are checked for a page, and for each article asked for, `PATIENCE_EACH` more."""
PATIENCE_EACH = 0.002
READ_AT_ONCE = 200
"""Candidates of one page when all of them are read."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that the engine found. It is read only when it is looked at. `after` is the engine's place behind it."""

    read: Callable[[], EnrichedArticle]
    score: float
    after: list[Any] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the candidates, the best that were not given before, and how many there are in all."""

    candidates: Sequence[Candidate]
    total: int


@dataclass(frozen=True, slots=True)
class Collected:
    """The hits of a page, the number of all, and where the next page begins, if there is one.

    `passed` counts the candidates before that page, or the stories where each is given once; `after` is the engine's place.
    `unchecked` candidates are left where the search was given up before there were as many hits as were asked for.
    """

    hits: tuple[Hit, ...]
    total: int
    at_least: bool = False
    more: bool = False
    passed: int = 0
    after: list[Any] | None = None
    unchecked: int = 0


@dataclass(slots=True)
class _Taken:
    """What is shown, as far as the candidates were looked at: one hit more than is asked for shows that there is more."""

    query: SearchQuery
    passed: int
    hits: list[Hit] = field(default_factory=list)
    places: list[tuple[int, list[Any] | None]] = field(default_factory=list)
    stories: set[str] = field(default_factory=set)

    @property
    def full(self) -> bool:
        return len(self.hits) > self.query.limit

    def take(self, hit: Hit, checked: int, after: list[Any] | None) -> None:
        if self.full or (self.query.by_story and hit.story in self.stories):
            return
        self.stories.add(hit.story)
        if self.query.by_story and len(self.stories) <= self.passed:
            return
        self.hits.append(hit)
        self.places.append((checked, after))

    def collected(self, total: int, at_least: bool = False) -> Collected:
        """Give what was taken. Where the search was given up, what is left may hold more."""
        limit = self.query.limit
        shown = tuple(self.hits[:limit])
        if not self.full:
            return Collected(shown, total, at_least)
        checked, after = self.places[limit - 1]
        passed = self.passed + (limit if self.query.by_story else checked)
        return Collected(shown, total, at_least, True, passed, after)

    def given_up(self, meant: int, checked: int, left: int, after: list[Any] | None) -> Collected:
        """Give what was taken until the search was given up. The next page goes on there, but for stories given once."""
        if self.full:
            return self.collected(meant, at_least=True)
        more = not self.query.by_story
        return Collected(tuple(self.hits), meant, True, more, self.passed + checked, after, max(1, left))


def page_sizes(query: SearchQuery, whole: bool) -> Iterator[int]:
    """Give the sizes of the pages to ask for."""
    needed = query.limit + 1
    size = needed if whole and not query.by_story else max(needed, MOST_COUNTED)
    while True:
        yield size
        size = min(4 * size, LARGEST_PAGE)


def collect(pages: Iterable[Page], search: Search, query: SearchQuery, *, whole: bool, passed: int = 0) -> Collected:
    """Give the best articles that are meant, and their number.

    Where `whole` says that the engine finds just what is meant, its number counts. Otherwise every candidate is checked, up
    to MOST_COUNTED, and MOST_CHECKED until the limit is reached, for as long as PATIENCE says; where there are more, the number
    is marked as the least. What takes longer and is `whole` comes without marked words.
    `passed` candidates come before the first of these, or so many stories among them were shown.
    """
    taken = _Taken(query, passed)
    end = monotonic() + PATIENCE + PATIENCE_EACH * query.limit
    before = 0 if query.by_story else passed
    checked = meant = 0
    for page in pages:
        for candidate in page.candidates:
            late = monotonic() > end
            # what is meant for certain is shown without marks rather than not at all
            hit = _hit(candidate, None if whole and late else search.rules)
            checked += 1
            if hit:
                meant += 1
                taken.take(hit, checked, candidate.after)
            if late and not whole and before + checked < page.total:
                return taken.given_up(meant, checked, page.total - before - checked, candidate.after)
        if whole and taken.full:
            return taken.collected(page.total - checked + meant)
        if before + checked >= page.total or not page.candidates:
            break
        if checked >= (MOST_COUNTED if taken.full else MOST_CHECKED):
            return taken.given_up(meant, checked, page.total - before - checked, page.candidates[-1].after)
    return taken.collected(meant)


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
    return hit_of(enriched, candidate.score, spans)
