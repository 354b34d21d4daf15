"""An article's words as the engines hold them, and a query's words as the engines are asked for them.

The engines get the words that Harmattan made, in two layers: the form and the stem of the word at each position. A mark
before both says how the word is written, for that is what names and acronyms ask: `!` with a capital, `!!` all in
capitals, none otherwise. So `wagner`, `!wagner` and `!!wagner` are the same form, of which a query may want some.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.rules.inflection import LATIN, declined, joined
from pipeline.rules.syntax import Reading, Term
from pipeline.rules.words import has_capital, inflects_as_noun, literal_beginning
from pipeline.text.document import Document
from pipeline.text.stems import STEMMED, stem
from pipeline.text.tokens import fold

CAPITAL = "!"
CAPITALS = "!!"
MARKS = ("", CAPITAL, CAPITALS)
WITH_CAPITAL = (CAPITAL, CAPITALS)
ACRONYM_MARKS = dict.fromkeys((1, 2, 3), (CAPITALS,)) | {4: WITH_CAPITAL}
"""How acronyms of so many letters are written in articles; longer ones in any case. pipeline.rules.words tells why."""

UNKNOWN = "und"
EVERY: frozenset[str] = frozenset()
"""The languages of a variant that is asked for where the language is known already."""

LONGEST = 100
"""Code points of a word that the engines hold; of a longer word they hold its beginning and an ellipsis."""
CUT = "…"


@dataclass(frozen=True, slots=True)
class Layers:
    """The words of a title or a text: marked forms, and as many marked stems, or none where the language has no stems."""

    forms: Sequence[str]
    stems: Sequence[str]


def title_layers(document: Document) -> Layers:
    """Give the words of the title."""
    return _layers(document.title_words, document.title_stems, document.language)


def text_layers(document: Document) -> Layers:
    """Give the words of the text."""
    return _layers(document.text_words, document.text_stems, document.language)


def _layers(words: Sequence[str], stems: Sequence[str], language: str) -> Layers:
    forms: dict[str, str] = {}
    marks: dict[str, str] = {}
    for word in set(words):
        form = fold(word)
        marks[word] = mark = _mark(word, form)
        forms[word] = mark + _cut(form)
    marked = [forms[word] for word in words]
    if language not in STEMMED:
        return Layers(marked, ())
    # an empty stem would put those that follow out of step
    return Layers(marked, [marks[word] + _cut(found or "-") for word, found in zip(words, stems, strict=True)])


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + CUT


def _mark(word: str, form: str) -> str:
    if word.islower() or not has_capital(word):
        return ""
    return CAPITALS if len(form) > 1 and word.isupper() else CAPITAL


@dataclass(frozen=True, slots=True)
class Variant:
    """A marked form, or a marked stem, that counts in articles of certain languages."""

    text: str
    languages: frozenset[str]
    is_stem: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """What may stand at one position: any of these marked forms, of these patterns of forms, or of these variants.

    Where `whole` is false, the engine finds more than is meant.
    """

    forms: frozenset[str] = frozenset()
    variants: frozenset[Variant] = frozenset()
    patterns: frozenset[str] = frozenset()
    whole: bool = True

    @property
    def every_form(self) -> list[str]:
        """The forms, whatever their languages, in a fixed order."""
        return sorted(self.forms | {variant.text for variant in self.variants if not variant.is_stem})

    @property
    def every_stem(self) -> list[str]:
        """The stems, whatever their languages, in a fixed order."""
        return sorted({variant.text for variant in self.variants if variant.is_stem})

    @property
    def by_language(self) -> dict[frozenset[str], list[Variant]]:
        """The variants that count in the same languages."""
        groups: dict[frozenset[str], list[Variant]] = {}
        for variant in sorted(self.variants, key=lambda one: (one.text, one.is_stem)):
            groups.setdefault(variant.languages, []).append(variant)
        return groups

    def in_language(self, language: str | None) -> "Word":
        """Give what it is in articles of one language; in those of no language with variants, for None."""
        kept = (Variant(one.text, EVERY, one.is_stem) for one in self.variants if language in one.languages)
        return Word(self.forms, frozenset(kept), self.patterns, self.whole)


@lru_cache(maxsize=1 << 14)
def word_of(term: Term) -> Word:
    """Give what the engines are asked for so that every word that fulfils the term is found."""
    form, whole = term.form, len(term.form) <= LONGEST
    match term.reading:
        case Reading.WORD:
            variants = frozenset(_stems(term.spelling, STEMMED, MARKS))
            return Word(_marked(joined(form), MARKS), variants, whole=whole)
        case Reading.NAME:
            return _name(term, whole)
        case Reading.ACRONYM:
            return Word(_marked([form], ACRONYM_MARKS.get(len(form), MARKS)), whole=whole)
        case Reading.EXACT:
            marks = [_mark(term.spelling, form)] if term.spelling.isascii() else MARKS
            return Word(_marked([form], marks), whole=False)
        case Reading.PATTERN:
            return _pattern(form)
        case Reading.FORM:
            return Word(_marked([form], MARKS), whole=whole)


def any_word(words: Iterable[Word]) -> Word:
    """Give what any of these words is."""
    every = list(words)
    return Word(
        frozenset().union(*(word.forms for word in every)),
        frozenset().union(*(word.variants for word in every)),
        frozenset().union(*(word.patterns for word in every)),
        all(word.whole for word in every),
    )


def _name(term: Term, whole: bool) -> Word:
    forms = _marked([term.form], MARKS)
    others: dict[str, set[str]] = {}
    for language in (*LATIN, UNKNOWN):
        for other in declined(term.form, language) - {term.form}:
            others.setdefault(other, set()).add(language)
    variants = set(_stems(term.spelling, frozenset(filter(inflects_as_noun, STEMMED)), WITH_CAPITAL))
    for other, languages in others.items():
        if UNKNOWN in languages:  # the script's own endings, whatever the language
            forms |= _marked([other], WITH_CAPITAL)
        else:
            variants |= {Variant(text, frozenset(languages)) for text in _marked([other], WITH_CAPITAL)}
    return Word(forms, frozenset(variants), whole=whole)


def _pattern(form: str) -> Word:
    """Give the pattern, and one for words that were cut before the pattern could end."""
    beginning = literal_beginning(form)
    if form == f"{beginning}*":
        return Word(patterns=frozenset([f"{beginning[:LONGEST]}*"]), whole=len(beginning) <= LONGEST)
    return Word(patterns=frozenset([form, f"{beginning[:LONGEST]}*{CUT}"]), whole=False)


def _marked(forms: Iterable[str], marks: Iterable[str]) -> frozenset[str]:
    return frozenset(mark + _cut(form) for form in forms for mark in marks)


def _stems(spelling: str, languages: frozenset[str], marks: Iterable[str]) -> Iterator[Variant]:
    by_stem: dict[str, set[str]] = {}
    for language in languages:
        by_stem.setdefault(_cut(stem(spelling, language) or "-"), set()).add(language)
    for text, found in by_stem.items():
        yield from (Variant(mark + text, frozenset(found), is_stem=True) for mark in marks)
