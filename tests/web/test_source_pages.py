"""Feeds on the page: how they are, a look at one, and what operators change."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.bootstrap import open_parts
from pipeline.fetch.http import HttpFetcher
from pipeline.health import Health
from pipeline.index.tantivy import TantivyIndex
from pipeline.log.sqlite import SqliteEventLog
from pipeline.page import open_page_tools
from pipeline.poll.check import Checker
from pipeline.poll.credentials import Credentials
from pipeline.poll.discover import Discoverer
from pipeline.settings import Settings
from pipeline.state.database import DatabaseState
from pipeline.state.interface import FeedSpec, FeedState, FeedStatus, PollOutcome, Role
from pipeline.web.app import create_app
from pipeline.web.server import listening, serve_in_background
from pipeline.web.tools import FeedTools
from pipeline.web.visitors import Access
from tests.fetch.conftest import fetcher, server
from tests.fetch.hostile import HostileServer, answer
from tests.poll.direct import DirectReader
from tests.poll.documents import item, rss
from tests.web.conftest import KEYS
from tests.web.site import Site

__all__ = ["fetcher", "server"]

POST, WIRE = "https://post.example/rss", "https://wire.example/rss"
FEED = rss([item("Base at <b>Timbuktu</b>", "/1", date="Mon, 02 Nov 2026 10:00:00 +0000")], title="The Outlet")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(stores: tuple[TantivyIndex, DatabaseState, SqliteEventLog], fetcher: HttpFetcher) -> Iterator[Site]:
    index, state, _ = stores
    reader = DirectReader()
    tools = FeedTools(
        discover=lambda address: Discoverer(fetcher, reader).discover(address),
        check=lambda url, login: Checker(fetcher, Credentials({}.get), reader).check(url, login),
    )
    access = Access(open=False, user_header="X-User")
    for name, role in (("awa", Role.ANALYST), ("omar", Role.OPERATOR)):
        state.accounts.add(name, role, None, by="tests")
    app = create_app(index, state, lambda: Health(problems=()), keys=KEYS, access=access, feed_tools=tools)
    with listening(app, "127.0.0.1", 0) as address:
        yield Site(address, index, state)


OMAR = {"X-User": "omar"}


def feed(site: Site, url: str) -> FeedStatus:
    [found] = site.state.feeds.list(only=[url])
    return found


def press(site: Site, path: str, deed: str, **given: str) -> tuple[int, str]:
    form = site.get(path, **OMAR).page.cssselect("input[name=form]")[0].get("value")
    answer = site.post(path, {"form": str(form), "do": deed, **given}, **OMAR)
    return answer.status, answer.seen() if answer.text else answer.headers["location"]


def polled(site: Site, url: str, outcome: PollOutcome) -> None:
    claims = site.state.feeds.claim_due("tests", 1, HOUR, only=[url], at_once=True)
    assert not site.state.feeds.save([(claims[0], outcome)])


def test_feeds_are_listed_those_in_trouble_first_and_narrowed_by_state_tag_and_words(desk: Site) -> None:
    desk.state.feeds.put([FeedSpec(url=POST, title="Post <i>", tags=("sahel",)), FeedSpec(url=WIRE, title="Wire")])
    polled(desk, POST, PollOutcome(delay=HOUR, entries=2, new_entries=2, seen={"a": "1", "b": "2"}))
    polled(desk, WIRE, PollOutcome(delay=HOUR, error="the server answered 503"))

    rows = [row.text_content() for row in desk.get("/feeds", **OMAR).page.cssselect("tbody tr")]

    assert ["Wire" in rows[0], "the server answered 503" in rows[0], "Post <i>" in rows[1]] == [True] * 3
    for query, expected in (
        ("tag=sahel", "Post"),
        ("state=failing", "Wire"),
        ("q=wire", "Wire"),
        ("order=new", "Post"),
    ):
        assert expected in desk.get(f"/feeds?{query}", **OMAR).page.cssselect("tbody th")[0].text_content()
    assert "No feed is like that." in desk.get("/feeds?q=nothing", **OMAR).seen()


def test_operators_disable_enable_tag_and_hasten_a_feed_and_all_is_noted(desk: Site) -> None:
    desk.state.feeds.put([FeedSpec(url=POST)])
    polled(desk, POST, PollOutcome(delay=HOUR, entries=0, seen={}))
    path = f"/feeds/{feed(desk, POST).id}"

    assert press(desk, path, "poll")[0] == 303
    assert desk.state.feeds.due(5) == [POST]
    assert press(desk, path, "disable")[0] == 303
    assert feed(desk, POST).state is FeedState.DISABLED
    assert "can't be polled now" in press(desk, path, "poll")[1]
    assert press(desk, path, "enable")[0] == 303
    assert press(desk, path, "tag", tags="sahel, agency/fr,, sahel")[0] == 303
    assert feed(desk, POST).spec.tags == ("sahel", "agency/fr")
    assert press(desk, path, "explode")[0] == 400

    noted = [(one.what, one.who) for one in desk.state.ledger.audit(LONG_AGO) if one.what.startswith("feed")]
    what = ["feed polled on demand", "feed disabled", "feed enabled", "feed changed"]
    assert noted == [(one, "omar") for one in what]


def test_a_feed_of_a_file_keeps_the_tags_that_the_file_gives_it(desk: Site) -> None:
    desk.state.feeds.put([FeedSpec(url=POST)], listed_in="/etc/feeds.opml")
    path = f"/feeds/{feed(desk, POST).id}"

    assert "change its tags there" in press(desk, path, "tag", tags="x")[1]
    assert feed(desk, POST).spec.tags == ()


def test_a_look_at_a_feed_says_what_is_wrong_with_it_now(desk: Site, server: HostileServer) -> None:
    server.behaviours["/rss"] = answer(FEED, content_type="application/rss+xml")
    url = server.url("/rss")
    desk.state.feeds.put([FeedSpec(url=url)])

    status, seen = press(desk, f"/feeds/{feed(desk, url).id}", "check")

    assert status == 200
    assert "1 entries" in seen
    assert "neither ETag nor Last-Modified" in seen


def test_the_feeds_of_a_site_are_found_shown_and_added(desk: Site, server: HostileServer) -> None:
    head = b'<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head></html>'
    server.behaviours |= {"/": answer(head, content_type="text/html"), "/rss": answer(FEED)}
    url = server.url("/rss")

    status, seen = press(desk, "/feeds/new", "look", url=server.url("/"), tags="sahel")
    assert status == 200
    for expected in ("The Outlet", "Base at", "Add it"):
        assert expected in seen
    assert desk.state.feeds.list() == []
    status, to = press(desk, "/feeds/new", "add", url=url, tags="sahel", country="ml")
    assert (status, to) == (303, f"{feed(desk, url).id}?done=added")
    assert (feed(desk, url).spec.tags, feed(desk, url).spec.country) == (("sahel",), "ML")
    assert "here already" in press(desk, "/feeds/new", "add", url=url)[1]
    assert [one.who for one in desk.state.ledger.audit(LONG_AGO) if one.what == "feed added"] == ["omar"]


@pytest.mark.parametrize("url", ["ftp://x.example/", "javascript:alert(1)", "file:///etc/passwd", "", "http://", "//x"])
def test_addresses_that_no_poller_would_ask_are_not_added(desk: Site, url: str) -> None:
    for deed in ("look", "add"):
        status, seen = press(desk, "/feeds/new", deed, url=url)
        assert (status, "Add it" in seen) in ((400, False), (200, False))
    assert press(desk, "/feeds/new", "add", url=url)[0] == 400
    assert desk.state.feeds.list() == []


def test_only_operators_change_feeds(desk: Site) -> None:
    desk.state.feeds.put([FeedSpec(url=POST)])
    path = f"/feeds/{feed(desk, POST).id}"
    for who in ("rita", "awa"):
        assert desk.get("/feeds", **{"X-User": who}).status == 200
        assert not desk.get(path, **{"X-User": who}).page.cssselect("form.deeds")
        assert desk.get("/feeds/new", **{"X-User": who}).status == 403
        assert desk.post(path, {"do": "disable"}, **{"X-User": who}).status == 403
    assert desk.post(path, {"do": "disable", "form": "guess"}, **OMAR).status == 403
    assert feed(desk, POST).state is FeedState.NEW
    assert desk.get("/feeds/99999", **OMAR).status == 404


def test_the_poller_s_guard_keeps_the_page_from_asking_servers_within(tmp_path: Path, server: HostileServer) -> None:
    server.behaviours["/rss"] = answer(FEED)
    settings = Settings(data=tmp_path)
    with (
        open_parts(settings) as parts,
        open_page_tools(parts, settings) as tools,
        serve_in_background(parts, settings, 0, tools=tools) as address,
    ):
        site = Site(address, parts.index, parts.state)
        form = site.get("/feeds/new").page.cssselect("input[name=form]")[0].get("value")

        answer_ = site.post("/feeds/new", {"form": str(form), "do": "look", "url": server.url("/rss")})

        assert "The Outlet" not in answer_.seen()
        assert answer_.page.cssselect(".problem")
    assert server.asked == []
