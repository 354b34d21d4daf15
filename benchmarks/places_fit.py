"""Fits the weights by which places are told, and measures them: `python benchmarks/places_fit.py [--write]`.

It learns from the texts in benchmarks/places_texts/, in which places are marked as `{Paris|US.TX}` (a town: country
and, where needed, GeoNames' code of the state), `{Texas|@US.TX}` (a state), `{Mali|=ML}` (a country), `{Sahel|~}`
(a larger region) and `{Wilson County|36.15,-86.3}` (its point) where they come first, from the tests' short texts, and
from the seen half of the tests' labelled set. Of the marked texts every fourth, of those in files ending in 2 every
second, is kept for the test, and so is the labelled set's held half; in those files a place is right within 161 km, as
is usual where places are measured. The sets named "home" are measured alone, and fitted on by none. Fitting needs
numpy, which is no part of what runs.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from textwrap import fill

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from pipeline.enrich import places  # noqa: E402
from pipeline.enrich.places_features import FEATURES, MEANING_FEATURES, NAME_FEATURES  # noqa: E402
from pipeline.enrich.places_weights import COUNTRY_THRESHOLD, THRESHOLD  # noqa: E402
from pipeline.gazetteer.build import open_gazetteer  # noqa: E402
from pipeline.gazetteer.file import Entry, Gazetteer  # noqa: E402
from pipeline.gazetteer.spelling import key  # noqa: E402
from pipeline.records.article import Source  # noqa: E402
from pipeline.text.document import Document  # noqa: E402
from tests.enrich.places_labelled import TEXTS  # noqa: E402
from tests.rules.labelled_set import Half, labelled_articles  # noqa: E402

SOURCE = Source(feed="", name="")
WEIGHTS = ROOT / "pipeline" / "enrich" / "places_weights.py"
MARKED = re.compile(r"\{([^|{}]+)\|([^{}]+)\}")
FIRST_FEATURES = len(NAME_FEATURES) + len(MEANING_FEATURES)


@dataclass(frozen=True)
class Gold:
    """A place as it should be told: an entry of the gazetteer, or None where this has none."""

    name: str
    country: str
    entry: Entry | None
    wide: bool = False


@dataclass
class Sample:
    """An article with its places and, where they are labelled, its countries."""

    set: str
    document: Document
    gold: list[Gold]
    countries: frozenset[str] | None = None
    held: bool = False
    source: Source = SOURCE


def homed(samples: Sequence[Sample]) -> tuple[list[Sample], dict[str, tuple[float, float]]]:
    """Give local news as if from a paper of its first town, and world news as if from one of Washington, with these homes."""
    found, homes = [], {}
    for number, sample in enumerate(samples):
        towns = [gold.entry for gold in sample.gold if gold.entry and gold.entry.kind == "town" and gold.entry.admin]
        local = sample.set.startswith("local")
        if towns and (local or sample.set.startswith("world")):
            name = f"paper {number}"
            homes[name] = (towns[0].lat, towns[0].lon) if local else (38.9, -77.04)
            copied = replace(sample, set=f"{sample.set}, home", source=Source(feed="", name=name))
            found.append(copied)
    return found, homes


def finder_with(
    gazetteer: Gazetteer, homes: dict[str, tuple[float, float]], weights: places.Weights | None = None
) -> places.GazetteerPlaces:
    """Give a finder that has learnt these homes."""
    finder = places.GazetteerPlaces(gazetteer, weights=weights)
    finder._learnt = homes
    return finder


def marked(gazetteer: Gazetteer) -> Iterator[Sample]:
    """Give the texts of benchmarks/places_texts/: one a line, the title before a `|||`."""
    for path in sorted((ROOT / "benchmarks" / "places_texts").glob("*.txt")):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
        for number, line in enumerate(lines):
            gold = [resolved(gazetteer, surface, label) for surface, label in MARKED.findall(line)]
            title, _, text = MARKED.sub(r"\1", line).rpartition("|||")
            held = number % 2 == 1 if path.stem.endswith("2") else number % 4 == 3
            yield Sample(path.stem, Document(title.strip(), text.strip(), "en"), gold, None, held)


def resolved(gazetteer: Gazetteer, surface: str, label: str) -> Gold:
    """Look up what a mark says."""
    if label[0] in "-0123456789":
        lat, lon = map(float, label.split(","))
        return Gold(surface, "", Entry(surface, "", lat, lon, "site", 0, 0), wide=True)
    kinds = {"=": ("country",), "@": ("admin",), "~": ("region", "continent")}.get(label[0], ("town", "site"))
    country, _, admin = label.lstrip("=@~").partition(".")
    found = [
        entry
        for entry in meanings(gazetteer, surface)
        if entry.kind in kinds and (not country or entry.country == country) and (not admin or entry.admin == admin)
    ]
    if not found and label.startswith("@US."):  # written as an abbreviation
        first = map(gazetteer.entry, range(1_000))
        found = [entry for entry in first if (entry.kind, entry.country, entry.admin) == ("admin", country, admin)]
    if not found:
        print(f"  not in the gazetteer: {surface} {label}", file=sys.stderr)
    best = max(found, key=lambda entry: entry.population, default=None)
    return Gold(best.name if best else surface, country, best)


def meanings(gazetteer: Gazetteer, name: str) -> list[Entry]:
    """Give what the name may mean, adjectives aside."""
    number = gazetteer.names.get(key(name))
    if number is None:
        return []
    return [gazetteer.entry(each.entry) for each in gazetteer.references(number) if not each.flags & 1]


def labelled(gazetteer: Gazetteer) -> Iterator[Sample]:
    """Give the articles of the tests' labelled set, and the tests' short texts."""
    for article in labelled_articles():
        if article.places is None:
            continue
        gold = []
        for place in article.places:
            found = [entry for entry in meanings(gazetteer, place.name) if entry.country == (place.country or "")]
            best = max(found, key=lambda entry: (entry.kind != "town", entry.population), default=None)
            gold.append(Gold(place.name, place.country or "", best))
        held = article.half is Half.HELD
        yield Sample("labelled", Document(article.title, article.text, article.lang), gold, article.countries, held)
    for text in TEXTS:
        gold = []
        for label in text.places:
            name, _, country = label.partition("/")
            if name.startswith("="):
                code = name[1:]
                country_entry = next(
                    (e for e in map(gazetteer.entry, range(300)) if e.kind == "country" and e.country == code), None
                )
                gold.append(Gold(country_entry.name if country_entry else code, code, country_entry))
            else:
                found = [entry for entry in meanings(gazetteer, name) if entry.country == country]
                gold.append(Gold(name, country, max(found, key=lambda entry: entry.population, default=None)))
        yield Sample("short", Document("", text.text, text.language), gold, text.countries)


def is_right(entry: Entry, gold: Gold) -> bool:
    """Tell whether an entry is what was meant: the same kind of thing, within some 30 km or of the same name."""
    if gold.wide and gold.entry is not None:
        return entry.kind != "country" and _share(entry, gold) and kilometres(entry, gold.entry) <= _USUAL
    if entry.country != gold.country and not (gold.entry is not None and _near(entry, gold.entry)):
        return False
    if gold.entry is None:
        return key(entry.name) == key(gold.name)
    if (entry.kind == "country") != (gold.entry.kind == "country"):
        return False
    if entry.kind == "country":
        return True
    return _near(entry, gold.entry)


_USUAL = 161
_KINDS = frozenset(
    ["county", "river", "lake", "sea", "state", "mount", "mountains", "north", "south", "the", "of", "bay", "gulf"]
)


def _share(entry: Entry, gold: Gold) -> bool:
    return bool(set(key(entry.name).split()) & set(key(gold.name).split()) - _KINDS)


def is_within(entry: Entry, gold: Gold) -> bool:
    """Tell whether an entry lies within 161 km of what was meant; countries and larger regions are told by their names."""
    if (
        gold.wide
        or gold.entry is None
        or gold.entry.kind in ("country", "continent", "region")
        or entry.kind == "country"
    ):
        return is_right(entry, gold)
    return _share(entry, gold) and kilometres(entry, gold.entry) <= _USUAL


def kilometres(entry: Entry, other: Entry) -> float:
    """Give the distance of two places by the haversine formula."""
    north, south = radians(entry.lat), radians(other.lat)
    square = sin((north - south) / 2) ** 2 + cos(north) * cos(south) * sin(radians(entry.lon - other.lon) / 2) ** 2
    return 2 * 6371 * asin(min(1.0, sqrt(square)))


def _near(entry: Entry, other: Entry) -> bool:
    return abs(entry.lat - other.lat) < 0.3 and abs(entry.lon - other.lon) < 0.4


HELPFUL = frozenset(
    [
        "located",
        "all_located",
        "civic",
        "listed",
        "dateline",
        "direct",
        "named_country",
        "named_admin",
        "near",
        "same_admin",
        "same_country",
        "country_share",
        "possible_near",
        "share_near",
        "possible_admin",
        "share_admin",
        "size",
        "source",
        "near_source",
        "home",
        "by_hand",
        "first",
        "dominant",
        "metropolis",
    ]
)
HARMFUL = frozenset(
    [
        "capital_before",
        "capital_behind",
        "person",
        "organisation",
        "bearers",
        "common",
        "lowered",
        "personal",
        "doubtful",
        "short",
        "county",
        "pair",
        "reported",
        "not_direct",
        "other_admin",
        "alternate",
        "alternate_english",
        "alone_small",
        "alone",
        "capitals_alone",
        "smaller",
        "other_country",
        "contested",
    ]
)
EXPECTED = {"source": 0.5, "near_source": 3.0, "dateline": 1.0, "direct": 1.0, "named_admin": 0.7, "person": -1.0}
"""Weights towards which the penalty pulls where the texts say little: few of them have a source or a dateline."""


def fit(rows: np.ndarray, right: np.ndarray, penalty: float) -> list[float]:
    """Fit a logistic regression with an L2 penalty by Newton's method; weights of the wrong sign are set to zero."""
    names = FEATURES[: rows.shape[1]]
    kept = np.ones(len(names), dtype=bool)
    while True:
        weights = np.zeros(len(names))
        weights[kept] = _newton(
            rows[:, kept], right, penalty, [name for name, keep in zip(names, kept, strict=True) if keep]
        )
        wrong = [
            (name in HELPFUL and weight < 0) or (name in HARMFUL and weight > 0)
            for name, weight in zip(names, weights, strict=True)
        ]
        if not any(wrong):
            return [float(weight) for weight in weights]
        kept &= ~np.array(wrong)


