"""The phrases of all rules, found together: one that an article lacks a word of costs nothing."""

from collections.abc import Collection, Sequence

from pipeline.rules.syntax import Reading, Term

_FEW = 6
_FEW_PAIRS = 50

Phrase = tuple[int, Sequence[int]]
"""The phrase's number, and those of its words."""


class Phrases:
    """Phrases by their numbers, each under the two of its words that are likely to be the rarest."""

    def __init__(self) -> None:
        self._under: dict[int, dict[int, list[Phrase]]] = {}

    def enter(self, number: int, terms: Sequence[Term], numbers: Sequence[int]) -> None:
        """Add a phrase of two or more terms that have these numbers."""
        rarest = sorted(range(len(terms)), key=lambda place: commonness(terms[place]))
        first, second = numbers[rarest[0]], numbers[rarest[1]]
        self._under.setdefault(first, {}).setdefault(second, []).append((number, tuple(numbers)))

    def find(self, positions: dict[int, list[int]]) -> None:
        """Add to the positions of terms where each phrase begins that occurs."""
        found: dict[int, list[int]] = {}
        under = self._under
        for first in under.keys() & positions.keys():
            seconds = under[first]
            for second in seconds if len(seconds) < _FEW else seconds.keys() & positions.keys():
                if second in positions:
                    for number, numbers in seconds[second]:
                        if starts := _starts(numbers, positions):
                            found[number] = starts
        positions.update(found)


def commonness(term: Term) -> float:
    """Guess how common a term is: short words are, beginnings more so, names less. A Han character counts for two letters."""
    form = term.form
    letters = len(form) if form.isascii() else sum(2 if character >= "\u2e80" else 1 for character in form)
    factor = {Reading.PATTERN: 4.0, Reading.NAME: 0.5, Reading.ACRONYM: 0.3}.get(term.reading, 1.0)
    return factor / max(letters, 1) ** 2


def _starts(numbers: Sequence[int], positions: dict[int, list[int]]) -> list[int]:
    starts = positions.get(numbers[0], [])
    for step, number in enumerate(numbers):
        if step and starts:
            places: Collection[int] = positions.get(number, ())
            if len(places) * len(starts) > _FEW_PAIRS:
                places = set(places)
            starts = [at for at in starts if at + step in places]
    return starts
