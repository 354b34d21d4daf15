"""Names that are like a rule's: of entities that it does not use, and words that may be other spellings of its own."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from unicodedata import name as character_name

from pipeline.rules.lexicon import Lexicon, LexiconEntity
from pipeline.rules.lexicon_file import EntityKind
from pipeline.rules.rule import Rule
from pipeline.rules.syntax import (
    And,
    AtLeast,
    Beside,
    Entity,
    Except,
    In,
    Near,
    NotNear,
    Or,
    Phrase,
    Query,
    Where,
    walk,
)
from pipeline.text.skeletons import skeleton
from pipeline.text.tokens import fold, words

SHORTEST = 5
"""Letters of a name that may be spelt otherwise by one letter."""
LONG = 9
"""Letters of a name that may be spelt otherwise by two."""
SHORTEST_SKELETON = 4
"""Consonants that tell a name again in another script; see pipeline.text.skeletons."""
COMMON = 5
"""A word that stands in the names of more entities, such as front or army, tells none of them."""
_OPERATORS = frozenset({"AND", "OR", "NOT", "EXCEPT", "NEAR", "NOTNEAR", "ONEAR", "WITH"})


@dataclass(frozen=True, slots=True)
class Overlap:
    """An entity that the rule does not use, and its names that hold a name of the rule, or are held by one."""

    entity: LexiconEntity
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """A word of an article, the name of the rule that it is like, and whether it is in another script."""

    word: str
    name: str
    other_script: bool


class RuleNames:
    """A rule's names, and the words in them that may be spelt otherwise.

    These are capitalised ones, and in scripts without capitals the names of one word.
    """

    def __init__(self, rule: Rule, lexicon: Lexicon) -> None:
        """Take the rule, and the lexicon whose entities it names."""
        self._lexicon = lexicon
        self._used = {part.id for part in walk(rule.meaning) if isinstance(part, Entity)}
        texts = list(_names(rule.meaning, lexicon))
        self._known = {fold(word) for text in texts for word in words(text)}
        small = {word for text in texts for word in words(text) if not _is_name(word)}
        counted = Counter(form for entity in lexicon.entities.values() for form in _forms_of(entity))
        distinct = (word for text in texts for word in _name_words(text) if word.lower() not in small)
        self.words: Mapping[str, str] = {
            form: word for word in distinct if counted[form := fold(word)] <= COMMON or not self._used
        }
        self._texts = {key: text for text in texts if (key := _key(text))}
        self._stems = {form for form in self._known if len(form) >= SHORTEST - 1}

    def overlaps(self) -> list[Overlap]:
        """Give the entities with a name that holds one of the rule's, word for word, or the other way about; no topics."""
        found = []
        for entity in self._lexicon.entities.values():
            if entity.id not in self._used and entity.kind is not EntityKind.TOPIC:
                keys = {key: text for text in _texts(entity) if (key := _key(text))}
                shared = [
                    text for key, text in keys.items() if any(key in other or other in key for other in self._texts)
                ]
                if shared:
                    found.append(Overlap(entity, tuple(sorted(set(shared)))))
        return sorted(found, key=lambda one: one.entity.id)

    def variant(self, word: str) -> Variant | None:
        """Tell whether a word, as an article writes it, may be another spelling of a name.

        It is within one letter of a name (two, of nine letters), begins alike, and differs not at its end alone, where
        inflection does; or it has the consonants of a name of another script. In small letters, where there are capitals, it
        is no name.
        """
        form = fold(word)
        if form in self._known or len(form) < SHORTEST - 1 or not _is_name(word) or self._inflected(form):
            return None
        name = self._spelt_like(form)
        if name:
            return Variant(word, self.words[name], other_script=False)
        consonants = skeleton(form)
        named = self._skeletons.get(consonants) if len(consonants) >= SHORTEST_SKELETON else None
        if named is None or any(_script(form) == _script(other) for other in named):
            return None  # the rule has the name in this script
        return Variant(word, self.words[named[0]], other_script=True)

    def _inflected(self, form: str) -> bool:
        """Tell whether it begins with a name, and has a few letters more."""
        return any(form[:-cut] in self._stems for cut in (1, 2, 3))

    def _spelt_like(self, form: str) -> str | None:
        if len(form) < SHORTEST:
            return None
        near = {name for part in _shortened(form) for name in self._shortened.get(part, ())}
        for name in sorted(near):
            most = 2 if len(name) >= LONG else 1
            inflected = name[:-1] == form[:-1] or name.startswith(form) or form.startswith(name)
            if name[0] == form[0] and not inflected and _distance(name, form) <= most:
                return name
        return None

    @cached_property
    def _shortened(self) -> dict[str, list[str]]:
        """Give the names by what remains of them without one letter or two (symmetric deletion, W. Garbe 2012)."""
        found: dict[str, list[str]] = {}
        for form in sorted(self.words):
            if len(form) >= SHORTEST:
                for part in _shortened(form):
                    found.setdefault(part, []).append(form)
        return found

    @cached_property
    def _skeletons(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for form in sorted(self.words):
            if len(consonants := skeleton(form)) >= SHORTEST_SKELETON:
                found.setdefault(consonants, []).append(form)
        return found


def _names(query: Query, lexicon: Lexicon) -> Iterator[str]:
    """Give what is named, and not what only stands around it or must be missing."""
    match query:
        case Phrase(terms):
            yield " ".join(term.spelling or term.form for term in terms)
        case Entity(name, _):
            entity = lexicon.entities.get(name)
            yield from _texts(entity) if entity else ()
        case And(parts) | Or(parts) | AtLeast(_, parts):
            for part in parts:
                yield from _names(part, lexicon)
        case Near(left, right):
            yield from _names(left, lexicon)
            yield from _names(right, lexicon)
        case Beside(part) | NotNear(part) | Except(part) | Where(part) | In(_, part):
            yield from _names(part, lexicon)
        case _:
            return


def _texts(entity: LexiconEntity) -> Iterable[str]:
    return (text for texts in entity.names.values() for text in texts)


def _forms_of(entity: LexiconEntity) -> set[str]:
    return {fold(word) for text in _texts(entity) for word in _name_words(text)}


def _key(text: str) -> str:
    """Give the words of a name, folded, each between spaces; nothing for a query text, or where none of them is a name."""
    found = words(text)
    if not _OPERATORS.isdisjoint(found) or not any(map(_is_name, found)) or sum(map(len, found)) < SHORTEST - 1:
        return ""
    return f" {' '.join(map(fold, found))} "


def _name_words(text: str) -> Iterator[str]:
    found = words(text)
    for word in found:
        is_one = word[:1].isupper() or (len(found) == 1 and _is_name(word))
        if is_one and word not in _OPERATORS and len(word) >= SHORTEST - 1:
            yield word


def _is_name(word: str) -> bool:
    first = word[:1]
    return first.isupper() or (first.isalpha() and first.lower() == first.upper())


def _script(form: str) -> str:
    return character_name(form[0], "").partition(" ")[0]


def _shortened(form: str) -> set[str]:
    """Give the word, what is left of it without a letter, and of a long one without two."""
    once = {form[:place] + form[place + 1 :] for place in range(len(form))}
    if len(form) < LONG - 1:
        return {form, *once}
    twice = {short[:place] + short[place + 1 :] for short in once for place in range(len(short))}
    return {form, *once, *twice}


def _distance(left: str, right: str) -> int:
    """Count the letters to insert, remove, replace, or exchange with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
