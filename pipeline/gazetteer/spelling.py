"""A name's written forms: which spellings are kept, how they are inflected, and the key that each is found under."""

import re
from collections.abc import Iterable, Iterator

from pipeline.text.tokens import forms

LONGEST_NAME = 6
"""Words that a name may have; each character counts as one in scripts without spaces."""

_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_ARABIC = re.compile(r"^[\u0621-\u064a ]+$")
_CYRILLIC = re.compile(r"^[А-Яа-яЁёІіЇїЄєҐґ’' -]+$")
_HAN = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
_OTHER_SHORT = re.compile(r"[\uac00-\ud7a3]")
_UNUSABLE = re.compile(r"[0-9,;()/،（）=:]")

_RUSSIAN_ENDINGS = (
    ("ия", ("ии", "ию", "ией")),
    ("ія", ("ії", "ію", "ією")),
    ("ая", ("ой", "ую")),
    ("ий", ("ия", "ию", "ием", "ии")),
    ("й", ("я", "ю", "ем", "е")),
    ("я", ("и", "ю", "ей", "е")),
    ("га", ("ги", "ге", "гу", "гой")),
    ("ка", ("ки", "ке", "ку", "кой")),
    ("ха", ("хи", "хе", "ху", "хой")),
    ("а", ("ы", "е", "у", "ой", "ей", "и")),
    ("ь", ("я", "ю", "ем", "е", "и", "ью")),
)
_RUSSIAN_CONSONANT = ("а", "у", "ом", "е", "ем")
_POLISH_ENDINGS = (
    ("ódź", ("odzi", "odzią")),
    ("ń", ("nia", "niu", "niem", "niowi")),
    ("ga", ("gi", "dze", "gę", "gą")),
    ("ka", ("ki", "ce", "kę", "ką")),
    ("ra", ("ry", "rze", "rę", "rą")),
    ("ta", ("ty", "cie", "tę", "tą")),
    ("ia", ("ii", "ię", "ią")),
    ("ja", ("ji", "ję", "ją")),
    ("a", ("y", "i", "ę", "ą", "ie", "e")),
    ("", ("u", "em", "ie", "owi")),
)
_CZECH_ENDINGS = (
    ("ie", ("ii", "ií")),
    ("ž", ("že", "ži", "ží")),
    ("ha", ("hy", "ze", "hu", "hou")),
    ("ka", ("ky", "ce", "ku", "kou")),
    ("na", ("ny", "ně", "nu", "nou")),
    ("sko", ("ska", "sku", "skem")),
    ("o", ("a", "u", "em")),
    ("a", ("y", "ě", "u", "ou", "e")),
    ("", ("u", "em", "e")),
)
_KOREAN = (
    *(
        "에서는",
        "에서도",
        "으로부터",
        "에서",
        "에는",
        "에도",
        "에게",
        "으로",
        "까지",
        "부터",
        "에",
        "의",
        "은",
        "는",
        "이",
        "가",
        "을",
    ),
    *("를", "로", "와", "과", "도", "인들", "인", "군", "산", "측", "발", "행", "제"),
)
_HEBREW = ("ומה", "ול", "וב", "ומ", "שב", "מה", "ב", "ל", "מ", "ה", "ו", "ש", "כ")

_UKRAINIAN_ENDINGS = (
    ("їв", ("єва", "єві", "єву", "євом")),
    ("ів", ("ова", "ові", "ову", "овом", "ева", "еві")),
    ("ія", ("ії", "ію", "ією")),
    ("а", ("и", "і", "у", "ою")),
    ("я", ("і", "ю", "ею")),
)

_ADJECTIVE_ENDINGS = {
    "en": (("ese", ("ese",)), ("ch", ("ch",)), ("sh", ("sh",)), ("", ("", "s"))),
    "fr": (
        ("ien", ("ien", "iens", "ienne", "iennes")),
        ("éen", ("éen", "éens", "éenne", "éennes")),
        ("s", ("s", "se", "ses")),
        ("rc", ("rc", "rcs", "rque", "rques")),
        ("e", ("e", "es")),
        ("", ("", "s", "e", "es")),
    ),
    "es": (("o", ("o", "a", "os", "as")), ("és", ("és", "esa", "eses", "esas")), ("ol", ("ol", "ola", "oles", "olas")),
           ("án", ("án", "ana", "anes", "anas")), ("í", ("í", "íes", "ís")), ("", ("", "s"))),
    "pt": (("o", ("o", "a", "os", "as")), ("ês", ("ês", "esa", "eses", "esas")), ("", ("", "s"))),
    "it": (("co", ("co", "ca", "ci", "chi", "che")), ("o", ("o", "a", "i", "e")), ("ese", ("ese", "esi")), ("", ("",))),
    "de": (("isch", ("isch", "ische", "ischer", "ischen", "isches", "ischem")), ("", ("",))),
    "ru": (("", ("ий", "ая", "ое", "ие", "ого", "ой", "ому", "им", "ом", "их", "ими", "ую")),),
    "uk": (("і", ("і",)), ("ів", ("ів",)),
           ("", ("ий", "а", "е", "і", "ого", "ої", "ому", "им", "ій", "их", "ими", "у", "ою")),),
    "pl": (("k", ("ki", "ka", "kie", "kiego", "kiej", "kiemu", "kim", "kich", "kimi", "ką", "cy")), ("", ("",))),
    "cs": (("k", ("ký", "ká", "ké", "kého", "kém", "kých", "kými", "kou", "kému", "kým", "čtí")), ("", ("",))),
    "ar": (("", ("", "ة", "ين")),),
}  # fmt: skip


