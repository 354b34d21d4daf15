from concurrent.futures import Future

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.fetch.http import HttpFetcher
from pipeline.fetch.interface import Request, Response
from pipeline.poll.discover import MOST_ASKED, Discoverer, Discovery
from tests.fetch.hostile import HostileServer, answer, redirect
from tests.poll.direct import DirectReader
from tests.poll.documents import item, rss

FEED = rss([item("Base at Timbuktu", "/1", date="Mon, 02 Nov 2026 10:00:00 +0000")])
OTHER = rss([item("Another", "/2")], title="Sports")
COMMENTS = rss([item("Re: Base", "/1#c")], title="Comments for The Outlet")
JSON = (
    b'{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [{"id": "1", "title": "A", "url": "/9"}]}'
)


def page(head: str = "", body: str = "") -> object:
    return answer(
        f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode(), content_type="text/html"
    )


def link(href: str, kind: str = "application/rss+xml") -> str:
    return f'<link rel="alternate" type="{kind}" href="{href}">'


def found(fetcher: HttpFetcher, server: HostileServer, path: str = "/") -> Discovery:
    return Discoverer(fetcher, DirectReader()).discover(server.url(path))


def paths(server: HostileServer, discovery: Discovery) -> list[str]:
    assert discovery.problem is None
    return [candidate.url.removeprefix(server.url("")) for candidate in discovery.candidates]


def test_the_address_of_a_feed_is_taken_as_it_is(server: HostileServer, fetcher: HttpFetcher):
    server.behaviours["/rss"] = answer(FEED, content_type="text/html")
    assert paths(server, found(fetcher, server, "/rss")) == ["/rss"]
    assert len(server.asked) == 1


def test_a_page_declares_its_feeds_and_those_of_comments_come_last(server: HostileServer, fetcher: HttpFetcher):
    head = (
        link("/comments/feed/")
        + link("/wp-json/x", "application/json")
        + link("style.css", "text/css")
        + link("news.rss")
        + link("/copy.atom", "application/atom+xml")
        + link("/feed.json", "application/feed+json")
    )
    server.behaviours |= {
        "/home/": page(f'<base href="/feeds/">{head}'),
        "/comments/feed/": answer(COMMENTS),
        "/feeds/news.rss": answer(FEED),
        "/copy.atom": answer(FEED),
        "/feed.json": answer(JSON),
    }
    discovery = found(fetcher, server, "/home/")
    assert paths(server, discovery) == ["/feeds/news.rss", "/feed.json", "/comments/feed/"]
    assert discovery.candidates[0].found == "declared by the page"
    assert discovery.candidates[0].feed.entries[0].title == "Base at Timbuktu"
    assert "/wp-json/x" not in [asked.path for asked in server.asked]


def test_a_server_may_declare_them_in_its_headers(server: HostileServer, fetcher: HttpFetcher):
    server.behaviours |= {
        "/": answer(b"<html></html>", Link='</a,b.xml>; rel="alternate"; type="application/atom+xml", </x>; rel=next'),
        "/a,b.xml": answer(FEED),
    }
    assert paths(server, found(fetcher, server)) == ["/a,b.xml"]


def test_links_that_look_like_feeds_are_tried_when_none_is_declared(server: HostileServer, fetcher: HttpFetcher):
    server.behaviours |= {
        "/": page(body='<a href="/feeding-cattle">x</a><a href="/flux/sport/rss">s</a><a href="/flux?f=1">RSS</a>'),
        "/flux/sport/rss": answer(OTHER),
        "/flux?f=1": answer(FEED),
        "/feeding-cattle": answer(COMMENTS),
    }
    assert set(paths(server, found(fetcher, server))) == {"/flux/sport/rss", "/flux?f=1"}


def test_usual_addresses_are_tried_when_nothing_points_to_a_feed(server: HostileServer, fetcher: HttpFetcher):
    server.behaviours |= {"/blog/": page(), "/blog/feed/": redirect("/blog/feed/main/", 301)}
    server.behaviours["/blog/feed/main/"] = answer(FEED)
    discovery = found(fetcher, server, "/blog/")
    assert paths(server, discovery) == ["/blog/feed/main/"]
    assert discovery.candidates[0].found == "a usual address"


def test_a_site_without_a_feed_says_so(server: HostileServer, fetcher: HttpFetcher):
    server.behaviours["/"] = page(body="nothing")
    discovery = found(fetcher, server)
    assert discovery.answered
    assert "no feed was found on its site" in str(discovery.problem)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("ftp://old.example/", "must begin with http:// or https://"),
        ("http://10.1.2.3/", "a private network"),
        ("http://me:secret@x.example/", "holds a name or password"),
    ],
)
def test_an_address_that_must_not_be_asked_is_refused(fetcher: HttpFetcher, address: str, words: str):
    discovery = Discoverer(fetcher, DirectReader()).discover(address)
    assert not discovery.answered
    assert words in str(discovery.problem)
    assert "secret" not in str(discovery.problem)


def test_a_hostile_page_leads_to_few_requests_and_none_inside(server: HostileServer, fetcher: HttpFetcher):
    head = (
        "".join(link(f"/many/{n}") for n in range(5_000))
        + link("http://169.254.169.254/latest")
        + link("file:///etc/passwd")
    )
    server.behaviours["/"] = page(head)
    found(fetcher, server)
    assert sum(asked.path.startswith("/many/") for asked in server.asked) == MOST_ASKED


def test_a_login_goes_to_the_asked_site_alone(server: HostileServer, fetcher: HttpFetcher):
    with HostileServer() as other:
        server.behaviours |= {"/": page(link("/rss") + link(other.url("/rss"))), "/rss": answer(FEED)}
        Discoverer(fetcher, DirectReader(), {"Authorization": "Bearer x"}).discover(server.url("/"))
        assert {asked.headers.get("authorization") for asked in server.asked} == {"Bearer x"}
        assert [asked.headers.get("authorization") for asked in other.asked] == [None]


class Pretended:
    """A fetcher whose every answer is the same bytes."""

    def __init__(self, body: bytes, link: str) -> None:
        self.body = body
        self.link = link
        self.asked = 0

    def submit(self, request: Request) -> "Future[Response]":
        self.asked += 1
        answered: Future[Response] = Future()
        answered.set_result(Response(url=request.url, status=200, headers={"link": self.link}, body=self.body))
        return answered


SHAPES = st.sampled_from(
    [
        b"<html><base href='//[x'><a href='http://[/rss'>rss</a>",
        b"<link rel=alternate type=application/rss+xml href='",
        *(b"<a ", b"href=/feed>", b"<link rel=feed href=javascript:x>", b"<!DOCTYPE html>"),
        *(b"\x00", b"\xff\xfe", b"</", b"<?xml?>"),
    ]
)


@given(parts=st.lists(st.one_of(SHAPES, st.binary(max_size=20)), max_size=12), link=st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_no_page_breaks_the_search_or_makes_it_long(parts: list[bytes], link: str):
    pretended = Pretended(b"".join(parts), f'<{link}>; rel="alternate"; type="application/rss+xml"')
    discovery = Discoverer(pretended, DirectReader()).discover("https://post.example/")  # type: ignore[arg-type]
    assert discovery.candidates or discovery.problem
    assert pretended.asked <= 4 * MOST_ASKED + 2
