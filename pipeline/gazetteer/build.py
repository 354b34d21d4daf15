"""Compiles the gazetteer when the package is built, and opens it when the pipeline runs."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from pipeline.errors import BadInput
from pipeline.gazetteer import file, sources, spelling
from pipeline.gazetteer.file import Entry, Gazetteer, Reference, write_gazetteer
from pipeline.gazetteer.han import simplifier
from pipeline.gazetteer.sources import Additions
from pipeline.seeds import seed

COMPILED = Path(__file__).parent / "places.bin"

_LARGE = 300_000
_SAME_PLACE = 0.6  # degrees between two records of one place


def open_gazetteer() -> Gazetteer:
    """Open the compiled gazetteer. In a checkout whose inputs changed it is compiled again first. Raises BadInput."""
    additions = seed("places.yaml")
    digest = _digest(additions)
    problem: Exception | None = None
    if COMPILED.is_file():
        try:
            gazetteer = Gazetteer(COMPILED)
        except BadInput as error:
            problem = error
        else:
            if gazetteer.digest == digest:
                return gazetteer
    try:
        compile_gazetteer(COMPILED, additions)
    except (ImportError, OSError, BadInput) as error:
        if COMPILED.is_file() and problem is None:
            logging.getLogger(__name__).warning("%s is older than %s and stays in use: %s", COMPILED, additions, error)
            return gazetteer
        raise BadInput(
            f"{COMPILED}: the gazetteer is missing and can't be compiled here ({error}); install the package again, "
            "in a checkout with `pip install --no-deps --no-build-isolation --editable .`"
        ) from error
    return Gazetteer(COMPILED)


def compile_gazetteer(path: Path, additions: Path) -> None:
    """Compile the gazetteer from GeoNames, CLDR, the tables beside this file and the additions. Raises BadInput."""
    digest = _digest(additions)
    compiler = _Compiler(sources.read_additions(additions), simplifier())
    compiler.add_countries()
    compiler.add_additions()
    compiler.add_regions()
    compiler.add_natural()
    compiler.add_divisions()
    compiler.add_towns()
    compiler.add_capitals()
    compiler.add_not_places()
    write_gazetteer(path, compiler.entries, compiler.flagged(), digest)


def compiled_additions(additions: Additions) -> tuple[list[Entry], dict[str, list[Reference]]]:
    """Give the places that are added by hand, and what each of their names means, by the places' positions.

    Names are taken as they are written: the table of traditional characters is there only when the package is built.
    """
    compiler = _Compiler(additions, {})
    compiler.add_additions()
    compiler.add_not_places()
    return compiler.entries, {name: list(references) for name, references in compiler.flagged().items()}


def _digest(additions: Path) -> bytes:
    """What the compiled file depends on, but for the versions of the libraries, which change with an installation."""
    inputs = [additions, *sorted(each for each in sources.TABLES.iterdir() if each.suffix in (".py", ".tsv", ".yaml"))]
    return sha256(b"\0".join(path.read_bytes() for path in inputs)).digest()


class _Compiler:
    """Gathers entries, and what each name may mean."""

    def __init__(self, additions: Additions, simplified: dict[int, str]) -> None:
        self.entries: list[Entry] = []
        self._additions = additions
        self._names: dict[str, dict[int, int]] = defaultdict(dict)
        self._simplified = simplified
        self._by_place: dict[tuple[str, str], int] = {}

    def flagged(self) -> dict[str, Iterable[Reference]]:
        """Give each name's references, with what the additions say of the name."""
        for word in self._additions.personal:
            self._flag(word, file.PERSONAL)
        for word in self._additions.doubtful:
            self._flag(word, file.DOUBTFUL)
        for name, meanings in self._names.items():
            self._prefer_main(name, meanings)
        return {
            name: [Reference(entry, flags) for entry, flags in meanings.items()]
            for name, meanings in self._names.items()
        }

    def _prefer_main(self, name: str, meanings: dict[int, int]) -> None:
        """Mark a country's foreign name that in English is a large town's of it: Tunis is no Tunisia in English."""
        if len(meanings) < 2:
            return
        entries = {number: self.entries[number] for number in meanings}
        cities = {
            each.country
            for each in entries.values()
            if each.kind == "town" and each.population >= _LARGE and spelling.key(each.name) == name
        }
        for number, each in entries.items():
            if each.kind == "country" and each.country in cities and spelling.key(each.name) != name:
                meanings[number] |= file.ALTERNATE

    def _flag(self, word: str, flag: int) -> None:
        meanings = self._names.get(spelling.key(word), {})
        for entry in meanings:
            meanings[entry] |= flag

    def add_countries(self) -> None:
        coordinates = sources.read_coordinates()
        number = {}
        for country in sources.read_countries():
            lat, lon = coordinates[country.iso]
            number[country.iso] = self._enter(
                Entry(country.name, country.iso, lat, lon, "country", country.population, 2)
            )
            self._name(number[country.iso], country.name)
        for code, language, name in sources.cldr_countries(list(number)):
            self._name(number[code], name, language)
        for code, names in self._additions.countries.items():
            if code not in number:
                raise BadInput(f"{seed('places.yaml')}: {code} is no country's code; take it from ISO 3166-1")
            for name in names:
                flags = file.CAPITALS if _is_abbreviation(name) else 0
                self._name(number[code], name, flags=flags)
        for code, language, word in sources.read_adjectives():
            self._add_adjective(number[code], language, word)

    def _add_adjective(self, entry: int, language: str, word: str) -> None:
        flags = file.ADJECTIVE | (0 if language in ("en", "ar") else file.LOWER)
        for form in spelling.adjectives(language, word):
            self._put(entry, form, flags)
            if language == "ar":
                for joined in ("ال", "وال", "بال", "لل"):
                    self._put(entry, joined + form, flags)

    def add_additions(self) -> None:
        for place in self._additions.places:
            self._add_by_hand(place)

    def add_regions(self) -> None:
        states = sources.read_states()
        for number, entry in enumerate(self.entries):
            if entry.kind == "admin" and entry.country == "US":
                self.entries[number] = entry._replace(admin=states.get(entry.name.removesuffix(" State"), ""))
        for place in sources.read_regions():
            known = self._by_place.get((place.name, place.country))
            if known is None:
                self._add_by_hand(place)
            else:
                self.entries[known] = self.entries[known]._replace(admin=place.code)
                for name in place.names:
                    self._name(known, name)

    def add_natural(self) -> None:
        for place in sources.read_natural():
            if (place.name, place.country) not in self._by_place:
                self._add_by_hand(place)

    def add_divisions(self) -> None:
        for each in sources.read_divisions():
            known = (self._by_place.get((name, each.country)) for name in each.names)
            if each.order == 1 and any(number is not None for number in known):
                continue
            kind = "admin" if each.order == 1 else "county"
            place = Entry(
                each.names[0],
                each.country,
                each.lat,
                each.lon,
                kind,
                each.people,
                2 if each.order == 1 else 0,
                each.code,
            )
            number = self._enter(place)
            for name in each.names:
                self._name(number, name)

    def _add_by_hand(self, place: sources.Addition) -> None:
        entry = self._enter(Entry(place.name, place.country, place.lat, place.lon, place.kind, 0, 2, place.code))
        self._by_place[place.name, place.country] = entry
        for name in (place.name, *place.names):
            self._name(entry, name)

    def add_towns(self) -> None:
        for town in sources.read_towns():
            entry = self._by_place.get((town.name, town.country))
            if entry is not None and self._is_same(entry, town):
                self.entries[entry] = self.entries[entry]._replace(population=town.population, admin=town.admin)
            else:
                trust = 1 if town.country in sources.HOME else 0
                entry = self._enter(
                    Entry(town.name, town.country, town.lat, town.lon, "town", town.population, trust, town.admin)
                )
                if spelling.is_usable(town.name):
                    self._name(entry, town.name, town.language)
            for name in spelling.shortened(town.name):
                self._name(entry, name)
            for name in town.alternatenames:
                if spelling.is_usable(name) and (town.is_widely_known or spelling.is_same(name, town.name)):
                    # at home towns go by many spellings, elsewhere a foreign one is rather another word
                    foreign = spelling.is_latin(name) and town.country not in sources.HOME
                    self._name(
                        entry, name, "uk" if town.language == "uk" else "", flags=file.ALTERNATE if foreign else 0
                    )

    def _is_same(self, entry: int, town: sources.Town) -> bool:
        ours = self.entries[entry]
        near = abs(ours.lat - town.lat) < _SAME_PLACE and abs(ours.lon - town.lon) < _SAME_PLACE
        return ours.kind == "town" and near

    def add_capitals(self) -> None:
        """Add the names that CLDR has for the cities of time zones; most are capitals."""
        towns: dict[str, int] = {}
        for number, entry in enumerate(self.entries):
            if entry.kind == "town":
                best = towns.setdefault(spelling.key(entry.name), number)
                if entry.population > self.entries[best].population:
                    towns[spelling.key(entry.name)] = number
        for english, language, name in sources.cldr_cities():
            town = towns.get(spelling.key(english))
            if town is not None and spelling.is_usable(name):
                self._name(town, name, language)

    def add_not_places(self) -> None:
        nothing = self._enter(Entry("", "", 0, 0, file.NOWHERE, 0, 2))
        for name in self._additions.not_places:
            for form in spelling.with_inflected(name):
                self._names[spelling.key(form)] = {nothing: 0}

    def _enter(self, entry: Entry) -> int:
        self.entries.append(entry)
        return len(self.entries) - 1

    def _name(self, entry: int, name: str, language: str = "", *, flags: int = 0) -> None:
        for spelled in {name, name.translate(self._simplified)}:
            for form in spelling.with_inflected(spelled, language):
                self._put(entry, form, flags)

    def _put(self, entry: int, form: str, flags: int) -> None:
        if name := spelling.key(form):
            known = self._names[name].get(entry)
            if known is None:
                self._names[name][entry] = flags
            else:  # once a noun or a main name, always so; of two adjectives one may stand in lower case
                lower = (known | flags) & file.LOWER if known & flags & file.ADJECTIVE else 0
                self._names[name][entry] = known & flags | lower


def _is_abbreviation(name: str) -> bool:
    letters = [character for character in name if character.isalpha()]
    return len(letters) <= 4 and spelling.is_latin(name) and "".join(letters).isupper()
