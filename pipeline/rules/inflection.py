"""The forms of a rule's words that no stemmer gives: cases of names, and what some scripts join to any word.

All of it is about folded forms. `inflected` is the meaning: the forms that a word has. `candidates` goes the other way, from an
article's word to the words that it may be a form of, and gives too many rather than too few: whoever asks checks each
by `inflected`. The endings are school grammar; irregular forms (Nigru of Niger) are the lexicon's matter.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias

Endings: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""An ending of the bare form, and what may stand in its place. The first that fits is taken."""

SHORTEST = 3
"""Letters that a word must have to inflect."""


def _endings(*rows: str) -> Endings:
    """Read rows such as `a: y i`, for several endings `a|o: y i`; `-` is the empty ending; `+y` comes behind the bare one."""
    read: list[tuple[str, tuple[str, ...]]] = []
    for row in rows:
        bare, _, given = row.partition(":")
        for ending in bare.strip().split("|"):
            ending = "" if ending == "-" else ending
            read.append((ending, tuple(ending + new[1:] if new[0] == "+" else new for new in given.split())))
    return tuple(read)


_GENITIVE = _endings("s|x|z:", "-: s")
_SPANISH = _endings("s|x|z:", "a|e|i|o|u: +s", "-: s es")
LATIN: Mapping[str, Endings] = {
    **dict.fromkeys(("en", "fr", "de", "nl", "sv", "da", "no", "nb", "nn"), _GENITIVE),
    **dict.fromkeys(("es", "pt"), _SPANISH),
    "pl": _endings(
        "ia: ii ie io", "ja: ji je jo", "ga: gi dze go", "ka: ki ce ke ko", "ra: ry rze re ro", "a: y i ie e o",
        "ski|cki: skiego skiemu skim", "e|i|u|y:", "o: a u em ie", "k|g: +a +u +iem +owi +i +ow +om +ami +ach",
        "r: +a +u +em +ze +owi +zy +ow +om +ami +ach", "d: +a +u +em +zie +owi +y +ow +om +ami +ach",
        "c|l|j|z: +a +u +em +owi +e +ow +om +ami +ach",
        "-: a u em ie owi y i ow om ami ach",
    ),
    "cs": _endings(
        "ie: ii", "ka: ky ce ku kou ko", "ga: gy ze gu gou", "a: y e u ou o", "sko: ska sku skem", "o: a u em", "e|i|u|y:",
        "-: a u ovi em e y i um ech uv ova",
    ),
    "tr": _endings(
        "a|e|i|o|u: +yi +yu +ye +ya +nin +nun +de +da +den +dan +yle +yla +li +lu +ler +lar",
        "-: i u e a in un de da te ta den dan ten tan le la li lu ler lar",
    ),
}  # fmt: skip
"""The cases of names in Latin letters, by the language of the article; folded, so without accents."""

