"""Hubs: subscribing, being pushed to, and what happens when they fail or are not who they say."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.health import Health
from pipeline.poll.intake import Intake
from pipeline.poll.pushes import SLOW, Pushes
from pipeline.poll.schedule import Schedule
from pipeline.poll.step import PollStep
from pipeline.poll.websub import WebSub
from pipeline.settings import load_settings
from pipeline.state.interface import FeedStatus, Subscription, SubscriptionState
from pipeline.web.app import create_app
from pipeline.web.server import listening
from pipeline.websub import MOST_PUSHED, HubKeys, hub_keys
from tests.acceptance.desk import eventually
from tests.fetch.hostile import HostileServer, answer
from tests.poll.direct import DirectReader
from tests.poll.documents import item, rss
from tests.poll.hub import Hub, request
from tests.poll.newsdesk import Newsdesk

LOOPBACK = [ip_network("127.0.0.0/8")]


class Office:
    """A newsdesk with a page that hubs can reach, and one feed that names a hub."""

    def __init__(self, desk: Newsdesk, server: HostileServer, hub: Hub, address: str, keys: HubKeys) -> None:
        self.desk = desk
        self.server = server
        self.hub = hub
        self.address = address
        self.feed = server.url("/rss")
        self.shown: list[str] = []
        self.websub = WebSub(
            desk.state.subscriptions,
            Intake(desk.state.feeds, desk.log),
            desk.fetcher,
            DirectReader(),
            keys,
            "follow",
        )
        self.publish("first")
        desk.follow(self.feed)

    def document(self, *more: str, hub: str | None = None) -> bytes:
        links = f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="hub" href="{hub or self.hub.url}"/>'
        links += f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="self" href="{self.feed}"/>'
        return rss([links, *(item(title, f"/{title}", title) for title in (*more, *self.shown))])

    def publish(self, title: str) -> None:
        self.shown.insert(0, title)
        self.server.behaviours["/rss"] = answer(self.document())

    def poll(self) -> FeedStatus:
        desk = self.desk
        followers = [Pushes(desk.state.subscriptions)]
        PollStep(desk.state.feeds, desk.log, desk.fetcher, DirectReader(), Schedule(), followers=followers).poll_due(
            "desk", 9, only=[self.feed], at_once=True
        )
        return desk.row(self.feed)

    def follow(self) -> bool:
        """Ask hubs and read pushes, as a worker does; tell whether there was anything to do."""
        asked = self.websub.ask()
        return self.websub.read() or asked

    def subscription(self) -> Subscription:
        [one] = self.desk.state.subscriptions.by_feed().values()
        return one

    def subscribe(self) -> Subscription:
        """Poll, ask the hub, and wait until it has verified."""
        self.poll()
        self.follow()
        eventually(lambda: self.hub.subscribers, 10, 0.02)
        return self.subscription()

    def until_next(self) -> timedelta:
        row = self.desk.row(self.feed)
        assert row.next_due
        assert row.last_polled
        return row.next_due - row.last_polled


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as running:
        yield running


@pytest.fixture
def office(desk: Newsdesk, server: HostileServer, hub: Hub) -> Iterator[Office]:
    with open_office(desk, server, hub) as opened:
        yield opened


@contextmanager
def open_office(desk: Newsdesk, server: HostileServer, hub: Hub) -> Iterator[Office]:
    keys = HubKeys("", b"k" * 32, LOOPBACK)
    app = create_app(None, desk.state, lambda: Health(problems=()), hubs=keys)  # type: ignore[arg-type]
    with listening(app, "127.0.0.1", 0) as address:
        keys._base_url = address
        yield Office(desk, server, hub, address, keys)


class TestSubscribing:
    def test_a_feed_that_names_a_hub_is_subscribed_once_and_verified(self, office: Office) -> None:
        one = office.subscribe()
        office.poll()
        office.follow()
        [asked] = office.hub.asked
        assert (asked["hub.mode"], asked["hub.topic"]) == ("subscribe", office.feed)
        assert asked["hub.callback"] == f"{office.address}/websub/{one.key}"
        assert len(asked["hub.secret"]) >= 32
        assert one.lease_ends
        assert one.error is None

    def test_the_secret_is_one_of_each_subscription_and_in_no_database(self, office: Office, tmp_path: Path) -> None:
        office.subscribe()
        secret = office.hub.asked[0]["hub.secret"]
        assert not any(secret.encode() in path.read_bytes() for path in tmp_path.glob("*.db*"))

    def test_it_is_renewed_before_its_lease_ends(self, office: Office) -> None:
        one = office.subscribe()
        office.desk.state.subscriptions.verified(one.key, timedelta(hours=1), timedelta(0))
        office.follow()
        eventually(lambda: len(office.hub.verified) == 2, 10, 0.02)
        assert office.hub.asked[1] == office.hub.asked[0]
        assert [(mode, status) for mode, status, _ in office.hub.verified] == [("subscribe", 200)] * 2

    def test_a_hub_that_refuses_is_asked_again_later_and_polls_go_on(self, office: Office) -> None:
        office.hub.willing = False
        office.poll()
        office.follow()
        assert "answers 503" in str(office.subscription().error)
        assert office.follow() is False
        office.publish("second")
        office.poll()
        assert office.desk.titles() == ["first", "second"]

    @pytest.mark.parametrize("how", ["disabled", "no hub any more"])
    def test_it_is_given_back(self, office: Office, how: str) -> None:
        one = office.subscribe()
        if how == "disabled":
            office.desk.state.feeds.enable(office.feed, enabled=False)
        else:
            office.server.behaviours["/rss"] = answer(rss([item("x", "/x")]))
            office.poll()
        office.follow()
        eventually(lambda: not office.hub.subscribers, 10, 0.02)
        assert office.hub.asked[-1]["hub.mode"] == "unsubscribe"
        ended = office.desk.state.subscriptions.get(one.key)
        assert ended
        assert ended.state is SubscriptionState.ENDED
        assert request("POST", f"{office.address}/websub/{one.key}", b"x")[0] == 410

    def test_a_hub_may_deny_it(self, office: Office) -> None:
        one = office.subscribe()
        assert office.hub.deny(f"{office.address}/websub/{one.key}", "not\nyou") == 200
        assert (office.subscription().state, office.subscription().error) == (
            SubscriptionState.DENIED,
            "the hub denies it: not you",
        )

    def test_hubs_in_private_networks_are_not_spoken_to(self, office: Office) -> None:
        inside = office.document(hub="http://169.254.169.254/latest")
        office.server.behaviours["/rss"] = answer(inside)
        office.poll()
        office.follow()
        assert "169.254.169.254" in str(office.subscription().error)

    def test_headers_name_hubs_too(self, office: Office) -> None:
        link = f'<{office.hub.url}>; rel="hub", </other.rss>; rel=self'
        office.server.behaviours["/rss"] = answer(rss([item("x", "/x")]), Link=link)
        office.poll()
        assert (office.subscription().hub, office.subscription().topic) == (
            office.hub.url,
            office.server.url("/other.rss"),
        )


class TestPushes:
    @pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
    def test_go_the_way_of_a_poll(self, office: Office, method: str) -> None:
        office.subscribe()
        assert office.hub.push(office.document("pushed"), method=method) == [202]
        office.follow()
        assert office.desk.titles() == ["first", "pushed"]
        office.publish("pushed")
        row = office.poll()
        assert office.desk.titles() == ["first", "pushed"]
        assert row.last_new

    @pytest.mark.parametrize(
        "signature", ["", "sha256=", f"sha256={'0' * 64}", "md5=" + hashlib.md5(b"x").hexdigest(), "sha256=\u00e9"]
    )
    def test_without_the_right_signature_are_taken_and_left_out(self, office: Office, signature: str) -> None:
        office.subscribe()
        assert office.hub.push(office.document("forged"), signature=signature) == [202]
        office.follow()
        assert office.desk.titles() == ["first"]

    def test_that_are_no_feed_make_the_feed_due(self, office: Office) -> None:
        office.subscribe()
        assert office.hub.push(b"<html>broken") == [202]
        office.follow()
        assert office.desk.state.feeds.due(9) == [office.feed]

    def test_outlive_a_poller_that_is_down(self, office: Office) -> None:
        office.subscribe()
        for number in range(3):
            office.hub.push(office.document(f"p{number}"))
        office.follow()
        assert office.desk.titles() == ["first", "p0", "p1", "p2"]

    def test_let_the_feed_be_polled_seldom_while_they_work(self, office: Office) -> None:
        office.subscribe()
        office.poll()
        assert office.until_next() < SLOW
        office.hub.push(office.document("pushed"))
        office.follow()
        office.publish("pushed")
        office.poll()
        assert office.until_next() >= SLOW
        for title in ("missed", "missed too"):
            office.publish(title)
            office.poll()
        assert office.until_next() < SLOW
        assert office.desk.titles() == ["first", "missed", "missed too", "pushed"]

    def test_that_were_missed_while_the_page_was_down_are_polled_for(self, office: Office) -> None:
        office.subscribe()
        assert office.desk.state.feeds.due(9) == []
        office.desk.state.subscriptions.catch_up()
        assert office.desk.state.feeds.due(9) == [office.feed]

    def test_of_a_hub_that_can_be_told_no_secret_are_a_hint_to_poll(
        self, desk: Newsdesk, server: HostileServer
    ) -> None:
        with Hub() as hub, open_office(desk, server, hub) as office:
            office.websub._keys._allowed = ()  # type: ignore[attr-defined]
            office.subscribe()
            assert "hub.secret" not in hub.asked[0]
            assert hub.push(office.document("unsigned")) == [202]
            office.follow()
            assert desk.titles() == ["first"]
            assert desk.state.feeds.due(9) == [office.feed]


class TestEndpoint:
    def test_strangers_find_nothing(self, office: Office) -> None:
        key = office.subscribe().key
        for path in ("", "x", "0" * 32, key[:-1], f"{key}/x"):
            for method in ("GET", "POST"):
                assert request(method, f"{office.address}/websub/{path}", b"x")[0] == 404
        callback = f"{office.address}/websub/{key}"
        assert request("PUT", callback)[0] == 405

    def test_what_was_not_asked_for_is_not_confirmed(self, office: Office) -> None:
        callback = f"{office.address}/websub/{office.subscribe().key}"
        topic = f"hub.topic={office.feed}"
        for query in (
            "hub.mode=subscribe&hub.topic=https://other.example/&hub.challenge=x",
            f"hub.mode=unsubscribe&{topic}&hub.challenge=x",
            f"hub.mode=subscribe&{topic}",
            f"hub.mode=subscribe&{topic}&hub.challenge={'x' * 5000}",
            "hub.mode=denied&hub.topic=x",
            "",
        ):
            assert request("GET", f"{callback}?{query}")[0] == 404, query
        assert office.subscription().state is SubscriptionState.ACTIVE

    def test_a_challenge_comes_back_as_text_that_no_browser_runs(self, office: Office) -> None:
        callback = f"{office.address}/websub/{office.subscribe().key}"
        script = "%3Cscript%3E"
        status, text = request("GET", f"{callback}?hub.mode=subscribe&hub.topic={office.feed}&hub.challenge={script}")
        assert (status, text) == (200, "<script>")

    def test_a_lease_may_be_anything(self, office: Office) -> None:
        callback = f"{office.address}/websub/{office.subscribe().key}"
        for lease in ("", "-1", "1e9", "9" * 30, "0"):
            query = f"hub.mode=subscribe&hub.topic={office.feed}&hub.challenge=x&hub.lease_seconds={lease}"
            assert request("GET", f"{callback}?{query}") == (200, "x")

    def test_large_and_packed_deliveries_are_refused(self, office: Office) -> None:
        office.subscribe()
        assert office.hub.push(b"x" * (MOST_PUSHED + 1)) == [413]
        callback = f"{office.address}/websub/{office.subscription().key}"
        assert request("POST", callback, b"x", {"Content-Encoding": "gzip"})[0] == 413
        assert office.desk.state.subscriptions.take_push("x", timedelta(minutes=1)) is None

    def test_without_a_public_address_it_is_not_there(self, desk: Newsdesk) -> None:
        app = create_app(None, desk.state, lambda: Health(problems=()))  # type: ignore[arg-type]
        with listening(app, "127.0.0.1", 0) as address:
            assert request("POST", f"{address}/websub/{'0' * 32}", b"x")[0] == 404


BASE = {"HARMATTAN_BASE_URL": "https://news.example.org/desk/"}


class TestKeys:
    def test_are_made_once_for_a_data_folder_and_readable_by_its_owner(self, tmp_path: Path) -> None:
        settings = load_settings({**BASE, "HARMATTAN_DATA": str(tmp_path)})
        first, second = hub_keys(settings), hub_keys(settings)
        assert first
        assert second
        assert first.secret("a") == second.secret("a") != first.secret("b")
        assert first.callback("a") == "https://news.example.org/desk/websub/a"
        assert (tmp_path / "websub.key").stat().st_mode & 0o077 == 0

    @pytest.mark.parametrize(
        "environ",
        [
            {},
            {"HARMATTAN_BASE_URL": "http://localhost:8765"},
            {"HARMATTAN_BASE_URL": "http://192.168.1.5"},
            {**BASE, "HARMATTAN_DATABASE": "postgresql://x@db/x"},
        ],
    )
    def test_without_a_public_address_or_a_shared_key_it_is_off(self, tmp_path: Path, environ: dict[str, str]) -> None:
        assert hub_keys(load_settings({**environ, "HARMATTAN_DATA": str(tmp_path)})) is None
        assert list(tmp_path.iterdir()) == []

    def test_on_servers_they_come_from_the_environment(self) -> None:
        servers = {**BASE, "HARMATTAN_DATABASE": "postgresql://x@db/x"}
        assert hub_keys(load_settings({**servers, "HARMATTAN_WEBSUB_SECRET": "s" * 32}))
        with pytest.raises(BadInput):
            hub_keys(load_settings({**servers, "HARMATTAN_WEBSUB_SECRET": "short"}))

    def test_hubs_over_http_are_told_no_secret(self) -> None:
        keys = HubKeys("https://news.example.org", b"k" * 32, LOOPBACK)
        assert keys.confidential("https://hub.example/")
        assert keys.confidential("http://127.0.0.1:80/")
        assert not keys.confidential("http://hub.example/")
