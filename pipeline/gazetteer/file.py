"""The compiled file: names in a trie, then arrays of what each name may mean, mapped and never read as a whole.

The trie stands first, since marisa maps it from a file's beginning and leaves what follows alone. Behind it stand the
starts of each name's references, the references, the places and their names; a footer tells where.
"""

import mmap
import os
import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple

import marisa_trie  # type: ignore[import-not-found]

from pipeline.errors import BadInput
from pipeline.records.article import Place

ADJECTIVE = 1
"""The name is an adjective or the name of a people, and tells the country alone."""
CAPITALS = 2
"""The name is an abbreviation and counts only in capitals."""
DOUBTFUL = 4
"""The name is a word of its language, too, and counts only with evidence."""
PERSONAL = 8
"""The name is borne by people, too."""
ALTERNATE = 16
"""The name is a Latin spelling other than the place's main one."""

LOWER = 32
"""The name may be written in lower case."""

NOWHERE = "nowhere"
KINDS = ("country", "region", "continent", "admin", "town", "site", NOWHERE, "county")
SPOTS = frozenset({"town", "site", "county"})
"""Kinds of places so small that which of one name is meant shows in what else is near."""

_ORDER = {
    kind: order
    for order, kind in enumerate(("country", "continent", "region", "admin", "town", "site", "county", NOWHERE))
}

_MAGIC = b"HMGAZ\x00\x00\x03"
_FOOTER = struct.Struct("<8s32sQQQQQQ")
_PLACE = struct.Struct(
    "<IBBB2s4siiI"
)  # name: offset and length; kind; trust; country; region; degrees * 100,000; people
_DEGREE = 100_000
_FLAG_BITS = 8


class Entry(NamedTuple):
    """A place of the gazetteer. `trust` is 0 to 2: from GeoNames, from there in a home country, written by hand.

    `admin` is GeoNames' code of the state or province that it lies in or is; empty where that is unknown.
    """

    name: str
    country: str
    lat: float
    lon: float
    kind: str
    population: int
    trust: int
    admin: str = ""


class Reference(NamedTuple):
    """What a name may mean: the number of an entry, and the flags of the name in that meaning."""

    entry: int
    flags: int


class Gazetteer:
    """A compiled file, mapped. Names are keys: folded words, each followed by one space."""

    def __init__(self, path: Path) -> None:
        """Map the file. Raises BadInput when it is none, or of another version."""
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._open(path)
        except (OSError, ValueError, struct.error, RuntimeError) as error:
            raise BadInput(
                f"{path}: the gazetteer can't be read ({error}); install the package again to make it anew, "
                "in a checkout with `pip install --no-deps --no-build-isolation --editable .`"
            ) from error
        self.entry = lru_cache(maxsize=1 << 14)(self._entry)
        self.place = lru_cache(maxsize=1 << 14)(self._place)

    def _open(self, path: Path) -> None:
        magic, digest, starts, references, places, names, lower, end = _FOOTER.unpack(self._map[-_FOOTER.size :])
        if magic != _MAGIC:
            raise ValueError("it is of another version or cut off")
        self.digest: bytes = digest
        view = memoryview(self._map)
        self._starts = view[starts:references].cast("I")
        self._references = view[references:places].cast("I")
        self._places = view[places:names]
        self.places: int = (names - places) // _PLACE.size
        """How many places it holds."""
        self._names = view[names:lower]
        self.lower_heads = frozenset(bytes(view[lower:end]).decode().split("\n"))
        """First words of names that may stand in lower case."""
        self.names = marisa_trie.Trie()
        self.names.mmap(str(path))

    def references(self, name: int) -> list[Reference]:
        """Give what the name with this number in the trie may mean: countries, then regions, then the largest towns."""
        packed = self._references[self._starts[name] : self._starts[name + 1]]
        return [Reference(each >> _FLAG_BITS, each & (1 << _FLAG_BITS) - 1) for each in packed]

    def _entry(self, number: int) -> Entry:
        packed = _PLACE.unpack_from(self._places, number * _PLACE.size)
        offset, length, kind, trust, country, admin, lat, lon, population = packed
        name = bytes(self._names[offset : offset + length]).decode()
        code = country.rstrip(b"\0").decode()
        region = admin.rstrip(b"\0").decode()
        return Entry(name, code, lat / _DEGREE, lon / _DEGREE, KINDS[kind], population, trust, region)

    def _place(self, number: int) -> Place:
        entry = self.entry(number)
        kind = "admin" if entry.kind == "county" else entry.kind
        return Place(name=entry.name, country=entry.country or None, lat=entry.lat, lon=entry.lon, kind=kind)


def write_gazetteer(
    path: Path, entries: Sequence[Entry], names: Mapping[str, Iterable[Reference]], digest: bytes
) -> None:
    """Write the compiled file in one step, so that a reader sees the old one or the new one."""
    trie = marisa_trie.Trie(names)
    by_number = sorted((trie[key], set(meanings)) for key, meanings in names.items())
    starts, references = [0], []
    for _, known in by_number:
        meanings = sorted(known, key=lambda each: _rank(each, entries[each.entry]))
        references += [entry << _FLAG_BITS | flags for entry, flags in meanings]
        starts.append(len(references))
    places, blob = _packed(entries)
    body = trie.tobytes()
    body += b"\0" * (-len(body) % 8)
    offsets = [len(body)]
    lower = {key.partition(" ")[0] for key, meanings in names.items() if any(each.flags & LOWER for each in meanings)}
    for section in (_words(starts), _words(references), places, blob, "\n".join(sorted(lower)).encode()):
        body += section
        offsets.append(len(body))
    _replace(path, body + _FOOTER.pack(_MAGIC, digest, *offsets))


def _rank(reference: Reference, entry: Entry) -> tuple[int, float, Reference]:
    """What is meant first: a place by its main name rather than one twenty times as large by another."""
    weight = 0.05 if reference.flags & ALTERNATE else 1.0
    return _ORDER[entry.kind], -entry.population * weight, reference


def _words(numbers: Sequence[int]) -> bytes:
    return struct.pack(f"={len(numbers)}I", *numbers)


def _packed(entries: Sequence[Entry]) -> tuple[bytes, bytes]:
    places, blob = bytearray(), bytearray()
    for entry in entries:
        name = entry.name.encode()[:255]
        lat, lon = round(entry.lat * _DEGREE), round(entry.lon * _DEGREE)
        country = entry.country.encode().ljust(2, b"\0")
        kind = KINDS.index(entry.kind)
        admin = entry.admin.encode()[:4]
        places += _PLACE.pack(len(blob), len(name), kind, entry.trust, country, admin, lat, lon, entry.population)
        blob += name
    return bytes(places), bytes(blob)


def _replace(path: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=path.name, suffix=".tmp", delete=False) as file:
        file.write(content)
    try:
        os.chmod(file.name, 0o644)  # noqa: PTH101 - a temporary file is its maker's alone
        Path(file.name).replace(path)
    except OSError:
        Path(file.name).unlink(missing_ok=True)
        raise
