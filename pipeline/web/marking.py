"""The words that rules matched, as pieces of title and text that a template can mark."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.records.article import RuleMatch

MOST_SPANS = 2000
_PARAGRAPH = re.compile(r"[^\n]+")
_BETWEEN = "\n\n"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, and the names of the rules that matched in it."""

    text: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Marked:
    """A title and the paragraphs of a text, in pieces that together are the whole."""

    title: tuple[Piece, ...]
    paragraphs: tuple[tuple[Piece, ...], ...]


def mark(title: str, text: str, matches: Sequence[RuleMatch]) -> Marked:
    """Cut title and text at the spans of the matches; spans that lie outside are ignored."""
    whole = title + _BETWEEN + text
    spans = [
        (span.start, span.end, match.name or match.rule)
        for match in matches
        for span in match.spans
        if 0 <= span.start < span.end <= len(whole)
    ][:MOST_SPANS]
    begin = len(title) + len(_BETWEEN)
    paragraphs = (
        tuple(_pieces(whole, begin + found.start(), begin + found.end(), spans)) for found in _PARAGRAPH.finditer(text)
    )
    return Marked(tuple(_pieces(whole, 0, len(title), spans)), tuple(paragraphs))


def _pieces(whole: str, begin: int, end: int, spans: Sequence[tuple[int, int, str]]) -> Iterable[Piece]:
    inside = [span for span in spans if span[0] < end and span[1] > begin]
    cuts = sorted({begin, end, *(place for span in inside for place in span[:2] if begin < place < end)})
    for start, stop in pairwise(cuts):
        names = dict.fromkeys(name for first, last, name in inside if first < stop and last > start)
        yield Piece(whole[start:stop], tuple(names))
