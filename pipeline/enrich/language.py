"""Which language a text is in."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped]

UNDETERMINED = "und"
LANGUAGES = (
    "en fr ar ru es pt de zh it nl pl cs sv uk tr fa ja ko"  # those of the stock rules
    " am bg da el fi ha he hi hu id no ro so sw ur vi"
)
"""The languages that are told apart, by ISO 639-1."""

LOOKED_AT = 1_000
"""Code points of a text that are looked at."""
FEWEST_LETTERS = 8
"""A text with fewer letters is not judged by itself: names of places and people look alike everywhere. A Han, kana or
Hangul letter counts for three."""
CERTAIN = 0.9
ENOUGH = 0.4
PLAUSIBLE = 0.01

_NEVER_WITH = {"ы": ("bg", "uk"), "э": ("bg", "uk"), "і": ("bg", "ru"), "ї": ("bg", "ru")}
"""Languages that do without a letter; short headlines are taken for their neighbours otherwise."""

_LETTER = re.compile(r"[^\W\d_]")
_DENSE_LETTER = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_NOISE = re.compile(r"https?://\S+|[@#]\w+")


class LanguageGuesser:
    """Tells the language of texts. The model is loaded at the first text."""

    def __init__(self) -> None:
        self._identifier: LanguageIdentifier | None = None

    def guess(self, text: str, declared: str | None = None) -> str:
        """Give the ISO 639-1 code of the text's language, or `und`.

        `declared` is what feed or entry say (`fr`, `pt-BR`); it decides where the text leaves it open, and is not
        believed where the text is plainly in another language.
        """
        claimed = _plain_code(declared)
        sample = _NOISE.sub(" ", text[:LOOKED_AT])
        if not _LETTER.search(sample):
            return claimed or UNDETERMINED
        ranking: dict[str, float] = dict(self._loaded().rank(sample))
        for letter, without in _NEVER_WITH.items():
            if letter in sample:
                ranking |= dict.fromkeys(without, 0.0)
        best = max(ranking, key=lambda language: ranking[language])
        if ranking[best] >= CERTAIN:
            return best
        if claimed and (claimed not in ranking or ranking[claimed] >= PLAUSIBLE):
            return claimed
        return best if ranking[best] >= ENOUGH and _letters(sample) >= FEWEST_LETTERS else UNDETERMINED

    def _loaded(self) -> "LanguageIdentifier":
        if self._identifier is None:
            from py3langid.langid import MODEL_FILE, LanguageIdentifier

            self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
            self._identifier.set_languages(LANGUAGES.split())
        return self._identifier


def _letters(text: str) -> int:
    return len(_LETTER.findall(text)) + 2 * len(_DENSE_LETTER.findall(text))


def _plain_code(declared: str | None) -> str | None:
    """Take the language out of a tag such as `pt-BR`; None for what is no ISO 639-1 code."""
    code = re.split(r"[-_]", (declared or "").strip().lower())[0]
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None
