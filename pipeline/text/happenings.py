"""Which kinds of happening words stand for: an attack, a flood, a verdict, in the languages that news are read in."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pipeline.text.tokens import forms, is_spaceless

SHORTEST_BEGINNING = 3
_ARABIC_CLITICS = ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ف", "ب", "ل")
_SHORTEST_ARABIC = 3
_LONGEST_HAN = 6


@dataclass(frozen=True)
class Happenings:
    """The kinds by word, by beginning of a word, by phrase and by Han words. `aftermaths` follow on something else."""

    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    beginnings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    phrases: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = field(default_factory=dict)
    han: dict[str, tuple[str, ...]] = field(default_factory=dict)
    aftermaths: frozenset[str] = frozenset()

    def of_word(self, form: str) -> tuple[str, ...]:
        """Give the kinds that a folded word stands for."""
        found: dict[str, None] = {}
        for variant in _variants(form):
            found |= dict.fromkeys(self.words.get(variant, ()))
            for end in range(SHORTEST_BEGINNING, len(variant) + 1):
                found |= dict.fromkeys(self.beginnings.get(variant[:end], ()))
        return tuple(found)

    def of_phrase(self, words: list[str], place: int) -> Iterable[str]:
        """Give the kinds of the phrases that begin at that place of the folded words."""
        for variant in _variants(words[place]):
            for rest, kind in self.phrases.get(variant, ()):
                if all(_is(word, wanted) for word, wanted in zip(words[place + 1 :], rest, strict=False)) and (
                    len(words) > place + len(rest)
                ):
                    yield kind

    def of_han(self, words: list[str], place: int) -> Iterable[str]:
        """Give the kinds of the Han words that begin at that place of the folded words, which are characters."""
        for length in range(1, _LONGEST_HAN + 1):
            yield from self.han.get("".join(words[place : place + length]), ())


def _variants(form: str) -> Iterable[str]:
    """Give an Arabic word also without what is written onto its beginning."""
    yield form
    if "\u0600" <= form[:1] <= "\u06ff":
        for clitic in _ARABIC_CLITICS:
            if form.startswith(clitic) and len(form) - len(clitic) >= _SHORTEST_ARABIC:
                yield form[len(clitic) :]


def _is(word: str, wanted: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word in (wanted, f"ال{wanted}")


@cache
def happenings() -> Happenings:
    """Give the shipped kinds, read once a process."""
    found = Happenings()
    aftermaths = set()
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        name, _, listed = line.partition(":")
        kind = name.removeprefix("+")
        if kind != name:
            aftermaths.add(kind)
        for written in listed.split():
            _add(found, kind, written)
    return Happenings(found.words, found.beginnings, found.phrases, found.han, frozenset(aftermaths))


def _add(found: Happenings, kind: str, written: str) -> None:
    if is_spaceless(written[0]):
        found.han[written] = (*found.han.get(written, ()), kind)
        return
    ending = "*" if written.endswith("*") else ""
    *parts, last = (piece for part in written.split("_") for piece in _folded(part))
    last += ending
    if parts:
        found.phrases[parts[0]] = (*found.phrases.get(parts[0], ()), ((*parts[1:], last), kind))
    elif ending:
        found.beginnings[last[:-1]] = (*found.beginnings.get(last[:-1], ()), kind)
    else:
        found.words[last] = (*found.words.get(last, ()), kind)


def _folded(part: str) -> list[str]:
    """Fold a part as the tokeniser does those of texts, where hyphens and apostrophes separate words."""
    if part.endswith("*") and part.count("*") == 1:
        return forms(part[:-1])
    return [f"{form}*" for form in forms(part[:-1])] if part.endswith("*") else forms(part)
