"""Tells whether a headline denies something, by its words in the languages of the stock rules."""

import re

from pipeline.text.tokens import fold

_DENIALS = {
    "en": "denies deny denied denying denial denials refutes refuted rebuts rebutted disputes disputed",
    "fr": "dément démentent démenti démentie démentis démentit nie nient réfute réfutent réfuté",
    "es": "niega niegan negó desmiente desmienten desmintió desmentido",
    "pt": "nega negam negou desmente desmentem desmentiu desmentido",
    "de": "dementiert dementieren dementierte dementi bestreitet bestreiten bestritt",
    "it": "smentisce smentiscono smentito smentita nega negano",
    "nl": "ontkent ontkennen ontkende ontkenning",
    "pl": "zaprzecza zaprzeczają zaprzeczył zaprzeczyła dementuje dementi",
    "cs": "popírá popírají popřel popřela dementuje",
    "sv": "förnekar förnekade dementerar dementerade",
    "ru": "опровергает опровергают опроверг опровергла опровергли опровергло опровержение отрицает отрицают отрицал",
    "uk": "спростовує спростовують спростував спростувала спростували заперечує заперечують",
    "tr": "yalanladı yalanlıyor yalanlama reddetti",
    "ar": "نفى نفت ينفي تنفي ينفون نفي",
    "fa": "تکذیب",
}
_BY_LANGUAGE = {language: frozenset(fold(word) for word in words.split()) for language, words in _DENIALS.items()}
_HAN = ("否认", "否認", "辟谣", "闢謠", "駁斥", "驳斥")
_WORD = re.compile(r"\w+")


def denies(title: str, language: str) -> bool:
    """Tell whether a headline in that language (ISO 639-1) says that somebody denies something.

    The words are our own collection; where a language is not among them the answer is no.
    """
    if language in ("zh", "ja"):
        return any(word in title for word in _HAN)
    words = _BY_LANGUAGE.get(language)
    if not words:
        return False
    found = {fold(word) for word in _WORD.findall(title)}
    # Arabic writes "and" in one word with what follows
    return bool(words & found) or (language == "ar" and any(word[:1] == "و" and word[1:] in words for word in found))
