"""How a person reads why a rule matched an article, or which part of it failed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from pipeline.records.article import Span
from pipeline.rules.explain import Finding
from pipeline.rules.syntax import Beside, Entity, Except, Fact, In, Near, Not, NotNear, Or, Where
from pipeline.text.document import Document

LONGEST = 80
MOST_WORDS = 4
MOST_TOLD = 4
MOST_FAILED = 3
_BUT = {
    Near: "both occur, but not so near each other",
    NotNear: "it only occurs with the other near it",
    Except: "it only occurs within the exception",
    In: "it occurs, but not there",
}


def tree(finding: Finding, document: Document, depth: int = 0) -> Iterator[str]:
    """Give the lines that say of a query and its parts whether they hold, and where.

    Told are the parts that decide: of what holds those that make it hold, of what fails those that failed. Of many
    alternatives that fail, those are told of which something occurs, and of the others the number.
    """
    yield f"{'  ' * depth}{_mark(finding.holds)} {_shown(finding.text)}{_where(finding, document)}{_but(finding)}"
    if isinstance(_alternatives(finding), Or):
        yield from _some(_parts(finding), finding.holds, document, depth + 1)
        return
    for part in _parts(finding):
        if _decides(part, finding):
            yield from tree(part, document, depth + 1)
        else:
            yield f"{'  ' * (depth + 1)}{_mark(part.holds)} {_shown(part.text)}{_where(part, document)}"


def finding_json(finding: Finding) -> dict[str, Any]:
    """Give a finding with all of its parts as plain values."""
    return {
        "part": finding.text,
        "kind": type(finding.query).__name__.lower(),
        "holds": finding.holds,
        "spans": [asdict(span) for span in finding.spans],
        "parts": [finding_json(part) for part in finding.parts],
    }


def plain(text: str) -> str:
    """Give foreign text without what would move a terminal's cursor or turn its reading direction."""
    return "".join(character if character.isprintable() else " " for character in text)


def _some(parts: Sequence[Finding], holds: bool, document: Document, depth: int) -> Iterator[str]:
    near = [part for part in parts if (part.holds if holds else _comes_near(part))]
    for part in near[:MOST_TOLD]:
        yield from tree(part, document, depth)
    if len(near) > MOST_TOLD:
        of_which = "hold" if holds else "of which something occurs"
        yield f"{'  ' * depth}{_mark(holds)} {len(near) - MOST_TOLD} more {of_which}"
    failed = [part for part in parts if not part.holds and not _comes_near(part)]
    if failed and (not holds or depth == 1):
        examples = ", ".join(_shown(part.text, LONGEST // 3) for part in failed[:MOST_FAILED])
        others = f"{len(failed)}{' others' if near else ''} of which nothing occurs"
        yield f"{'  ' * depth}{_mark(False)} {others}: {examples}{', …' if len(failed) > MOST_FAILED else ''}"


def _decides(part: Finding, whole: Finding) -> bool:
    """Tell whether how a part came out is why the whole did, so that its own parts are worth telling."""
    if isinstance(whole.query, Not):
        return not whole.holds
    if whole.holds:
        return part.holds and (part is whole.parts[0] or not isinstance(whole.query, Where))
    if isinstance(whole.query, NotNear | Except) and whole.parts[0].holds:
        return part is not whole.parts[0]
    return not part.holds or isinstance(whole.query, Entity | In)


def _comes_near(finding: Finding) -> bool:
    """Tell whether something that the part asks for is there."""
    if isinstance(finding.query, Not):
        return False
    parts = finding.parts
    if isinstance(finding.query, Where | Beside | NotNear | Except):
        parts = parts[:1]
    return bool(finding.spans) or any(map(_comes_near, parts))


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
