"""What analysts say of alerts, what is sent again, and who was told what, whatever database keeps it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.policy.model import FOR_GOOD, Mute
from pipeline.records.alert import Alert, AlertState
from pipeline.state.database import DatabaseState
from pipeline.state.interface import ArticleFacets, Attempt, DeliveryState, Verdict
from tests.builders import match
from tests.state.client import alert_article
from tests.state.harness import StateUnderTest


@pytest.fixture
def client(state: StateUnderTest) -> DatabaseState:
    return state.client()


def raised(client: DatabaseState, article: str = "a1", *channels: str) -> Alert:
    with client.ledger.decide("alert@1") as decision:
        alert = decision.raise_alert(match("convoys"), alert_article(article), article)
        assert alert
        decision.facets(alert.id, (article, ArticleFacets(source_of="afp", kinds=("private",))), founding=True)
        for channel in channels:
            alert = decision.plan(alert.id, 0, "awa", channel, timedelta(0))
        return alert


def fail(client: DatabaseState) -> None:
    for claim in client.ledger.claim_due("tests", 9, timedelta(minutes=1)):
        client.ledger.record(claim, Attempt(error="no such address"))


def test_of_what_somebody_says_of_an_alert_the_last_counts(client: DatabaseState) -> None:
    alert = raised(client)

    assert client.ledger.say(alert.id, "awa", Verdict.USEFUL)
    assert client.ledger.say(alert.id, "omar", Verdict.FALSE, "an opera")
    assert client.ledger.say(alert.id, "awa", Verdict.FALSE)

    said = {one.by: (one.verdict, one.note) for one in client.ledger.feedback(alert.id)}
    assert said == {"awa": (Verdict.FALSE, ""), "omar": (Verdict.FALSE, "an opera")}
    assert not client.ledger.say("none", "awa", Verdict.USEFUL)


def test_outlets_that_carry_one_dispatch_are_counted_apart_from_its_origin(client: DatabaseState) -> None:
    alert = raised(client)
    for number, origin in ((2, "afp"), (3, "own")):
        article = replace(alert_article(f"a{number}"), source=f"Outlet {number}")
        with client.ledger.decide("alert@1") as decision:
            decision.join(alert.id, article, "a1", [], alert.severity)
            decision.facets(alert.id, (f"a{number}", ArticleFacets(source_of=origin, places=("Gao",))))

    spread = client.ledger.spread([alert.id])[alert.id]

    assert (spread.outlets, spread.origins, spread.places) == (3, 2, ("Gao",))
    assert set(spread.kinds.values()) == {("private",)}


def test_what_failed_for_good_can_be_sent_again_with_the_key_it_had(client: DatabaseState) -> None:
    alert = raised(client, "a1", "mail", "phone")
    raised(client, "a2", "mail")
    fail(client)
    assert {one.state for one in client.ledger.alerts()} == {AlertState.FAILED}

    assert client.ledger.retry(alert=alert.id, channel="phone") == 1
    [claim] = client.ledger.claim_due("tests", 9, timedelta(minutes=1))
    assert (claim.delivery.id, claim.delivery.attempts) == (f"{alert.id}/0/awa/phone", 0)
    assert claim.alert.state is AlertState.WAITING

    assert client.ledger.retry() == 2
    assert client.ledger.retry() == 0
    assert [row.value for row in client.outbox.pending("notify", 99)], "the index and the page are told"


def test_a_mute_that_was_ended_is_not_begun_again_by_the_same_request(client: DatabaseState) -> None:
    now = datetime.now(UTC)
    mute = Mute(id="m1", by="awa", reason="-", since=now, until=FOR_GOOD, analyst="awa", digest="daily")

    assert client.ledger.mute(mute)
    assert client.ledger.mutes() == [mute]
    assert client.ledger.unmute("m1")
    assert not client.ledger.mute(mute)
    assert client.ledger.mutes() == []


def test_the_audit_trail_says_who_was_told_what_when_and_how_and_what_they_did(client: DatabaseState) -> None:
    begun = datetime.now(UTC) - timedelta(minutes=1)
    alert = raised(client, "a1", "mail", "phone")
    for claim in client.ledger.claim_due("tests", 9, timedelta(minutes=1)):
        sent = claim.delivery.channel == "mail"
        client.ledger.record(claim, Attempt(sent=True) if sent else Attempt(error="no such number"))
    client.ledger.acknowledge(alert.id, "omar", "on it")
    client.ledger.say(alert.id, "awa", Verdict.USEFUL)
    now = datetime.now(UTC)
    client.ledger.mute(
        Mute(id="m", by="awa", reason="enough", since=now, until=now + timedelta(days=1), rule="convoys")
    )

    client.ledger.unmute("m", by="omar")
    client.ledger.retry(channel="phone", by="omar")
    for claim in client.ledger.claim_due("tests", 9, timedelta(minutes=1)):
        client.ledger.record(claim, Attempt(error="no such number"))

    entries = client.ledger.audit(begun)

    told = {(one.what, one.who, one.channel, one.detail) for one in entries if one.alert == alert.id}
    assert told == {
        ("sent", "awa", "mail", ""),
        ("failed", "awa", "phone", "no such number"),
        ("acknowledged", "omar", None, "on it"),
        ("useful", "awa", None, ""),
    }
    assert all(one.title == alert.articles[0].title and one.rule == "convoys" for one in entries if one.alert)
    assert [one.who for one in entries if one.what == "muted"] == ["awa"]
    assert [(one.what, one.who, one.detail) for one in entries if one.who == "omar" and not one.alert] == [
        ("unmuted", "omar", "the mute m"),
        ("sent again", "omar", "what had failed, over phone: 1"),
    ]
    assert client.ledger.audit(datetime.now(UTC) + timedelta(minutes=1)) == []
    assert DeliveryState.FAILED.value in {one.what for one in entries}


def test_every_alert_comes_with_what_was_made_of_it(client: DatabaseState) -> None:
    first, second = raised(client, "a1"), raised(client, "a2")
    client.ledger.say(first.id, "awa", Verdict.USEFUL)
    client.ledger.say(first.id, "omar", Verdict.FALSE, "an opera")
    client.ledger.say(first.id, "lou", Verdict.FALSE)
    client.ledger.acknowledge(first.id, "awa", "on it")
    client.ledger.acknowledge(first.id, "omar", "me, too")

    one, other = client.ledger.verdicts(first.created)

    assert (one.alert, one.rule, one.useful, one.false, one.notes) == (first.id, "convoys", 1, 2, ("an opera",))
    assert one.matches == first.matches
    assert one.acknowledged == min(said.at for said in client.ledger.acknowledgements(first.id))
    assert (other.alert, other.useful, other.false, other.acknowledged) == (second.id, 0, 0, None)
    assert client.ledger.verdicts(first.created, "another") == []
    assert client.ledger.verdicts(second.created + timedelta(days=1)) == []
