"""What the rules' terms are to one article: which are there, and where."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from pipeline.records.article import Span
from pipeline.rules.facts import ArticleFacts, fact_keys
from pipeline.rules.vocabulary import Vocabulary, all_numbers
from pipeline.text.document import Document

GAP = 1000
"""Positions that are left free between title and text, so that no phrase and no NEAR crosses from one to the other."""

MOST_OCCURRENCES = 100_000
"""Places of one word in one article that are looked at: more than any article has that people read."""

Run = tuple[int, int]
"""The first and the last position of words that belong together."""

Hit = tuple[int, int, tuple[Run, ...]]
"""First and last position of an occurrence, and the runs of words that it consists of."""

_NOWHERE: list[int] = []


class Places:
    """The terms and facts of an article by their numbers, and the terms' positions, worked out when they are asked for.

    `numbers` are those that are there; an entity's is added by who finds that it occurs. `found` keeps the
    occurrences of entities. `time` is the article's, and positions from `text_at` on are the text's.
    """

    def __init__(self, document: Document, facts: ArticleFacts, vocabulary: Vocabulary) -> None:
        self._document = document
        self.text_at = len(document.title_words) + GAP
        self.time: datetime | None = facts.time
        self.found: dict[int, list[Hit]] = {}
        self._positions: Mapping[int, list[int]] | None = None
        self._spans: dict[Run, Span] = {}
        self._known = vocabulary.words(document.language)
        # one look-up for each distinct word
        self.numbers = all_numbers({*document.title_words, *document.text_words}, self._known)
        asked = vocabulary.facts()
        if asked:
            self.numbers.update(asked[key] for key in fact_keys(facts, document.language) if key in asked)

    def at(self, number: int) -> list[int]:
        """Give the positions of a term, in rising order."""
        if self._positions is None:
            self._positions = self._locate()
        return self._positions.get(number, _NOWHERE)

    def at_any(self, numbers: Iterable[int]) -> list[int]:
        """Give the positions of several terms, in rising order."""
        found = [self.at(number) for number in numbers if number in self.numbers]
        return found[0] if len(found) == 1 else sorted({position for positions in found for position in positions})

    def _locate(self) -> Mapping[int, list[int]]:
        positions: defaultdict[int, list[int]] = defaultdict(list)
        for words, origin in ((self._document.title_words, 0), (self._document.text_words, self.text_at)):
            most = MOST_OCCURRENCES if len(words) > MOST_OCCURRENCES else None
            for memory in self._known:
                for position, numbers in enumerate(map(memory.__getitem__, words), origin):
                    for number in numbers:
                        if most is None or len(positions[number]) < most:
                            positions[number].append(position)
        return positions

    def spans(self, runs: Iterable[Run], most: int) -> tuple[Span, ...]:
        """Give the places in title + two line feeds + text, in their order, without those that lie within others."""
        spans: list[Span] = []
        reached = -1
        for first, last in sorted(set(runs), key=_longest_first):
            if last <= reached:
                continue
            if len(spans) == most:
                break
            reached = last
            known = self._spans.get((first, last))
            if known is None:
                known = self._spans[first, last] = self._span(first, last)
            spans.append(known)
        return tuple(spans)

    def _span(self, first: int, last: int) -> Span:
        whole = self._document
        if first < self.text_at:
            start, end = whole.title_places[first][0], whole.title_places[last][1]
            return Span(start, end, whole.title[start:end])
        places, origin, offset = whole.text_places, self.text_at, whole.text_offset
        start, end = places[first - origin][0], places[last - origin][1]
        return Span(offset + start, offset + end, whole.text[start:end])


def _longest_first(run: Run) -> Run:
    return run[0], -run[1]


def overlapping(hits: list[Hit], others: list[Hit], distance: int = 0) -> list[bool]:
    """Tell of each hit whether one of the others begins or ends within it, or within so many positions of it."""
    firsts = [first for first, _, _ in others]
    lasts = sorted(last for _, last, _ in others)
    firsts.sort()
    # of those that begin before the end, some may have ended before the beginning
    return [bisect_left(firsts, last + distance + 1) > bisect_left(lasts, first - distance) for first, last, _ in hits]