CYRILLIC: Endings = _endings(
    "ия: ии ию ией", "ія: ії ію ією", "ая: ой ую ою ые", "яя: ей юю", "ский|цкий: ского скому ским ском ські",
    "ий|ый: ого ому им ым ом ем ая ую ое ой ие ые их ых ими ыми а у е ої ій ою і ия ию ием ии",
    "ой: ого ому ым ом ая ые ых ыми", "ай|ей|уй|яй: ", "й: я ю ем е ї ю єм і ю",
    "га: ги ге гу гой зі гою г", "ка: ки ке ку кой ці кою", "ха: хи хе ху хой сі хою", "а: ы и е і у ой ою ей ею ам ами ах",
    "я: и і ї ю ей ею е ям ями ях", "ель: еля елю елем еле елі", "ь: я ю ем е і и ью ём ів ей ям ями ях",
    "ин|ов|ев|ёв|ын|їн|єв: +а +у +ым +им +е +ом +ові +еві +і +ы +и +ых +их",
    "о|у|э|ю|и|і|е|ы|ї|є:", "-: а у ом ем е ові еві і ы и ов ев ів ам ами ах ою",
)  # fmt: skip
"""The cases of names in Cyrillic letters: Russian, Ukrainian and what is like them."""


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_KOREAN = _listed(
    "은 는 이 가 을 를 의 에 와 과 도 만 로 으로 에서 에게 까지 부터 측 들 들이 들은 들을 들의 이나 나 라는 이라는 에도 에는"
    " 에서는 으로부터 로부터 과의 와의 처럼 보다 이란 란"
)
_HEBREW = _listed("ו ה ב ל מ ש כ וה וב ול ומ וש וכ שה שב של שמ מה כש וכש ושה")
_ARABIC_BEFORE = _listed("و ف ب ك ل وب ول فب فل وك")
_ARABIC_ARTICLE = _listed("ال وال فال بال كال وبال لل ولل فلل")
_ARABIC_BEFORE_ARTICLE = _listed("و ف ب ك وب")
_ARABIC_LI = _listed("لل ولل فلل")
_ARABIC_BEHIND = _listed("ين ون ان ات ه ها هم ا هاي هايي")
_ARABIC_BEHIND_TA = _listed("ات تين تان ته تها تهم تا")
_NO_MORE = "يا"
"""What an Arabic word ends in that takes no further ending: مالي (Mali) must not be مالية (financial)."""
_SHORT = 4


def declined(form: str, language: str) -> frozenset[str]:
    """Give the case forms of a name in an article of a language, its own form among them."""
    table = _name_endings(form, language)
    return _declined(form, table) if table and len(form) >= SHORTEST else frozenset([form])


def joined(form: str) -> frozenset[str]:
    """Give a word with what its script joins to it: Arabic and Hebrew clitics, Korean particles. Just the word in others."""
    if len(form) < SHORTEST - ("\uac00" <= form[:1] <= "\ud7a3"):
        return frozenset([form])
    return _joined(form)


def is_joined(form: str, bare: str) -> bool:
    """Tell whether `form` is among what `joined` gives of `bare`, without making all of that."""
    first = bare[:1]
    if form == bare:
        return True
    if len(bare) < SHORTEST - ("\uac00" <= first <= "\ud7a3"):
        return False
    if "\u0620" <= first <= "\u06d3":
        return _is_arabic(form, bare)
    if "\u05d0" <= first <= "\u05ea":
        return form.endswith(bare) and form[: -len(bare)] in _HEBREW
    return "\uac00" <= first <= "\ud7a3" and form.startswith(bare) and form[len(bare) :] in _KOREAN


def name_candidates(form: str, language: str) -> Iterator[str]:
    """Give the names that an article's word may be a case form of."""
    table = _name_endings(form, language)
    if table:
        yield from _undone(form, _by_ending(table))


def joined_candidates(form: str) -> Iterator[str]:
    """Give the words that an article's word may consist of, with what its script joins to it."""
    first = form[:1]
    if "\u0620" <= first <= "\u06d3":
        yield from _arabic_candidates(form)
    elif "\u05d0" <= first <= "\u05ea":
        yield from (form[len(prefix) :] for prefix in _HEBREW if form.startswith(prefix))
    elif "\uac00" <= first <= "\ud7a3":
        yield from (form[: -len(particle)] for particle in _KOREAN if form.endswith(particle))


def takes_joined(form: str) -> bool:
    """Tell whether a word is in a script that joins other words to it."""
    first = form[:1]
    return "\u0620" <= first <= "\u06d3" or "\u05d0" <= first <= "\u05ea" or "\uac00" <= first <= "\ud7a3"


# ------------------------------------------------------------------------------------------------ names


def _name_endings(form: str, language: str) -> Endings | None:
    first = form[:1]
    if first <= "\u024f":
        return LATIN.get(language)
    return CYRILLIC if "\u0400" <= first <= "\u04ff" else None


@lru_cache(maxsize=1 << 12)
def _declined(form: str, table: Endings) -> frozenset[str]:
    for bare, replacements in table:
        if form.endswith(bare):
            stem = form[: len(form) - len(bare)]
            return frozenset([form, *(stem + ending for ending in replacements)])
    return frozenset([form])