def _newton(rows: np.ndarray, right: np.ndarray, penalty: float, names: Sequence[str]) -> np.ndarray:
    mean = np.array([EXPECTED.get(name, 0.0) for name in names])
    weights = mean.copy()
    shrink = np.full(len(names), penalty)
    shrink[0] = 0.01
    for _ in range(40):
        told = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        gradient = rows.T @ (told - right) + shrink * (weights - mean)
        curvature = (rows * (told * (1 - told))[:, None]).T @ rows + np.diag(shrink)
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def rows_of(finder: places.GazetteerPlaces, samples: Sequence[Sample], first: bool) -> tuple[np.ndarray, np.ndarray]:
    """Give the features of all meanings in the texts, and which meanings are right."""
    rows, right = [], []
    for sample in samples:
        _, weighed = finder.weigh(sample.document, sample.source)
        for each in weighed:
            for candidate in each.candidates:
                names = each.names + candidate.features
                rows.append(names[:FIRST_FEATURES] if first else names)
                right.append(any(is_right(candidate.meaning.entry, gold) for gold in sample.gold))
    return np.array(rows), np.array(right, dtype=float)


def measure(finder: places.GazetteerPlaces, samples: Sequence[Sample], tell: bool) -> str:
    """Give recall and precision of places and countries, and of the events' places."""
    wanted = found = hits = told = c_wanted = c_found = c_hits = 0
    for sample in samples:
        result, countries = finder.find(sample.document, "und", sample.source)
        entries = [Entry(p.name, p.country or "", p.lat, p.lon, p.kind, 0, 0) for p in result]
        right_of = is_within if sample.set.removesuffix(", home").endswith("2") else is_right
        right = [entry for entry in entries if any(right_of(entry, gold) for gold in sample.gold)]
        missed = [gold for gold in sample.gold if not any(right_of(entry, gold) for entry in entries)]
        wanted += len(sample.gold)
        hits += len(sample.gold) - len(missed)
        found += len(entries)
        told += len(right)
        if sample.countries is not None:
            c_wanted += len(sample.countries)
            c_found += len(countries)
            c_hits += len(sample.countries & set(countries))
        wrong = [f"{e.name}/{e.country}" for e in entries if e not in right]
        if tell and (missed or wrong or (sample.countries is not None and set(countries) != sample.countries)):
            off = sorted(set(countries) ^ sample.countries) if sample.countries is not None else []
            lost = [f"{g.name}/{g.country}{'' if g.entry else '!'}" for g in missed]
            print(
                f"{(sample.document.title or sample.document.text)[:60]!r} missed {lost} wrong {wrong} countries {off}"
            )
    line = f"places: recall {hits / max(wanted, 1):.3f}, precision {told / max(found, 1):.3f} of {wanted}"
    if c_wanted:
        line += f"; countries: recall {c_hits / c_wanted:.3f}, precision {c_hits / max(c_found, 1):.3f} of {c_wanted}"
    return line


