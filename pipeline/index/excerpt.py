"""The part of a text that shows why it was found."""

from collections.abc import Sequence

from pipeline.records.article import Span
from pipeline.text.document import SEPARATOR

LENGTH = 240
LEAD = 60


def excerpt(title: str, text: str, spans: Sequence[Span]) -> str:
    """Give about 240 characters of the text around the first words found in it, or of its beginning, on one line."""
    offset = len(title) + len(SEPARATOR)
    found = next((span.start - offset for span in spans if span.start >= offset), 0)
    return _cut(text, max(0, found - LEAD))


def _cut(text: str, start: int) -> str:
    """Cut at spaces where there are any near, with an ellipsis where something is left out."""
    end = min(len(text), start + LENGTH)
    if start and (space := text.find(" ", start - 1, start + LEAD // 2)) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", end - LEAD // 2, end + 1)) > start:
        end = space
    part = " ".join(text[start:end].split())
    return ("… " if start else "") + part + (" …" if end < len(text) else "")
