"""Places that an operator adds in a file of their own, on top of the compiled gazetteer, without building anything anew."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.files import read_settings_file
from pipeline.gazetteer.build import COMPILED, compiled_additions, open_gazetteer
from pipeline.gazetteer.file import Entry, Gazetteer, Reference
from pipeline.gazetteer.sources import Addition, Additions


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlaces:
    """What an operator's file of places holds; the fields are those of seeds/places.yaml."""

    places: tuple[Addition, ...] = ()
    not_places: tuple[str, ...] = ()


class _Names:
    """The compiled names with further ones, as far as the gazetteer's readers use a trie."""

    def __init__(self, gazetteer: Gazetteer, further: Iterable[str]) -> None:
        self._trie = gazetteer.names
        self._further = {name: len(self._trie) + number for number, name in enumerate(further)}

    def __len__(self) -> int:
        return len(self._trie) + len(self._further)

    def __contains__(self, name: str) -> bool:
        return name in self._further or name in self._trie

    def __getitem__(self, name: str) -> int:
        number = self._further.get(name)
        return int(self._trie[name]) if number is None else number

    def get(self, name: str) -> int | None:
        """Give the number of a name, or None."""
        number = self._further.get(name)
        return self._trie.get(name) if number is None else number

    def prefixes(self, window: str) -> list[str]:
        """Give the names with which the text begins, the shortest first."""
        own = [name for name in self._further if window.startswith(name)]
        return sorted({*self._trie.prefixes(window), *own}, key=len) if own else list(self._trie.prefixes(window))

    def iterkeys(self, prefix: str) -> Iterator[str]:
        """Give the names that begin so."""
        yield from (name for name in self._further if name.startswith(prefix))
        yield from self._trie.iterkeys(prefix)

    def keys(self, prefix: str) -> list[str]:
        """Give the names that begin so."""
        return list(self.iterkeys(prefix))


class AddedGazetteer(Gazetteer):
    """The compiled gazetteer with an operator's places; a name that both have means either, unless it is no place's."""

    def __init__(self, path: Path, own: OwnPlaces) -> None:
        """Map the file and add the places. Raises BadInput."""
        super().__init__(path)
        entries, names = compiled_additions(Additions(places=own.places, not_places=own.not_places))
        base, first = self.names, self.places
        self._own_entries: list[Entry] = entries
        self._first_entry: int = first
        self._first_name = len(base)
        self._own_references: list[list[Reference]] = []
        for name, references in names.items():
            ours = [Reference(first + reference.entry, reference.flags) for reference in references]
            known = base.get(name)
            self._own_references.append(ours + (super().references(known) if known is not None else []))
        self.names = _Names(self, names)

    def references(self, name: int) -> list[Reference]:
        """Give what the name with this number may mean: the operator's places first."""
        if name < self._first_name:
            return super().references(name)
        return self._own_references[name - self._first_name]

    def _entry(self, number: int) -> Entry:
        if number < self._first_entry:
            return super()._entry(number)
        return self._own_entries[number - self._first_entry]


def gazetteer_with(own: Path | None) -> Gazetteer:
    """Open the compiled gazetteer, with the places of the operator's file if there is one. Raises BadInput."""
    compiled = open_gazetteer()
    if own is None:
        return compiled
    return AddedGazetteer(COMPILED, read_settings_file(own, OwnPlaces).value)
