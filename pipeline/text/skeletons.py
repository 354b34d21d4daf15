"""The consonants of a name, by which it is known again in another script: Wagner, Вагнер and فاغنر are all FKNR.

Sounds that scripts and spellings exchange share a letter: b and p, f, v and a first w, d and t, g, k, q and kh, and all that
hisses. Vowels, h and what Arabic writes for them say nothing. It is no transcription: different names may be one skeleton,
so that one which agrees is a hint and never a proof.
"""

import re
from functools import lru_cache

SHORTEST = 3
"""Consonants that a name needs to be told by them."""

_DIGRAPHS = re.compile("tsch|tch|sch|sh|ch|zh|dzh|dj|дж|kh|gh|ph|th|ck|qu|c(?=[eiy])|x")
_OF_DIGRAPH = {
    **dict.fromkeys(("tsch", "tch", "sch", "sh", "ch", "zh", "dzh", "dj", "дж", "c"), "s"),
    **dict.fromkeys(("kh", "gh", "ck", "qu"), "k"),
    "ph": "f",
    "th": "t",
    "x": "ks",
}
_CLASSES = {
    "B": "bpбпب",
    "F": "fvфвف",
    "T": "dtдтدتطضثذ",
    "K": "cgkqгкхґكقغخگ",
    "S": "jszжзсцчшщجزسشصظچ",
    "M": "mмم",
    "N": "nнن",
    "L": "lлل",
    "R": "rрر",
}
_CLASS_OF = {ord(letter): name for name, letters in _CLASSES.items() for letter in letters}
_SILENT = re.compile("[^A-Z]")
_REPEATED = re.compile(r"([A-Z])\1+")
_FIRST_W = ("w", "و", "ў")


@lru_cache(maxsize=1 << 15)
def skeleton(form: str) -> str:
    """Give the consonants of a folded word, or nothing where they are too few or of a script that is not known."""
    begun = "f" + form[1:] if form.startswith(_FIRST_W) else form
    plain = _DIGRAPHS.sub(lambda found: _OF_DIGRAPH.get(found.group(), "s"), begun)
    found = _REPEATED.sub(r"\1", _SILENT.sub("", plain.translate(_CLASS_OF)))
    return found if len(found) >= SHORTEST else ""
