"""Mistakes in files of rules and entities, shown where they stand."""

from typing import Any

from pipeline.errors import BadInput
from pipeline.files import SettingsFile, Where
from pipeline.rules.syntax import QueryError

_WIDTH = 90


class BadRule(BadInput):
    """A rule or an entity that can't be used. `pointer` shows the text's line with a caret under the place, or is empty."""

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.pointer = pointer


def bad_text(document: SettingsFile[Any], where: Where, subject: str, text: str, error: QueryError) -> BadRule:
    """Make the error for a text of a file that the parser refused; `subject` names the rule or entity."""
    line, column = document.position(where, error.start)
    return BadRule(f"{document.path}:{line}:{column}: {subject}: {error}", pointer(text, error.start, error.end))


def pointer(text: str, start: int, end: int) -> str:
    """Show the part of a text around a place, with carets below it."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    line_end = len(text) if line_end < 0 else line_end
    left = max(line_start, start - _WIDTH // 2)
    shown = text[left : min(line_end, left + _WIDTH)]
    carets = max(1, min(end, left + len(shown)) - start)
    return f"{shown}\n{' ' * (start - left)}{'^' * carets}"
