"""What must come out: the one plain statement of what becomes of an alert for an analyst.

In this order, the first that applies:

1. The analyst of no route that fits the alert is not told; nobody is told of an update that their route doesn't ask for.
2. A mute that covers alert and analyst keeps it from them until it ends; then it is not told any more, but for corrections
   and withdrawals of what the analyst was told before.
3. What is critical goes out at once.
4. Where the route says so, an alert waits for the next digest; it is muted where the analyst wants that digest no more.
5. In the analyst's quiet hours it is held until they end.
6. Where the analyst was sent as many messages as the route allows, it is held until one more is allowed.
7. Where the route groups, it waits until the group that it is in, or begins, is complete.
8. Else it goes out at once.

What was held or waited is asked about again when its time has come, without step 7, and without step 4 if it has been through
it; what is due for one analyst over one channel at one time goes out as one message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.policy.model import OWED, RANK, Analyst, Mute, Policy, Reason, Route
from pipeline.policy.quiet import next_digest, quiet_until
from pipeline.records.article import Severity


class Standing(StrEnum):
    """What becomes of an alert for an analyst."""

    DUE = "due"
    GROUPED = "grouped"
    QUIET = "quiet"
    THROTTLED = "throttled"
    DIGEST = "digest"
    MUTED = "muted"
    UNROUTED = "unrouted"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFacts:
    """What routes ask of an alert. `update` is 0 when it was raised; `reasons` are what a later one adds.

    `outlets` is how many independent outlets carry the story now, `outlets_told` at the last message.
    """

    rule: str
    severity: Severity
    story: str
    countries: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    update: int = 0
    reasons: frozenset[Reason] = frozenset()
    outlets: int = 1
    outlets_told: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What there was between the analyst and the route before.

    `sent` are the times of messages over the route; `group_since` when the waiting group of the same rule began; `told` is
    whether the analyst was sent the alert that is updated; `digested` and `grouped` that this one has been through it.
    """

    sent: tuple[datetime, ...] = ()
    group_since: datetime | None = None
    told: bool = False
    digested: bool = False
    grouped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of an alert for an analyst, and why, in a sentence; `until` is when it is asked about again."""

    standing: Standing
    why: str
    until: datetime | None = None
    channels: tuple[str, ...] = ()
    route: str | None = None
    mute: str | None = None


def decide(
    alert: AlertFacts, analyst: Analyst, policy: Policy, mutes: Sequence[Mute], history: History, now: datetime
) -> Outcome:
    """Say what becomes of an alert, or of an update of it, for an analyst at a moment (aware, any zone)."""
    route = route_of(alert, analyst, policy)
    if route is None:
        return Outcome(standing=Standing.UNROUTED, why=why_unrouted(alert, analyst, policy))
    if alert.update and not wants(route, alert, told=history.told):
        return _outcome(Standing.UNROUTED, f"route {route.name} sends no such updates", route, analyst)
    mute = muted_by(alert, analyst, mutes, now)
    if mute is not None:
        why = f"muted by {mute.by} until {mute.until.isoformat()}: {mute.reason}"
        return _outcome(Standing.MUTED, why, route, analyst, mute=mute.id)
    if alert.severity is Severity.CRITICAL:
        return _outcome(Standing.DUE, "it is critical", route, analyst)
    if route.digest and (ended := unwanted_digest(route.name, analyst.id, mutes, now)):
        why = f"{ended.by} wants this digest no more: {ended.reason}"
        return _outcome(Standing.MUTED, why, route, analyst, mute=ended.id)
    return _held(route, analyst, history, now) or _outcome(
        Standing.DUE, f"route {route.name} sends it at once", route, analyst
    )


def route_of(alert: AlertFacts, analyst: Analyst, policy: Policy) -> Route | None:
    """Give the first route to the analyst that fits the alert."""
    return next((route for route in policy.routes if analyst.id in route.to and not misfit(route, alert)), None)


def misfit(route: Route, alert: AlertFacts) -> str | None:
    """Say in words what of a route the alert does not fulfil; None when it fits."""
    if route.rules and alert.rule not in route.rules:
        return f"is for other rules than {alert.rule}"
    if RANK[alert.severity] < RANK[route.severity]:
        return f"asks for {route.severity} or more, and this is {alert.severity}"
    if route.countries and not route.countries & alert.countries:
        return f"is for {', '.join(sorted(route.countries))}, and none of them is named"
    if route.languages and not route.languages & alert.languages:
        return f"is for articles in {', '.join(sorted(route.languages))}"
    if route.kinds and not route.kinds & alert.kinds:
        return f"is for sources of the kind {' or '.join(sorted(route.kinds))}, and none of its sources is"
    return None


def why_unrouted(alert: AlertFacts, analyst: Analyst, policy: Policy) -> str:
    """Say why no route leads an alert to an analyst: what each of theirs asks for."""
    reasons = [
        f"route {route.name} {reason}"
        for route in policy.routes
        if analyst.id in route.to and (reason := misfit(route, alert))
    ]
    return "; ".join(reasons) or f"no route leads to {analyst.id}"


def wants(route: Route, alert: AlertFacts, *, told: bool) -> bool:
    """Tell whether a route sends an update: what it asks for, and what it owes to whoever was told."""
    owed = alert.reasons & OWED
    if owed and told and (route.corrections or owed & route.updates.on):
        return True
    step = any(alert.outlets_told < outlets <= alert.outlets for outlets in route.updates.outlets)
    return step or bool((alert.reasons - OWED) & route.updates.on)


def muted_by(alert: AlertFacts, analyst: Analyst, mutes: Sequence[Mute], now: datetime) -> Mute | None:
    """Give the mute that covers alert and analyst now, the one that lasts longest."""
    covering = [mute for mute in mutes if _covers(mute, alert, analyst, now)]
    return max(covering, key=lambda mute: (mute.until, mute.id), default=None)


def unwanted_digest(digest: str, analyst: str, mutes: Sequence[Mute], now: datetime) -> Mute | None:
    """Give the mute by which an analyst keeps away the digests of a route, or a channel's daily one."""
    held = (mute for mute in mutes if mute.digest == digest and mute.analyst in (None, analyst))
    return next((mute for mute in held if mute.since <= now < mute.until), None)


