"""Whom an article credits for its report: an agency, another outlet, a ministry.

Twenty outlets that carry one dispatch are one origin. A credit stands where news put it: in the by-line, in the dateline
("BAMAKO (Reuters) -", "新华社巴马科电"), in the signature at the end, or in the lead, beside a word of reporting. A name
elsewhere in the text is a subject, not a credit.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.enrich.credit_words import (
    CUE_CHARACTERS,
    CUES,
    MINISTRIES,
    SIGNATURES,
    STATEMENT_CHARACTERS,
    STATEMENTS,
)
from pipeline.enrich.outlets import Outlet, Outlets
from pipeline.text.document import Document
from pipeline.text.tokens import Token, forms, tokens

DATELINE = 30
LEAD = 70
TAIL = 24
"""Words of the text in which a dateline, an attribution and a signature are looked for."""
REACH = 4
"""Words that may lie between a name and the word of reporting."""
STATEMENT_REACH = 14
SIGNATURE_LINE = 8
"""Words that a last line may have and be a signature."""

_OPENING = "([/«【（—–-|:"
_CLOSING = ")]/»】）—–-|:,."
_cues = frozenset(form for word in CUES for form in forms(word)) | CUE_CHARACTERS
_signatures = frozenset(form for word in SIGNATURES for form in forms(word))
_statements = frozenset(form for word in STATEMENTS for form in forms(word)) | STATEMENT_CHARACTERS


@dataclass(frozen=True, slots=True)
class _Name:
    """A name as the text may hold it; `exact` where only this spelling is the name (AP, dpa).

    It is looked for by its longest word, which stands at `anchor`: others (the, le, al) stand everywhere.
    """

    forms: tuple[str, ...]
    exact: str | None
    id: str

    @property
    def anchor(self) -> int:
        return max(range(len(self.forms)), key=lambda place: len(self.forms[place]))


class Credits:
    """Finds whom an article credits."""

    def __init__(self, outlets: Outlets) -> None:
        self._outlets = outlets
        names = [_name(name, outlet.id) for outlet in outlets.known for name in (outlet.name, *outlet.names)]
        self._names = _by_anchor(names)
        self._ministries = _by_anchor(
            [_Name(tuple(forms(name)), None, kind) for kind, known in MINISTRIES.items() for name in known]
        )

    def find(
        self, document: Document, authors: Sequence[str], own: Outlet | None, countries: Sequence[str]
    ) -> str | None:
        """Give the id of the outlet or ministry that is credited, or None.

        `own` is the outlet that publishes the article, whose name is no credit; `countries` are ISO codes as the text
        comes to them: a ministry is the first one's.
        """
        skip = own.id if own else None
        words = document.text_tokens
        return (
            self._in_authors(authors, skip)
            or self._in_dateline(document.text, words, skip)
            or self._in_signature(document.text, words, skip)
            or self._in_lead(document.text, words, skip)
            or self._ministry(words, countries)
        )

    def _in_authors(self, authors: Sequence[str], skip: str | None) -> str | None:
        for author in authors:
            for _, _, name in _occurrences(author, tokens(author[:200]), self._names):
                if name != skip:
                    return name
        return None

    def _in_dateline(self, text: str, words: list[Token], skip: str | None) -> str | None:
        for first, last, name in _occurrences(text, words[:DATELINE], self._names):
            before = text[: words[first].start].rstrip()[-1:]
            after = text[words[last].end : words[last].end + 3].lstrip()[:1]
            bracketed = before in _OPENING and before != "" and after in _CLOSING and after != ""
            opens = first == 0 and ((after != "" and after in "—–-:/") or _wired(words[last + 1 : last + 16]))
            if name != skip and (bracketed or opens):
                return name
        return None

    def _in_signature(self, text: str, words: list[Token], skip: str | None) -> str | None:
        tail = words[-TAIL:]
        if len(words) <= TAIL // 2 or not tail:
            return None
        line_start = text.rstrip().rfind("\n") + 1
        for first, last, name in _occurrences(text, tail, self._names):
            line = [word for word in tail if word.start >= line_start]
            own_line = tail[first].start >= line_start and len(line) <= SIGNATURE_LINE
            introduced = any(word.form in _signatures for word in tail[max(0, first - 3) : first])
            at_end = len(tail) - last <= 3
            closed = text[: tail[first].start].rstrip()[-1:] in "(/[—–（©" and at_end
            if name != skip and (own_line or closed or (introduced and at_end)):
                return name
        return None

    def _in_lead(self, text: str, words: list[Token], skip: str | None) -> str | None:
        lead = words[:LEAD]
        for first, last, name in _occurrences(text, lead, self._names):
            around = (*lead[max(0, first - REACH) : first], *lead[last + 1 : last + 1 + REACH])
            if name != skip and any(word.form in _cues for word in around):
                return name
        return None

    def _ministry(self, words: list[Token], countries: Sequence[str]) -> str | None:
        lead = words[:LEAD]
        for first, last, kind in _occurrences("", lead, self._ministries):
            around = lead[max(0, first - STATEMENT_REACH) : last + 1 + STATEMENT_REACH]
            if countries and any(word.form in _statements for word in around):
                return f"ministry-{kind}-{countries[0].lower()}"
        return None


def _name(name: str, outlet: str) -> _Name:
    letters = [character for character in name if character.isalpha()]
    short = len(letters) <= 5 and name.isascii() and (name.isupper() or name.islower())
    return _Name(tuple(forms(name)), name if short else None, outlet)


_Anchored = tuple[int, _Name]


def _by_anchor(names: Iterable[_Name]) -> dict[str, list[_Anchored]]:
    """Group names by the word that they are looked for by, those of most words first."""
    grouped: dict[str, list[_Anchored]] = {}
    for name in sorted(names, key=lambda known: -len(known.forms)):
        if name.forms:
            grouped.setdefault(name.forms[name.anchor], []).append((name.anchor, name))
    return grouped


def _occurrences(
    text: str, words: Sequence[Token], names: dict[str, list[_Anchored]]
) -> Iterator[tuple[int, int, str]]:
    """Give first and last word and id of each name in the words, the longest where several share a word."""
    for position, word in enumerate(words):
        for anchor, name in names.get(word.form, ()):
            first = position - anchor
            last = first + len(name.forms) - 1
            if first < 0 or last >= len(words):
                continue
            if all(words[first + place].form == form for place, form in enumerate(name.forms)) and _written(
                text, words[first].start, words[last].end, name
            ):
                yield first, last, name.id
                break


def _written(text: str, start: int, end: int, name: _Name) -> bool:
    """Tell whether the name is written as a name: in its one spelling, or not all in small letters."""
    surface = text[start:end]
    if name.exact is not None:
        return surface == name.exact
    return not surface or not surface[0].islower()


def _wired(words: Sequence[Token]) -> bool:
    """Tell whether a Chinese or Japanese dispatch begins here: place, date, and the character for a wire."""
    return any(word.form in "电電" for word in words)
