"""The analyser that gives Elasticsearch the words of pipeline.text.tokens.

It is put together from what every Elasticsearch has. The standard tokenizer and the filters get most of it right; a map of
characters before them does the rest, and is worked out here from the tokeniser itself: apostrophes and points that
would hold words together, scripts without spaces, marks, letters of Arabic, Greek and Cyrillic that the filters leave.
Left out are Arabic presentation forms and compatibility ideographs, which would double the map.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any
from unicodedata import decimal, name, normalize

from pipeline.text.tokens import fold, forms

ANALYZER = "harmattan_words"

_CHARACTERS = [*range(0x80, 0x3200), *range(0xFE00, 0xFE70), 0xFEFF, *range(0xFF00, 0xFFF0)]
_HOLD_TOGETHER = (
    "'\".:_,;·‘’․‧\u0387\u055f\u05f4\u203f\u2040\u2044\u2054\u202f\u037e\u0589\u060c\u060d\u066c\u07f8"
    "\ufe10\ufe13\ufe14\ufe33\ufe34\ufe4d\ufe4e\ufe4f\ufe50\ufe52\ufe54\ufe55\uff07\uff0c\uff0e\uff1a\uff1b\uff3f"
)
_HALF_WIDTH_MARKS = "\uff9e\uff9f"


@cache
def analysis() -> dict[str, Any]:
    """Give the `analysis` part of an index's settings."""
    return {
        "char_filter": {"harmattan_letters": {"type": "mapping", "mappings": list(_rules())}},
        "analyzer": {
            ANALYZER: {
                "type": "custom",
                "char_filter": ["harmattan_letters"],
                "tokenizer": "standard",
                "filter": ["cjk_width", "lowercase", "decimal_digit", "asciifolding"],
            }
        },
    }


def _rules() -> Iterator[str]:
    pairs = dict.fromkeys(_HOLD_TOGETHER, " ")
    for character in map(chr, _CHARACTERS):
        pairs.update(_mapped(character))
    pairs.update(_half_width())
    for found, becomes in sorted(pairs.items()):
        yield f"{_escaped(found)}=>{_escaped(becomes)}"


def _mapped(character: str) -> Iterator[tuple[str, str]]:
    """Give the rules for a character, composed and decomposed."""
    around = forms(f"a{character}a")
    if len(around) == 2:
        if name(character, "").startswith("MODIFIER LETTER"):
            yield character, " "
        return
    becomes = around[0][1:-1] if len(around) == 1 else f" {fold(character)}"
    if not _filters_do(character, becomes):
        yield character, becomes
    decomposed = normalize("NFD", character)
    if len(decomposed) == 2 and becomes.strip() != fold(decomposed[0]):
        yield decomposed, becomes


def _filters_do(character: str, becomes: str) -> bool:
    if decimal(character, None) is not None or name(character, "").startswith(("LATIN", "FULLWIDTH", "HIRAGANA")):
        return True
    return character.lower() == becomes


def _half_width() -> Iterator[tuple[str, str]]:
    """Give the rules for half-width katakana followed by a voicing mark."""
    for character in map(chr, range(0xFF66, 0xFF9E)):
        for mark in _HALF_WIDTH_MARKS:
            becomes = fold(character + mark)
            if len(becomes) == 1:
                yield character + mark, f" {becomes}"


def _escaped(text: str) -> str:
    return "".join(c if c.isalnum() else f"\\u{ord(c):04x}" for c in text)
