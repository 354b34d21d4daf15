"""The words of a text: the one tokeniser of rules and search, so that a word means the same in both.

A token is a run of letters, digits and their marks. Scripts that are written without spaces (Chinese, Japanese, Thai,
Lao, Khmer, Burmese) give one token a character, so that a word in them is a phrase. Hyphens, apostrophes, points and
underscores separate. The folded form makes alike what a searcher takes for the same: width, case, accents on Latin and
Greek letters, vowel marks and the variants of alef, ya, kaf and ta marbuta in Arabic, points in Hebrew, any script's digits.
Cyrillic letters such as й and ё, and other letters that are letters of their own, stay what they are.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate, repeat
from operator import add
from re import Match
from typing import NamedTuple
from unicodedata import category, decimal, normalize

_JOINERS = "\u00ad\u061c\u200c-\u200f\u2060\ufe00-\ufe0f\ufeff"
_SPACELESS = (
    "\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d"  # Hiragana and Katakana
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf"  # Thai and Lao
    "\u1780-\u17b3\u17d7\u17dc\u1000-\u102a\u103f\u1050-\u1055"  # Khmer and Burmese
)
_APOSTROPHES = "\u02b9-\u02c1"  # letters to Unicode, used as apostrophes
_KANA_MARKS = "\uff9e\uff9f"
_FORMLESS = (
    "\u0640\ufc5e-\ufc63\ufcf2-\ufcf4\ufe70-\ufe72\ufe74\ufe76-\ufe7f"  # Arabic letters to Unicode, and yet marks
)
_REMOVED = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"  # Latin, Greek, Cyrillic accents
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew points
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"  # Arabic marks, tatweel
    f"{_JOINERS}]"
)
_LATIN_AND_ARABIC = {
    **dict.fromkeys("øɔ", "o"),
    **dict.fromkeys("đðɖɗ", "d"),
    **dict.fromkeys("ŋɲɳ", "n"),
    **dict.fromkeys("ıɨ", "i"),
    "ł": "l",
    "ħ": "h",
    "ŧ": "t",
    "ɓ": "b",
    "ƒ": "f",
    "ɛ": "e",
    "ƙ": "k",
    "ə": "a",
    "ƴ": "y",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    **dict.fromkeys("أإآٱ", "ا"),
    **dict.fromkeys("ىی", "ي"),
    **dict.fromkeys("ةۀہۂ", "ه"),
    "ک": "ك",
    "ؤ": "ؤ",
    "ئ": "ئ",
    "ۓ": "ۓ",
}


class Token(NamedTuple):
    """A word: where it stands in the original text, in code points, end exclusive, and its folded form."""

    start: int
    end: int
    form: str


class _Folds(dict[int, str]):
    """The folded form of each character of composed, case-folded text, worked out once for each."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


def tokens(text: str) -> list[Token]:
    """Give the words of the text in their order."""
    return words_and_tokens(text)[1]


def words_and_tokens(text: str) -> tuple[list[str], list[Token]]:
    """Give the words of the text as they are written, and with their places and forms, each in their order."""
    plain = text.isascii()
    new = tuple.__new__  # half of the time is the making of the tuples
    if len(text) > _LONG:
        written = words(text)
        places = (match.span() for match in (_ASCII_CASED_WORD if plain else _WORD).finditer(text))
        return written, [new(Token, (*place, fold(word))) for place, word in zip(places, written, strict=True)]
    # what stands before each word, the word, and what stands behind the last one
    parts = (_ASCII_PARTS if plain else _PARTS).split(text)
    written = parts[1::2]
    reached = list(accumulate(map(len, parts)))
    forms = map(str.lower if plain else fold, written)
    return written, list(map(new, repeat(Token), zip(reached[::2], reached[1::2], forms, strict=False)))


def words(text: str) -> list[str]:
    """Give the words of the text as they are written, in their order: one for each of `tokens`."""
    expression = _ASCII_CASED_WORD if text.isascii() else _WORD
    if len(text) <= _LONG:
        return expression.findall(text)
    # megabytes of a script without spaces are millions of words, of which few are different
    known: dict[str, str] = {}
    return [known.setdefault(word, word) for word in map(Match.group, expression.finditer(text))]


def pieces(text: str) -> Iterable[str]:
    """Give what stands between white space, in its order. A text's words are those of its pieces.

    Most pieces are a word, perhaps with a comma: who remembers what he made of each needs no expression for most texts.
    """
    return text.split() if len(text) <= _LONG else map(Match.group, _PIECE.finditer(text))