@lru_cache(maxsize=64)
def _by_ending(table: Endings) -> dict[str, tuple[str, ...]]:
    """Give what each ending may have replaced."""
    found: dict[str, list[str]] = {}
    for bare, replacements in table:
        for ending in replacements:
            found.setdefault(ending, []).append(bare)
    return {ending: tuple(dict.fromkeys(bares)) for ending, bares in found.items()}


def _undone(form: str, by_ending: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for length in range(min(_LONGEST_ENDING, len(form) - 1) + 1):
        cut = len(form) - length
        for bare in by_ending.get(form[cut:], ()):
            yield form[:cut] + bare


_LONGEST_ENDING = max(
    len(ending) for table in (*LATIN.values(), CYRILLIC) for _, endings in table for ending in endings
)

# ------------------------------------------------------------------------------------------------ scripts that join words


@lru_cache(maxsize=1 << 5)  # a word has a hundred forms in Arabic
def _joined(form: str) -> frozenset[str]:
    first = form[:1]
    if "\u0620" <= first <= "\u06d3":
        return frozenset(_arabic(form))
    if "\u05d0" <= first <= "\u05ea":
        return frozenset([form, *(prefix + form for prefix in _HEBREW)])
    if "\uac00" <= first <= "\ud7a3":
        return frozenset([form, *(form + particle for particle in _KOREAN)])
    return frozenset([form])


def _arabic(form: str) -> Iterator[str]:
    bodies = [form, *_arabic_endings(form)]
    has_article = form.startswith("ال") and len(form) > _SHORT
    for body in bodies:
        yield body
        if has_article:
            yield from _before(_ARABIC_BEFORE_ARTICLE, body)
            yield from _before(_ARABIC_LI, body[2:])
            continue
        yield from _before(_ARABIC_BEFORE, body)
        # المالي is "the financial" much more often than "the Malian"
        if len(form) > _SHORT or form[-1] not in _NO_MORE:
            yield from _before(_ARABIC_ARTICLE, body)


def _is_arabic(form: str, bare: str) -> bool:
    has_article = bare.startswith("ال") and len(bare) > _SHORT
    takes_article = not has_article and (len(bare) > _SHORT or bare[-1] not in _NO_MORE)
    for body in (bare, *_arabic_endings(bare)):
        if has_article and form.endswith(body[2:]) and form[: 2 - len(body)] in _ARABIC_LI:
            return True
        if form.endswith(body):
            before = form[: -len(body)]
            if not before or before in (_ARABIC_BEFORE_ARTICLE if has_article else _ARABIC_BEFORE):
                return True
            if takes_article and before in _ARABIC_ARTICLE:
                return True
    return False


def _before(prefixes: Iterable[str], body: str) -> Iterator[str]:
    return (prefix + body for prefix in prefixes)


def _arabic_endings(form: str) -> list[str]:
    if len(form) < _SHORT or form[-1] in _NO_MORE:
        return []
    if form[-1] == "ه":
        return [form[:-1] + ending for ending in _ARABIC_BEHIND_TA]
    return [form + ending for ending in _ARABIC_BEHIND]


_ARABIC_PREFIXES = ["", *_ARABIC_BEFORE, *_ARABIC_ARTICLE]


def _arabic_candidates(form: str) -> Iterator[str]:
    for prefix in _ARABIC_PREFIXES:
        if not form.startswith(prefix):
            continue
        core = form[len(prefix) :]
        yield core
        yield from _arabic_bare(core)
        if prefix in _ARABIC_LI:
            yield "ال" + core
            yield from _arabic_bare("ال" + core)


def _arabic_bare(form: str) -> Iterator[str]:
    for ending in _ARABIC_BEHIND:
        if form.endswith(ending):
            yield form[: -len(ending)]
    for ending in _ARABIC_BEHIND_TA:
        if form.endswith(ending):
            yield form[: -len(ending)] + "ه"
