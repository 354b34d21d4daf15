"""Days of a desk, drawn at random: all that a policy can say together, on a real ledger, against what must come out.

Whatever the policy, the alerts and the order of things:

1. an alert has one outcome for each analyst, and when all time has passed, none of them is held;
2. nobody is sent one thing twice over a channel;
3. in quiet hours nothing goes out but what is critical;
4. a throttled route brings no more messages in its period than it allows, but for what is critical;
5. while a mute covers an alert and an analyst, nothing of it goes out to them;
6. whom a route led to when the alert was raised, and who had it not muted then, is sent it; whom none ever led to is sent
   nothing, unless others did not acknowledge it in time;
7. over a route's own channels, or else the analyst's, and over no others.
"""

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.policy.desk import Desk
from pipeline.policy.model import (
    Analyst,
    Digest,
    Escalation,
    Mute,
    Policy,
    QuietHours,
    Reason,
    Route,
    Throttle,
    Updates,
)
from pipeline.policy.outcome import Standing, misfit
from pipeline.policy.quiet import quiet_until
from pipeline.records.alert import Alert
from pipeline.records.article import Severity
from pipeline.state.database import DatabaseState
from pipeline.state.interface import AlertFacets, ArticleFacets, Delivery
from tests.builders import match
from tests.policy.facts import facts_of
from tests.state.client import alert_article

BEGIN = datetime(2026, 10, 23, 9, 0, tzinfo=UTC)  # summer time ends in Europe two nights later
HALF_AN_HOUR = timedelta(minutes=30)
DAYS, LATER = 4, 12
PARIS, BAMAKO = ZoneInfo("Europe/Paris"), ZoneInfo("Africa/Bamako")

