"""From the words of an article to the terms of all rules: one look-up a word."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from pipeline.rules.inflection import (
    declined,
    is_joined,
    joined_candidates,
    name_candidates,
    takes_joined,
)
from pipeline.rules.phrases import Phrases
from pipeline.rules.syntax import FactField, Reading, Term
from pipeline.rules.words import has_capital, has_capitals, inflects_as_noun, literal_beginning, pattern
from pipeline.text.stems import STEMMED, stem
from pipeline.text.tokens import fold_once, spelling, words

MOST_REMEMBERED = 60_000
"""Pieces of text in all languages together that are remembered with what they fulfil. When there are more, those are
forgotten that are not met again among as many new ones."""

LONGEST_REMEMBERED = 64
"""Code points of the longest piece that is remembered."""

MOST_YOUNG = 1_000
"""Terms that may be kept apart from those that the remembered words were looked up among."""

Numbers: TypeAlias = tuple[int, ...]
"""The numbers of the terms that a word fulfils."""


_LONGEST_KEY = 3
"""Letters of a pattern's beginning that tell which lengths are worth trying."""


class Several:
    """What the words of a piece of text fulfil that is not just one word."""

    __slots__ = ("words",)

    def __init__(self, words: Sequence[Numbers]) -> None:
        self.words = words


Found: TypeAlias = Numbers | Several
"""What a piece of text fulfils: one word, as most are, or several or none."""


class Words(dict[str, Found]):
    """Pieces of articles in one language (what stands between white space), and what the words in them fulfil."""

    def __init__(self, terms: "Terms", language: str, *older: Mapping[str, Found]) -> None:
        """Begin with what was remembered before, perhaps of different terms by several mappings."""
        super().__init__()
        self._terms = terms
        self._language = language
        self._older = older

    def __missing__(self, piece: str) -> Found:
        found = self._remembered(piece) if self._older else None
        if found is None:
            found = self._look_up(piece)
        if len(piece) <= LONGEST_REMEMBERED:
            self._terms.make_room()
            self[piece] = found
        return found

    def age(self) -> None:
        """Forget what was not asked for since the last time, and have all that is remembered asked for anew."""
        self._older = (dict(self),)
        self.clear()

    def _remembered(self, piece: str) -> Found | None:
        found: Found | None = None
        for mapping in self._older:
            more = mapping.get(piece)
            if more is None:
                return None
            found = more if found is None else _both(found, more)
        return found

    def _look_up(self, piece: str) -> Found:
        if piece.isalnum() and piece.isascii():
            return self._terms.look_up(piece, self._language)
        inside = words(piece)
        if len(inside) != 1:
            return Several([self._one(word) for word in inside])
        return self._terms.look_up(piece, self._language) if inside[0] == piece else self._one(inside[0])

    def _one(self, word: str) -> Numbers:
        found = self[word]
        assert type(found) is tuple, "a word is just one word"
        return found


def _both(one: Found, other: Found) -> Found:
    if isinstance(one, Several):
        assert isinstance(other, Several)
        return Several([before + after for before, after in zip(one.words, other.words, strict=True)])
    assert not isinstance(other, Several)
    return one + other


