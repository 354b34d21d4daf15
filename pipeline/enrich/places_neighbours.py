"""Where the other places of an article lie, for the second pass."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from math import log1p

from pipeline.enrich.places_features import Candidate, size
from pipeline.gazetteer.file import SPOTS, Entry

_TOLD = 0.2
"""The likelihood in the first pass from which on a meaning counts."""
_SMALL = 4.7
"""The decimal logarithm of the people up to which a town is small: 50,000."""


class Neighbourhood:
    """Where the other places of the article lie: how likely in each country, state and square of one degree.

    Beside the likelihoods it keeps, as bits, which names have any meaning there: places of which none is likely yet are
    told by lying together.
    """

    def __init__(self, names: Sequence[Sequence[Candidate]], home: tuple[float, float] | None) -> None:
        """Take the meanings of all names, and where the outlet is at home, which counts as a place named."""
        self._countries: dict[str, float] = defaultdict(float)
        self._admins: dict[tuple[str, str], float] = defaultdict(float)
        self._squares: dict[tuple[int, int], float] = defaultdict(float)
        self._possible: dict[tuple[int, int], int] = defaultdict(int)
        self._possible_admins: dict[tuple[str, str], int] = defaultdict(int)
        self._whole = 0.0
        self._others = max(len(names) - 1, 1)
        if home is not None:
            self._squares[int(home[0] // 1), int(home[1] // 1)] += 1.0
        for index, candidates in enumerate(names):
            for candidate in candidates:
                self._add(candidate, 1 << index)

    def _add(self, candidate: Candidate, bit: int) -> None:
        entry, weight = candidate.meaning.entry, candidate.likelihood
        if entry.kind in SPOTS:
            square = int(entry.lat // 1), int(entry.lon // 1)
            self._possible[square] |= bit
            if weight >= _TOLD:
                self._squares[square] += weight
        if entry.admin:
            self._possible_admins[entry.country, entry.admin] |= bit
        if weight >= _TOLD:
            self._countries[entry.country] += weight
            self._whole += weight
            if entry.admin:
                self._admins[entry.country, entry.admin] += weight

    def features(self, index: int, candidates: Sequence[Candidate], candidate: Candidate) -> list[float]:
        """Give the numbers of one meaning, in the order of SECOND_FEATURES, without what its own name counted."""
        entry = candidate.meaning.entry
        own = [each for each in candidates if each.likelihood >= _TOLD]
        in_country = [each for each in own if each.meaning.entry.country == entry.country]
        country = self._countries.get(entry.country, 0.0) - sum(each.likelihood for each in in_country)
        admin, possible_admin = 0.0, 0
        if entry.admin:
            admin = self._admins.get((entry.country, entry.admin), 0.0)
            admin -= sum(each.likelihood for each in in_country if each.meaning.entry.admin == entry.admin)
            possible_admin = (self._possible_admins[entry.country, entry.admin] & ~(1 << index)).bit_count()
        whole = self._whole - sum(each.likelihood for each in own)
        town = entry.kind in SPOTS
        near, possible = self._around(entry, own, index) if town else (0.0, 0)
        lonely = town and near < _TOLD and max(admin, 0.0) < _TOLD
        return [
            log1p(max(near, 0.0)),
            log1p(max(admin, 0.0)),
            log1p(max(country, 0.0)),
            max(country, 0.0) / whole if whole > _TOLD else 0.0,
            float(lonely and size(entry) < _SMALL),
            float(lonely),
            log1p(possible),
            possible / self._others,
            log1p(possible_admin),
            possible_admin / self._others,
        ]

    def _around(self, entry: Entry, own: Sequence[Candidate], index: int) -> tuple[float, int]:
        """Give the likelihood of other towns within a square and its neighbours, and how many names could lie there."""
        row, column = int(entry.lat // 1), int(entry.lon // 1)
        near, names = 0.0, 0
        for square in _squares(row, column):
            names |= self._possible.get(square, 0)
            near += self._squares.get(square, 0.0)
        for each in own:
            mine = each.meaning.entry
            if mine.kind in SPOTS:
                beside = abs(int(mine.lat // 1) - row) <= 1 and abs(int(mine.lon // 1) - column) <= 1
                near -= each.likelihood * beside
        return near, (names & ~(1 << index)).bit_count()


@lru_cache(maxsize=1 << 14)
def _squares(row: int, column: int) -> tuple[tuple[int, int], ...]:
    return tuple((row + north, column + east) for north in (-1, 0, 1) for east in (-1, 0, 1))