hours = st.sampled_from([None, QuietHours(start=time(22), end=time(6)), QuietHours(start=time(1, 30), end=time(2, 30))])
analysts = st.tuples(
    hours.map(lambda quiet: Analyst(id="awa", name="Awa", channels=("mail",), zone=PARIS, quiet=quiet)),
    hours.map(lambda quiet: Analyst(id="omar", name="Omar", channels=("phone", "chat"), zone=BAMAKO, quiet=quiet)),
)
routes = st.lists(
    st.builds(
        Route,
        name=st.sampled_from(["one", "two", "three"]),
        to=st.sampled_from([("awa",), ("omar",), ("awa", "omar")]),
        rules=st.sampled_from([frozenset(), frozenset({"convoys"})]),
        severity=st.sampled_from([Severity.LOW, Severity.HIGH]),
        countries=st.sampled_from([frozenset(), frozenset({"ML"})]),
        languages=st.sampled_from([frozenset(), frozenset({"fr"})]),
        channels=st.sampled_from([(), ("siren",)]),
        group=st.sampled_from([timedelta(0), timedelta(hours=1)]),
        throttle=st.sampled_from([None, Throttle(most=1, per=timedelta(hours=3))]),
        digest=st.sampled_from([None, None, Digest.HOURLY, Digest.DAILY]),
        updates=st.sampled_from([Updates(), Updates(outlets=(2, 3), on=frozenset({Reason.SEVERITY, Reason.PLACE}))]),
        escalate=st.sampled_from([(), (Escalation(after=timedelta(hours=1), to=("omar",)),)]),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda route: route.name,
)


@dataclass(frozen=True)
class Event:
    """Something that happens: an alert is raised or grows, is muted, or is acknowledged."""

    after: int
    what: str
    number: int
    severity: Severity
    country: str
    language: str


events = st.lists(
    st.builds(
        Event,
        after=st.integers(0, 14),
        what=st.sampled_from(["raise", "raise", "raise", "grow", "grow", "mute", "acknowledge"]),
        number=st.integers(0, 9),
        severity=st.sampled_from(list(Severity)),
        country=st.sampled_from(["ML", "NE"]),
        language=st.sampled_from(["fr", "en"]),
    ),
    min_size=4,
    max_size=14,
)


@dataclass
class Days:
    """A desk at work, by a clock that the test moves; what goes out is noted when it does."""

    state: DatabaseState
    policy: Policy
    now: datetime = BEGIN
    raised: dict[str, tuple[Alert, AlertFacets]] = field(default_factory=dict)
    mutes: list[Mute] = field(default_factory=list)
    promised: set[tuple[str, str]] = field(default_factory=set)
    ever: set[tuple[str, str]] = field(default_factory=set)
    went: list[tuple[datetime, Alert, Delivery]] = field(default_factory=list)
    routes: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._desk = Desk(lambda: self.policy)
        self._known: set[str] = set()

    def pass_time(self, halves: int) -> None:
        for _ in range(halves):
            self.now += HALF_AN_HOUR
            while self._desk.release(self.state.ledger):
                self.note()

    def happen(self, event: Event) -> None:
        self.pass_time(event.after)
        {"raise": self._raise, "grow": self._grow, "mute": self._mute, "acknowledge": self._acknowledge}[event.what](
            event
        )
        self.note()

    def _raise(self, event: Event) -> None:
        name, rule = f"a{len(self.raised)}", "convoys" if event.number % 2 else "mines"
        with self.state.ledger.decide("alert@1") as decision:
            alert = decision.raise_alert(match(rule, severity=event.severity), alert_article(name), name)
            assert alert
            facets = decision.facets(alert.id, (name, self._adds(event, name)), founding=True)
            self._desk.raised(decision, alert, facets, ["mail"])
        self.raised[alert.id] = (alert, facets)
        self._fits(alert, facets, promise=True)

    def _grow(self, event: Event) -> None:
        found = self._some(event)
        if found is None:
            return
        alert, name = found, f"g{len(self._known)}-{self.now:%d%H%M}-{event.number}"
        with self.state.ledger.decide("alert@1") as decision:
            before = decision.facets(alert.id)
            joined = decision.join(alert.id, alert_article(name), alert.story, [], event.severity)
            facets = decision.facets(alert.id, (name, self._adds(event, name)))
            self._desk.grown(decision, joined, before, facets, alert.severity)
        self.raised[alert.id] = (joined, facets)
        self._fits(joined, facets, promise=False)

    def _mute(self, event: Event) -> None:
        found = self._some(event)
        mute = Mute(
            id=f"m{len(self.mutes)}",
            by="lea",
            reason="known",
            since=self.now,
            until=self.now + timedelta(hours=1 + 4 * event.number),
            analyst=(None, "awa", "omar")[event.number % 3],
            story=found.story if found and event.number % 2 else None,
            rule="mines" if not event.number % 2 else None,
        )
        self.mutes.append(mute)
        self.state.ledger.mute(mute)

    def _acknowledge(self, event: Event) -> None:
        found = self._some(event)
        if found:
            self.state.ledger.acknowledge(found.id, "lea", "")

    def _some(self, event: Event) -> Alert | None:
        known = list(self.raised.values())
        return known[event.number % len(known)][0] if known else None

    def _adds(self, event: Event, name: str) -> ArticleFacets:
        return ArticleFacets(countries=(event.country,), language=event.language, source_of=name, places=(name,))

    def _fits(self, alert: Alert, facets: AlertFacets, *, promise: bool) -> None:
        for analyst in self.policy.analysts:
            fits = [
                route
                for route in self.policy.routes
                if analyst.id in route.to and misfit(route, facts_of(alert, facets)) is None
            ]
            if fits:
                self.ever.add((alert.id, analyst.id))
                if promise and not self.muted(alert, analyst.id, self.now):
                    self.promised.add((alert.id, analyst.id))

    def muted(self, alert: Alert, analyst: str, at: datetime) -> bool:
        return any(
            mute.since <= at < mute.until
            and mute.analyst in (None, analyst)
            and mute.story in (None, alert.story)
            and mute.rule in (None, alert.rule)
            for mute in self.mutes
        )

    def note(self) -> None:
        """Note what was planned since the last time, with its alert as it stands."""
        for name in self.raised:
            for delivery in self.state.ledger.deliveries(name):
                if delivery.id not in self._known:
                    self._known.add(delivery.id)
                    alert = self.state.ledger.alert(name)
                    assert alert
                    self.went.append((self.now, alert, delivery))
                    self.routes[delivery.id] = next(
                        row.route for row in self.state.ledger.outcomes(name) if row.analyst == delivery.recipient
                    )
                    assert not self.muted(alert, delivery.recipient, self.now), "muted"


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(people=analysts, by=routes, happening=events)
def test_whatever_the_policy_and_the_day_it_comes_out_as_stated(
    people: tuple[Analyst, ...], by: list[Route], happening: list[Event]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        state = DatabaseState.embedded(Path(folder) / "state.db")
        state.setup()
        days = Days(state, Policy(analysts=people, routes=tuple(by)))
        clock = lambda connection: days.now  # noqa: E731
        with patch("pipeline.state.decision.now_of", clock), patch("pipeline.state.ledger.now_of", clock):
            for event in happening:
                days.happen(event)
            days.pass_time(DAYS * 48)
            days.note()
            check(days)
        state.close()


def check(days: Days) -> None:
    for name in days.raised:
        outcomes = days.state.ledger.outcomes(name)
        assert Counter(row.analyst for row in outcomes) <= Counter(analyst.id for analyst in days.policy.analysts)
        assert {row.analyst for row in outcomes} >= {analyst.id for analyst in days.policy.analysts}
        assert not {row.standing for row in outcomes} & {
            Standing.QUIET,
            Standing.DIGEST,
            Standing.GROUPED,
            Standing.THROTTLED,
        }
    _check_what_went(days)
    _check_who_was_told(days)
    _check_throttles(days)


def _check_what_went(days: Days) -> None:
    sent = Counter(
        (delivery.alert, delivery.update, delivery.recipient, delivery.channel) for _, _, delivery in days.went
    )
    assert set(sent.values()) <= {1}
    for at, alert, delivery in days.went:
        analyst = days.policy.analyst(delivery.recipient)
        assert analyst
        if alert.severity is not Severity.CRITICAL:
            assert quiet_until(analyst.quiet, analyst.zone, at) is None, "quiet"
        own = {channel for route in days.policy.routes for channel in route.channels}
        assert delivery.channel in {*analyst.channels, *own}


def _check_who_was_told(days: Days) -> None:
    told = {(delivery.alert, delivery.recipient) for _, _, delivery in days.went}
    escalated = any(route.escalate for route in days.policy.routes)
    for pair in days.promised - told:
        # what is muted when its time has come is not told any more
        assert days.mutes, pair
    for name, analyst in told - days.ever:
        assert escalated, (name, analyst)
        assert analyst == "omar"


def _check_throttles(days: Days) -> None:
    for route in days.policy.routes:
        if route.throttle is None or route.escalate:
            continue
        for analyst in route.to:
            messages: dict[str, datetime] = {}
            for at, alert, delivery in days.went:
                plain = alert.severity is not Severity.CRITICAL and days.routes[delivery.id] == route.name
                if plain and delivery.recipient == analyst:
                    messages.setdefault(_message(delivery), at)
            times = sorted(messages.values())
            for earlier, later in zip(times, times[route.throttle.most :], strict=False):
                assert later - earlier >= route.throttle.per, (route.name, analyst, times)


def _message(delivery: Delivery) -> str:
    return delivery.bundle.rsplit("/", 1)[0] if delivery.bundle else f"{delivery.alert}/{delivery.update}"