class Vocabulary:
    """Numbers what rules ask for: terms, phrases, facts and entities; tells which terms an article's word fulfils.

    What it finds is what `pipeline.rules.words.fulfils` says of each term by itself. Terms that come after words were looked up
    are young: they are kept apart with a memory of their own, so that no word has to be looked up anew among all others.
    """

    def __init__(self) -> None:
        self._next = 0
        self._numbers: dict[Term, int] = {}
        self._facts: dict[tuple[FactField, str], int] = {}
        self._entities: dict[tuple[str, str], int] = {}
        self._phrases: dict[Numbers, int] = {}
        self.phrases = Phrases()
        self._settled = Terms()
        self._young = Terms()

    def words(self, language: str) -> tuple[Words, ...]:
        """Give the words of a language with the numbers of the terms that each fulfils: of all terms, or by their age."""
        settled = self._settled.words(language)
        return (settled, self._young.words(language)) if self._young.count else (settled,)

    def facts(self) -> dict[tuple[FactField, str], int]:
        """Give the numbers of the facts that rules ask for."""
        return self._facts

    def number(self, term: Term) -> int:
        """Give the number of a term; the same term has the same number."""
        known = self._numbers.get(term)
        if known is None:
            known = self._numbers[term] = self._new()
            if not self._settled.remembers:
                self._settled.enter(term, known)
                return known
            if self._young.count >= MOST_YOUNG:
                self._settle()
            self._young.enter(term, known)
        return known

    def phrase_number(self, terms: tuple[Term, ...]) -> int:
        """Give the number of a phrase of several words; its words have numbers of their own, too."""
        numbers = tuple(map(self.number, terms))
        known = self._phrases.get(numbers)
        if known is None:
            known = self._phrases[numbers] = self._new()
            self.phrases.enter(known, terms, numbers)
        return known

    def fact_number(self, field: FactField, value: str) -> int:
        """Give the number of a field with a value."""
        key = (field, value)
        if key not in self._facts:
            self._facts[key] = self._new()
        return self._facts[key]

    def entity_number(self, entity: str, version: str) -> int:
        """Give the number of an entity of the lexicon in one of its versions."""
        key = (entity, version)
        if key not in self._entities:
            self._entities[key] = self._new()
        return self._entities[key]

    def _settle(self) -> None:
        """Put the young terms to the others."""
        self._settled.take(self._young)
        self._young = Terms()

    def _new(self) -> int:
        self._next += 1
        return self._next


