"""The lexicon: entities that rules name as `@id`, read as a whole or not at all."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import blake2b
from pathlib import Path

import msgspec

from pipeline.errors import BadInput
from pipeline.files import SettingsFile, read_settings_file
from pipeline.rules.faults import bad_text
from pipeline.rules.lexicon_file import EntityEntry, EntityKind, InContext, LexiconDocument, Names, Needed, by_language
from pipeline.rules.query import FARTHEST, QueryReader, phrase
from pipeline.rules.syntax import (
    Beside,
    Entity,
    Except,
    Not,
    NotNear,
    Or,
    Query,
    QueryError,
    Reading,
    Where,
    is_placed,
    walk,
)
from pipeline.seeds import seed

LONGEST_CHAIN = 10
"""Entities that may need one another in a row."""

_ID = re.compile(r"[a-z0-9-]{1,100}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,8})?")
_QUERY_SIGNS = re.compile(r'["“”„«»()@]|\b(AND|OR|NOT|EXCEPT|(NOT|O)?NEAR/\d+|WITH(/\d+)?|title:|text:)')


@dataclass(frozen=True, slots=True, kw_only=True)
class LexiconEntity:
    """An entity that can be used. `names` are all of its names, with or without a context, by language (`all`: any)."""

    id: str
    name: str
    kind: EntityKind
    names: Mapping[str, tuple[str, ...]]
    meaning: Entity


@dataclass(frozen=True)
class Lexicon:
    """The entities of a lexicon by id, and the reader for queries that name them."""

    entities: Mapping[str, LexiconEntity] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reader", QueryReader(self.entity))

    reader: QueryReader = field(init=False, repr=False, compare=False)

    def entity(self, name: str) -> Entity:
        """Give what `@name` stands for. Raises ValueError with the id that was probably meant."""
        known = self.entities.get(name)
        if known is None:
            raise ValueError(_unknown(name, self.entities))
        return known.meaning


def load_lexicon(path: Path | None = None) -> Lexicon:
    """Read a lexicon file, by default the shipped one. Raises BadInput for the first thing that is wrong in it."""
    lexicon, problems = check_lexicon(path or seed("lexicon.yaml"))
    if problems:
        raise problems[0]
    return lexicon


def check_lexicon(path: Path) -> tuple[Lexicon, list[BadInput]]:
    """Read a lexicon file; give the entities that can be used, and everything that is wrong with the others."""
    try:
        document = read_settings_file(path, LexiconDocument)
    except BadInput as error:
        return Lexicon(), [error]
    return _Resolver(document).resolve()


def _unknown(name: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    begun = [each for each in known if len(name) > 2 and (each.startswith(name) or name in each.split("-"))]
    meant = close[0] if close else begun[0] if begun else None
    if meant:
        return f"the lexicon has no entity @{name}; did you mean @{meant}?"
    return f"the lexicon has no entity @{name}; add it there, or write its names"


class _Unusable(ValueError):
    """An entity whose own mistake has been noted."""


class _Resolver:
    """Reads the entities of a document, each after those that it needs."""

    def __init__(self, document: SettingsFile[LexiconDocument]) -> None:
        self._document = document
        self._places: dict[str, int] = {}
        self._done: dict[str, LexiconEntity] = {}
        self._failed: set[str] = set()
        self._open: list[str] = []
        self._problems: list[BadInput] = []
        self._reader = QueryReader(self._needed)

    def resolve(self) -> tuple[Lexicon, list[BadInput]]:
        entries = self._document.value.entities
        for position, entry in enumerate(entries):
            self._problems += self._wrong_ids(position, entry)
            self._places.setdefault(entry.id, position)
        for name in self._places:
            self._usable(name)
        in_order = {name: self._done[name] for name in self._places if name in self._done}
        return Lexicon(in_order), self._problems

    def _wrong_ids(self, position: int, entry: EntityEntry) -> Iterator[BadInput]:
        where = ("entities", position, "id")
        if not _ID.fullmatch(entry.id):
            suggestion = re.sub(r"[^a-z0-9]+", "-", entry.id.lower()).strip("-")[:100] or "my-group"
            what = f"the id {entry.id[:40]!r} may have only small letters, digits and hyphens; write {suggestion}, for instance"
            yield self._document.error(where, what)
        if entry.id in self._places:
            yield self._document.error(where, f"the id {entry.id} is taken by an earlier entity; give this one another")
        for language in {key for names in _all_names(entry) for key in by_language(names)}:
            if language != "all" and not _LANGUAGE.fullmatch(language):
                yield self._document.error(
                    ("entities", position, "names"),
                    f"{language!r} is no language; write two letters such as fr, or all",
                )

    def _usable(self, name: str) -> LexiconEntity | None:
        if name in self._done or name in self._failed:
            return self._done.get(name)
        self._open.append(name)
        position = self._places[name]
        built = _EntityBuilder(self._document, position, self._reader)
        try:
            entity = built.entity()
        except _Unusable:
            entity = None
        self._open.pop()
        self._problems += built.problems
        if entity is None:
            self._failed.add(name)
        else:
            self._done[name] = entity
        return entity

    def _needed(self, name: str) -> Query:
        if name not in self._places:
            raise ValueError(_unknown(name, self._places))
        if name in self._open:
            chain = " needs @".join([*self._open[self._open.index(name) :], name])
            raise ValueError(f"@{chain}: an entity can't be explained by itself; take one of them out")
        if len(self._open) >= LONGEST_CHAIN:
            raise ValueError(f"@{name} is the end of a chain of {LONGEST_CHAIN} entities; write some of its names here")
        entity = self._usable(name)
        if entity is None:
            raise ValueError(f"@{name} has a mistake of its own; mend that first")
        return entity.meaning


class _EntityBuilder:
    """Makes the meaning of one entity, and notes what is wrong with it."""

    def __init__(self, document: SettingsFile[LexiconDocument], position: int, reader: QueryReader) -> None:
        self._document = document
        self._entry = document.value.entities[position]
        self._position = position
        self._reader = reader
        self.problems: list[BadInput] = []

    def entity(self) -> LexiconEntity:
        entry = self._entry
        senses = self._names(entry.names, ("names",)) if entry.names else []
        for index, context in enumerate(entry.in_context):
            senses += self._in_context(context, ("in_context", index))
        ignored = [query for index, text in enumerate(entry.ignore) for query in self._name(text, ("ignore", index))]
        if not senses and not self.problems:
            self._note((), "it has no names; write some, such as names: {en: [Wagner Group]}")
        if self.problems:
            raise _Unusable
        part = _any(senses)
        if ignored:
            part = Except(part, _any(ignored))
        meaning = Entity(entry.id, part, self._version(part))
        return LexiconEntity(id=entry.id, name=entry.name, kind=entry.kind, names=_merged(entry), meaning=meaning)

    def _version(self, part: Query) -> str:
        """A digest of what is written, and of the entities that are needed."""
        needed = {each.version for each in walk(part) if isinstance(each, Entity)}
        written = msgspec.json.encode((self._entry, sorted(needed)))
        return blake2b(written, digest_size=6).hexdigest()

    def _in_context(self, context: InContext, where: tuple[str | int, ...]) -> list[Query]:
        names = self._names(context.names, (*where, "names"))
        near = self._text(context.near, (*where, "near"), placed=True)
        article = self._text(context.article, (*where, "article"))
        not_near = self._text(context.not_near, (*where, "not_near"), placed=True)
        not_article = self._text(context.not_article, (*where, "not_article"))
        if not 1 <= context.distance <= FARTHEST:
            self._note((*where, "distance"), f"write a distance from 1 to {FARTHEST}")
        if not any((context.near, context.article, context.not_near, context.not_article)):
            self._note(
                where, "it says no context; write near, article, not_near or not_article, or move its names to `names`"
            )
        if not names or self.problems:
            return []
        part = _guarded(_any(names), near, article, context)
        if not_near is not None:
            part = NotNear(part, not_near, context.distance)
        if not_article is not None:
            part = Where(part, Not(not_article))
        return [part]

    def _names(self, names: Names, where: tuple[str | int, ...]) -> list[Query]:
        found: list[Query] = []
        for language, texts in by_language(names).items():
            inner = (*where, language) if isinstance(names, dict) else where
            found += [query for index, text in enumerate(texts) for query in self._name(text, (*inner, index))]
        return found

    def _name(self, text: str, where: tuple[str | int, ...]) -> list[Query]:
        """Read a name, or a query text where it has a query's signs."""
        if _QUERY_SIGNS.search(text):
            query = self._text(text, where, placed=True)
            return [] if query is None else [query]
        marks = len(text) - len(text.lstrip("=")) if text.startswith("=") else 0
        reading = {0: None, 1: Reading.FORM}.get(marks, Reading.EXACT)
        try:
            return [phrase(text[marks:], marks, reading)]
        except QueryError as error:
            self._fault(where, text, error)
            return []

    def _text(self, text: str | None, where: tuple[str | int, ...], placed: bool = False) -> Query | None:
        if text is None:
            return None
        try:
            query = self._reader.read(text)
            if placed and not is_placed(query):
                what = "this must be found at places of the text: join words and phrases by OR, NEAR or EXCEPT"
                raise QueryError(what, 0, len(text))
        except QueryError as error:
            self._fault(where, text, error)
            return None
        return query

    def _fault(self, where: Sequence[str | int], text: str, error: QueryError) -> None:
        whole = ("entities", self._position, *where)
        self.problems.append(bad_text(self._document, whole, f"entity {self._entry.id}", text, error))

    def _note(self, where: Sequence[str | int], what: str) -> None:
        whole = ("entities", self._position, *where)
        self.problems.append(self._document.error(whole, f"entity {self._entry.id}: {what}"))


def _guarded(names: Query, near: Query | None, article: Query | None, context: InContext) -> Query:
    beside = None if near is None else Beside(names, near, context.distance)
    if article is None:
        return names if beside is None else beside
    if beside is None:
        return Where(names, article)
    if context.require is Needed.BOTH:
        return Where(beside, article)
    return Or((beside, Where(names, article)))


def _any(queries: Sequence[Query]) -> Query:
    different = tuple(dict.fromkeys(queries))
    return different[0] if len(different) == 1 else Or(different)


def _all_names(entry: EntityEntry) -> list[Names]:
    return [entry.names, *(context.names for context in entry.in_context)]


def _merged(entry: EntityEntry) -> dict[str, tuple[str, ...]]:
    merged: dict[str, tuple[str, ...]] = {}
    for names in _all_names(entry):
        for language, texts in by_language(names).items():
            merged[language] = tuple(dict.fromkeys((*merged.get(language, ()), *texts)))
    return {language: texts for language, texts in merged.items() if texts}
