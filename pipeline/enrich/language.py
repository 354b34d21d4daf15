"""Which language a text is in."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline.errors import BadInput

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped]

UNDETERMINED = "und"
_STOCK = "en fr ar ru es pt de zh it nl pl cs sv uk tr fa ja ko"
_OTHERS = "am bg da el fi ha he hi hu id no ro so sw ur vi"
LANGUAGES = (*_STOCK.split(), *_OTHERS.split())
"""The languages that are told apart unless the operator names others, by ISO 639-1."""

LOOKED_AT = 1_000
"""Code points of a text that are looked at."""
FEWEST_LETTERS = 8
"""A text with fewer letters is not judged by itself: names of places and people look alike everywhere. A Han, kana or
Hangul letter counts for three."""
CERTAIN = 0.9
ENOUGH = 0.4
PLAUSIBLE = 0.01

PASSAGE = 200
"""Code points of each part of a text that is judged by itself, to find texts in several languages."""
PASSAGES = 4
"""One that differs, such as a footer in English, still leaves the others leading."""
LEADING = 0.7
"""The share that the leading language or script of a text must have, or the text is taken for mixed."""

_NEVER_WITH = {"ы": ("bg", "uk"), "э": ("bg", "uk"), "і": ("bg", "ru"), "ї": ("bg", "ru")}
"""Languages that do without a letter; short headlines are taken for their neighbours otherwise."""

_SCRIPTS = {
    "Latin": re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+"),
    "Cyrillic": re.compile("[\u0400-\u052f]+"),
    "Arabic": re.compile("[\u0620-\u064a\u066e-\u06d3]+"),
    "Greek": re.compile("[\u0370-\u03ff]+"),
    "Hebrew": re.compile("[\u05d0-\u05ea]+"),
    "Ethiopic": re.compile("[\u1200-\u137f]+"),
    "Devanagari": re.compile("[\u0900-\u097f]+"),
    "East Asian": re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]+"),
}
"""Letters by script. Those of China, Japan and Korea are one, and count double: one is about half a word."""

_LETTER = re.compile(r"[^\W\d_]")
_DENSE_LETTER = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_NOISE = re.compile(r"https?://\S+|[@#]\w+")


class LanguageGuesser:
    """Tells the language of texts. The model is loaded at the first text.

    `languages` are the ISO 639-1 codes of those that are told apart. Raises BadInput for one that the model doesn't know.
    """

    def __init__(self, languages: Sequence[str] = LANGUAGES) -> None:
        self._languages = tuple(languages)
        self._identifier: LanguageIdentifier | None = None
        if self._languages != LANGUAGES:
            self._loaded()

    def guess(self, text: str, declared: str | None = None) -> str:
        """Give the ISO 639-1 code of the text's language, or `und` where it is open, or where several are mixed.

        `declared` is what feed or entry say (`fr`, `pt-BR`); it decides where the text leaves it open, and is not
        believed where the text is plainly in another language.
        """
        claimed = _plain_code(declared)
        sample = _NOISE.sub(" ", text[:LOOKED_AT])
        if not _LETTER.search(sample):
            return claimed or UNDETERMINED
        if _mixed_scripts(sample):
            return UNDETERMINED
        passages = self._of_passages(text)
        if passages:
            best, share = passages
            if share == 1:  # every passage is plainly in it, and so is the text
                return best
            if share < LEADING:
                return UNDETERMINED
        return self._judge(sample, claimed)

    def _judge(self, sample: str, claimed: str | None) -> str:
        ranking = self._ranking(sample)
        best = max(ranking, key=lambda language: ranking[language])
        if ranking[best] >= CERTAIN:
            return best
        if claimed and (claimed not in ranking or ranking[claimed] >= PLAUSIBLE):
            return claimed
        return best if ranking[best] >= ENOUGH and _letters(sample) >= FEWEST_LETTERS else UNDETERMINED

    def _of_passages(self, text: str) -> tuple[str, float] | None:
        """Give the language that most passages are plainly in, and its share of them; None where none or few are in any."""
        leading: Counter[str] = Counter()
        passages = list(_passages(text))
        for passage in passages:
            ranking = self._ranking(passage)
            best = max(ranking, key=lambda language: ranking[language])
            if ranking[best] >= CERTAIN:
                leading[best] += 1
                if leading[best] >= LEADING * len(passages):
                    break  # whatever the others are in, it leads
        if len(leading) > 1 or leading.total() >= LEADING * len(passages) > 0:
            ((best, count),) = leading.most_common(1)
            return best, count / leading.total()
        return None

    def _ranking(self, sample: str) -> dict[str, float]:
        ranking: dict[str, float] = dict(self._loaded().rank(sample))
        for letter, without in _NEVER_WITH.items():
            if letter in sample:
                ranking |= dict.fromkeys((language for language in without if language in ranking), 0.0)
        return ranking

    def _loaded(self) -> "LanguageIdentifier":
        if self._identifier is None:
            from py3langid.langid import MODEL_FILE, LanguageIdentifier

            self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
            try:
                self._identifier.set_languages(list(self._languages))
            except ValueError as error:
                self._identifier = None
                raise BadInput(f"HARMATTAN_LANGUAGES: {error}; name languages by ISO 639-1, such as fr,ar") from None
        return self._identifier


def _mixed_scripts(sample: str) -> bool:
    """Tell whether a text is written in several scripts, none of which leads."""
    if sample.isascii():
        return False
    letters = {script: sum(map(len, pattern.findall(sample))) for script, pattern in _SCRIPTS.items()}
    letters["East Asian"] *= 2
    total = sum(letters.values())
    # below this a name in another script would make half of a headline
    return total >= PASSAGE / 2 and max(letters.values()) < LEADING * total


def _passages(text: str) -> Iterator[str]:
    """Give passages from the whole length of a text, each long enough to be judged; none for a text too short for two."""
    if len(text) < 2 * PASSAGE:
        return
    step = (len(text) - PASSAGE) // (PASSAGES - 1)
    for start in range(0, len(text) - PASSAGE + 1, max(step, PASSAGE)):
        yield _NOISE.sub(" ", text[start : start + PASSAGE])


def _letters(text: str) -> int:
    return len(_LETTER.findall(text)) + 2 * len(_DENSE_LETTER.findall(text))


def _plain_code(declared: str | None) -> str | None:
    """Take the language out of a tag such as `pt-BR`; None for what is no ISO 639-1 code."""
    code = re.split(r"[-_]", (declared or "").strip().lower())[0]
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None
