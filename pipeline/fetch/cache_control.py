"""Reading how long an answer holds (RFC 9111)."""

import re
from collections.abc import Mapping
from datetime import timedelta

_LONGEST = 365 * 86_400
_DIRECTIVE = re.compile(r"(?:^|,)\s*(no-cache|no-store|max-age)\s*(?:=\s*\"?(\d{1,12}))?", re.IGNORECASE)


def read_max_age(headers: Mapping[str, str]) -> timedelta | None:
    """Give what is left of Cache-Control's max-age, zero for what must not be kept; None where nothing is said.

    Header names are in lower case. The time that the answer has spent in caches (Age) counts.
    """
    found = {name.lower(): value for name, value in _DIRECTIVE.findall(headers.get("cache-control", ""))}
    if "no-cache" in found or "no-store" in found:
        return timedelta(0)
    if not found.get("max-age"):
        return None
    age = headers.get("age", "").strip()
    spent = int(age[:12]) if age.isascii() and age.isdigit() else 0
    return timedelta(seconds=max(0, min(int(found["max-age"]), _LONGEST) - spent))
