"""What becomes of an alert for an analyst: the statement step by step, and against a second reading of it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.policy.model import (
    Analyst,
    Digest,
    Mute,
    Policy,
    QuietHours,
    Reason,
    Route,
    Throttle,
    Updates,
)
from pipeline.policy.outcome import AlertFacts, History, Outcome, Standing, decide
from pipeline.policy.quiet import next_digest, quiet_until
from pipeline.records.article import Severity

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # a Wednesday
NIGHT = datetime(2026, 11, 18, 23, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 19, 6, 30, tzinfo=UTC)
AWA = Analyst(
    id="awa",
    name="Awa",
    channels=("mail",),
    zone=ZoneInfo("Africa/Bamako"),
    quiet=QuietHours(start=time(22), end=time(6, 30)),
)
ALERT = AlertFacts(
    rule="sahel",
    severity=Severity.MEDIUM,
    story="s1",
    countries=frozenset({"ML"}),
    languages=frozenset({"fr"}),
    kinds=frozenset({"agency", "state"}),
)
ROUTE = Route(name="all", to=("awa",))


def outcome(
    route: Route = ROUTE,
    alert: AlertFacts = ALERT,
    now: datetime = NOON,
    mutes: tuple[Mute, ...] = (),
    history: History = History(),  # noqa: B008 - a frozen value
    analyst: Analyst = AWA,
) -> Outcome:
    return decide(alert, analyst, Policy(analysts=(analyst,), routes=(route,)), mutes, history, now)


def mute(**changes: object) -> Mute:
    return replace(
        Mute(
            id="m1",
            by="omar",
            reason="known exercise",
            until=NOON + timedelta(hours=2),
            since=NOON - timedelta(hours=1),
        ),
        **changes,  # type: ignore[arg-type]
    )


def test_an_alert_that_a_route_fits_goes_out_at_once_over_the_analysts_channels() -> None:
    found = outcome()

    assert (found.standing, found.channels, found.route) == (Standing.DUE, ("mail",), "all")


@pytest.mark.parametrize(
    ("route", "why"),
    [
        (replace(ROUTE, to=("omar",)), "no route leads to awa"),
        (replace(ROUTE, rules=frozenset({"coup"})), "is for other rules than sahel"),
        (replace(ROUTE, severity=Severity.HIGH), "asks for high or more, and this is medium"),
        (replace(ROUTE, countries=frozenset({"NE"})), "is for NE, and none of them is named"),
        (replace(ROUTE, languages=frozenset({"ar"})), "is for articles in ar"),
        (replace(ROUTE, kinds=frozenset({"ngo"})), "is for sources of the kind ngo, and none of its sources is"),
    ],
)
def test_an_alert_that_no_route_fits_says_why(route: Route, why: str) -> None:
    found = outcome(route)

    assert found.standing is Standing.UNROUTED
    assert why in found.why


def test_a_route_may_be_for_sources_of_some_kinds_alone() -> None:
    assert outcome(replace(ROUTE, kinds=frozenset({"agency", "public"}))).standing is Standing.DUE


def test_quiet_hours_hold_until_they_end() -> None:
    found = outcome(now=NIGHT)

    assert (found.standing, found.until) == (Standing.QUIET, MORNING)


def test_what_is_critical_disturbs_quiet_hours_and_waits_for_nothing() -> None:
    strict = replace(
        ROUTE, digest=Digest.DAILY, group=timedelta(hours=1), throttle=Throttle(most=1, per=timedelta(hours=1))
    )
    critical = replace(ALERT, severity=Severity.CRITICAL)

    assert outcome(strict, critical, NIGHT, history=History(sent=(NIGHT,))).standing is Standing.DUE


def test_a_mute_keeps_even_what_is_critical_and_names_who_muted_and_why() -> None:
    found = outcome(alert=replace(ALERT, severity=Severity.CRITICAL), mutes=(mute(),))

    assert (found.standing, found.mute) == (Standing.MUTED, "m1")
    assert "omar" in found.why
    assert "known exercise" in found.why


@pytest.mark.parametrize(
    "other",
    [
        mute(analyst="omar"),
        mute(rule="coup"),
        mute(story="s2"),
        mute(until=NOON),
        mute(since=NOON + timedelta(minutes=1)),
    ],
)
def test_a_mute_of_something_else_or_of_another_time_keeps_nothing(other: Mute) -> None:
    assert outcome(mutes=(other,)).standing is Standing.DUE


def test_a_throttle_holds_until_one_more_message_is_allowed() -> None:
    route = replace(ROUTE, throttle=Throttle(most=2, per=timedelta(hours=1)))
    sent = (NOON - timedelta(minutes=50), NOON - timedelta(minutes=10))

    assert outcome(route, history=History(sent=sent)).until == NOON + timedelta(minutes=10)
    assert outcome(route, history=History(sent=sent[:1])).standing is Standing.DUE


def test_a_clock_that_went_back_holds_nothing_for_longer_than_the_period() -> None:
    route = replace(ROUTE, throttle=Throttle(most=1, per=timedelta(hours=1)))

    found = outcome(route, history=History(sent=(NOON + timedelta(hours=5),)))

    assert found.until == NOON + timedelta(hours=1)


def test_a_group_is_complete_that_long_after_its_first_alert() -> None:
    route = replace(ROUTE, group=timedelta(minutes=10))
    began = NOON - timedelta(minutes=4)

    assert outcome(route).until == NOON + timedelta(minutes=10)
    assert outcome(route, history=History(group_since=began)).until == NOON + timedelta(minutes=6)
    assert outcome(route, history=History(group_since=began, grouped=True)).standing is Standing.DUE


def test_a_digest_is_waited_for_once() -> None:
    route = replace(ROUTE, digest=Digest.DAILY)

    found = outcome(route)

    assert (found.standing, found.until) == (Standing.DIGEST, datetime(2026, 11, 19, 7, 0, tzinfo=UTC))
    assert outcome(route, now=NOON, history=History(digested=True)).standing is Standing.DUE


def test_the_first_route_that_fits_decides() -> None:
    urgent = replace(ROUTE, name="urgent", severity=Severity.HIGH, channels=("phone",))
    policy = Policy(analysts=(AWA,), routes=(urgent, replace(ROUTE, digest=Digest.DAILY)))

    high = decide(replace(ALERT, severity=Severity.HIGH), AWA, policy, (), History(), NOON)
    medium = decide(ALERT, AWA, policy, (), History(), NOON)

    assert (high.standing, high.channels) == (Standing.DUE, ("phone",))
    assert medium.standing is Standing.DIGEST


@pytest.mark.parametrize(
    ("updates", "change", "told", "standing"),
    [
        (Updates(), {"outlets": 3}, True, Standing.UNROUTED),
        (Updates(outlets=(3, 10)), {"outlets": 3}, True, Standing.DUE),
        (Updates(outlets=(3, 10)), {"outlets": 9, "outlets_told": 3}, True, Standing.UNROUTED),
        (Updates(outlets=(3, 10)), {"outlets": 12, "outlets_told": 3}, True, Standing.DUE),
        (Updates(on=frozenset({Reason.SEVERITY})), {"reasons": frozenset({Reason.SEVERITY})}, True, Standing.DUE),
        (Updates(on=frozenset({Reason.SEVERITY})), {"reasons": frozenset({Reason.PLACE})}, True, Standing.UNROUTED),
        (Updates(), {"reasons": frozenset({Reason.CORRECTION})}, True, Standing.DUE),
        (Updates(), {"reasons": frozenset({Reason.CORRECTION})}, False, Standing.UNROUTED),
    ],
)
def test_updates_are_sent_as_the_route_asks_and_corrections_to_whoever_was_told(
    updates: Updates, change: dict[str, object], told: bool, standing: Standing
) -> None:
    alert = replace(ALERT, update=1, **change)  # type: ignore[arg-type]

    assert outcome(replace(ROUTE, updates=updates), alert, history=History(told=told)).standing is standing


def test_quiet_hours_of_the_night_in_which_the_clock_goes_back_are_an_hour_longer() -> None:
    paris, hours = ZoneInfo("Europe/Paris"), QuietHours(start=time(22), end=time(6))
    evening = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)  # 23:00 in Paris, the night in which summer time ends

    assert quiet_until(hours, paris, evening) == datetime(2026, 10, 25, 5, 0, tzinfo=UTC)
    assert quiet_until(hours, paris, evening - timedelta(hours=2)) is None


def test_an_end_that_summer_time_skips_is_the_moment_that_follows() -> None:
    hours = QuietHours(start=time(1), end=time(2, 30))
    night = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30 in Paris; 02:30 does not exist that night

    assert quiet_until(hours, ZoneInfo("Europe/Paris"), night) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_quiet_hours_of_the_weekend_begin_on_its_days_alone() -> None:
    hours = QuietHours(start=time(22), end=time(6), days=frozenset({4, 5}))
    saturday = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)

    assert quiet_until(hours, ZoneInfo("UTC"), saturday) == datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
    assert quiet_until(hours, ZoneInfo("UTC"), saturday + timedelta(days=2)) is None


@pytest.mark.parametrize(
    ("digest", "due"),
    [
        (Digest.HOURLY, datetime(2026, 11, 18, 13, 0, tzinfo=UTC)),
        (Digest.DAILY, datetime(2026, 11, 19, 6, 0, tzinfo=UTC)),
        (Digest.WEEKLY, datetime(2026, 11, 23, 6, 0, tzinfo=UTC)),
    ],
)
def test_digests_come_by_the_analysts_clock(digest: Digest, due: datetime) -> None:
    assert next_digest(digest, time(7), ZoneInfo("Europe/Paris"), NOON) == due


moments = st.integers(0, 16 * 24 * 60).map(
    lambda minutes: datetime(2026, 10, 20, tzinfo=UTC) + timedelta(minutes=minutes)
)
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
routes = st.builds(
    Route,
    name=st.sampled_from(["a", "b"]),
    to=st.sampled_from([("awa",), ("omar",), ("awa", "omar")]),
    rules=st.sampled_from([frozenset(), frozenset({"sahel"}), frozenset({"coup"})]),
    severity=st.sampled_from(list(Severity)),
    group=st.sampled_from([timedelta(0), timedelta(minutes=10)]),
    throttle=st.sampled_from([None, Throttle(most=1, per=timedelta(hours=1)), Throttle(most=3, per=timedelta(days=1))]),
    digest=st.sampled_from([None, *Digest]),
    updates=st.sampled_from([Updates(), Updates(outlets=(3, 10)), Updates(on=frozenset({Reason.SEVERITY}))]),
)
cases = st.fixed_dictionaries(
    {
        "severity": st.sampled_from(list(Severity)),
        "update": st.integers(0, 1),
        "reasons": st.sampled_from([frozenset(), frozenset({Reason.SEVERITY}), frozenset({Reason.CORRECTION})]),
        "outlets": st.integers(1, 12),
    }
)


@settings(max_examples=400, deadline=None)
@given(
    route=st.lists(routes, max_size=3),
    case=cases,
    now=moments,
    quiet=st.none() | st.builds(QuietHours, start=clocks, end=clocks),
    muted=st.booleans(),
    sent=st.lists(moments, max_size=4),
    told=st.booleans(),
    digested=st.booleans(),
    grouped=st.booleans(),
)
def test_every_combination_comes_out_as_the_statement_says(
    route: list[Route],
    case: dict[str, object],
    now: datetime,
    quiet: QuietHours | None,
    muted: bool,
    sent: list[datetime],
    told: bool,
    digested: bool,
    grouped: bool,
) -> None:
    analyst = replace(AWA, zone=ZoneInfo("Europe/Paris"), quiet=quiet)
    alert = replace(ALERT, **case)  # type: ignore[arg-type]
    history = History(sent=tuple(sent), told=told, digested=digested, grouped=grouped)
    mutes = (mute(since=now - timedelta(hours=1), until=now + timedelta(hours=1)),) if muted else ()

    found = decide(alert, analyst, Policy(analysts=(analyst,), routes=tuple(route)), mutes, history, now)

    assert found.standing is _by_hand(route, alert, analyst, history, now, muted=muted)
    if found.standing in {Standing.QUIET, Standing.THROTTLED, Standing.GROUPED, Standing.DIGEST}:
        assert found.until is not None
        assert now < found.until <= now + timedelta(days=8), "nothing is held for ever"
    else:
        assert found.until is None


def _by_hand(  # the statement once more, as a ladder, minute by minute where the code reckons
    routes: list[Route], alert: AlertFacts, analyst: Analyst, history: History, now: datetime, *, muted: bool
) -> Standing:
    order = [Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL]
    fitting = [
        route
        for route in routes
        if analyst.id in route.to
        and (not route.rules or alert.rule in route.rules)
        and order.index(alert.severity) >= order.index(route.severity)
    ]
    if not fitting or (alert.update and not _asked_for(fitting[0], alert, history)):
        return Standing.UNROUTED
    route = fitting[0]
    if muted:
        return Standing.MUTED
    if alert.severity is Severity.CRITICAL:
        return Standing.DUE
    if route.digest and not history.digested:
        return Standing.DIGEST
    if analyst.quiet and _is_quiet(analyst.quiet, analyst.zone, now):
        return Standing.QUIET
    if route.throttle and sum(now - moment < route.throttle.per for moment in history.sent) >= route.throttle.most:
        return Standing.THROTTLED
    return Standing.GROUPED if route.group and not history.grouped else Standing.DUE


def _asked_for(route: Route, alert: AlertFacts, history: History) -> bool:
    owed = history.told and Reason.CORRECTION in alert.reasons
    steps = [step for step in route.updates.outlets if 1 < step <= alert.outlets]
    return owed or bool(steps) or bool(route.updates.on & alert.reasons)


def _is_quiet(quiet: QuietHours, zone: ZoneInfo, now: datetime) -> bool:
    """Read the wall clock: within the hours of a day, or of a night that began the day before."""
    local = now.astimezone(zone)
    if local.utcoffset() != (now - timedelta(days=1)).astimezone(zone).utcoffset():
        return quiet_until(quiet, zone, now) is not None  # the clock was changed; those nights have tests of their own
    clock = local.time()
    if quiet.start < quiet.end:
        return quiet.start <= clock < quiet.end
    return clock >= quiet.start or clock < quiet.end
