"""What NEAR and its like do with occurrences in an article, which are sorted."""

from bisect import bisect_left, bisect_right
from itertools import islice

from pipeline.rules.places import Hit, overlapping

MOST_HITS = 2_000
"""Occurrences of one NEAR in one article that are looked at, so that no article takes without end."""

_FEW_PAIRS = 50
"""Positions of one word times those of another: up to so many pairs are tried one by one."""


def either(hits: list[Hit]) -> list[Hit]:
    """Give the occurrences of any of several parts, from those of each of them."""
    return sorted(set(hits)) if len(hits) > 1 else hits


def near(lefts: list[Hit], rights: list[Hit], distance: int, ordered: bool) -> list[Hit]:
    """Give the occurrences of NEAR, from those of its sides."""
    hits: list[Hit] = []
    longest = max([last - first for first, last, _ in rights], default=0)
    for left in lefts:
        earliest = left[1] + 1 if ordered else left[0] - distance - longest
        for right in islice(rights, bisect_left(rights, (earliest,)), None):
            if right[0] - left[1] > distance:
                break  # the rest begins farther on still
            if _apart(left, right, distance, ordered):
                hits.append((min(left[0], right[0]), max(left[1], right[1]), left[2] + right[2]))
                if len(hits) == MOST_HITS:
                    return sorted(hits)
    hits.sort()
    return hits


def _apart(one: Hit, other: Hit, distance: int, ordered: bool) -> bool:
    """Tell whether neither reaches into the other and at most `distance` - 1 words lie between them."""
    return 0 < other[0] - one[1] <= distance or (not ordered and 0 < one[0] - other[1] <= distance)


def beside(hits: list[Hit], others: list[Hit], distance: int) -> list[Hit]:
    """Give the occurrences that have one of the others as near as that."""
    if not others:
        return []
    firsts = [first for first, _, _ in others]
    lasts = sorted(last for _, last, _ in others)

    def is_beside(hit: Hit) -> bool:
        behind = bisect_right(firsts, hit[1])
        if behind < len(firsts) and firsts[behind] <= hit[1] + distance:
            return True
        before = bisect_left(lasts, hit[0]) - 1
        return before >= 0 and lasts[before] >= hit[0] - distance

    return [hit for hit in hits if is_beside(hit)]


def without(hits: list[Hit], others: list[Hit], distance: int) -> list[Hit]:
    """Give the occurrences that overlap none of the others and have none as near as that."""
    if not others:
        return hits
    return [hit for hit, is_near in zip(hits, overlapping(hits, others, distance), strict=True) if not is_near]


def are_near(lefts: list[int], rights: list[int], distance: int, ordered: bool) -> bool:
    """Tell whether any of two words stand near each other, from their positions in any order."""
    if len(lefts) * len(rights) > _FEW_PAIRS:
        return _nearest(sorted(lefts), sorted(rights), distance, ordered)
    for left in lefts:
        for right in rights:
            if 0 < right - left <= distance or (not ordered and 0 < left - right <= distance):
                return True
    return False


def _nearest(lefts: list[int], rights: list[int], distance: int, ordered: bool) -> bool:
    last = len(rights)
    for left in lefts:
        behind = bisect_right(rights, left)
        if behind < last and rights[behind] - left <= distance:
            return True
        if not ordered and (before := bisect_left(rights, left)) and left - rights[before - 1] <= distance:
            return True
    return False
