"""The short passage of an article that shows best why a rule matched."""

import re
from collections.abc import Sequence

from pipeline.records.article import Span
from pipeline.text.document import Document

LONGEST = 300
"""Code points of a passage."""
_BEFORE = 100
"""Code points that may stand before the first word that matched."""
_WITHIN = LONGEST - _BEFORE // 2
"""Code points from the first to the last of the words that a passage is made for."""
_LOOKED_AT = 200

_SENTENCE_END = re.compile(
    # what all begin with is said first, which is what makes the search quick
    r"[.!?…。！？؟۔\n](?:(?<=[.!?…])['\"’”»)]*\s+|(?<=[。！？؟۔])\s*|(?<=\n)\n*)"
)
_SPACE = re.compile(r"\s")


def passage(document: Document, spans: Sequence[Span]) -> Span | None:
    """Give a stretch of the text, or else of the title, that holds the most of the places; None where there are none.

    It begins at a sentence where one begins near by, and else at a word, and ends at a word. Offsets count through title
    and text like those of the places; a place that is longer than a passage is cut.
    """
    if not spans:
        return None
    looked_at, offset = spans[:_LOOKED_AT], document.text_offset
    in_text = looked_at if spans[0].start >= offset else [span for span in looked_at if span.start >= offset]
    body, offset = (document.text, offset) if in_text else (document.title, 0)
    start, end = _densest(in_text or looked_at)
    begin = _beginning(body, start - offset, end - offset)
    finish = _ending(body, begin, end - offset)
    return Span(offset + begin, offset + finish, body[begin:finish])


def _densest(spans: Sequence[Span]) -> tuple[int, int]:
    """Give the beginning and end of the places that lie within one passage and are the most different words."""
    if spans[-1].end - spans[0].start <= _WITHIN:
        return spans[0].start, spans[-1].end
    most, best = -1, (0, 0)
    inside: dict[str, int] = {}
    words = [span.text.casefold() for span in spans]
    last = 0
    for index, first in enumerate(spans):
        while last < len(spans) and spans[last].end - first.start <= _WITHIN:
            inside[words[last]] = inside.get(words[last], 0) + 1
            last += 1
        if len(inside) > most:
            most = len(inside)
            best = first.start, spans[last - 1].end if inside else first.start + LONGEST
        if last > index:
            inside[words[index]] -= 1
            if not inside[words[index]]:
                del inside[words[index]]
        else:
            last = index + 1
    return best


def _beginning(body: str, start: int, end: int) -> int:
    earliest = max(0, start - _BEFORE, end - LONGEST)
    if earliest == 0:
        return 0
    found = _SENTENCE_END.search(body, earliest, start) or _SPACE.search(body, earliest, start)
    return found.end() if found else earliest


def _ending(body: str, begin: int, end: int) -> int:
    latest = min(len(body), begin + LONGEST)
    if latest == len(body):
        return max(end, len(body[end:].rstrip()) + end) if end <= latest else latest
    sentences = [hit.end() for hit in _SENTENCE_END.finditer(body, end, latest)]
    if sentences:
        return len(body[: sentences[-1]].rstrip())
    cut = max(body.rfind(" ", end, latest), body.rfind("\n", end, latest))
    return cut if cut > end else max(end, latest) if latest >= end else latest
