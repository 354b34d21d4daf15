"""From a claimed delivery to its message: for whom, counted, with links that hold."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest

from pipeline.answer_links import BadLink, LinkKeys, Purpose, link_keys, own_key
from pipeline.errors import BadInput
from pipeline.notify.compose import Composer, leave_link
from pipeline.notify.digest import make_digest, send_digest
from pipeline.notify.interface import Digest as DigestMessage
from pipeline.notify.interface import Message
from pipeline.notify.kibana_link import discover_link
from pipeline.policy.desk import Desk
from pipeline.policy.model import FOR_GOOD, Analyst, Digest, Mute, Policy, Route
from pipeline.policy.outcome import Standing
from pipeline.settings import load_settings
from pipeline.state.database import DatabaseState
from pipeline.state.interface import ArticleFacets, ClaimedDelivery
from tests.builders import match
from tests.notify.messages import alert, article

KEYS = LinkKeys(b"a key of thirty-two characters..")
AWA = Analyst(id="awa", name="Awa Diarra", channels=("mail",), zone=ZoneInfo("Africa/Bamako"), language="fr")
BASE = "https://harmattan.example.org/desk/"


@pytest.fixture
def policy() -> Policy:
    return Policy(analysts=(AWA,), routes=(Route(name="rest", to=("awa",), digest=Digest.HOURLY),))


@pytest.fixture
def state(tmp_path) -> Iterator[DatabaseState]:
    state = DatabaseState.embedded(tmp_path / "state.db")
    state.setup()
    yield state
    state.close()


def raised(state: DatabaseState, desk: Desk, *rules: str) -> None:
    for rule in rules:
        with state.ledger.decide("alert@1") as decision:
            found = decision.raise_alert(match(rule), article(id=f"of-{rule}"), "s1")
            assert found
            add = ArticleFacets(source_of="afp", places=("Gao",), kinds=("private",))
            facets = decision.facets(found.id, (f"of-{rule}", add), founding=True)
            desk.raised(decision, found, facets, ["mail"])


def hours_pass(state: DatabaseState) -> None:
    from sqlalchemy import text

    with state._database.write() as connection:
        connection.execute(text("UPDATE outcomes SET until = 0 WHERE until IS NOT NULL"))


def claimed(state: DatabaseState) -> list[ClaimedDelivery]:
    return state.ledger.claim_due("me", 9, timedelta(minutes=1))


def test_a_message_is_for_its_reader_says_how_far_the_news_has_spread_and_can_be_answered(state: DatabaseState) -> None:
    at_once = Policy(analysts=(AWA,), routes=(Route(name="all", to=("awa",)),))
    raised(state, Desk(lambda: at_once), "convoys")
    [claim] = claimed(state)

    found = Composer(state.ledger, lambda: at_once, BASE, KEYS, "https://kibana.example.org").message(claim)

    assert (found.reader.language, found.reader.zone.key) == ("fr", "Africa/Bamako")
    assert found.spread
    assert (found.spread.places, dict(found.spread.kinds)) == (("Gao",), {"Sahel Post": ("private",)})
    assert found.link == "https://harmattan.example.org/desk/alerts/convoys-of-convoys"
    assert found.links.story == "https://harmattan.example.org/desk/stories/s1"
    token = str(found.links.answer).rpartition("/")[2]
    signed = KEYS.read(Purpose.ANSWER, token, datetime.now(UTC))
    assert (signed.subject, signed.reader) == ("convoys-of-convoys", "awa")
    assert str(found.links.mute).endswith(f"{token}?do=mute")


def test_without_an_address_or_a_key_nothing_is_linked_that_would_not_hold(state: DatabaseState) -> None:
    at_once = Policy(analysts=(AWA,), routes=(Route(name="all", to=("awa",)),))
    raised(state, Desk(lambda: at_once), "convoys")
    [claim] = claimed(state)

    nowhere = Composer(state.ledger, lambda: at_once, None, KEYS).message(claim)
    unsigned = Composer(state.ledger, lambda: at_once, BASE).message(claim)

    assert (nowhere.link, nowhere.links.story, nowhere.links.answer, nowhere.links.kibana) == (None,) * 4
    assert (unsigned.links.answer, bool(unsigned.links.story)) == (None, True)


def test_a_digest_is_one_though_it_holds_one_alert_and_can_be_left_for_good(
    state: DatabaseState, policy: Policy
) -> None:
    desk = Desk(lambda: policy)
    raised(state, desk, "convoys")
    hours_pass(state)
    desk.release(state.ledger)

    digest = Composer(state.ledger, lambda: policy, BASE, KEYS).digest(claimed(state))

    assert (digest.kind, len(digest.alerts)) == ("hourly", 1)
    token = str(digest.unsubscribe).rpartition("/")[2]
    signed = KEYS.read(Purpose.UNSUBSCRIBE, token, datetime.now(UTC) + timedelta(days=300))
    assert (signed.subject, signed.reader) == ("rest", "awa")


def test_whoever_has_left_a_digest_is_told_of_critical_alerts_alone_and_why_says_so(
    state: DatabaseState, policy: Policy
) -> None:
    desk = Desk(lambda: policy)
    raised(state, desk, "before")
    since = datetime.now(UTC) - timedelta(seconds=5)
    mute = Mute(id="m", by="awa", reason="unsubscribed", since=since, until=FOR_GOOD, analyst="awa", digest="rest")
    state.ledger.mute(mute)

    raised(state, desk, "after")
    hours_pass(state)
    desk.release(state.ledger)

    assert claimed(state) == []
    for rule in ("before", "after"):
        [row] = state.ledger.outcomes(f"{rule}-of-{rule}")
        assert (row.standing, row.mute) == (Standing.MUTED, "m")
        assert "awa wants this digest no more" in row.why


def test_discover_opens_on_the_story_from_a_day_before_its_first_article() -> None:
    address = discover_link("https://kibana.example.org/", alert(story='s"1'))

    parts = urlsplit(address)
    assert parts.path == "/s/harmattan/app/discover"
    fragment = unquote(parts.fragment)
    assert "time:(from:'2026-01-05T10:30:00.000Z',to:'now')" in fragment
    assert "query:(language:'kuery',query:'story : \"s\\\"1\"')" in fragment
    assert "dataViewId:'harmattan-articles'" in fragment


def test_a_link_holds_for_its_purpose_and_time_and_under_its_key_alone() -> None:
    now = datetime.now(UTC)
    token = KEYS.sign(Purpose.ANSWER, "a1", "awa", now + timedelta(days=1))

    assert KEYS.read(Purpose.ANSWER, token, now).subject == "a1"
    for purpose, keys, moment in (
        (Purpose.UNSUBSCRIBE, KEYS, now),
        (Purpose.ANSWER, LinkKeys(b"another"), now),
        (Purpose.ANSWER, KEYS, now + timedelta(days=2)),
    ):
        with pytest.raises(BadLink):
            keys.read(purpose, token, moment)


def test_the_key_is_made_once_for_its_owner_alone_or_given_as_a_secret(tmp_path) -> None:
    path = tmp_path / "data" / "links.key"
    assert own_key(path) == own_key(path)
    assert path.stat().st_mode & 0o077 == 0
    assert list(path.parent.iterdir()) == [path]

    assert link_keys(load_settings({"HARMATTAN_DATABASE": "postgresql://db/x"})) is None
    with pytest.raises(BadInput, match="too short"):
        link_keys(load_settings({"HARMATTAN_LINK_SECRET": "short"}))
    secret = {"HARMATTAN_DATABASE": "postgresql://db/x", "HARMATTAN_LINK_SECRET": "sixteen characters"}
    assert link_keys(load_settings(secret)) is not None
    assert "sixteen" not in repr(load_settings(secret))


class _Channel:
    """A channel that keeps what it was sent."""

    def __init__(self) -> None:
        self.got: list[Message | DigestMessage] = []

    def send(self, message: Message | DigestMessage, key: str) -> None:
        self.got.append(message)


def test_a_channels_daily_digest_carries_its_own_leave_and_stops_once_it_was_taken(state: DatabaseState) -> None:
    nobody = Policy(analysts=(), routes=())
    raised(state, Desk(lambda: nobody), "convoys")
    today, channels = datetime.now(UTC).date(), {"mail": _Channel(), "chat": _Channel()}

    def leave(digest: str, reader: str) -> str | None:
        return leave_link(BASE, KEYS, digest, reader, datetime.now(UTC))

    made = make_digest(today, state.ledger, BASE)
    assert send_digest(made, state.ledger, channels, ["mail", "chat"], leave) == 2
    [digest] = channels["mail"].got
    assert isinstance(digest, DigestMessage)
    token = str(digest.unsubscribe).rpartition("/")[2]
    left = KEYS.read(Purpose.UNSUBSCRIBE, token, datetime.now(UTC)).subject
    assert left == "channel:mail"

    since = datetime.now(UTC) - timedelta(seconds=5)
    state.ledger.mute(Mute(id="m", by="a reader", reason="-", since=since, until=FOR_GOOD, digest=left))
    tomorrow = make_digest(today + timedelta(days=1), state.ledger, BASE)
    assert send_digest(tomorrow, state.ledger, channels, ["mail", "chat"], leave) == 1
    assert [len(channel.got) for channel in channels.values()] == [1, 2]
