"""From the words of an article to the terms of all rules: one look-up a word."""

from collections.abc import Iterator

from pipeline.rules.inflection import (
    declined,
    joined,
    joined_candidates,
    name_candidates,
    takes_joined,
)
from pipeline.rules.syntax import FactField, Reading, Term
from pipeline.rules.words import has_capital, has_capitals, inflects_as_noun, literal_beginning, pattern
from pipeline.text.stems import STEMMED, stem
from pipeline.text.tokens import fold, spelling

MOST_REMEMBERED = 100_000
"""Words of one language that are remembered with what they fulfil. When there are more, all are forgotten."""

LONGEST_REMEMBERED = 64
"""Code points of the longest word that is remembered."""


class Words(dict[str, tuple[int, ...]]):
    """The words met in articles of one language, and the numbers of the terms that each fulfils."""

    def __init__(self, vocabulary: "Vocabulary", language: str) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._language = language

    def __missing__(self, word: str) -> tuple[int, ...]:
        found = tuple(dict.fromkeys(self._vocabulary.look_up(word, self._language)))
        if len(word) <= LONGEST_REMEMBERED:
            if len(self) >= MOST_REMEMBERED:
                self.clear()
            self[word] = found
        return found


class Vocabulary:
    """Numbers what rules ask for: terms, facts and entities; tells which terms an article's word fulfils.

    What it finds is what `pipeline.rules.words.fulfils` says of each term by itself.
    """

    def __init__(self) -> None:
        self._next = 0
        self._terms: dict[Term, int] = {}
        self._facts: dict[tuple[FactField, str], int] = {}
        self._entities: dict[tuple[str, str], int] = {}
        self._forms: dict[str, list[int]] = {}
        self._acronyms: dict[str, list[int]] = {}
        self._exact: dict[str, int] = {}
        self._names: dict[str, list[int]] = {}
        self._joining: dict[str, list[int]] = {}
        self._patterns: dict[str, list[tuple[str, int]]] = {}
        self._lengths: list[int] = []
        self._stemmable: list[tuple[Term, int]] = []
        self._nouns: list[tuple[Term, int]] = []
        self._stems: dict[str, _Stems] = {}
        self._noun_stems: dict[str, _Stems] = {}
        self._words: dict[str, Words] = {}

    def words(self, language: str) -> Words:
        """Give the words of a language, each with the numbers of the terms that it fulfils."""
        known = self._words.get(language)
        if known is None:
            known = self._words[language] = Words(self, language)
        return known

    def facts(self) -> dict[tuple[FactField, str], int]:
        """Give the numbers of the facts that rules ask for."""
        return self._facts

    def number(self, term: Term) -> int:
        """Give the number of a term; the same term has the same number."""
        known = self._terms.get(term)
        if known is None:
            known = self._terms[term] = self._new()
            self._enter(term, known)
            self._words.clear()
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

    def look_up(self, word: str, language: str) -> Iterator[int]:
        """Give the numbers of the terms that a word of an article fulfils, some of them more than once."""
        form = fold(word)
        yield from self._forms.get(form, ())
        if form in self._acronyms and has_capitals(word, form):
            yield from self._acronyms[form]
        if self._exact and (exact := self._exact.get(spelling(word))) is not None:
            yield exact
        if language in STEMMED:
            yield from self._by_stem(word, language)
        if has_capital(word):
            for name in name_candidates(form, language):
                if name in self._names and form in declined(name, language):
                    yield from self._names[name]
        if takes_joined(form):
            for bare in joined_candidates(form):
                if bare in self._joining and form in joined(bare):
                    yield from self._joining[bare]
        yield from self._by_pattern(form)

    def _by_stem(self, word: str, language: str) -> Iterator[int]:
        stemmed = stem(word, language)
        table = self._stems.setdefault(language, _Stems(language))
        yield from table.read(self._stemmable).get(stemmed, ())
        if inflects_as_noun(language) and has_capital(word):
            nouns = self._noun_stems.setdefault(language, _Stems(language))
            yield from nouns.read(self._nouns).get(stemmed, ())

    def _by_pattern(self, form: str) -> Iterator[int]:
        for length in self._lengths:
            if length > len(form):
                break
            for shape, number in self._patterns.get(form[:length], ()):
                if (len(shape) == length + 1 and shape[-1] == "*") or pattern(shape).fullmatch(form):
                    yield number

    def _new(self) -> int:
        self._next += 1
        return self._next

    def _enter(self, term: Term, number: int) -> None:
        match term.reading:
            case Reading.EXACT:
                self._exact[spelling(term.spelling)] = number
            case Reading.PATTERN:
                self._enter_pattern(term, number)
            case Reading.ACRONYM:
                self._acronyms.setdefault(term.form, []).append(number)
            case _:
                self._forms.setdefault(term.form, []).append(number)
        if term.reading is Reading.WORD:
            self._stemmable.append((term, number))
            if takes_joined(term.form):
                self._joining.setdefault(term.form, []).append(number)
        elif term.reading is Reading.NAME:
            self._nouns.append((term, number))
            self._names.setdefault(term.form, []).append(number)

    def _enter_pattern(self, term: Term, number: int) -> None:
        beginning = literal_beginning(term.form)
        self._patterns.setdefault(beginning, []).append((term.form, number))
        if len(beginning) not in self._lengths:
            self._lengths = sorted([*self._lengths, len(beginning)])


class _Stems:
    """The stems that terms have in one language. Terms that came since it was last asked are added first."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._read = 0
        self._numbers: dict[str, list[int]] = {}

    def read(self, terms: list[tuple[Term, int]]) -> dict[str, list[int]]:
        if self._read < len(terms):
            for term, number in terms[self._read :]:
                self._numbers.setdefault(stem(term.spelling, self._language), []).append(number)
            self._read = len(terms)
        return self._numbers