def key(name: str) -> str:
    """Give the key under which a name is found: its folded words, each followed by a space. Empty for no words."""
    words = forms(name)
    return " ".join(words) + " " if words and len(words) <= LONGEST_NAME else ""


def is_latin(name: str) -> bool:
    """Tell whether the name is written in the Latin script."""
    return bool(_LATIN.match(name))


def is_usable(name: str) -> bool:
    """Tell whether a spelling from GeoNames is a name that news use, and long enough to be told from other words."""
    if _UNUSABLE.search(name):
        return False
    letters = sum(map(str.isalpha, name))
    if _HAN.match(name) or _OTHER_SHORT.match(name):
        return letters >= 2
    if letters < 4:
        return False
    # GeoNames' romanisations of other scripts are in lower case, codes in capitals
    return name[0].isupper() and not name.isupper() if is_latin(name) else name[0].isupper() or not name[0].islower()


def shortened(name: str) -> Iterator[str]:
    """Give a name with its first word as papers shorten it, or in full: "St. Albans" for "Saint Albans"."""
    for long, short in _SHORT:
        if name.startswith(f"{long} "):
            yield f"{short} {name.removeprefix(long).strip()}"
        elif name.startswith((f"{short} ", f"{short}. ")):
            yield f"{long} {name.removeprefix(short).removeprefix('.').strip()}"


_SHORT = (("Saint", "St"), ("Mount", "Mt"), ("Fort", "Ft"), ("Sainte", "Ste"))


def is_same(name: str, main: str) -> bool:
    """Tell whether a spelling is the main name in the writing of its country, which is not the Latin one."""
    return bool(_CYRILLIC.match(name)) and abs(len(name) - len(main)) <= 3


def bared(word: str) -> Iterator[str]:
    """Give what is left of a Korean or Hebrew word without the particles that these join to names."""
    if "\uac00" <= word[0] <= "\ud7a3":
        for particle in _KOREAN:
            if word.endswith(particle) and len(word) - len(particle) >= 2:
                yield word.removesuffix(particle)
    elif "\u05d0" <= word[0] <= "\u05ea":
        for joined in _HEBREW:
            if word.startswith(joined) and len(word) - len(joined) >= 3:
                yield word.removeprefix(joined)


def adjectives(language: str, word: str) -> Iterator[str]:
    """Give the forms of an adjective or the name of a people."""
    for ending, replacements in _ADJECTIVE_ENDINGS.get(language, (("", ("",)),)):
        if word.endswith(ending):
            yield from (word.removesuffix(ending) + replacement for replacement in replacements)
            return


def with_inflected(name: str, language: str = "") -> Iterator[str]:
    """Give the name and its forms in other cases, or with what Arabic joins to it."""
    yield name
    if _ARABIC.match(name):
        yield from _arabic(name)
    elif language == "pl":
        yield from _replaced(name, _POLISH_ENDINGS)
    elif language == "cs":
        yield from _replaced(name, _CZECH_ENDINGS)
    elif _CYRILLIC.match(name):
        if language == "uk":
            yield from _replaced(name, _UKRAINIAN_ENDINGS)
        yield from _russian(name)


def _replaced(name: str, endings: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    for ending, replacements in endings:
        if name.endswith(ending):
            yield from (name.removesuffix(ending) + replacement for replacement in replacements)
            return


def _russian(name: str) -> Iterator[str]:
    first, space, last = name.rpartition(" ")
    heads = [first]
    if first.endswith("ая"):
        heads = [first[:-2] + "ой", first[:-2] + "ую"]
    elif first.endswith(("ий", "ый")):
        heads = [first[:-2] + ending for ending in ("ого", "ому", "им", "ом")]
    if last[-1:] in "бвгджзклмнпрстфхцчшщ":
        tails = [last + ending for ending in _RUSSIAN_CONSONANT]
    else:
        tails = list(_replaced(last, _RUSSIAN_ENDINGS))
    yield from (head + space + tail for head in heads for tail in tails)


def _arabic(name: str) -> Iterator[str]:
    if sum(map(str.isalpha, name)) < 4:
        return
    yield from (clitic + name for clitic in ("و", "ب", "ف"))
    if name.startswith("ال"):
        yield "لل" + name[2:]
        yield "ولل" + name[2:]
    else:
        yield "ل" + name