def _covers(mute: Mute, alert: AlertFacts, analyst: Analyst, now: datetime) -> bool:
    return (
        mute.since <= now < mute.until
        and mute.digest is None
        and mute.analyst in (None, analyst.id)
        and mute.rule in (None, alert.rule)
        and mute.story in (None, alert.story)
    )


def _held(route: Route, analyst: Analyst, history: History, now: datetime) -> Outcome | None:
    if route.digest and not history.digested:
        due = next_digest(route.digest, route.digest_at, analyst.zone, now)
        return _outcome(Standing.DIGEST, f"it comes with the {route.digest} digest", route, analyst, until=due)
    if quiet := quiet_until(analyst.quiet, analyst.zone, now):
        return _outcome(Standing.QUIET, f"these are {analyst.id}'s quiet hours", route, analyst, until=quiet)
    if free := throttled_until(route, history.sent, now):
        throttle = route.throttle
        why = f"route {route.name} allows {throttle.most if throttle else 0} messages in that time"
        return _outcome(Standing.THROTTLED, why, route, analyst, until=free)
    if route.group and not history.grouped:
        complete = (history.group_since or now) + route.group
        if complete > now:
            return _outcome(Standing.GROUPED, "it waits for others of its rule", route, analyst, until=complete)
    return None


def throttled_until(route: Route, sent: Sequence[datetime], now: datetime) -> datetime | None:
    """Give when the route allows another message; None when it does now. Times to come, of a clock set back, count too."""
    if route.throttle is None:
        return None
    recent = sorted(moment for moment in sent if moment > now - route.throttle.per)
    if len(recent) < route.throttle.most:
        return None
    return min(recent[-route.throttle.most], now) + route.throttle.per


def _outcome(
    standing: Standing, why: str, route: Route, analyst: Analyst, until: datetime | None = None, mute: str | None = None
) -> Outcome:
    return Outcome(
        standing=standing,
        why=why,
        until=until,
        channels=route.channels or analyst.channels,
        route=route.name,
        mute=mute,
    )
