"""Stems: what the inflected forms of a word have in common, by the language of the text.

Most languages have a Snowball stemmer (https://snowballstem.org, through PyStemmer); Ukrainian has a list of endings here.
Arabic, Persian and Hebrew have none: their stemmers join too much (مالي, Mali, and مال, money), and the rules handle what is
joined to words in those scripts by themselves.
"""

import threading
from collections.abc import Callable, Iterable, Mapping

from pipeline.text.tokens import fold, spelling

_LISTED = """
ca catalan, cs czech, da danish, de german, el greek, en english, es spanish, et estonian, eu basque, fi finnish, fr french,
ga irish, hi hindi, hu hungarian, hy armenian, id indonesian, it italian, lt lithuanian, nb norwegian, ne nepali, nl dutch,
nn norwegian, no norwegian, pl polish, pt portuguese, ro romanian, ru russian, sr serbian, sv swedish, ta tamil, tr turkish
"""
SNOWBALL: Mapping[str, str] = {pair.split()[0]: pair.split()[1] for pair in _LISTED.split(",")}
"""The Snowball stemmer of each language, by ISO 639-1 code."""

STEMMED = frozenset(SNOWBALL) | {"uk"}
"""The languages whose words have stems."""

LONGEST = 40
"""Code points of the longest word that is stemmed; what is longer is its own stem."""

_UKRAINIAN_ENDINGS = """
ами ями ові еві єві ого ому ими іми ої ою ею єю ий ій ів їв их іх ах ях ам ям ом ем єм им ім ість ості
ня ння ти ть а я у ю е є и і ї о ь й
"""
_UKRAINIAN = tuple(sorted(_UKRAINIAN_ENDINGS.split(), key=len, reverse=True))
_SHORTEST = 3
_stemmers = threading.local()  # a stemmer serves one thread at a time


def stem(word: str, language: str) -> str:
    """Give the folded stem of a word as it is written, in a language by its ISO 639-1 code; the form where it has none."""
    if language not in STEMMED or len(word) > LONGEST:
        return fold(word)
    if word.isascii():
        found = _stemmer(language)(word.lower())
        return found if found.isascii() else fold(found)
    plain = spelling(word).casefold()
    # a capital İ leaves its dot behind when its case is folded
    found = _stemmer(language)(plain.replace("i\u0307", "i"))
    if language == "ru" and "ё" in plain:  # the stemmer takes it for е, which it isn't: всё is not все
        found = "".join("ё" if old == "ё" and new == "е" else new for old, new in zip(plain, found, strict=False))
    return fold(found)


def stems(words: Iterable[str], language: str) -> list[str]:
    """Give the stems of the words, in their order."""
    known: dict[str, str] = {}
    return [known.get(word) or known.setdefault(word, stem(word, language)) for word in words]


def _stemmer(language: str) -> Callable[[str], str]:
    known: dict[str, Callable[[str], str]] = _stemmers.__dict__
    found = known.get(language)
    if found is None:
        if language == "uk":
            return _ukrainian
        from Stemmer import Stemmer  # type: ignore[import-not-found]

        found = known[language] = Stemmer(SNOWBALL[language], 0).stemWord  # who asks again remembers by himself
    return found


def _ukrainian(word: str) -> str:
    for ending in _UKRAINIAN:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: -len(ending)]
    return word
