"""Make pipeline/web/outlines.json, the coasts and borders of the page's maps.

They are those of Natural Earth at 1:110,000,000, which are in the public domain (https://www.naturalearthdata.com), as the
package world-atlas 2.0.2 of npm carries them in TopoJSON:

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz package/countries-110m.json
    python tools/outlines.py package/countries-110m.json
"""

import json
import sys
from collections import Counter
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "pipeline" / "web" / "outlines.json"
UNIT = 0.05
"""Degrees of the whole numbers in the file: a twelfth of a line's width on a map of the world."""


def main(source: Path) -> None:
    """Read TopoJSON, and write rings of land and lines of borders, each as a first point and steps from point to point."""
    topology = json.loads(source.read_text(encoding="utf-8"))
    arcs = [_degrees(arc, topology["transform"]) for arc in topology["arcs"]]
    land = [_joined(ring, arcs) for ring in _rings(topology["objects"]["land"])]
    users: Counter[int] = Counter()
    for country in topology["objects"]["countries"]["geometries"]:
        users.update({_number(arc) for ring in _rings(country) for arc in ring})
    borders = [arcs[arc] for arc, count in users.items() if count > 1]
    found = {"unit": UNIT, "land": [_steps(line) for line in land], "borders": [_steps(line) for line in borders]}
    TARGET.write_text(json.dumps(found, separators=(",", ":")) + "\n", encoding="utf-8")


def _degrees(arc: list[list[int]], transform: dict[str, list[float]]) -> list[tuple[float, float]]:
    (kx, ky), (x0, y0) = transform["scale"], transform["translate"]
    xs, ys = accumulate(point[0] for point in arc), accumulate(point[1] for point in arc)
    return [(x * kx + x0, y * ky + y0) for x, y in zip(xs, ys, strict=True)]


def _rings(geometry: dict[str, Any]) -> list[list[int]]:
    if geometry["type"] == "GeometryCollection":
        return [ring for one in geometry["geometries"] for ring in _rings(one)]
    polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    return [ring for polygon in polygons for ring in polygon]


def _number(arc: int) -> int:
    return arc if arc >= 0 else ~arc


def _joined(ring: list[int], arcs: list[list[tuple[float, float]]]) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for arc in ring:
        line = arcs[arc] if arc >= 0 else arcs[~arc][::-1]
        points += line[1:] if points else line
    return points


def _steps(line: list[tuple[float, float]]) -> list[int]:
    whole = [(round(x / UNIT), round(y / UNIT)) for x, y in line]
    points = [point for at, point in enumerate(whole) if not at or point != whole[at - 1]]
    steps = [points[0]] + [(x - a, y - b) for (a, b), (x, y) in pairwise(points)]
    return [number for step in steps for number in step]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
