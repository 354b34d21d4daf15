"""The policy file: read as a whole, or not at all."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.durations import parse_duration
from pipeline.errors import BadInput
from pipeline.files import SettingsFile, read_settings_file
from pipeline.policy.model import (
    OWED,
    RANK,
    Analyst,
    Digest,
    Escalation,
    Policy,
    QuietHours,
    Reason,
    Route,
    Throttle,
    Updates,
)
from pipeline.records.article import Severity, SourceKind
from pipeline.signals.file import SignalEntry, read_signals

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LANGUAGES = ("en", "fr")
"""The languages that messages are written in."""

_ID = re.compile(r"[a-z0-9-]{1,60}")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_CODE = re.compile(r"[A-Za-z]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietEntry:
    """Quiet hours as they are written."""

    start: str
    end: str
    days: tuple[str, ...] = DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalystEntry:
    """An analyst as written; who has no name is called by the id."""

    id: str
    channels: tuple[str, ...]
    name: str | None = None
    zone: str = "UTC"
    language: str = "en"
    quiet: QuietEntry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrottleEntry:
    """A throttle as written."""

    most: int
    per: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationEntry:
    """A step of an escalation as written."""

    after: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatesEntry:
    """The updates that are sent, as written."""

    outlets: tuple[int, ...] = ()
    on: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteEntry:
    """A route as written."""

    name: str
    to: tuple[str, ...]
    rules: tuple[str, ...] = ()
    severity: Severity = Severity.LOW
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[SourceKind, ...] = ()
    channels: tuple[str, ...] = ()
    group: str | None = None
    throttle: ThrottleEntry | None = None
    digest: Digest | None = None
    digest_at: str = "07:00"
    updates: UpdatesEntry = UpdatesEntry()
    corrections: bool = True
    escalate: tuple[EscalationEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    """What a policy file holds; one of signals alone leaves everything else as it is without a file."""

    analysts: tuple[AnalystEntry, ...] = ()
    routes: tuple[RouteEntry, ...] = ()
    signals: tuple[SignalEntry, ...] = ()


def load_policy(path: Path, channels: Collection[str], rules: Collection[str]) -> Policy:
    """Read a policy file. Raises BadInput for the first thing that is wrong in it.

    `channels` are the names of the channels file's, `rules` the ids of the rule file's: what a policy names must be there.
    """
    policy, problems = check_policy(path, channels, rules)
    if problems:
        raise problems[0]
    return policy


def check_policy(path: Path, channels: Collection[str], rules: Collection[str]) -> tuple[Policy, list[BadInput]]:
    """Read a policy file; give what can be used of it, and everything that is wrong with it."""
    try:
        document = read_settings_file(path, PolicyDocument)
    except BadInput as error:
        return Policy(analysts=(), routes=()), [error]
    reader = _Reader(document, frozenset(channels), frozenset(rules))
    return reader.policy(), reader.problems


class _Reader:
    """Turns what is written into a policy, and collects what is wrong with it."""

    def __init__(self, document: SettingsFile[PolicyDocument], channels: frozenset[str], rules: frozenset[str]) -> None:
        self._document = document
        self._channels = channels
        self._rules = rules
        self._people = frozenset(analyst.id for analyst in document.value.analysts)
        self.problems: list[BadInput] = []

    def policy(self) -> Policy:
        written = self._document.value
        self._repeated("analysts", "id", [entry.id for entry in written.analysts])
        self._repeated("routes", "name", [entry.name for entry in written.routes])
        signals = read_signals(written.signals, self._channels, self._rules, self._wrong)
        self._rules |= {signal.id for signal in signals}
        analysts = tuple(self._analyst(n, entry) for n, entry in enumerate(written.analysts))
        routes = tuple(self._route(n, entry) for n, entry in enumerate(written.routes))
        for position in range(len(routes)):
            self._reached(position, routes)
        if bool(analysts) is not bool(routes) or not (analysts or signals):
            self._wrong((), "a policy needs analysts and routes; write both, or signals alone")
        return Policy(analysts=analysts, routes=routes, signals=signals)

    def _analyst(self, position: int, entry: AnalystEntry) -> Analyst:
        where = ("analysts", position)
        if not _ID.fullmatch(entry.id):
            self._wrong((*where, "id"), f"the id {entry.id[:40]!r} may have only small letters, digits and hyphens")
        if not entry.channels:
            self._wrong((*where, "channels"), f"{entry.id} has no channel, and could be told nothing; name one")
        self._known((*where, "channels"), entry.channels, self._channels, "channel", "the channels file")
        if entry.language not in LANGUAGES:
            self._wrong((*where, "language"), f"messages are written in {' and '.join(LANGUAGES)}; choose one of them")
        return Analyst(
            id=entry.id,
            name=entry.name or entry.id,
            channels=entry.channels,
            zone=self._zone((*where, "zone"), entry.zone),
            language=entry.language,
            quiet=self._quiet((*where, "quiet"), entry.quiet) if entry.quiet else None,
        )

    def _quiet(self, where: tuple[str | int, ...], entry: QuietEntry) -> QuietHours:
        for day in set(entry.days) - set(DAYS):
            self._wrong((*where, "days"), f"{day!r} is no day; write {', '.join(DAYS)}")
        start, end = self._clock((*where, "start"), entry.start), self._clock((*where, "end"), entry.end)
        if start == end:
            self._wrong((*where, "end"), "these quiet hours would never end: everything would be held; give an end")
        return QuietHours(start=start, end=end, days=frozenset(DAYS.index(day) for day in entry.days if day in DAYS))

    def _route(self, position: int, entry: RouteEntry) -> Route:
        where = ("routes", position)
        if not entry.to:
            self._wrong((*where, "to"), f"the route {entry.name} leads to nobody; name an analyst")
        self._known((*where, "to"), entry.to, self._people, "analyst", "this file")
        self._known((*where, "rules"), entry.rules, self._rules, "rule", "the rule file")
        self._known((*where, "channels"), entry.channels, self._channels, "channel", "the channels file")
        for field, codes in (("countries", entry.countries), ("languages", entry.languages)):
            for code in codes:
                if not _CODE.fullmatch(code):
                    self._wrong((*where, field), f"{code!r} is no code of two letters, such as ML or fr")
        return Route(
            name=entry.name,
            to=entry.to,
            rules=frozenset(entry.rules),
            severity=entry.severity,
            countries=frozenset(code.upper() for code in entry.countries),
            languages=frozenset(code.lower() for code in entry.languages),
            kinds=frozenset(entry.kinds),
            channels=entry.channels,
            group=self._length((*where, "group"), entry.group) if entry.group else timedelta(0),
            throttle=self._throttle((*where, "throttle"), entry.throttle) if entry.throttle else None,
            digest=entry.digest,
            digest_at=self._clock((*where, "digest_at"), entry.digest_at),
            updates=self._updates((*where, "updates"), entry.updates),
            corrections=entry.corrections,
            escalate=tuple(self._escalation((*where, "escalate", n), step) for n, step in enumerate(entry.escalate)),
        )

    def _throttle(self, where: tuple[str | int, ...], entry: ThrottleEntry) -> Throttle | None:
        if entry.most < 1:
            self._wrong((*where, "most"), "a throttle must let one message through; mute the rule to have none")
            return None
        return Throttle(most=entry.most, per=self._length((*where, "per"), entry.per))

    def _updates(self, where: tuple[str | int, ...], entry: UpdatesEntry) -> Updates:
        if any(outlets < 2 for outlets in entry.outlets):
            self._wrong(
                (*where, "outlets"), "the first outlet raises the alert; write numbers from 2 on, such as 3, 10, 30"
            )
        if Reason.OUTLETS in entry.on:
            self._wrong((*where, "on"), "write the numbers of outlets under `outlets`, such as outlets: [3, 10, 30]")
        for reason in sorted(OWED & set(entry.on)):
            self._wrong(
                (*where, "on"),
                f"a {reason} is sent to whoever was told unless `corrections: false` stands here; take it out",
            )
        return Updates(outlets=tuple(sorted(set(entry.outlets))), on=frozenset(entry.on))

    def _escalation(self, where: tuple[str | int, ...], entry: EscalationEntry) -> Escalation:
        self._known((*where, "to"), entry.to, self._people, "analyst", "this file")
        return Escalation(after=self._length((*where, "after"), entry.after), to=entry.to)

    def _reached(self, position: int, routes: tuple[Route, ...]) -> None:
        """Find a route that no alert can take, since earlier ones take all of its alerts for all of its analysts."""
        route = routes[position]
        taken = {
            analyst: earlier.name
            for earlier in routes[:position]
            for analyst in earlier.to
            if _takes_all(earlier, route)
        }
        if route.to and set(route.to) <= set(taken):
            first = taken[route.to[0]]
            self._wrong(
                ("routes", position, "name"),
                f"the route {route.name} is never taken: {first} takes all of its alerts; put it before, or narrow {first}",
            )

    def _zone(self, where: tuple[str | int, ...], name: str) -> ZoneInfo:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._wrong(where, f"{name!r} is no time zone; write a name of the IANA list, such as Africa/Bamako")
            return ZoneInfo("UTC")

    def _clock(self, where: tuple[str | int, ...], text: str) -> time:
        found = _CLOCK.fullmatch(text.strip())
        if not found:
            self._wrong(
                where, f'{text!r} is no time of day; write hours and minutes in quotation marks, such as "22:30"'
            )
            return time(0)
        return time(int(found[1]), int(found[2]))

    def _length(self, where: tuple[str | int, ...], text: str) -> timedelta:
        try:
            return parse_duration(text)
        except ValueError as error:
            self._wrong(where, str(error))
            return timedelta(hours=1)

    def _known(
        self, where: tuple[str | int, ...], names: tuple[str, ...], known: frozenset[str], what: str, file: str
    ) -> None:
        for position, name in enumerate(names):
            if name not in known:
                close = get_close_matches(name, known, n=1)
                hint = (
                    f"did you mean {close[0]}?"
                    if close
                    else f"write one of {', '.join(sorted(known)) or 'those there'}"
                )
                self._wrong((*where, position), f"{file} has no {what} {name!r}; {hint}")

    def _repeated(self, part: str, field: str, names: list[str]) -> None:
        for position, name in enumerate(names):
            if name in names[:position]:
                self._wrong((part, position, field), f"the {field} {name} is taken; give this one another")

    def _wrong(self, where: Sequence[str | int], what: str) -> None:
        self.problems.append(self._document.error(where, what))


def _takes_all(earlier: Route, route: Route) -> bool:
    return (
        (not earlier.rules or bool(route.rules and route.rules <= earlier.rules))
        and RANK[earlier.severity] <= RANK[route.severity]
        and (not earlier.countries or bool(route.countries and route.countries <= earlier.countries))
        and (not earlier.languages or bool(route.languages and route.languages <= earlier.languages))
        and (not earlier.kinds or bool(route.kinds and route.kinds <= earlier.kinds))
    )
