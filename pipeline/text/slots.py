"""The figures and names of a text with what stands around them, by which fillings of one pattern are told from copies.

"About 12 men arrived in 3 vehicles" and "About 40 men arrived in 9 vehicles" have nearly all their words in common, and are
no copies. A slot is a run of figures or names in a text's beginning: its frame is the two words before and the one behind it,
its filling what stands there. Two texts that fill a frame differently contradict each other there. What was cut, or put
before or behind a text, gives no common frame another filling, so that a shortened copy with a dateline contradicts nothing.

Names are words with a capital inside a sentence; where letters have no case, rare words of Arabic and the like, Katakana,
and runs of the characters by which Chinese writes foreign names.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

from pipeline.text.document import Document
from pipeline.text.happenings import happenings
from pipeline.text.tokens import Token, is_spaceless
from pipeline.text.words_of_time import COMMON, NUMBER_WORDS, WEEKDAYS

READ = 200
"""Words of a text that are read, characters where words are not written apart."""
MOST = 48
SHORT = 80
"""Texts of fewer words contradict each other by a single filling; of longer ones a few figures are brought up to date."""
CONTRADICTED = 0.25
"""The share of common frames whose fillings differ from which on a longer text is another filling of the pattern."""
_FEWEST = 2
_ENDS = frozenset('.!?:…。！？؟۔\n«»"“”')
_MASK = "#"
_HAN_NUMBERS = frozenset("〇零一二三四五六七八九十百千两")
_HAN_OF_NAMES = frozenset(
    "阿埃艾安奥巴班贝比波博布达丹德迪蒂杜多厄恩尔爾法菲费弗福盖戈格古哈海赫霍基吉加贾杰卡坎科克库夸拉莱兰朗劳勒雷里利列林隆卢鲁"
    "伦罗羅洛马馬玛迈曼梅米密摩莫姆纳納娜南内尼涅努诺欧帕潘佩皮坡普奇乔切茹萨薩塞沙舍圣施斯苏索塔泰坦特提廷图圖土托瓦威韦维維"
    "温沃乌西希谢辛休雅亚亞扬耶叶伊因尤泽扎詹朱兹茲佐桑森什顿茨冈贡瑙宾邦"
)


@dataclass(frozen=True, slots=True)
class Slots:
    """The slots of a text: the digests of their frames and fillings, 16 bits of each, and how many words the text has."""

    words: int
    filled: tuple[tuple[int, int], ...]


def find_slots(document: Document) -> Slots:
    """Find the slots of a document's text."""
    read = document.text_tokens[: READ + 1]
    masked = [_MASK if telling else token.form for token, telling in zip(read, _telling(document, read), strict=True)]
    found: dict[tuple[int, int], None] = {}
    place = 0
    while place < min(READ, len(read)):
        start = place
        while place < len(read) and masked[place] == _MASK:
            place += 1
        if place > start:
            frame = (*_two(masked, start), masked[place] if place < len(read) else "")
            filling = [token.form for token in read[start:place]]
            found[_digest(frame), _digest(filling)] = None
        place += 1
    return Slots(len(document.text_tokens), tuple(found)[:MOST])


def contradict(one: Slots, other: Slots) -> bool:
    """Tell whether two texts fill a common pattern differently, so that neither is a copy of the other."""
    mine, others = _by_frame(one), _by_frame(other)
    common = mine.keys() & others.keys()
    wrong = sum(mine[frame].isdisjoint(others[frame]) for frame in common)
    if min(one.words, other.words) < SHORT:
        return wrong > 0
    return wrong >= _FEWEST and wrong >= CONTRADICTED * len(common)


def _by_frame(given: Slots) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for frame, filling in given.filled:
        found.setdefault(frame, set()).add(filling)
    return found


def _two(masked: Sequence[str], start: int) -> tuple[str, str]:
    return (masked[start - 2] if start > 1 else "", masked[start - 1] if start else "")


def _telling(document: Document, read: Sequence[Token]) -> list[bool]:
    text = document.text
    spaceless = [not token.form.isascii() and is_spaceless(token.form[:1]) for token in read]
    cased = [text[token.start].isupper() and not apart for token, apart in zip(read, spaceless, strict=True)]
    shouting = 2 * sum(cased) > len(read)
    known = happenings()
    found = []
    for place, token in enumerate(read):
        form = token.form
        if any(map(str.isdigit, form)) or form in NUMBER_WORDS or form in _HAN_NUMBERS:
            telling = True
        elif spaceless[place]:
            telling = _names_something(read, place)
        elif cased[place]:
            telling = not shouting and place > 0 and not _ENDS.intersection(text[read[place - 1].end : token.start])
        else:
            telling = "\u0590" <= form[0] <= "\u08ff" and _is_rare(form) and not known.of_word(form)
        found.append(telling)
    return found


def _names_something(read: Sequence[Token], place: int) -> bool:
    """Tell whether a character is one of at least two by which a name is written."""
    if not _may_name(read[place].form):
        return False
    around = read[place - 1 : place] if place else ()
    return any(_may_name(token.form) for token in (*around, *read[place + 1 : place + 2]))


def _may_name(form: str) -> bool:
    return form in _HAN_OF_NAMES or "\u30a1" <= form <= "\u30fc"


def _is_rare(form: str) -> bool:
    return len(form) > 3 and form not in COMMON and form not in WEEKDAYS


def _digest(parts: Iterable[str]) -> int:
    return crc32(" ".join(parts).encode("utf-8", "surrogatepass")) & 0xFFFF
