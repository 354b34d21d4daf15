"""The server that acceptance tests publish in."""

import threading
from collections.abc import Iterator
from typing import get_args

import feedparser
import pytest

from pipeline.newsroom.content import FeedFormat
from tests.newsroom.http import get
from tests.newsroom.sample import SampleServer, open_sample_server


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with open_sample_server() as opened:
        yield opened


@pytest.mark.parametrize("format", get_args(FeedFormat))
def test_what_is_published_stands_in_the_feed_and_on_its_page(server: SampleServer, format: FeedFormat) -> None:
    outlet = server.outlet("river-post", format=format)
    url = outlet.publish(title="A bridge opens", text="The bridge at Gao is open.\n\nLorries may pass.")
    feed = get(outlet.feed_url)
    assert "A bridge opens" in feed.body.decode()
    assert url in feed.body.decode()
    assert "Lorries may pass." in get(url).body.decode()


def test_a_correction_changes_feed_and_page(server: SampleServer) -> None:
    outlet = server.outlet("river-post")
    url = outlet.publish(title="Flood", text="Two dead.")
    feed, page = get(outlet.feed_url), get(url)
    assert get(outlet.feed_url, If_None_Match=feed.headers["ETag"]).status == 304
    outlet.correct(url, text="Three dead.")
    assert get(outlet.feed_url, If_None_Match=feed.headers["ETag"]).status == 200
    assert "Three dead." in get(url, If_None_Match=page.headers["ETag"]).body.decode()


def test_an_entry_may_lead_elsewhere_and_have_no_page(server: SampleServer) -> None:
    outlet = server.outlet("river-post", full=True)
    url = outlet.publish(title="Flood", text="Two dead.", link="/river-post/live?part=2", page=False)
    (entry,) = feedparser.parse(get(outlet.feed_url).body).entries
    assert entry.link == url == f"{server.address}/river-post/live?part=2"
    assert entry.content[0].value == "<p>Two dead.</p>"
    assert get(url).status == 404


def test_an_outlet_answers_with_an_error_until_it_recovers(server: SampleServer) -> None:
    outlet = server.outlet("river-post")
    url = outlet.publish(title="Flood", text="Two dead.")
    outlet.answer(429, {"Retry-After": "7"})
    assert (get(outlet.feed_url).status, get(outlet.feed_url).headers["Retry-After"]) == (429, "7")
    assert get(url).status == 200
    outlet.recover()
    assert get(outlet.feed_url).status == 200


def test_an_outlet_that_hangs_answers_once_it_recovers(server: SampleServer) -> None:
    outlet = server.outlet("river-post")
    outlet.hang()
    with pytest.raises(TimeoutError):
        get(outlet.feed_url, timeout=0.2)
    threading.Timer(0.2, outlet.recover).start()
    assert get(outlet.feed_url).status == 200


def test_a_trickling_body_arrives_whole_but_late(server: SampleServer) -> None:
    outlet = server.outlet("river-post")
    whole = get(outlet.feed_url).body
    outlet.trickle(pause=0.0001)
    assert get(outlet.feed_url).body == whole


def test_any_bytes_can_stand_for_a_feed(server: SampleServer) -> None:
    outlet = server.outlet("river-post")
    outlet.serve(b"<rss><channel><item>")
    assert get(outlet.feed_url).body == b"<rss><channel><item>"


def test_requests_are_kept_with_their_headers(server: SampleServer) -> None:
    outlet = server.outlet("river-post")
    get(outlet.feed_url, If_None_Match='"x"')
    assert [(asked.path, asked.headers["if-none-match"]) for asked in server.asked] == [("/river-post/feed", '"x"')]
