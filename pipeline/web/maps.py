"""Maps of places, drawn here as SVG from outlines that come with Harmattan, so that no request for one leaves the site.

The projection is the equirectangular one, with the map's middle parallel true to scale (J. P. Snyder, Map Projections: A
Working Manual, 1987, chapter 12). Coasts and borders are Natural Earth's at 1:110,000,000: see tools/outlines.py.
"""

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import cos, isfinite, radians
from pathlib import Path

from pipeline.records.article import Place

WIDE, NARROW = 560, 320
"""Units across: of a map in a page's text, and of one beside it."""
MOST_PLACES = 60
MOST_LABELS = 10
FONT = 14
_SIDES = (("start", 9, 5), ("end", -9, 5), ("middle", 0, -10), ("middle", 0, 20))
"""Where a name may stand, seen from its place: right of it, left, above and below."""
_LETTER = 7.4
"""The width of a letter, roughly, in units."""
_LEAST_SPAN = 14.0
"""Degrees across that are shown at least, so that coasts and neighbours tell where it is."""
_MARGIN = 0.18
_FLATTEST, _TALLEST = 0.5, 0.85
_MOST_NORTH = 84.0
_GENERAL = ("country", "region")

Point = tuple[float, float]
Inside = Callable[[Point], bool]
Cut = Callable[[Point, Point], Point]


@dataclass(frozen=True, slots=True)
class Label:
    """Where a name stands: its start, middle or end (`anchor`, as SVG has it) is at that point of the line it stands on."""

    x: int
    y: int
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A place on a map, in its units; `kind` tells how it is drawn."""

    name: str
    x: int
    y: int
    kind: str
    label: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """A map: its size in units, the paths of land and borders as SVG writes them, and the places; `outside` are not on it."""

    width: int
    height: int
    land: str
    borders: str
    dots: tuple[Dot, ...]
    outside: int = 0


@dataclass(frozen=True, slots=True)
class _View:
    west: float
    east: float
    south: float
    north: float
    width: int
    height: int

    def units(self, point: Point) -> tuple[int, int]:
        x = (point[0] - self.west) / (self.east - self.west) * self.width
        y = (self.north - point[1]) / (self.north - self.south) * self.height
        return round(x), round(y)

    def holds(self, point: Point) -> bool:
        return self.west <= point[0] <= self.east and self.south <= point[1] <= self.north


def draw(places: Sequence[Place], width: int = WIDE) -> Map | None:
    """Draw the places that are somewhere: towns and the like, or countries where nothing smaller is named; None without any.

    What is named most often is labelled first. The map is cropped to the places.
    """
    named = Counter((one.name, one.lat, one.lon, one.kind) for one in places if _can_be_drawn(one))
    events = {(one.name, one.lat, one.lon) for one in places if one.event}
    if not named:
        return None
    shown = [key for key, _ in named.most_common(MOST_PLACES)]
    exact = [key for key in shown if key[3] not in _GENERAL] or shown
    view = _view([(lon, lat) for _, lat, lon, _ in exact], width)
    on_it = [key for key in shown if view.holds((key[2], key[1]))]
    dots = [
        Dot(name=name, x=x, y=y, kind="event" if (name, lat, lon) in events else kind)
        for name, lat, lon, kind in on_it
        for x, y in (view.units((lon, lat)),)
    ]
    land, borders = _outlines()
    return Map(
        width=view.width,
        height=view.height,
        land="".join(_path(_clipped(ring, view), view, closed=True) for ring in land),
        borders="".join(_path(piece, view, closed=False) for line in borders for piece in _pieces(line, view)),
        dots=tuple(_labelled(dots, view)),
        outside=len(shown) - len(on_it),
    )


def _can_be_drawn(place: Place) -> bool:
    known = isfinite(place.lat) and isfinite(place.lon) and abs(place.lat) <= 90 and abs(place.lon) <= 180
    return place.kind != "continent" and known


def _view(points: Sequence[Point], width: int) -> _View:
    """Choose what is shown: all the points with some space around, in a shape that fits a page."""
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    middle, parallel = (west + east) / 2, (south + north) / 2
    stretch = max(cos(radians(min(abs(parallel), 65.0))), 0.4)
    across = max((east - west) * (1 + 2 * _MARGIN), _LEAST_SPAN)
    up = max((north - south) * (1 + 2 * _MARGIN), across * stretch * _FLATTEST)
    across = min(max(across, up / (_TALLEST * stretch)), 360.0)
    up = min(max(up, across * stretch * _FLATTEST), 2 * _MOST_NORTH)
    west = min(max(middle - across / 2, -180.0), 180.0 - across)
    south = min(max(parallel - up / 2, -90.0), 90.0 - up)
    height = round(width * min(max(up / (across * stretch), _FLATTEST * 0.8), _TALLEST * 1.2))
    return _View(west, west + across, south, south + up, width, height)


def _labelled(dots: Sequence[Dot], view: _View) -> Iterator[Dot]:
    """Give the first dots their names, where these cover neither each other nor other dots; where it happened comes first."""
    taken = [(dot.x - 6, dot.y - 6, dot.x + 6, dot.y + 6) for dot in dots]
    labels = 0
    for dot in sorted(dots, key=lambda dot: dot.kind != "event"):
        length = round(len(dot.name) * _LETTER)
        for anchor, dx, dy in _SIDES:
            left = dot.x + dx - {"start": 0, "middle": length // 2, "end": length}[anchor]
            box = (left, dot.y + dy - FONT + 3, left + length, dot.y + dy + 3)
            on_it = box[0] >= 0 and box[2] <= view.width and box[1] >= 0 and box[3] <= view.height
            if labels < MOST_LABELS and on_it and not any(_cover(box, other) for other in taken):
                labels += 1
                taken.append(box)
                yield replace(dot, label=Label(dot.x + dx, dot.y + dy, anchor))
                break
        else:
            yield dot


def _cover(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


# -------------------------------------------------------------------------------------------------------- outlines


@cache
def _outlines() -> tuple[list[list[Point]], list[list[Point]]]:
    found = json.loads((Path(__file__).parent / "outlines.json").read_text(encoding="utf-8"))
    unit: float = found["unit"]
    return [_line(steps, unit) for steps in found["land"]], [_line(steps, unit) for steps in found["borders"]]


def _line(steps: Sequence[int], unit: float) -> list[Point]:
    x = y = 0
    points: list[Point] = []
    for dx, dy in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x * unit, y * unit))
    return points


def _clipped(ring: Sequence[Point], view: _View) -> list[Point]:
    """Cut a ring at the view's edges (Sutherland and Hodgman, 1974), a little beyond them so that no edge is drawn."""
    pad = (view.east - view.west) * 0.02
    west, east, south, north = view.west - pad, view.east + pad, view.south - pad, view.north + pad
    points = list(ring)
    edges: tuple[tuple[Inside, Cut], ...] = (
        (lambda p: p[0] >= west, lambda a, b: _at_x(a, b, west)),
        (lambda p: p[0] <= east, lambda a, b: _at_x(a, b, east)),
        (lambda p: p[1] >= south, lambda a, b: _at_y(a, b, south)),
        (lambda p: p[1] <= north, lambda a, b: _at_y(a, b, north)),
    )
    for inside, cut in edges:
        points = list(_cut_at(points, inside, cut))
        if not points:
            break
    return points


