"""What becomes of alerts for analysts under a policy, whatever database keeps it: held, put together, muted, escalated."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipeline.policy.desk import Desk, Owed, simple_policy
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
from pipeline.policy.outcome import Standing
from pipeline.records.alert import Alert
from pipeline.records.article import Severity
from pipeline.state.database import DatabaseState
from pipeline.state.interface import ArticleFacets, Attempt, ClaimedDelivery
from tests.builders import match
from tests.state.client import alert_article
from tests.state.harness import StateUnderTest

LEASE = timedelta(minutes=1)
CONSUMER = "alert@1"
UTC_ZONE = ZoneInfo("UTC")
AWA = Analyst(id="awa", name="Awa", channels=("mail",), zone=UTC_ZONE)
OMAR = Analyst(id="omar", name="Omar", channels=("phone",), zone=UTC_ZONE)


class Newsroom:
    """Alerts are raised and grow under a policy; time passes; what goes out is counted."""

    def __init__(self, state: StateUnderTest, policy: Policy) -> None:
        self._state = state
        self._client: DatabaseState = state.client()
        self.ledger = self._client.ledger
        self.desk = Desk(lambda: policy)

    def raises(
        self, article: str = "a1", rule: str = "convoys", severity: Severity = Severity.HIGH, **facets: Any
    ) -> Alert:
        with self.ledger.decide(CONSUMER) as decision:
            alert = decision.raise_alert(match(rule, severity=severity), alert_article(article), article)
            assert alert
            found = decision.facets(alert.id, (article, ArticleFacets(source_of=article, **facets)))
            return self.desk.raised(decision, alert, found, ["mail"])

    def grows(self, alert: Alert, article: str, severity: Severity = Severity.LOW, **facets: Any) -> None:
        self._grows(alert, article, severity, None, facets)

    def changes(self, alert: Alert, article: str = "a1", reason: Reason = Reason.CORRECTION) -> None:
        """The outlet of an article changes what matters in it."""
        self._grows(alert, article, Severity.LOW, reason, {})

    def reasons(self, alert: Alert) -> list[tuple[str, ...]]:
        return [delivery.reasons for delivery in self.ledger.deliveries(alert.id)]

    def _grows(
        self, alert: Alert, article: str, severity: Severity, reason: Reason | None, facets: dict[str, Any]
    ) -> None:
        with self.ledger.decide(CONSUMER) as decision:
            places = [one.position for one in decision.standing(article) if one.alert.id == alert.id]
            owed = Owed(reason, places[0]) if reason and places else None
            before = decision.facets(alert.id)
            joined = decision.join(alert.id, alert_article(article), alert.story, ["convoy"], severity)
            given = {"source_of": article, **facets}
            after = decision.facets(alert.id, (article, ArticleFacets(**given)))
            self.desk.grown(decision, joined, before, after, alert.severity, owed)

    def later(self, passed: timedelta) -> None:
        self._state.let_pass(passed)
        while self.desk.release(self.ledger):
            pass

    def sends(self) -> list[str]:
        """Deliver what is due; give for each message whom it is for and the alerts in it."""
        claims = self.ledger.claim_due("notify", 50, LEASE)
        messages: dict[str, list[ClaimedDelivery]] = {}
        for claim in claims:
            messages.setdefault(claim.delivery.bundle or claim.delivery.id, []).append(claim)
            self.ledger.record(claim, Attempt(sent=True))
        return sorted(
            f"{together[0].delivery.recipient}: {'+'.join(sorted(claim.alert.articles[0].id for claim in together))}"
            for together in messages.values()
        )

    def standing(self, alert: Alert, analyst: str = "awa") -> Standing:
        (row,) = [row for row in self.ledger.outcomes(alert.id) if row.analyst == analyst]
        return row.standing

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def rooms(state: StateUnderTest) -> Iterator[list[Newsroom]]:
    opened: list[Newsroom] = []
    yield opened
    for room in opened:
        room.close()


def room(
    state: StateUnderTest, rooms: list[Newsroom], *routes: Route, analysts: tuple[Analyst, ...] = (AWA,)
) -> Newsroom:
    rooms.append(Newsroom(state, Policy(analysts=analysts, routes=routes or (Route(name="all", to=("awa",)),))))
    return rooms[-1]


def quiet_now(analyst: Analyst) -> Analyst:
    now = datetime.now(UTC)
    begun, over = now - timedelta(hours=1), now + timedelta(hours=1)
    hours = QuietHours(start=time(begun.hour, begun.minute), end=time(over.hour, over.minute))
    return Analyst(id=analyst.id, name=analyst.name, channels=analyst.channels, zone=analyst.zone, quiet=hours)


def test_without_a_policy_everyone_is_told_at_once_and_of_no_update_but_corrections(
    state: StateUnderTest, rooms: list[Newsroom]
) -> None:
    rooms.append(Newsroom(state, simple_policy(("mail",))))
    alert = rooms[0].raises()

    assert rooms[0].sends() == ["everyone: a1"]
    rooms[0].grows(alert, "a2", severity=Severity.CRITICAL)
    assert rooms[0].sends() == []
    rooms[0].changes(alert)
    assert rooms[0].sends() == ["everyone: a1"]
    assert rooms[0].standing(alert, "everyone") is Standing.DUE


def test_each_analyst_has_one_outcome(state: StateUnderTest, rooms: list[Newsroom]) -> None:
    here = room(state, rooms, Route(name="awas", to=("awa",), rules=frozenset({"convoys"})), analysts=(AWA, OMAR))

    alert = here.raises()

    assert {row.analyst: row.standing for row in here.ledger.outcomes(alert.id)} == {
        "awa": Standing.DUE,
        "omar": Standing.UNROUTED,
    }
    assert here.sends() == ["awa: a1"]


def test_quiet_hours_hold_and_everything_held_goes_out_together_when_they_end(
    state: StateUnderTest, rooms: list[Newsroom]
) -> None:
    here = room(state, rooms, analysts=(quiet_now(AWA),))
    first, second = here.raises("a1"), here.raises("a2", rule="mines")

    assert here.standing(first) is Standing.QUIET
    assert here.sends() == []
    # every moment of the ledger moves back, the analyst's clock does not: what was held has come due while it is quiet
    here.later(timedelta(hours=2))
    assert here.standing(first) is Standing.QUIET, "asked again in quiet hours, it is held again"
    here.desk = Desk(lambda: Policy(analysts=(AWA,), routes=(Route(name="all", to=("awa",)),)))
    here.later(timedelta(hours=2))
    assert here.sends() == ["awa: a1+a2"]
    assert here.standing(second) is Standing.DUE


def test_what_is_critical_passes_quiet_hours(state: StateUnderTest, rooms: list[Newsroom]) -> None:
    here = room(state, rooms, analysts=(quiet_now(AWA),))

    here.raises(severity=Severity.CRITICAL)

    assert here.sends() == ["awa: a1"]


def test_what_becomes_critical_while_it_is_held_goes_out_at_once_and_only_then(
    state: StateUnderTest, rooms: list[Newsroom]
) -> None:
    here = room(state, rooms, analysts=(quiet_now(AWA),))
    alert = here.raises()

    here.grows(alert, "a2", Severity.HIGH)
    assert here.sends() == []
    here.grows(alert, "a3", Severity.CRITICAL)
    assert here.sends() == ["awa: a1"]
    here.grows(alert, "a4", Severity.CRITICAL)
    here.later(timedelta(days=1))
    assert here.sends() == []


def test_an_alert_that_comes_to_fit_a_route_reaches_those_whom_no_route_had_led_it_to(
    state: StateUnderTest, rooms: list[Newsroom]
) -> None:
    routes = (
        Route(name="urgent", to=("awa",), severity=Severity.CRITICAL),
        Route(name="niger", to=("omar",), countries=frozenset({"NE"})),
    )
    here = room(state, rooms, *routes, analysts=(AWA, OMAR))
    alert = here.raises(countries=("ML",))
    assert here.sends() == []

    here.grows(alert, "a2", Severity.CRITICAL, countries=("ML",))
    assert here.sends() == ["awa: a1"]
    here.grows(alert, "a3", Severity.CRITICAL, countries=("NE",))
    assert here.sends() == ["omar: a1"]
    here.grows(alert, "a4", Severity.CRITICAL, countries=("NE", "BF"))
    assert here.sends() == []


def test_a_throttle_holds_back_and_lets_what_it_held_go_as_one_message(
    state: StateUnderTest, rooms: list[Newsroom]
) -> None:
    few = Route(name="few", to=("awa",), throttle=Throttle(most=1, per=timedelta(hours=1)))
    here = room(state, rooms, few)

    alerts = [here.raises(f"a{number}", rule=f"rule-{number}") for number in (1, 2, 3)]

    assert here.sends() == ["awa: a1"]
    assert here.standing(alerts[2]) is Standing.THROTTLED
    here.later(timedelta(minutes=61))
    assert here.sends() == ["awa: a2+a3"]


def test_alerts_of_a_rule_wait_for_each_other(state: StateUnderTest, rooms: list[Newsroom]) -> None:
    here = room(state, rooms, Route(name="grouped", to=("awa",), group=timedelta(minutes=10)))
    here.raises("a1")
    here.later(timedelta(minutes=6))
    here.raises("a2")
    assert here.sends() == []

    here.later(timedelta(minutes=5))

    assert here.sends() == ["awa: a1+a2"]


def test_a_digest_comes_once_with_all_that_waited_for_it(state: StateUnderTest, rooms: list[Newsroom]) -> None:
    here = room(state, rooms, Route(name="daily", to=("awa",), digest=Digest.DAILY))
    alerts = [here.raises(f"a{number}", rule=f"rule-{number}") for number in (1, 2)]

    assert here.standing(alerts[0]) is Standing.DIGEST
    here.later(timedelta(days=1))
    assert here.sends() == ["awa: a1+a2"]
    here.later(timedelta(days=3))
    assert here.sends() == []


def test_what_came_with_a_digest_is_not_grouped_again(state: StateUnderTest, rooms: list[Newsroom]) -> None:
    route = Route(name="all", to=("awa",), digest=Digest.HOURLY, group=timedelta(hours=2))
    here = room(state, rooms, route)
    here.raises()
    here.later(timedelta(hours=1))
    assert here.sends() == ["awa: a1"]


def test_updates_are_sent_at_the_outlets_and_for_the_reasons_that_the_route_names(
    state: StateUnderTest, rooms: list[Newsroom]
) -> None:
    route = Route(name="all", to=("awa",), updates=Updates(outlets=(3,), on=frozenset({Reason.PLACE})))
    here = room(state, rooms, route)
    alert = here.raises("a1")
    assert here.sends() == ["awa: a1"]

    here.grows(alert, "a2")
    assert here.sends() == [], "a second outlet is no step"
    here.grows(alert, "a3")
    assert here.sends() == ["awa: a1"], "the third is one"
    here.grows(alert, "a4")
    assert here.sends() == []
    here.grows(alert, "a5", places=("Ber",))
    assert here.sends() == ["awa: a1"], "a new place is worth a message"


def test_another_toll_another_rule_and_a_denial_are_told_once_to_whom_the_route_tells_them(
    state: StateUnderTest, rooms: list[Newsroom]
) -> None:
    on = frozenset({Reason.TOLL, Reason.ENTITY, Reason.DENIAL})
    here = room(state, rooms, Route(name="all", to=("awa",), updates=Updates(on=on)))
    alert = here.raises("a1", toll="12", rules=("convoys",))
    here.sends()

    for number, facets in enumerate(
        [
            {"toll": "12"},
            {"toll": "21"},
            {"toll": "12"},
            {"rules": ("convoys", "wagner-group")},
            {"denied": True},
            {"denied": True, "rules": ("wagner-group",)},
            {},
        ]
    ):
        here.grows(alert, f"b{number}", **facets)

    assert here.sends() == ["awa: a1"] * 3
    assert here.reasons(alert) == [(), ("toll",), ("entity",), ("denial",)]


def test_outlets_that_carry_one_dispatch_are_one_origin(state: StateUnderTest, rooms: list[Newsroom]) -> None:
    here = room(state, rooms, Route(name="all", to=("awa",), updates=Updates(outlets=(2,))))
    alert = here.raises("a1")
    here.sends()

    here.grows(alert, "a2", source_of="a1")
    here.grows(alert, "a3", source_of="another", copy_of="a1")

    assert here.sends() == []


def test_whoever_was_told_is_told_of_a_correction_and_nobody_else(state: StateUnderTest, rooms: list[Newsroom]) -> None:
    here = room(state, rooms, analysts=(AWA, OMAR))
    alert = here.raises("a1")
    here.sends()

    here.changes(alert)
    here.changes(alert, reason=Reason.WITHDRAWAL)

    assert here.sends() == ["awa: a1", "awa: a1"]
    assert here.reasons(alert) == [(), ("correction",), ("withdrawal",)]


def test_a_change_in_an_article_that_nobody_was_told_of_is_told_to_nobody(
    state: StateUnderTest, rooms: list[Newsroom]
) -> None:
    here = room(state, rooms, Route(name="all", to=("awa",), updates=Updates(outlets=(3,))))
    alert = here.raises("a1")
    here.sends()

    here.grows(alert, "a2")
    here.changes(alert, "a2")
    assert here.sends() == []

    here.grows(alert, "a3")
    assert here.sends() == ["awa: a1"]
    here.changes(alert, "a2")
    assert here.sends() == ["awa: a1"]


def test_a_route_may_keep_corrections_away(state: StateUnderTest, rooms: list[Newsroom]) -> None:
    here = room(state, rooms, Route(name="all", to=("awa",), corrections=False))
    alert = here.raises("a1")
    here.sends()

    here.changes(alert)

    assert here.sends() == []


def test_who_was_told_when_nobody_acknowledged_is_told_of_a_correction(
    state: StateUnderTest, rooms: list[Newsroom]
) -> None:
    route = Route(name="all", to=("awa",), escalate=(Escalation(after=timedelta(minutes=15), to=("omar",)),))
    here = room(state, rooms, route, analysts=(AWA, OMAR))
    alert = here.raises("a1")
    here.later(timedelta(minutes=16))
    here.sends()

    here.changes(alert)

    assert here.sends() == ["awa: a1", "omar: a1"]


def test_a_correction_in_quiet_hours_goes_out_when_they_end(state: StateUnderTest, rooms: list[Newsroom]) -> None:
    day = room(state, rooms)
    alert = day.raises("a1")
    day.sends()
    night = room(state, rooms, analysts=(quiet_now(AWA),))

    night.changes(alert)
    assert night.sends() == []
    night.changes(alert, reason=Reason.WITHDRAWAL)
    day.later(timedelta(days=1))

    assert day.sends() == ["awa: a1"]
    assert day.reasons(alert) == [(), ("correction", "withdrawal")]


def test_a_mute_keeps_the_alert_from_the_analyst_and_says_so(state: StateUnderTest, rooms: list[Newsroom]) -> None:
    here = room(state, rooms)
    now = datetime.now(UTC)
    mute = Mute(
        id="m1",
        by="omar",
        reason="an exercise",
        since=now - timedelta(hours=1),
        until=now + timedelta(hours=3),
        rule="convoys",
    )
    here.ledger.mute(mute)

    muted, other = here.raises("a1"), here.raises("a2", rule="mines")

    assert here.sends() == ["awa: a2"]
    assert (here.standing(muted), here.standing(other)) == (Standing.MUTED, Standing.DUE)
    assert here.ledger.unmute("m1")
    assert here.ledger.mutes() == []
    here.raises("a3")
    assert here.sends() == ["awa: a3"]


def muted_for(hours: float, **what: str) -> Mute:
    now = datetime.now(UTC)
    return Mute(
        id="m1",
        by="omar",
        reason="an exercise",
        since=now - timedelta(hours=1),
        until=now + timedelta(hours=hours),
        **what,
    )


def test_a_correction_of_what_was_told_before_a_mute_is_told_when_the_mute_is_over(
    state: StateUnderTest, rooms: list[Newsroom]
) -> None:
    here = room(state, rooms, Route(name="all", to=("awa",), updates=Updates(outlets=(2,))))
    alert = here.raises("a1")
    here.sends()
    here.ledger.mute(muted_for(3, rule="convoys"))

    here.grows(alert, "a2")
    here.changes(alert)
    assert here.standing(alert) is Standing.MUTED
    here.changes(alert, reason=Reason.WITHDRAWAL)
    here.later(timedelta(hours=2))
    assert here.sends() == []
    here.later(timedelta(hours=2))

    assert here.sends() == ["awa: a1"]
    assert here.reasons(alert) == [(), ("correction", "withdrawal")]
    here.later(timedelta(days=1))
    assert here.sends() == []


def test_a_mute_that_is_ended_lets_corrections_go_and_nothing_else(
    state: StateUnderTest, rooms: list[Newsroom]
) -> None:
    here = room(state, rooms)
    told = here.raises("a1")
    here.sends()
    here.ledger.mute(muted_for(3, analyst="awa"))
    here.raises("a2")
    here.changes(told)

    assert here.ledger.unmute("m1")
    here.later(timedelta(seconds=1))

    assert here.sends() == ["awa: a1"]


def test_when_nobody_acknowledges_the_next_person_is_told_once(state: StateUnderTest, rooms: list[Newsroom]) -> None:
    route = Route(name="all", to=("awa",), escalate=(Escalation(after=timedelta(minutes=15), to=("omar",)),))
    here = room(state, rooms, route, analysts=(AWA, OMAR))
    here.raises("a1")
    assert here.sends() == ["awa: a1"]

    here.later(timedelta(minutes=14))
    assert here.sends() == []
    here.later(timedelta(minutes=2))
    assert here.sends() == ["omar: a1"]
    here.later(timedelta(hours=9))
    assert here.sends() == []


def test_an_acknowledged_alert_is_not_escalated(state: StateUnderTest, rooms: list[Newsroom]) -> None:
    route = Route(name="all", to=("awa",), escalate=(Escalation(after=timedelta(minutes=15), to=("omar",)),))
    here = room(state, rooms, route, analysts=(AWA, OMAR))
    alert = here.raises("a1")
    here.sends()

    assert here.ledger.acknowledge(alert.id, "awa", "on it")
    here.later(timedelta(hours=1))

    assert here.sends() == []
    assert [(one.by, one.note) for one in here.ledger.acknowledgements(alert.id)] == [("awa", "on it")]


def test_a_correction_of_what_is_still_held_waits_with_it(state: StateUnderTest, rooms: list[Newsroom]) -> None:
    here = room(state, rooms, Route(name="daily", to=("awa",), digest=Digest.DAILY))
    alert = here.raises("a1")

    here.changes(alert)
    here.later(timedelta(days=1))

    assert here.sends() == ["awa: a1"]


def test_two_notifiers_release_what_was_held_once(state: StateUnderTest, rooms: list[Newsroom]) -> None:
    here = room(state, rooms, Route(name="grouped", to=("awa",), group=timedelta(minutes=10)))
    for number in range(5):
        here.raises(f"a{number}", rule=f"rule-{number}")
    other = room(state, rooms, Route(name="grouped", to=("awa",), group=timedelta(minutes=10)))
    state.let_pass(timedelta(minutes=11))

    released = here.desk.release(here.ledger) + other.desk.release(other.ledger)

    assert released == 5
    assert here.sends() == ["awa: a0+a1+a2+a3+a4"]


def test_who_is_asleep_when_nobody_acknowledges_is_told_when_their_quiet_hours_end(
    state: StateUnderTest, rooms: list[Newsroom]
) -> None:
    route = Route(name="all", to=("awa",), escalate=(Escalation(after=timedelta(minutes=15), to=("omar",)),))
    night = room(state, rooms, route, analysts=(AWA, quiet_now(OMAR)))
    morning = room(state, rooms, route, analysts=(AWA, OMAR))
    alert = night.raises("a1")
    night.sends()

    night.later(timedelta(minutes=16))
    assert night.sends() == []
    assert night.standing(alert, "omar") is Standing.QUIET
    morning.later(timedelta(hours=2))

    assert morning.sends() == ["omar: a1"]


def test_a_correction_for_whom_no_route_leads_to_waits_for_the_end_of_their_quiet_hours(
    state: StateUnderTest, rooms: list[Newsroom]
) -> None:
    route = Route(name="all", to=("awa",), escalate=(Escalation(after=timedelta(minutes=15), to=("omar",)),))
    day = room(state, rooms, route, analysts=(AWA, OMAR))
    alert = day.raises("a1")
    day.later(timedelta(minutes=16))
    day.sends()
    night = room(state, rooms, route, analysts=(AWA, quiet_now(OMAR)))

    night.changes(alert)
    assert night.sends() == ["awa: a1"]
    day.later(timedelta(hours=3))

    assert day.sends() == ["omar: a1"]
    assert day.reasons(alert).count(("correction",)) == 2
