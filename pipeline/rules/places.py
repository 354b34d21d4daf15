"""What the rules' terms are to one article: which are there, and where."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate, islice

from pipeline.records.article import Span
from pipeline.rules.facts import ArticleFacts, fact_keys
from pipeline.rules.vocabulary import Numbers, Several, Vocabulary, Words
from pipeline.text.document import Document
from pipeline.text.tokens import pieces, placed_pieces, word_spans

GAP = 1000
"""Positions that are left free between title and text, so that no phrase and no NEAR crosses from one to the other."""

MOST_OCCURRENCES = 100_000
"""Places of one word in one article that are looked at: more than any article has that people read."""

Run = tuple[int, int]
"""The first and the last position of words that belong together."""

Hit = tuple[int, int, tuple[Run, ...]]
"""First and last position of an occurrence, and the runs of words that it consists of."""


class Places:
    """The terms, phrases and facts of an article by their numbers, and the positions of terms.

    `positions` has those of each term, and of each phrase's first word, in rising order. `numbers` are all that is there:
    terms, phrases, facts, and entities, which are added by who finds that they occur; `found` keeps the entities' occurrences.
    `time` is the article's, and positions from `text_at` on are the text's.
    """

    def __init__(self, document: Document, facts: ArticleFacts, vocabulary: Vocabulary) -> None:
        self._document = document
        self._known = vocabulary.words(document.language)
        self.time: datetime | None = facts.time
        self.found: dict[int, list[Hit]] = {}
        self.positions: dict[int, list[int]] = {}
        for words in self._known:
            self.text_at = self._enter(words, document.title, 0) + GAP
            self._enter(words, document.text, self.text_at)
        vocabulary.phrases.find(self.positions)
        self.numbers = set(self.positions)
        asked = vocabulary.facts()
        if asked:
            self.numbers.update(asked[key] for key in fact_keys(facts, document.language) if key in asked)
        self._spans: dict[Run, Span] = {}
        self._sections: dict[int, _Section] = {}

    def spans(self, runs: Iterable[Run], most: int) -> tuple[Span, ...]:
        """Give the places in title + two line feeds + text, in their order, without those that lie within others."""
        spans: list[Span] = []
        reached = -1
        ordered = sorted(set(runs))
        for place, run in enumerate(ordered, 1):
            if run[1] <= reached or (place < len(ordered) and ordered[place][0] == run[0]):
                continue  # it lies within the one before or within the next one
            if len(spans) == most:
                break
            reached = run[1]
            known = self._spans.get(run)
            if known is None:
                known = self._spans[run] = self._span(*run)
            spans.append(known)
        return tuple(spans)

    def _enter(self, words: Words, text: str, position: int) -> int:
        if len(text) < MOST_OCCURRENCES:
            return _enter(self.positions, words, pieces(text), position)
        inside = iter(pieces(text))
        while batch := list(islice(inside, MOST_OCCURRENCES)):
            position = _enter(self.positions, words, batch, position)
            for positions in self.positions.values():
                del positions[MOST_OCCURRENCES:]
        return position

    def _span(self, first: int, last: int) -> Span:
        whole = self._document
        if first < self.text_at:
            text, origin, offset = whole.title, 0, 0
        else:
            text, origin, offset = whole.text, self.text_at, whole.text_offset
        section = self._sections.get(origin)
        if section is None:
            section = self._sections[origin] = _Section(text, self._known[0])
        start, end = section.span(first - origin)
        if last != first:
            end = section.span(last - origin)[1]
        return Span(offset + start, offset + end, text[start:end])


def _enter(positions: dict[int, list[int]], words: Words, inside: Iterable[str], position: int) -> int:
    """Add the positions that terms have in pieces whose first word has the given one; give the one behind the last word."""
    places_of = positions.get
    for found in map(words.__getitem__, inside):
        if found:
            if type(found) is Several:
                position = _enter_several(positions, found.words, position)
                continue
            for number in found:  # type: ignore[union-attr]
                known = places_of(number)
                if known is None:
                    positions[number] = [position]
                else:
                    known.append(position)
        position += 1
    return position


def _enter_several(positions: dict[int, list[int]], words: Sequence[Numbers], position: int) -> int:
    for numbers in words:
        for number in numbers:
            known = positions.setdefault(number, [])
            if len(known) < MOST_OCCURRENCES:
                known.append(position)
        position += 1
    return position


class _Section:
    """Where the words of a title or a text stand, in code points, by their position in it."""

    def __init__(self, text: str, words: Words) -> None:
        self._pieces, self._starts = placed_pieces(text)
        self._inside: dict[int, list[tuple[int, int]]] = {}
        counts = [len(found.words) if type(found) is Several else 1 for found in map(words.__getitem__, self._pieces)]
        self._first_words = list(accumulate(counts, initial=0))

    def span(self, position: int) -> tuple[int, int]:
        """Give start and end of a word."""
        index = bisect_right(self._first_words, position) - 1
        if index not in self._inside:
            self._inside[index] = word_spans(self._pieces[index])
        start, end = self._inside[index][position - self._first_words[index]]
        return self._starts[index] + start, self._starts[index] + end


def overlapping(hits: list[Hit], others: list[Hit], distance: int = 0) -> list[bool]:
    """Tell of each hit whether one of the others begins or ends within it, or within so many positions of it."""
    firsts = [first for first, _, _ in others]
    lasts = sorted(last for _, last, _ in others)
    firsts.sort()
    # of those that begin before the end, some may have ended before the beginning
    return [bisect_left(firsts, last + distance + 1) > bisect_left(lasts, first - distance) for first, last, _ in hits]
