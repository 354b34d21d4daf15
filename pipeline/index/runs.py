"""Words that stand in a certain order, or near each other, as the engines can look for them.

What the engines can't tell exactly is asked for too widely, never too narrowly: who asks checks what they find.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pipeline.index.entities import NARROWED
from pipeline.index.words import Word, any_word, word_of
from pipeline.rules.syntax import Beside, Entity, Except, In, Near, NotNear, Or, Phrase, Query, Where


@dataclass(frozen=True, slots=True)
class Ordered:
    """Parts that follow one another, with at most `gap` words between two of them."""

    parts: tuple["Run", ...]
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Either:
    """Any of these."""

    parts: tuple["Run", ...]


Run: TypeAlias = Word | Ordered | Either


@dataclass(frozen=True, slots=True)
class Asked:
    """A run, and whether finding it, in the form that it has in each article's language, is all that is meant."""

    run: Run
    whole: bool


def run_of(query: Query) -> Asked | None:
    """Give the run of a placed part; None where there is none that every occurrence is, and the parts have to do."""
    match query:
        case Phrase(terms):
            return _phrase([word_of(term) for term in terms])
        case Or(parts):
            return _either([run_of(part) for part in parts])
        case Near(left, right, distance, ordered):
            return _near(left, right, distance, ordered)
        case Beside(part, other, distance):
            return _near(part, other, distance, ordered=False)
        case Entity(_, part, version):
            asked = run_of(part)
            return asked and Asked(asked.run, asked.whole and version != NARROWED)
        case NotNear(part) | Except(part) | Where(part) | In(_, part):
            asked = run_of(part)
            return asked and Asked(asked.run, False)
        case _:
            return None


def by_language(run: Run) -> dict[Run, list[str]]:
    """Give the forms that a run has in the languages for which it has one of its own, and those languages.

    In all other languages it has the form of `in_language(run, None)`.
    """
    found: dict[Run, list[str]] = {}
    for language in sorted(_languages(run)):
        found.setdefault(in_language(run, language), []).append(language)
    found.pop(in_language(run, None), None)
    return found


def in_language(run: Run, language: str | None) -> Run:
    """Give the form of a run in one language; None stands for those in which its words have no variants."""
    match run:
        case Word():
            return run.in_language(language)
        case Ordered(parts, gap):
            return Ordered(tuple(in_language(part, language) for part in parts), gap)
        case Either(parts):
            return Either(tuple(in_language(part, language) for part in parts))


def _languages(run: Run) -> set[str]:
    match run:
        case Word():
            return {language for variant in run.variants for language in variant.languages}
        case Ordered(parts) | Either(parts):
            return set().union(*map(_languages, parts))


def _phrase(words: Sequence[Word]) -> Asked:
    whole = all(word.whole for word in words)
    return Asked(words[0] if len(words) == 1 else Ordered(tuple(words)), whole)


def _either(found: Sequence[Asked | None]) -> Asked | None:
    asked = [one for one in found if one]
    if len(asked) < len(found):
        return None
    runs = [run for one in asked for run in (one.run.parts if isinstance(one.run, Either) else (one.run,))]
    words = [run for run in runs if isinstance(run, Word)]
    others = tuple(run for run in runs if not isinstance(run, Word))
    parts = (any_word(words), *others) if words else others
    return Asked(parts[0] if len(parts) == 1 else Either(parts), all(one.whole for one in asked))


def _near(left: Query, right: Query, distance: int, ordered: bool) -> Asked | None:
    """Give both orders. What has parts near each other within itself has no length of its own, and is left out."""
    sides = run_of(left), run_of(right)
    if not sides[0] or not sides[1] or not all(_fixed(side.run) for side in sides if side):
        return None
    first, second = sides[0].run, sides[1].run
    whole = sides[0].whole and sides[1].whole and not _widened(left) and not _widened(right)
    one_way = Ordered((first, second), distance - 1)
    if ordered:
        return Asked(one_way, whole)
    return Asked(Either((one_way, Ordered((second, first), distance - 1))), whole)


def _fixed(run: Run) -> bool:
    """Tell whether each way to fulfil it has a certain number of words."""
    match run:
        case Word():
            return True
        case Ordered(parts, gap):
            return gap == 0 and all(map(_fixed, parts))
        case Either(parts):
            return all(map(_fixed, parts))


def _widened(query: Query) -> bool:
    return isinstance(query, Beside)
