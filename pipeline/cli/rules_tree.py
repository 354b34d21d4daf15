"""How a person reads why a rule matched an article, or which part of it failed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click

from pipeline.records.article import Span
from pipeline.records.passage import Passage
from pipeline.rules.explain import Finding
from pipeline.rules.syntax import Entity, Except, Fact, In, Near, Not, NotNear, Or
from pipeline.text.document import Document

LONGEST = 90
MOST_WORDS = 4
MOST_HELD = 8
MOST_FAILED = 3
_BUT = {
    Near: "both occur, but not so near each other",
    NotNear: "it only occurs with the other near it",
    Except: "it only occurs within the exception",
    In: "it occurs, but not there",
}


def tree(finding: Finding, document: Document, depth: int = 0) -> Iterator[str]:
    """Give the lines that say of a query and its parts whether they hold, and where.

    Of many alternatives those are told that hold or come near it, and of the others the number.
    """
    yield f"{'  ' * depth}{_mark(finding.holds)} {_shown(finding.text)}{_where(finding, document)}{_but(finding)}"
    parts = _parts(finding)
    if isinstance(_alternatives(finding), Or):
        yield from _some(parts, document, depth + 1)
        return
    for part in parts:
        yield from tree(part, document, depth + 1)


def finding_json(finding: Finding) -> dict[str, Any]:
    """Give a finding with all of its parts as plain values."""
    return {
        "part": finding.text,
        "kind": type(finding.query).__name__.lower(),
        "holds": finding.holds,
        "spans": [asdict(span) for span in finding.spans],
        "parts": [finding_json(part) for part in finding.parts],
    }


def marked(passage: Passage, colour: bool) -> str:
    """Give a passage in one line, with the words that matched in bold, or between asterisks where there are no colours."""
    pieces = (
        (click.style(text, bold=True) if colour else f"**{text}**") if is_match else text
        for text, is_match in ((plain(text), is_match) for text, is_match in passage.pieces())
    )
    return "".join(pieces)


def plain(text: str) -> str:
    """Give foreign text without what would move a terminal's cursor or turn its reading direction."""
    return "".join(character if character.isprintable() else " " for character in text)


def _some(parts: Sequence[Finding], document: Document, depth: int) -> Iterator[str]:
    held = [part for part in parts if part.holds]
    near = [part for part in parts if not part.holds and _comes_near(part)]
    failed = [part for part in parts if not part.holds and not _comes_near(part)]
    shown = [*held[:MOST_HELD], *near[: MOST_FAILED if held else MOST_HELD]]
    for part in shown:
        yield from tree(part, document, depth)
    left = len(held) + len(near) - len(shown)
    if left:
        yield f"{'  ' * depth}… and {left} more of which something occurs"
    if failed:
        examples = ", ".join(_shown(part.text, LONGEST // 3) for part in failed[:MOST_FAILED])
        more = ", …" if len(failed) > MOST_FAILED else ""
        others = f"{len(failed)}{' others' if shown else ''} of which nothing occurs"
        yield f"{'  ' * depth}{_mark(False)} {others}: {examples}{more}"


def _comes_near(finding: Finding) -> bool:
    """Tell whether something that the part asks for is there."""
    if isinstance(finding.query, Not):
        return True
    return bool(finding.spans) or any(_comes_near(part) for part in finding.parts)


def _alternatives(finding: Finding) -> object:
    """Give the part that lists a finding's alternatives: itself, or what an entity consists of."""
    inner = finding.parts[0].query if isinstance(finding.query, Entity) and finding.parts else None
    return inner if isinstance(inner, Or) else finding.query


def _parts(finding: Finding) -> Sequence[Finding]:
    is_list = isinstance(finding.query, Entity) and isinstance(_alternatives(finding), Or)
    return finding.parts[0].parts if is_list else finding.parts


def _but(finding: Finding) -> str:
    """Say why a part fails although what it is made of occurs."""
    if finding.holds or type(finding.query) not in _BUT:
        return ""
    needed = finding.parts if isinstance(finding.query, Near) else finding.parts[:1]
    return f" - {_BUT[type(finding.query)]}" if all(part.holds for part in needed) else ""


def _where(finding: Finding, document: Document) -> str:
    if isinstance(finding.query, Fact) or not finding.spans:
        return ""
    words = Counter(plain(span.text) for span in finding.spans)
    shown = [f"“{_shown(word, 40)}”{f' ×{count}' if count > 1 else ''}" for word, count in words.items()]
    more = f" and {len(shown) - MOST_WORDS} more" if len(shown) > MOST_WORDS else ""
    return f"  {', '.join(shown[:MOST_WORDS])}{more} ({_place(finding.spans[0], document)})"


def _place(span: Span, document: Document) -> str:
    if span.start < document.text_offset:
        return f"title, character {span.start + 1}"
    return f"text, character {span.start - document.text_offset + 1}"


def _mark(holds: bool) -> str:
    return "✓" if holds else "✗"


def _shown(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
