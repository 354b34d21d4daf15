"""Why two engines find different rules in an article: a plain evaluation whose idea of a word's forms can be swapped.

Lucene's side is a Snowball stem of the word in small letters, then without accents; Harmattan's is
`pipeline.rules.words.fulfils`.
"""

from collections.abc import Callable, Sequence
from functools import cache
from unicodedata import combining, normalize

from rules_data import MadeRule, Tree
from Stemmer import Stemmer  # type: ignore[import-not-found]

from pipeline.rules.syntax import Reading, Term
from pipeline.rules.words import fulfils, read_terms

_STEMMERS = {"en": "english", "fr": "french", "es": "spanish", "ru": "russian", "ar": "arabic"}

KINDS = ("names", "Arabic", "beginnings and patterns", "other words")
"""What a word of a rule may be that has other forms in one engine than in the other."""

Same = Callable[[str, str, str], bool]
"""Tells whether a rule's word stands for an article's, in a language."""


def reason(rule: MadeRule, words: Sequence[str], language: str, found_here: bool) -> str:
    """Say what makes the difference when Harmattan finds a rule (`found_here`) and Lucene doesn't, or the reverse.

    The rule's tree has its entities written out. The difference is laid to a kind when Lucene's forms for it, and Harmattan's
    for all else, give what Lucene found.
    """
    tree = rule.tree
    if found_here and rule.language != language:
        return "a rule in another language than the article, whose words Lucene has in another field"
    if holds(tree, words, language, _harmattan) is not found_here:
        # written out, NEAR reaches from a name and what makes it the entity's; the entity is its name alone
        return "where an entity ends" if _has_near_in_near(tree) else "unexplained"
    if holds(tree, words, language, _harmattan, shortest=True) is not found_here:
        return "NEAR in NEAR, of which Lucene tries the shortest places alone"
    for kind in KINDS:
        if holds(tree, words, language, _swapped(kind)) is not found_here:
            return f"forms of {kind}"
    if holds(tree, words, language, _lucene) is not found_here:
        return "forms of several kinds"
    return "unexplained"


def _has_near_in_near(tree: Tree, inside: bool = False) -> bool:
    is_near = tree[0] == "near"
    return (is_near and inside) or any(
        _has_near_in_near(part, inside or is_near) for part in tree if isinstance(part, tuple)
    )


def holds(tree: Tree, words: Sequence[str], language: str, same: Same, shortest: bool = False) -> bool:
    """Tell whether a rule holds in an article's words, by trying everything, or what Lucene's intervals try."""
    kind, *parts = tree
    if kind == "and":
        return all(holds(part, words, language, same, shortest) for part in parts)
    if kind == "or":
        return any(holds(part, words, language, same, shortest) for part in parts)
    if kind == "not":
        return not holds(parts[0], words, language, same, shortest)
    return bool(_places(tree, words, language, same, shortest))


def _places(tree: Tree, words: Sequence[str], language: str, same: Same, shortest: bool) -> set[tuple[int, int]]:
    kind, *parts = tree
    if kind == "or":
        found = set().union(*(_places(part, words, language, same, shortest) for part in parts))
        return _shortest(found) if shortest else found
    if kind == "near":
        distance, *sides = parts
        one, other = (_places(side, words, language, same, shortest) for side in sides)
        found = {
            (min(a[0], b[0]), max(a[1], b[1]))
            for a in one
            for b in other
            if 0 < b[0] - a[1] <= distance or 0 < a[0] - b[1] <= distance
        }
        return _shortest(found) if shortest else found
    length = len(parts)
    return {
        (at, at + length - 1)
        for at in range(len(words) - length + 1)
        if all(same(part, words[at + step], language) for step, part in enumerate(parts))
    }


def _shortest(places: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Give the places that hold no other, which are all that Lucene's intervals give."""
    return {
        one for one in places if not any(other != one and one[0] <= other[0] and other[1] <= one[1] for other in places)
    }


@cache
def _term(written: str) -> Term:
    (term,) = read_terms(written)
    return term


@cache
def _harmattan(written: str, word: str, language: str) -> bool:
    return fulfils(_term(written), word, language)


@cache
def _lucene(written: str, word: str, language: str) -> bool:
    if "*" in written:
        before, after = (_plain(part.lower()) for part in written.split("*"))
        plain = _plain(word.lower())
        return plain.startswith(before) and plain.endswith(after) and len(plain) >= len(before) + len(after)
    return _stem(written, language) == _stem(word, language)


def _swapped(kind: str) -> Same:
    def same(written: str, word: str, language: str) -> bool:
        return (_lucene if _kind(written, language) == kind else _harmattan)(written, word, language)

    return same


def _kind(written: str, language: str) -> str:
    if "*" in written:
        return "beginnings and patterns"
    if language == "ar":
        return "Arabic"
    return "names" if _term(written).reading is Reading.NAME else "other words"


@cache
def _stem(word: str, language: str) -> str:
    return _plain(Stemmer(_STEMMERS[language], 0).stemWord(word.lower()))


def _plain(word: str) -> str:
    """Take the accents off Latin letters, as Lucene's ASCIIFoldingFilter does."""
    letters = (normalize("NFD", letter) if letter < "\u0250" else letter for letter in word)
    return "".join(letter for letter in "".join(letters) if not combining(letter) or letter > "\u036f")
