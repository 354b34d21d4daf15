"""Where the rules' terms stand in one article."""

from collections.abc import Iterable

from pipeline.records.article import Span
from pipeline.rules.vocabulary import Vocabulary
from pipeline.text.document import Document

GAP = 1000
"""Positions that are left free between title and text, so that no phrase and no NEAR crosses from one to the other."""

Run = tuple[int, int]
"""The first and the last position of words that belong together."""


class TermPlaces:
    """The positions of each term, by the term's number, in rising order."""

    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self._document = document
        self._text_at = len(document.title_tokens) + GAP
        self.of: dict[int, list[int]] = {}
        fulfilled = vocabulary.fulfilled
        for tokens, origin in ((document.title_tokens, 0), (document.text_tokens, self._text_at)):
            for position, token in enumerate(tokens, origin):
                for number in fulfilled(token.form):
                    self.of.setdefault(number, []).append(position)

    def spans(self, runs: Iterable[Run], most: int) -> tuple[Span, ...]:
        """Give the places in title + two line feeds + text, in their order, without those that lie within others."""
        whole = self._document
        spans: list[Span] = []
        for first, last in sorted(set(runs), key=lambda run: (run[0], -run[1])):
            if len(spans) == most:
                break
            in_title = first < self._text_at
            words = whole.title_tokens if in_title else whole.text_tokens
            origin = 0 if in_title else self._text_at
            start, end = words[first - origin].start, words[last - origin].end
            text = (whole.title if in_title else whole.text)[start:end]
            offset = 0 if in_title else whole.text_offset
            if not spans or spans[-1].end < offset + end:
                spans.append(Span(offset + start, offset + end, text))
        return tuple(spans)
