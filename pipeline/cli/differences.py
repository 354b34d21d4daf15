"""How a person reads in a terminal what an outlet changed."""

from collections.abc import Iterator

import click

from pipeline.cli.rules_tree import plain
from pipeline.records.change import Change, Edit

_WHAT = {
    "cosmetic": "edited, what was said stands",
    "material": "changed in what it says",
    "correction": "corrected",
    "withdrawal": "withdrawn",
    "unknown": "changed; what stood before was no longer kept",
}


def change_lines(change: Change, colour: bool) -> Iterator[str]:
    """Give a change in lines: when and what it was, then the passages with removed words before added ones."""
    said = "declared" if change.declared else "not declared"
    fields = f" ({', '.join(change.fields)})" if change.fields else ""
    yield f"{change.at:%Y-%m-%d %H:%M} UTC, revision {change.revision}: {_WHAT[change.kind.value]}{fields}, {said}"
    for edit in change.edits:
        yield f"    {difference(edit, colour)}"
    if change.more:
        yield f"    and {change.more} more"


def difference(edit: Edit, colour: bool) -> str:
    """Give a passage in one line: `[-removed-]` and `{+added+}`, or in a terminal with colours struck out and underlined."""
    removed, added = _line(edit.removed), _line(edit.added)
    if colour:
        parts = [click.style(removed, fg="red", strikethrough=True), click.style(added, fg="green", underline=True)]
    else:
        parts = [f"[-{removed}-]", f"{{+{added}+}}"]
    shown = [part for part, text in zip(parts, (removed, added), strict=True) if text]
    return f"{_line(edit.before)} {' '.join(shown)} {_line(edit.after)}".strip()


def _line(text: str) -> str:
    return " ".join(plain(text).split())
