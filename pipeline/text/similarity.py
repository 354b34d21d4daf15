"""How much of a text is repeated from another, word for word: a sketch of its runs of words.

A text's shingles are its runs of three words, or of five characters where words are not written apart. Its sketch holds
the SKETCH smallest hashes of them, and so all of a short text (a bottom-k sketch: Beyer and others 2007, "On synopses for
distinct-value estimation"). Of two sketches the one that reaches less far says below which hash both are complete, and
there they tell the share of one text's shingles that stand in the other: containment, which finds an agency's report also
where it was cut to a third, and does not take for a copy what quotes a paragraph of it. Texts of one pattern that tell of
other places or in other figures are no copies (pipeline/text/slots.py). Signatures are the same in every process and on
every machine.
"""

from collections.abc import Collection, Sequence
from struct import pack, unpack
from zlib import crc32

from pipeline.text.document import Document
from pipeline.text.slots import Slots, contradict, find_slots

SKETCH = 128
BANDS = 16
"""Hashes of runs twice as long, by which copies are looked up. Few texts have a run of six words in common by chance; the
sample newsroom's, cut to 40 % or with every tenth word changed, all share one with the original."""
NEAR_COPY = 0.55
"""From this share of its shingles on a text repeats another nearly word for word."""
SURER = 0.7
"""The share that is asked for where it is estimated from few shingles."""

_FORMAT = 3
"""The first byte of a signature."""
_WITHOUT_SLOTS = 2
"""The first byte of those of before, which knew no slots. Still older ones had another length and are nobody's copies."""
_WORDS = 3
_CHARACTERS = 5
_FEWEST_WORDS = 20
_FEWEST_CHARACTERS = 30
_FEWEST = 8
_FEW = 16
_SHORT = 40
_ALL = 1 << 32
_MASK = _ALL - 1
_MOST_WORDS = 0xFFFF
_NO_SLOTS = Slots(0, ())
_HEAD = 5
_ODD = 2_654_435_761  # spreads the hashes of runs that are twice as long (Knuth 1973, multiplicative hashing)


def sign(document: Document) -> bytes:
    """Give the signature of a document's text; empty when the text is too short."""
    forms = [token.form for token in document.text_tokens]
    return signature(forms, find_slots(document)) if len(forms) >= _FEWEST_WORDS else b""


def signature(words: Sequence[str], slots: Slots = _NO_SLOTS) -> bytes:
    """Give the signature of a text from its folded words and its slots; empty when the text is too short."""
    spaceless = 2 * sum(map(_is_character, words)) > len(words)
    size = _CHARACTERS if spaceless else _WORDS
    if len(words) < (_FEWEST_CHARACTERS if spaceless else _FEWEST_WORDS):
        return b""
    encoded = [word.encode("utf-8", "surrogatepass") for word in words]
    joined = b" ".join(encoded)
    starts, ends, place = [], [], 0
    for word in encoded:
        starts.append(place)
        place += len(word)
        ends.append(place)
        place += 1
    shingles = [crc32(joined[start:end]) for start, end in zip(starts, ends[size - 1 :], strict=False)]
    sketch = _smallest(set(shingles), SKETCH)
    its_bands = _smallest(
        {(one * _ODD ^ other) & _MASK for one, other in zip(shingles, shingles[size:], strict=False)}, BANDS
    )
    numbers = pack(f"<{len(its_bands) + len(sketch)}I", *its_bands, *sketch)
    filled = [number for slot in slots.filled for number in slot]
    head = pack("<BBBH", _FORMAT, len(its_bands), len(slots.filled), min(slots.words, _MOST_WORDS))
    return head + pack(f"<{len(filled)}H", *filled) + numbers


def bands(signed: bytes) -> tuple[str, ...]:
    """Give the keys under which copies of a text are looked up: texts without a key in common are none.

    An empty signature has no keys.
    """
    return tuple(f"{number:08x}" for number in _read(signed)[0])


def is_short(signed: bytes) -> bool:
    """Tell whether a text has so few words that they may be what an outlet puts under every headline."""
    return len(_read(signed)[1]) < _SHORT


def similarity(one: bytes, other: bytes) -> float:
    """Estimate the share of one text's shingles that the other has, too, from 0 to 1; 0 where that can't be told."""
    return _estimate(one, other)[0]


def repeats(later: bytes, earlier: bytes) -> bool:
    """Tell whether a text repeats an earlier one nearly word for word, or a part of it."""
    share, count = _estimate(later, earlier)
    return share >= (NEAR_COPY if count >= _FEW else SURER) and not contradict(_slots(later), _slots(earlier))


def _estimate(one: bytes, other: bytes) -> tuple[float, int]:
    """Give the share, and from how many of the one's shingles it is estimated."""
    mine, others = _read(one)[1], _read(other)[1]
    limit = min(_reach(mine), _reach(others))
    counted = {number for number in mine if number <= limit}
    if len(counted) < _FEWEST:
        return 0.0, len(counted)
    return len(counted.intersection(others)) / len(counted), len(counted)


def _reach(sketch: Sequence[int]) -> int:
    return sketch[-1] if len(sketch) >= SKETCH else _ALL


def _smallest(hashes: Collection[int], most: int) -> list[int]:
    """Give the smallest hashes in their order. They are spread evenly, so that most need no sorting."""
    limit = _ALL * 2 * most // max(1, len(hashes))
    few = sorted([number for number in hashes if number < limit])
    return (few if len(few) >= most else sorted(hashes))[:most]


def _read(signed: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Give the bands and the sketch."""
    start = _HEAD + 4 * signed[2] if len(signed) > _HEAD and signed[0] == _FORMAT else 2
    if len(signed) < 2 or signed[0] not in (_FORMAT, _WITHOUT_SLOTS) or (len(signed) - start) % 4:
        return (), ()
    numbers = unpack(f"<{(len(signed) - start) // 4}I", signed[start:])
    return numbers[: signed[1]], numbers[signed[1] :]


def _slots(signed: bytes) -> Slots:
    if len(signed) < _HEAD or signed[0] != _FORMAT:
        return _NO_SLOTS
    count, words = unpack("<BH", signed[2:_HEAD])
    filled = unpack(f"<{2 * count}H", signed[_HEAD : _HEAD + 4 * count])
    return Slots(words, tuple(zip(filled[::2], filled[1::2], strict=True)))


def _is_character(word: str) -> bool:
    """Tell whether the word is one character of a script without spaces, which the tokens divide into characters."""
    return len(word) == 1 and ("\u2e80" <= word < "\ua000" or "\u0e00" <= word < "\u10a0" or word >= "\U00020000")
