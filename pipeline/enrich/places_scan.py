"""Where a text writes names that the gazetteer knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from pipeline.gazetteer.file import ADJECTIVE, CAPITALS, LOWER, NOWHERE, Gazetteer, Reference
from pipeline.gazetteer.spelling import LONGEST_NAME
from pipeline.text.tokens import Token

_JOINTS = frozenset(
    ["", " ", "-", "'", "’", "\u2010", "\u2011", "–", "·", "・", "\u00a0", " - ", ". ", ".", "（", " ("]
)
_MOST_REMEMBERED = 200_000


class Name(NamedTuple):
    """A name of the gazetteer with all its meanings."""

    key: str
    words: int
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """Names of a text: the numbers of the first word and of the first word behind it."""

    name: Name
    first: int
    end: int


class _Head(NamedTuple):
    """What begins with a word: a name of that word alone, and whether there are longer ones, in capitals or not."""

    alone: Name | None
    longer: bool
    in_lower: bool


class Scanner:
    """Finds names, the longest at each word, by one look-up a word. It remembers the words that it has seen."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._names = gazetteer.names
        self._heads: dict[str, _Head | None] = {}

    def scan(self, text: str, tokens: Sequence[Token], lowered: set[str]) -> list[Mention]:
        """Give the names in the order of the text. Words that begin names but stand in lower case go to `lowered`."""
        heads, found = self._heads, []
        behind = 0
        for position, token in enumerate(tokens):
            try:
                head = heads[token.form]
            except KeyError:
                head = self._learn(token.form)
            if head is None or position < behind:
                continue
            lower = text[token.start].islower()
            if lower:
                lowered.add(token.form)
                if not head.in_lower:
                    continue
            if (name := self._longest(head, text, tokens, position, lower)) is not None:
                behind = position + name.words
                found.append(Mention(name, position, behind))
        return found

    def _longest(self, head: _Head, text: str, tokens: Sequence[Token], position: int, lower: bool) -> Name | None:
        if head.longer:
            window = " ".join([token.form for token in tokens[position : position + LONGEST_NAME]]) + " "
            for key in reversed(self._names.prefixes(window)):
                name = self._name(key)
                if name.words > 1 and _is_joined(text, tokens[position : position + name.words]):
                    fitting = _fitting(name, text, tokens, position, lower)
                    if fitting is not None:
                        return fitting
        return _fitting(head.alone, text, tokens, position, lower) if head.alone else None

    def _learn(self, form: str) -> _Head | None:
        if len(self._heads) >= _MOST_REMEMBERED:
            self._heads.clear()
        own = form + " "
        alone, longer, in_lower = None, False, False
        for key in self._names.iterkeys(own):
            name = self._name(key)
            in_lower = in_lower or any(reference.flags & LOWER for reference in name.references)
            if key == own:
                alone = name
            else:
                longer = True
        head = self._heads[form] = _Head(alone, longer, in_lower) if alone or longer else None
        return head

    def _name(self, key: str) -> Name:
        return Name(key, key.count(" "), tuple(self._gazetteer.references(self._names[key])))


def _fitting(name: Name, text: str, tokens: Sequence[Token], position: int, lower: bool) -> Name | None:
    """Give the name with those meanings for which it is written as it must be."""
    words = tokens[position : position + name.words]
    needed = LOWER if lower else 0
    if not needed and not any(reference.flags & CAPITALS for reference in name.references):
        return name if _stands_alone(text, words[0].start, words[-1].end) else None
    capitals = all(text[word.start : word.end].isupper() for word in words)
    kept = tuple(
        reference
        for reference in name.references
        if reference.flags & needed == needed and (capitals or not reference.flags & CAPITALS)
    )
    return name._replace(references=kept) if kept else None


def _is_joined(text: str, words: Sequence[Token]) -> bool:
    for word, following in pairwise(words):
        gap = text[word.end : following.start]
        # a full stop ends a sentence unless what stands before it is an abbreviation
        if (gap not in _JOINTS and gap.strip()) or ("." in gap and word.end - word.start > 2):
            return False
    return True


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether a name in katakana is no part of a longer word."""
    if not _is_katakana(text[start]):
        return True
    return not _is_katakana(text[start - 1 : start]) and not _is_katakana(text[end : end + 1])


def _is_katakana(character: str) -> bool:
    return "\u30a1" <= character <= "\u30fa" or character == "ー"


def is_adjective(name: Name) -> bool:
    """Tell whether the name can only be an adjective."""
    return all(reference.flags & ADJECTIVE for reference in name.references)


def is_nowhere(name: Name, gazetteer: Gazetteer) -> bool:
    """Tell whether the name is known as no place's."""
    return any(gazetteer.entry(reference.entry).kind == NOWHERE for reference in name.references)
