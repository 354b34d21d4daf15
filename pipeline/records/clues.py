"""What of an article tells which event it is about, in whatever language it is written."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """Words of a title and of a text's beginning, made comparable.

    `head` and `kinds` are the kinds of happening of the title and of the text (pipeline/text/happenings.txt). `numbers` are
    normalised: "14", or "dead 14" where the count is of the dead, the hurt or the missing. `days` are "2026-11-14" for a
    weekday of an article whose date is known, otherwise "w0" (Monday) to "w6". `names` are the consonants of names, and
    "@jnim" for an entity of the lexicon.
    `title_words` and `words` hold little-endian 32-bit digests of the stems in title and text.
    """

    head: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    title_words: bytes = b""
    words: bytes = b""
