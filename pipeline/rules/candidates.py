"""Which rules an article may match, told by its terms' numbers: rules of which it lacks a word cost nothing."""

from collections.abc import Sequence

from pipeline.rules.anchors import Group, Needed

LEARNT_FIRST = 200
"""Articles that rarity is learnt from at the beginning, one after the other."""

LEARN_EVERY = 16
"""Of later articles, one of so many is learnt from."""

MOST_PAIRS = 64
"""Pairs of numbers that a rule may be entered under."""

_FEW = 6
"""Keys that are quicker to look at one by one."""


class Candidates:
    """Rules, called by their slots, under what they need: a number from each of the two rarest groups of numbers.

    How rare numbers are is guessed at first (by `Needed`) and learnt from the articles then.
    """

    def __init__(self, needed: Needed) -> None:
        self._needed = needed
        self._needs: dict[int, Sequence[Group]] = {}
        self._anchors: dict[int, tuple[Group, ...]] = {}
        self._anchored: dict[int, dict[int, list[int]]] = {}
        self._unanchored: set[int] = set()
        self._articles = 0

    def enter(self, slot: int, groups: Sequence[Group]) -> None:
        """Add a rule by the groups of numbers of which an article must have one each; without any it is always looked at."""
        if groups:
            self._needs[slot] = groups
            self._anchor(slot, self._best_anchors(groups))
        else:
            self._unanchored.add(slot)

    def remove(self, slot: int) -> None:
        """Take a rule out."""
        if slot in self._needs:
            del self._needs[slot]
            self._lift(slot)
        self._unanchored.discard(slot)

    def of(self, numbers: set[int]) -> set[int]:
        """Give the rules whose anchors are among an article's numbers."""
        found = set(self._unanchored)
        anchored = self._anchored
        for number in anchored.keys() & numbers:
            seconds = anchored[number]
            if len(seconds) < _FEW:
                for second in seconds:
                    if second in numbers:
                        found.update(seconds[second])
            else:
                for second in seconds.keys() & numbers:
                    found.update(seconds[second])
        return found

    def left_open(self, slot: int) -> list[Group]:
        """Give the groups that a rule needs and that `of` doesn't ask for."""
        anchors = self._anchors.get(slot, ())
        return [group for group in self._needs.get(slot, ()) if group not in anchors]

    def learn(self, numbers: set[int]) -> list[int]:
        """Count what an article has, if it is time to, and enter rules anew that are looked at in vain; give these."""
        self._articles += 1
        if self._articles > LEARNT_FIRST and self._articles % LEARN_EVERY:
            return []
        common = self._needed.commonness
        for number in numbers:
            if number in common:
                common[number] += 1
        moved = []
        for slot in self._looked_at_in_vain(numbers):
            best = self._best_anchors(self._needs[slot])
            if best != self._anchors[slot]:
                self._lift(slot)
                self._anchor(slot, best)
                moved.append(slot)
        return moved

    def _looked_at_in_vain(self, numbers: set[int]) -> list[int]:
        anchored = self._anchored
        looked_at = {
            slot for number in anchored.keys() & numbers for slots in anchored[number].values() for slot in slots
        }
        return [slot for slot in looked_at if any(map(numbers.isdisjoint, self._needs[slot]))]

    def _best_anchors(self, groups: Sequence[Group]) -> tuple[Group, ...]:
        """Choose the rarest group and the next rarest with which there are not too many pairs."""
        if len(groups) == 1:
            return (groups[0],)
        first, *others = sorted(groups, key=self._needed.commonness_of)
        for second in others:
            if len(second) * len(first) <= MOST_PAIRS and second != first:
                return first, second
        return (first,)

    def _anchor(self, slot: int, anchors: tuple[Group, ...]) -> None:
        """Enter a rule under each pair of numbers of its anchors; where it has one anchor, under each number and itself."""
        self._anchors[slot] = anchors
        anchored = self._anchored
        for number in anchors[0]:
            seconds = anchored.get(number)
            if seconds is None:
                seconds = anchored[number] = {}
            for second in anchors[1] if len(anchors) > 1 else (number,):
                known = seconds.get(second)
                if known is None:
                    seconds[second] = [slot]
                else:
                    known.append(slot)

    def _lift(self, slot: int) -> None:
        """Take a rule out from under its anchors."""
        anchors = self._anchors.pop(slot)
        for number in anchors[0]:
            seconds = self._anchored[number]
            for second in anchors[1] if len(anchors) > 1 else (number,):
                seconds[second].remove(slot)
                if not seconds[second]:
                    del seconds[second]
            if not seconds:
                del self._anchored[number]