class Terms:
    """Terms by what an article's word must be to fulfil them, and the words that were looked up among them."""

    def __init__(self) -> None:
        self._entered: list[tuple[Term, int]] = []
        self._forms: dict[str, Numbers] = {}
        self._acronyms: dict[str, Numbers] = {}
        self._exact: dict[str, Numbers] = {}
        self._names: dict[str, Numbers] = {}
        self._joining: dict[str, Numbers] = {}
        self._patterns: dict[str, list[tuple[str, int]]] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}
        self._keys: tuple[int, ...] = ()
        self._stemmable: list[tuple[Term, Numbers]] = []
        self._nouns: list[tuple[Term, Numbers]] = []
        self._stems: dict[str, _Stems] = {}
        self._noun_stems: dict[str, _Stems] = {}
        self._words: dict[str, Words] = {}
        self._room = MOST_REMEMBERED

    @property
    def count(self) -> int:
        """How many terms there are."""
        return len(self._entered)

    @property
    def remembers(self) -> bool:
        """Whether words were looked up among the terms."""
        return bool(self._words)

    def words(self, language: str) -> Words:
        """Give the words of a language."""
        known = self._words.get(language)
        if known is None:
            known = self._words[language] = Words(self, language)
        return known

    def make_room(self) -> None:
        """See to it that one more piece can be remembered."""
        self._room -= 1
        if self._room < 0:
            self._room = MOST_REMEMBERED - 1
            for known in self._words.values():
                known.age()

    def take(self, younger: "Terms") -> None:
        """Enter the terms of another one; what was remembered in both stays so."""
        before, self._words = self._words, {}
        for term, number in younger._entered:
            self.enter(term, number)
        self._room = MOST_REMEMBERED
        self._words = {
            language: Words(self, language, *((known, younger._words[language]) if language in younger._words else ()))
            for language, known in before.items()
        }
        for known in (*before.values(), *younger._words.values()):
            known._older = ()

    def look_up(self, word: str, language: str) -> Numbers:
        """Give the numbers of the terms that a word of an article fulfils."""
        form = fold_once(word)
        found = self._forms.get(form, ())
        if form in self._acronyms and has_capitals(word, form):
            found = _union(found, self._acronyms[form])
        if self._exact:
            found = _union(found, self._exact.get(spelling(word), ()))
        if language in STEMMED:
            found = _union(found, self._by_stem(word, language))
        if self._names and has_capital(word):
            found = _union(found, self._declined(form, language))
        if self._joining and takes_joined(form):
            found = _union(found, self._joined(form))
        for length in self._keys:
            if form[:length] in self._lengths:
                found = _union(found, tuple(self._by_pattern(form)))
                break
        return found

    def _declined(self, form: str, language: str) -> Numbers:
        found: Numbers = ()
        for name in name_candidates(form, language):
            if name in self._names and form in declined(name, language):
                found = _union(found, self._names[name])
        return found

    def _joined(self, form: str) -> Numbers:
        found: Numbers = ()
        for bare in joined_candidates(form):
            if bare in self._joining and is_joined(form, bare):
                found = _union(found, self._joining[bare])
        return found

    def enter(self, term: Term, number: int) -> None:
        """Add a term. What was remembered is forgotten, since it doesn't know of it."""
        self._words = {}
        self._entered.append((term, number))
        reading = term.reading
        if reading is Reading.EXACT:
            spelled = spelling(term.spelling)  # two ways to write it may be the same word
            self._exact[spelled] = (*self._exact.get(spelled, ()), number)
            return
        if reading is Reading.PATTERN:
            self._enter_pattern(term, number)
            return
        alone = (number,)  # one object wherever the term is entered
        _add(self._acronyms if reading is Reading.ACRONYM else self._forms, term.form, alone)
        if reading is Reading.WORD:
            self._stemmable.append((term, alone))
            if takes_joined(term.form):
                _add(self._joining, term.form, alone)
        elif reading is Reading.NAME:
            self._nouns.append((term, alone))
            _add(self._names, term.form, alone)

    def _enter_pattern(self, term: Term, number: int) -> None:
        beginning = literal_beginning(term.form)
        self._patterns.setdefault(beginning, []).append((term.form, number))
        key = beginning[:_LONGEST_KEY]
        self._lengths[key] = tuple(sorted({*self._lengths.get(key, ()), len(beginning)}))
        if len(key) not in self._keys:
            self._keys = tuple(sorted({*self._keys, len(key)}))

    def _by_stem(self, word: str, language: str) -> Numbers:
        if not self._stemmable and not self._nouns:
            return ()
        stemmed = stem(word, language)
        found = _stems(self._stems, language, self._stemmable).get(stemmed, ())
        if inflects_as_noun(language) and has_capital(word):
            found = _union(found, _stems(self._noun_stems, language, self._nouns).get(stemmed, ()))
        return found

    def _by_pattern(self, form: str) -> Iterator[int]:
        for end in self._keys:
            for length in self._lengths.get(form[:end], ()) if end <= len(form) else ():
                for shape, number in self._patterns.get(form[:length], ()):
                    if (len(shape) == length + 1 and shape[-1] == "*") or pattern(shape).fullmatch(form):
                        yield number


def _add(numbers: dict[str, Numbers], key: str, more: Numbers) -> None:
    numbers[key] = numbers[key] + more if key in numbers else more


def _union(one: Numbers, other: Numbers) -> Numbers:
    """Give the numbers of both; where one says all, just that, so that words share what they fulfil."""
    if not other or one == other:
        return one
    return tuple({*one, *other}) if one else other


def _stems(known: dict[str, "_Stems"], language: str, terms: list[tuple[Term, Numbers]]) -> dict[str, Numbers]:
    table = known.get(language)
    if table is None:
        table = known[language] = _Stems(language)
    return table.numbers if table.read == len(terms) else table.catch_up(terms)


class _Stems:
    """The stems that terms have in one language. Terms that came since it was last asked are added first."""

    def __init__(self, language: str) -> None:
        self._language = language
        self.read = 0
        self.numbers: dict[str, Numbers] = {}

    def catch_up(self, terms: list[tuple[Term, Numbers]]) -> dict[str, Numbers]:
        for term, numbers in terms[self.read :]:
            stemmed = stem(term.spelling, self._language)
            _add(self.numbers, term.form if stemmed == term.form else stemmed, numbers)
        self.read = len(terms)
        return self.numbers