def main() -> None:
    """Fit, tell, and write where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the weights to pipeline/enrich/places_weights.py")
    parser.add_argument("--tell", default="", help="show what is wrong in the fitted part of this set")
    parser.add_argument("--penalty", type=float, default=1.0)
    parser.add_argument("--only-measure", action="store_true", help="measure the weights that are there")
    options = parser.parse_args()
    gazetteer = open_gazetteer()
    samples = [*marked(gazetteer), *labelled(gazetteer)]
    with_home, homes = homed(samples)
    samples += with_home
    known = [sample for sample in samples if not sample.held and sample.source is SOURCE]
    finder = finder_with(gazetteer, homes)
    if not options.only_measure:
        nothing = places.Weights([0.0] * len(FEATURES), [0.0] * len(FEATURES))
        first = fit(*rows_of(finder_with(gazetteer, homes, nothing), known, True), options.penalty)
        # the second pass learns from what the first made of the others
        once = places.Weights(first, [*first, *[0.0] * (len(FEATURES) - FIRST_FEATURES)])
        rows, right = rows_of(finder_with(gazetteer, homes, once), known, False)
        second = fit(rows, right, options.penalty)
        finder = finder_with(gazetteer, homes, places.Weights(first, second))
        print(f"{len(known)} texts, {len(rows)} meanings, {int(right.sum())} right")
    for part in sorted({sample.set for sample in samples}):
        for held in (False, True):
            chosen = [sample for sample in samples if sample.set == part and sample.held is held]
            if chosen:
                named = f"{part} {'test' if held else 'fit'} ({len(chosen)})"
                print(f"{named:22}", measure(finder, chosen, options.tell == part and not held))
    if options.write and not options.only_measure:
        write(first, second)


def write(first: Sequence[float], second: Sequence[float]) -> None:
    """Write the weights as Python."""

    def numbers(name: str, weights: Sequence[float]) -> str:
        body = fill(
            ", ".join(f"{weight:.4f}" for weight in weights), width=110, initial_indent="    ", subsequent_indent="    "
        )
        return f"{name}: tuple[float, ...] = (\n{body},\n)\n"

    WEIGHTS.write_text(
        '"""The weights by which places are told, made by benchmarks/places_fit.py; places_features.py has the features."""\n\n'
        f"# fmt: off\n{numbers('FIRST', first)}{numbers('SECOND', second)}# fmt: on\n"
        f'THRESHOLD = {THRESHOLD}\n"""The likelihood from which on a place is told."""\n'
        f"COUNTRY_THRESHOLD = {COUNTRY_THRESHOLD}\n"
        '"""What the likelihoods of meanings in one country must make together for this to be told without a place."""\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