def placed_pieces(text: str) -> tuple[list[str], list[int]]:
    """Give the `pieces` of a text, and where each begins."""
    found: list[str] = []
    starts: list[int] = []
    begin = 0
    for line in text.split("\n"):
        inside = line.split()
        found += inside
        if " ".join(inside) == line:  # just one space everywhere, as nearly always
            starts += map(add, accumulate(map(len, inside[:-1]), initial=begin), range(len(inside)))
        else:
            starts += [begin + match.start() for match in _PIECE.finditer(line)]
        begin += len(line) + 1
    return found, starts


def word_spans(piece: str) -> list[tuple[int, int]]:
    """Give start and end of each of the `words` of a text."""
    return [match.span() for match in (_ASCII_CASED_WORD if piece.isascii() else _WORD).finditer(piece)]


def spelling(word: str) -> str:
    """Give a word's letters as they are written, case and accents included, in one encoding and width."""
    return word if word.isascii() else _JOINERS_ONLY.sub("", normalize("NFKC", word))


def is_spaceless(character: str) -> bool:
    """Tell whether the character is a word of its own, as in the scripts that are written without spaces."""
    return bool(_SPACELESS_ONE.match(character))


def is_mark(character: str) -> bool:
    """Tell whether the character belongs to the letter before it: an accent, a vowel sign, a joiner."""
    return bool(_MARK_ONE.match(character))


def forms(text: str) -> list[str]:
    """Give the folded forms of the words of the text in their order, when their places don't matter."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return [fold(word) for word in _WORD.findall(text)]


def fold(word: str) -> str:
    """Give the form under which a word is compared. It holds neither white space nor upper case.

    It is never empty for a word of `words`, but may be for other text.
    """
    return _remembered_fold(word) if len(word) <= _LONGEST_REMEMBERED else fold_once(word)


def fold_once(word: str) -> str:
    """Do what `fold` does without remembering it, for who remembers himself what came of it."""
    if word.isascii():
        return word.lower()
    return normalize("NFKC", normalize("NFKC", word).casefold()).translate(_FOLDS)


def _fold_character(character: str) -> str:
    if character in _LATIN_AND_ARABIC:
        return _LATIN_AND_ARABIC[character]
    if "\u0400" <= character <= "\u052f":
        return character
    if (digit := decimal(character, None)) is not None:
        return str(digit)
    if character.isspace():
        return ""
    bare = normalize("NFC", _REMOVED.sub("", normalize("NFD", character)))
    return _LATIN_AND_ARABIC.get(bare, bare)


def _marks() -> str:
    """The inside of a character class of all marks up to the last script that news are written in."""
    codes = [code for code in range(0x300, 0x11A00) if category(chr(code)) in ("Mn", "Mc")]
    return "".join(map(chr, codes)) + _JOINERS + _KANA_MARKS + _FORMLESS


_LONG = 500_000  # code points of a text whose words are better not kept one by one
_LONGEST_REMEMBERED = 64  # or a few pages of endless words would fill the memory
_remembered_fold = lru_cache(maxsize=1 << 15)(fold_once)
_FOLDS = _Folds()
_MARKS = _marks()
_LETTER = rf"[^\W_{_SPACELESS}{_APOSTROPHES}{_KANA_MARKS}{_FORMLESS}]"
_MARK_ONE = re.compile(f"[{_MARKS}]")
_PLAIN = r"[0-9A-Za-z]++(?=[\x00-\x7f\u2010-\u201f\u2026«»]|\Z)"  # most words of most texts, found twice as fast
_ASCII_WORD = re.compile("[a-z0-9]+")
_ASCII_CASED_WORD = re.compile("[A-Za-z0-9]+")
_PIECE = re.compile(r"\S+")
_JOINERS_ONLY = re.compile(f"[{_JOINERS}\u0640]")
_SPACELESS_ONE = re.compile(f"[{_SPACELESS}]")
_WORD = re.compile(rf"{_PLAIN}|{_LETTER}+(?:[{_MARKS}]+{_LETTER}*)*|[{_SPACELESS}][{_MARKS}]*")
_PARTS = re.compile(f"({_WORD.pattern})")
_ASCII_PARTS = re.compile(f"({_ASCII_CASED_WORD.pattern})")
