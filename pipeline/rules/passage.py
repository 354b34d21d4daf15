"""The short passage of an article that shows best why a rule matched."""

import re
from collections.abc import Sequence

from pipeline.records.article import Span
from pipeline.text.document import Document

LONGEST = 300
"""Code points of a passage."""
_BEFORE = 100
"""Code points that may stand before the first word that matched."""
_LOOKED_AT = 200

_SENTENCE_END = re.compile(r"[.!?…]['\"’”»)]*\s+|[。！？؟۔]\s*|\n+")
_SPACE = re.compile(r"\s")


def passage(document: Document, spans: Sequence[Span]) -> Span | None:
    """Give a stretch of the text, or else of the title, that holds the most of the places; None where there are none.

    It begins at a sentence where one begins near by, and else at a word, and ends at a word. Offsets count through title
    and text like those of the places; a place that is longer than a passage is cut.
    """
    if not spans:
        return None
    in_text = [span for span in spans[:_LOOKED_AT] if span.start >= document.text_offset]
    body, offset = (document.text, document.text_offset) if in_text else (document.title, 0)
    start, end = _densest(in_text or list(spans[:_LOOKED_AT]))
    begin = _beginning(body, start - offset, end - offset)
    finish = _ending(body, begin, end - offset)
    return Span(offset + begin, offset + finish, body[begin:finish])


def _densest(spans: Sequence[Span]) -> tuple[int, int]:
    """Give the beginning and end of the places that lie within one passage and are the most different words."""
    best: tuple[int, int, int] | None = None
    for index, first in enumerate(spans):
        inside = [span for span in spans[index:] if span.end - first.start <= LONGEST - _BEFORE // 2]
        words = len({span.text.casefold() for span in inside})
        if best is None or words > best[0]:
            best = words, first.start, max((span.end for span in inside), default=first.start + LONGEST)
    assert best is not None
    return best[1], best[2]


def _beginning(body: str, start: int, end: int) -> int:
    earliest = max(0, start - _BEFORE, end - LONGEST)
    if earliest == 0:
        return 0
    sentences = [hit.end() for hit in _SENTENCE_END.finditer(body, earliest, start)]
    if sentences:
        return sentences[0]
    spaces = [hit.end() for hit in _SPACE.finditer(body, earliest, start)]
    return spaces[0] if spaces else earliest


def _ending(body: str, begin: int, end: int) -> int:
    latest = min(len(body), begin + LONGEST)
    if latest == len(body):
        return len(body.rstrip()) if len(body.rstrip()) >= end else latest
    sentences = [hit.end() for hit in _SENTENCE_END.finditer(body, end, latest)]
    if sentences:
        return len(body[: sentences[-1]].rstrip())
    cut = max(body.rfind(" ", end, latest), body.rfind("\n", end, latest))
    return cut if cut > end else max(end, latest) if latest >= end else latest
