"""How a person reads in a terminal why a rule matched an article, or which part of it failed."""

import sys

import click

from pipeline.records.passage import Passage
from pipeline.rules.tell import finding_json, plain, tree

__all__ = ["colourful", "finding_json", "marked", "plain", "tree"]


def marked(passage: Passage, colour: bool) -> str:
    """Give a passage in one line, with the words that matched in bold, or between asterisks where there are no colours."""
    pieces = (
        (click.style(text, bold=True) if colour else f"**{text}**") if is_match else text
        for text, is_match in ((plain(text), is_match) for text, is_match in passage.pieces())
    )
    return "".join(pieces)


def colourful() -> bool:
    """Tell whether standard output is a terminal that shows colours."""
    return sys.stdout.isatty()
