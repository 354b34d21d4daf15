"""The signals of a policy file."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pipeline.durations import parse_duration
from pipeline.records.article import Severity
from pipeline.signals.model import Kind, Of, Signal

_ID = re.compile(r"[a-z0-9-]{1,60}")
_CODE = re.compile(r"[A-Za-z]{2}")
_ONLY = {
    "times": (Kind.BURST,),
    "least": (Kind.BURST,),
    "pause": (Kind.BURST,),
    "chance": (Kind.BURST, Kind.SILENCE),
    "after": (Kind.FIRST, Kind.RETURN, Kind.SILENCE),
}
_CHANCE = {Kind.BURST: 1e-5, Kind.SILENCE: 1e-4}
_AFTER = {Kind.FIRST: timedelta(days=180), Kind.RETURN: timedelta(days=30)}

Wrong = Callable[[Sequence[str | int], str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalEntry:
    """A signal as written; what its kind has no use for must not be there."""

    id: str
    kind: Kind
    of: Of
    name: str | None = None
    severity: Severity = Severity.MEDIUM
    names: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    chance: float | None = None
    times: float | None = None
    least: int | None = None
    pause: str | None = None
    after: str | None = None


def read_signals(
    entries: Sequence[SignalEntry], channels: Collection[str], rules: Collection[str], wrong: Wrong
) -> tuple[Signal, ...]:
    """Turn what is written into signals; `wrong` is told of each mistake, with where it stands."""
    taken = set(rules)
    read = []
    for position, entry in enumerate(entries):
        where = ("signals", position)
        if not _ID.fullmatch(entry.id):
            wrong((*where, "id"), f"the id {entry.id[:40]!r} may have only small letters, digits and hyphens")
        if entry.id in taken:
            wrong((*where, "id"), f"a rule or another signal has the id {entry.id}; give this one another")
        taken.add(entry.id)
        _check_names(entry, where, channels, rules, wrong)
        read.append(_signal(entry, where, wrong))
    return tuple(read)


def _check_names(
    entry: SignalEntry, where: tuple[str | int, ...], channels: Collection[str], rules: Collection[str], wrong: Wrong
) -> None:
    for field, kinds in _ONLY.items():
        if getattr(entry, field) is not None and entry.kind not in kinds:
            uses = " and ".join(f"`{kind}`" for kind in kinds)
            wrong((*where, field), f"only {uses} has use for {field}; take it out")
    for channel in entry.channels:
        if channel not in channels:
            wrong((*where, "channels"), f"the channels file has no channel {channel!r}; write one of it")
    _check_codes(entry, where, wrong)
    for name in entry.names:
        if entry.of is Of.RULE and name not in rules:
            wrong((*where, "names"), f"the rule file has no rule {name!r}; write one of it")


def _check_codes(entry: SignalEntry, where: tuple[str | int, ...], wrong: Wrong) -> None:
    if entry.countries and entry.of is not Of.PLACE:
        wrong((*where, "countries"), "only places are narrowed by countries; write countries under `names`")
    for code in entry.countries:
        if not _CODE.fullmatch(code):
            wrong((*where, "countries"), f"{code!r} is no code of two letters, such as ML")
    for name in entry.names:
        if entry.of in (Of.COUNTRY, Of.LANGUAGE) and not _CODE.fullmatch(name):
            wrong((*where, "names"), f"{name!r} is no code of two letters, such as ML or fr")


def _signal(entry: SignalEntry, where: tuple[str | int, ...], wrong: Wrong) -> Signal:
    if entry.chance is not None and not 0 < entry.chance < 0.1:
        wrong((*where, "chance"), "a chance is over 0 and under 0.1, such as 0.00001: one hour in a hundred thousand")
    if entry.times is not None and entry.times <= 1:
        wrong((*where, "times"), "a burst is more than usual: write a number over 1, such as 3")
    if entry.least is not None and entry.least < 2:
        wrong((*where, "least"), "one article is no burst: write a number from 2 on")
    given: dict[str, Any] = {
        "chance": entry.chance or _CHANCE.get(entry.kind),
        "times": entry.times,
        "least": entry.least,
        "pause": _length((*where, "pause"), entry.pause, wrong),
        "after": _length((*where, "after"), entry.after, wrong) or _AFTER.get(entry.kind),
    }
    return Signal(
        id=entry.id,
        kind=entry.kind,
        of=entry.of,
        name=entry.name or entry.id,
        severity=entry.severity,
        names=frozenset(name.casefold() for name in entry.names),
        countries=frozenset(code.upper() for code in entry.countries),
        channels=entry.channels,
        **{name: value for name, value in given.items() if value is not None},
    )


def _length(where: tuple[str | int, ...], text: str | None, wrong: Wrong) -> timedelta | None:
    if text is None:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        wrong(where, str(error))
        return None
