"""Names that are one and the same in many languages: the lexicon's people, groups, organisations and operations.

A name that is found gives the same clue wherever it stands: JNIM, GSIM and جماعة نصرة الإسلام والمسلمين are all @jnim. It is a
hint to a common event and no statement: names that others bear, too, are not looked at more closely.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeAlias

from pipeline.text.tokens import forms, is_spaceless

_ENDING = 3  # letters of a case ending that a name may have
_CLITICS = ("وال", "بال", "لل", "ال", "و", "ب", "ل")


_Name: TypeAlias = tuple[tuple[str, ...], bool, str]


@dataclass(frozen=True)
class EntityNames:
    """By the first word of a name: its other words, whether the last may have another ending, and the entity."""

    names: dict[str, list[_Name]] = field(default_factory=dict)

    def find(self, words: Sequence[str]) -> Iterator[str]:
        """Give the entities whose names stand among folded words, each with an @ before its id."""
        for place, word in enumerate(words):
            for rest, open_end, entity in _beginning(word):
                if _stands(words, place, rest, open_end):
                    yield f"@{entity}"


@lru_cache(maxsize=1 << 16)
def _beginning(word: str) -> tuple[_Name, ...]:
    """Give the names that may begin with a folded word."""
    known = entity_names().names
    return tuple(name for first in _variants(word) for name in known.get(first, ()))


def _variants(word: str) -> Iterator[str]:
    yield word
    if word.isascii() or "\u0400" <= word[0] <= "\u04ff":
        yield from (word[:-cut] for cut in range(1, _ENDING + 1) if len(word) - cut > 4)
    elif "\u0600" <= word[0] <= "\u06ff":
        yield from (
            word[len(clitic) :] for clitic in _CLITICS if word.startswith(clitic) and len(word) > len(clitic) + 2
        )


def _stands(words: Sequence[str], place: int, rest: Sequence[str], open_end: bool) -> bool:
    after = words[place + 1 : place + 1 + len(rest)]
    return len(after) == len(rest) and all(
        _is(word, wanted, open_end) for word, wanted in zip(after, rest, strict=True)
    )


def _is(word: str, wanted: str, open_end: bool) -> bool:
    ended = open_end or (len(wanted) > 3 and len(word) - len(wanted) <= _ENDING)
    return word == wanted or (ended and word.startswith(wanted))


@cache
def entity_names() -> EntityNames:
    """Give the shipped names (pipeline/text/entities.txt, which benchmarks/entity_names.py writes), read once a process."""
    found = EntityNames()
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        entity, _, listed = line.partition(": ")
        for name in listed.split("|"):
            first, *rest = forms(name.rstrip("*"))
            if rest or len(first) > 2 or is_spaceless(first):
                found.names.setdefault(first, []).append((tuple(rest), name.endswith("*"), entity))
    return found
