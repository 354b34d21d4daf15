"""The part of a text that shows why it was found."""

from collections.abc import Sequence

from pipeline.index.query import Clause
from pipeline.text.tokens import Token, tokens

LENGTH = 240
LEAD = 60
LONGEST_LOOKED_AT = 20_000


def excerpt(text: str, wanted: Sequence[Clause]) -> str:
    """Give about 240 characters of the text around the first words searched for, or of its beginning, on one line."""
    looked_at = text[:LONGEST_LOOKED_AT]
    found = _first(tokens(looked_at), wanted) if wanted else None
    start = max(0, found - LEAD) if found is not None else 0
    return _cut(looked_at, start)


def _first(words: Sequence[Token], wanted: Sequence[Clause]) -> int | None:
    by_form: dict[str, list[Clause]] = {}
    prefixes = []
    for clause in wanted:
        if clause.prefix and len(clause.forms) == 1:
            prefixes.append(clause.forms[0])
        else:
            by_form.setdefault(clause.forms[0], []).append(clause)
    for position, word in enumerate(words):
        if any(_matches(words, position, clause) for clause in by_form.get(word.form, ())):
            return word.start
        if any(word.form.startswith(prefix) for prefix in prefixes):
            return word.start
    return None


def _matches(words: Sequence[Token], position: int, clause: Clause) -> bool:
    here = [word.form for word in words[position : position + len(clause.forms)]]
    if len(here) < len(clause.forms) or tuple(here[:-1]) != clause.forms[:-1]:
        return False
    return here[-1].startswith(clause.forms[-1]) if clause.prefix else here[-1] == clause.forms[-1]


def _cut(text: str, start: int) -> str:
    """Cut at spaces where there are any near, with an ellipsis where something is left out."""
    end = min(len(text), start + LENGTH)
    if start and (space := text.find(" ", start - 1, start + LEAD // 2)) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", end - LEAD // 2, end + 1)) > start:
        end = space
    part = " ".join(text[start:end].split())
    return ("… " if start else "") + part + (" …" if end < len(text) else "")
