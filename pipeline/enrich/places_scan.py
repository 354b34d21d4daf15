"""Where a text writes names that the gazetteer knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from typing import NamedTuple

from pipeline.gazetteer.file import ADJECTIVE, CAPITALS, LOWER, NOWHERE, Entry, Gazetteer
from pipeline.gazetteer.spelling import LONGEST_NAME, bared
from pipeline.text.tokens import Token, forms

_JOINTS = frozenset(
    ["", " ", "-", "'", "’", "\u2010", "\u2011", "–", "·", "・", "\u00a0", " - ", ". ", ".", "（", " ("]
)
ARTICLES = frozenset(forms("the le la les l el los las o a os as der die das dem den il lo al"))
"""Articles that stand before a place's name."""

_MOST_REMEMBERED = 50_000
_MOST_MEANINGS = 60


class Meaning(NamedTuple):
    """What a name may mean: the number of a place, the place, and the flags of the name in this meaning."""

    number: int
    entry: Entry
    flags: int


class Name(NamedTuple):
    """A name of the gazetteer with its meanings, countries and large towns first."""

    key: str
    words: int
    meanings: tuple[Meaning, ...]
    adjective: bool
    nowhere: bool
    all_flags: int


class Mention(NamedTuple):
    """A name in a text: the numbers of its first word and of the first word behind it."""

    name: Name
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class _Head:
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
        self._name = lru_cache(maxsize=1 << 15)(self._read_name)

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
                if token.form in ARTICLES and self._ends_later(name, text, tokens, position):
                    continue
                behind = position + name.words
                found.append(Mention(name, position, behind))
        return found

    def _ends_later(self, name: Name, text: str, tokens: Sequence[Token], position: int) -> bool:
        """Tell whether a longer name begins behind the article: "Côte d'Ivoire" rather than "La Côte"."""
        if name.words < 2:
            return False
        head = self._heads.get(tokens[position + 1].form) or self._learn(tokens[position + 1].form)
        lower = text[tokens[position + 1].start].islower()
        if head is None or (lower and not head.in_lower):
            return False
        following = self._longest(head, text, tokens, position + 1, lower)
        return following is not None and following.words >= name.words

    def _longest(self, head: _Head, text: str, tokens: Sequence[Token], position: int, lower: bool) -> Name | None:
        if head.longer:
            window = " ".join([token.form for token in tokens[position : position + LONGEST_NAME]]) + " "
            for key in reversed(self._names.prefixes(window)):
                words = key.count(" ")
                if words > 1 and _is_joined(text, tokens[position : position + words]):
                    fitting = _fitting(self._name(key), text, tokens, position, lower)
                    if fitting is not None:
                        return fitting
        return _fitting(head.alone, text, tokens, position, lower) if head.alone else None

    def _learn(self, form: str) -> _Head | None:
        if len(self._heads) >= _MOST_REMEMBERED:
            self._heads.clear()
        own = form + " "
        if own not in self._names:
            own = next((f"{bare} " for bare in bared(form) if f"{bare} " in self._names), own)
        alone = self._name(own) if own in self._names else None
        longer = any(key != own for key in islice(self._names.iterkeys(own), 2))
        in_lower = form in self._gazetteer.lower_heads
        head = self._heads[form] = _Head(alone, longer, in_lower) if alone or longer else None
        return head

    def _read_name(self, key: str) -> Name:
        meanings = [
            Meaning(reference.entry, self._gazetteer.entry(reference.entry), reference.flags)
            for reference in self._gazetteer.references(self._names[key])[:_MOST_MEANINGS]
        ]
        return _name(key, key.count(" "), tuple(meanings))


def _name(key: str, words: int, meanings: tuple[Meaning, ...]) -> Name:
    flags = 0
    for meaning in meanings:
        flags |= meaning.flags
    adjective = all(meaning.flags & ADJECTIVE for meaning in meanings)
    nowhere = any(meaning.entry.kind == NOWHERE for meaning in meanings)
    return Name(key, words, meanings, adjective, nowhere, flags)


def _fitting(name: Name, text: str, tokens: Sequence[Token], position: int, lower: bool) -> Name | None:
    """Give the name with those meanings for which it is written as it must be."""
    words = tokens[position : position + name.words]
    if not lower and not name.all_flags & CAPITALS:
        return name if _stands_alone(text, words[0].start, words[-1].end) else None
    needed = LOWER if lower else 0
    capitals = all(text[word.start : word.end].isupper() for word in words)
    kept = tuple(
        meaning
        for meaning in name.meanings
        if meaning.flags & needed == needed and (capitals or not meaning.flags & CAPITALS)
    )
    return _name(name.key, name.words, kept) if kept else None


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
