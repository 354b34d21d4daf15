"""Lengths of time as people write them: 30s, 15m, 6h, 30d."""

import re
from datetime import timedelta

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)")


def parse_duration(text: str) -> timedelta:
    """Read a positive length of time such as `90s`, `15m`, `6h` or `30d`. Raises ValueError with a sentence."""
    found = _DURATION.fullmatch(text.strip().lower())
    if not found or not float(found[1]):
        raise ValueError(f"{text!r} is no length of time; write a number and a unit, such as 90s, 15m, 6h or 30d")
    try:
        return timedelta(seconds=float(found[1]) * _UNITS[found[2]])
    except OverflowError:
        raise ValueError(f"{text!r} is longer than can be reckoned with") from None