def _cut_at(points: Sequence[Point], inside: Inside, cut: Cut) -> Iterator[Point]:
    for before, point in zip([points[-1], *points], points, strict=False):
        if inside(point) != inside(before):
            yield cut(before, point)
        if inside(point):
            yield point


def _at_x(a: Point, b: Point, x: float) -> Point:
    return x, a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0])


def _at_y(a: Point, b: Point, y: float) -> Point:
    return a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]), y


def _pieces(line: Sequence[Point], view: _View) -> Iterator[list[Point]]:
    """Give the pieces of a line of which something may be in view."""
    piece: list[Point] = []
    for a, b in itertools.pairwise(line):
        apart = max(a[0], b[0]) < view.west or min(a[0], b[0]) > view.east
        if apart or max(a[1], b[1]) < view.south or min(a[1], b[1]) > view.north:
            if piece:
                yield piece
            piece = []
        else:
            piece = piece or [a]
            piece.append(b)
    if piece:
        yield piece


def _path(points: Sequence[Point], view: _View, *, closed: bool) -> str:
    """Write a line as steps between whole units; what would be no longer than one is left out."""
    whole = [view.units(point) for point in points]
    kept = [point for at, point in enumerate(whole) if not at or point != whole[at - 1]]
    if len(kept) < (3 if closed else 2):
        return ""
    steps = [(x - a, y - b) for (a, b), (x, y) in itertools.pairwise(kept)]
    written = " ".join(f"{dx} {dy}" for dx, dy in steps).replace(" -", "-")
    return f"M{kept[0][0]} {kept[0][1]}l{written}{'z' if closed else ''}"
