"""Where a source is at home, learnt from what its articles may name."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pipeline.enrich.places_features import Candidate
from pipeline.gazetteer.file import SPOTS
from pipeline.records.article import Source

_FEWEST = 4
"""Articles from which on a home is learnt."""
_SHARE = 0.35
"""Share of the articles that must name a place around it."""
_TOLD = 0.05

Point = tuple[float, float]


def source_key(source: Source) -> str:
    """Give what an article's source is known by: its feed, or its name; empty for none."""
    return source.feed or source.name


def learnt_home(articles: Iterable[Sequence[Sequence[Candidate]]]) -> Point | None:
    """Give the middle of the places that a source's articles name most, in degrees; None where they name places all over.

    Of each article it takes what each of its names may mean. An article counts at most once for each square of one degree.
    """
    squares: dict[tuple[int, int], float] = defaultdict(float)
    points: dict[tuple[int, int], list[tuple[float, float, float]]] = defaultdict(list)
    count = 0
    for names in articles:
        count += 1
        here: dict[tuple[int, int], float] = defaultdict(float)
        for candidate in (each for candidates in names for each in candidates):
            entry = candidate.meaning.entry
            if entry.kind in SPOTS and candidate.likelihood >= _TOLD:
                square = int(entry.lat // 1), int(entry.lon // 1)
                here[square] += candidate.likelihood
                points[square].append((candidate.likelihood, entry.lat, entry.lon))
        for square, weight in here.items():
            squares[square] += min(weight, 1.0)
    if count < _FEWEST or not squares:
        return None
    best = max(squares, key=lambda square: (_around(squares, square) + squares[square], square))
    if _around(squares, best) < _SHARE * count:
        return None
    near = [point for square in _neighbours(best) for point in points.get(square, ())]
    whole = sum(weight for weight, _, _ in near)
    return sum(weight * lat for weight, lat, _ in near) / whole, sum(weight * lon for weight, _, lon in near) / whole


def _around(squares: dict[tuple[int, int], float], square: tuple[int, int]) -> float:
    return sum(squares.get(each, 0.0) for each in _neighbours(square))


def _neighbours(square: tuple[int, int]) -> list[tuple[int, int]]:
    return [(square[0] + north, square[1] + east) for north in (-1, 0, 1) for east in (-1, 0, 1)]
