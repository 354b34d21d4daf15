"""The part of a text that shows why it was found."""

from collections.abc import Sequence

from pipeline.records.article import Span
from pipeline.text.document import SEPARATOR

LENGTH = 240
LEAD = 60

Marks = tuple[tuple[int, int], ...]


def excerpt(title: str, text: str, spans: Sequence[Span]) -> tuple[str, Marks]:
    """Give about 240 characters of the text around the first words found in it, or of its beginning, on one line.

    With it come the places in it of the words found.
    """
    offset = len(title) + len(SEPARATOR)
    places = [(span.start - offset, span.end - offset) for span in spans if span.start >= offset]
    start, end = _cut(text, max(0, places[0][0] - LEAD) if places else 0)
    return _on_one_line(text, start, end, places)


def title_marks(title: str, spans: Sequence[Span]) -> Marks:
    """Give the places in a title of the words found."""
    return tuple(sorted({(span.start, span.end) for span in spans if span.end <= len(title)}))


def _cut(text: str, start: int) -> tuple[int, int]:
    """Tell where to cut: at spaces where there are any near."""
    end = min(len(text), start + LENGTH)
    if start and (space := text.find(" ", start - 1, start + LEAD // 2)) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", end - LEAD // 2, end + 1)) > start:
        end = space
    return start, end


def _on_one_line(text: str, start: int, end: int, places: Sequence[tuple[int, int]]) -> tuple[str, Marks]:
    """Give a part of a text without line breaks, with an ellipsis where something is left out, and what is marked in it."""
    line = "… " if start else ""
    moved: dict[int, int] = {}
    for at in range(start, end):
        if text[at].isspace():
            if line and line[-1] != " ":
                line += " "
        else:
            moved[at] = len(line)
            line += text[at]
    line = line.rstrip()
    marks = {(moved[first], moved[last - 1] + 1) for first, last in places if first in moved and last - 1 in moved}
    return line + (" …" if end < len(text) else ""), tuple(sorted(marks))
