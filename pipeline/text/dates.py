"""Dates that are written out: "3 November", "November 3rd", "le 3 novembre", "3 de noviembre", "11月3日", "3日"."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from pipeline.text.words_of_time import MONTHS

NEAR = timedelta(days=10)
"""How far from an article's own date the dates are that may be its event's; those of the past and the future are background."""
_DAYS = {f"{day}{ending}": day for day in range(1, 32) for ending in ("", "st", "nd", "rd", "th", "er")}
_BETWEEN = frozenset(("de", "of", "من"))


def dates_of(forms: Sequence[str], today: date) -> Iterator[str]:
    """Give the dates in ISO form that folded words name, near to the day on which they were written."""
    for place, form in enumerate(forms):
        if form in MONTHS:
            day = _day_beside(forms, place)
            if day and not _of_another_year(forms[place + 1 : place + 4], today):
                yield from _near(MONTHS[form], day, today)
        elif form == "日" and place and forms[place - 1].isdecimal():
            month = forms[place - 3] if place > 2 and forms[place - 2] == "月" else str(today.month)
            if month.isdecimal():
                yield from _near(int(month), int(forms[place - 1]), today)


def _day_beside(forms: Sequence[str], place: int) -> int | None:
    before = place - 2 if place > 1 and forms[place - 1] in _BETWEEN else place - 1
    for beside in (before, place + 1):
        if 0 <= beside < len(forms) and forms[beside] in _DAYS:
            return _DAYS[forms[beside]]
    return None


def _of_another_year(forms: Sequence[str], today: date) -> bool:
    years = [int(form) for form in forms if len(form) == 4 and form.isdecimal() and form[:2] in ("19", "20")]
    return any(abs(year - today.year) > 1 for year in years)


def _near(month: int, day: int, today: date) -> Iterator[str]:
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if abs(found - today) <= NEAR:
            yield found.isoformat()
