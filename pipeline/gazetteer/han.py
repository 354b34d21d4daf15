"""Simplified forms of names in traditional Chinese characters, learnt from CLDR's names in both."""

from collections import Counter, defaultdict
from collections.abc import Iterator


def simplifier() -> dict[int, str]:
    """Give a table for str.translate, for traditional characters that CLDR's simplified names never use.

    Names of the same length in both are compared character by character; a pair counts when it is seen more often than
    any other for that character.
    """
    pairs: dict[str, Counter[str]] = defaultdict(Counter)
    simplified: set[str] = set()
    for plain, traditional in _pairs():
        simplified.update(plain)
        if len(plain) == len(traditional):
            for ours, theirs in zip(plain, traditional, strict=True):
                pairs[theirs][ours] += 1
    return {ord(theirs): counted.most_common(1)[0][0] for theirs, counted in pairs.items() if theirs not in simplified}


def _pairs() -> Iterator[tuple[str, str]]:
    from babel import Locale

    plain, traditional = Locale.parse("zh_Hans"), Locale.parse("zh_Hant")
    for section in ("territories", "languages", "scripts", "currencies"):
        names = getattr(traditional, section)
        for code, name in getattr(plain, section).items():
            if code in names:
                yield name, names[code]
    for zone, names in plain.time_zones.items():
        other = traditional.time_zones.get(zone, {})
        if "city" in names and "city" in other:
            yield names["city"], other["city"]
