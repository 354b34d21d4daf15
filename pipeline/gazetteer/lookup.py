"""Names of places, looked up one by one: what rules ask the gazetteer for."""

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache

from pipeline.gazetteer.build import open_gazetteer
from pipeline.gazetteer.file import ADJECTIVE, NOWHERE, Entry, Gazetteer
from pipeline.gazetteer.spelling import key

_MOST_KEYS = 10_000


class PlaceNames:
    """Tells which places have a name, in any language that the gazetteer knows."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def places(self, name: str) -> tuple[str, ...]:
        """Give the English names of the places that are called so."""
        found = (entry.name for entry, flags in self._meanings(key(name)) if not flags & ADJECTIVE)
        return tuple(dict.fromkeys(found))

    def countries(self, name: str) -> tuple[str, ...]:
        """Give the ISO 3166-1 alpha-2 codes of the countries that are called so."""
        found = (
            entry.country
            for entry, flags in self._meanings(key(name))
            if entry.kind == "country" and not flags & ADJECTIVE
        )
        return tuple(dict.fromkeys(found))

    def nearest(self, name: str, country: bool = False) -> str | None:
        """Give a known name that is much like this one, as it is called in English; None where there is none."""
        wanted = key(name)
        keys = self._gazetteer.names.keys(wanted[:2])[:_MOST_KEYS] if len(wanted) > 2 else []
        for close in get_close_matches(wanted, keys, n=8, cutoff=0.8):
            for entry, flags in self._meanings(close):
                if not flags & ADJECTIVE and (entry.kind == "country" or not country):
                    return entry.name
        return None

    def _meanings(self, wanted: str) -> Iterator[tuple[Entry, int]]:
        number = self._gazetteer.names.get(wanted) if wanted else None
        if number is None:
            return
        for reference in self._gazetteer.references(number):
            entry = self._gazetteer.entry(reference.entry)
            if entry.kind != NOWHERE:
                yield entry, reference.flags


@cache
def place_names() -> PlaceNames:
    """Give the names of the shipped gazetteer, which is opened the first time. Raises BadInput."""
    return PlaceNames(open_gazetteer())
