"""Article pages are read as their sites want it (RFC 9309)."""

import time
from collections.abc import Iterator

import pytest

from pipeline.fetch.http import HttpFetcher
from pipeline.fetch.interface import Request, RobotsRefused
from tests.fetch import hostile
from tests.fetch.hostile import HostileServer, answer


def read(fetcher: HttpFetcher, url: str) -> int:
    return fetcher.submit(Request(url=url, robots=True)).result(30).status


@pytest.fixture
def rules(server: HostileServer) -> Iterator[str]:
    text = "User-agent: *\nDisallow: /private\n\nUser-agent: harmattan\nDisallow: /ours/\nAllow: /ours/open"
    server.behaviours["/robots.txt"] = answer(text.encode())
    return text


@pytest.mark.usefixtures("rules")
def test_the_rules_for_harmattan_go_before_those_for_all(server: HostileServer, fetcher: HttpFetcher) -> None:
    with pytest.raises(RobotsRefused, match=r"the robots.txt of 127.0.0.1 asks robots to leave this page alone"):
        read(fetcher, server.url("/ours/1"))
    assert [read(fetcher, server.url(path)) for path in ("/ours/open", "/private")] == [404, 404]
    assert "/ours/1" not in [asked.path for asked in server.asked]


@pytest.mark.usefixtures("rules")
def test_a_site_is_asked_once_for_many_pages_and_not_at_all_for_feeds(
    server: HostileServer, fetcher: HttpFetcher
) -> None:
    assert fetcher.submit(Request(url=server.url("/ours/feed"))).result(30).status == 404
    for future in [fetcher.submit(Request(url=server.url(f"/{n}"), robots=True)) for n in range(5)]:
        future.result(30)
    paths = [asked.path for asked in server.asked]
    assert paths.count("/robots.txt") == 1
    assert paths[0] == "/ours/feed"


def test_a_redirect_is_judged_by_the_rules_of_where_it_leads(server: HostileServer, fetcher: HttpFetcher) -> None:
    server.behaviours |= {
        "/robots.txt": answer(b"User-agent: *\nDisallow: /closed"),
        "/open": hostile.redirect("/closed"),
    }
    with pytest.raises(RobotsRefused):
        read(fetcher, server.url("/open"))


@pytest.mark.parametrize(
    "behaviour",
    [
        answer(status=404),
        answer(status=403),
        answer(b"\xff\x00<html>nothing of use</html>"),
        hostile.redirect("/robots.txt"),
    ],
)
def test_without_rules_everything_may_be_read(
    server: HostileServer, fetcher: HttpFetcher, behaviour: hostile.Behaviour
) -> None:
    server.behaviours["/robots.txt"] = behaviour
    assert read(fetcher, server.url("/page")) == 404


@pytest.mark.parametrize("behaviour", [answer(status=500), answer(status=429), hostile.raw(b"")])
def test_while_the_rules_can_not_be_had_nothing_is_read(
    server: HostileServer, fetcher: HttpFetcher, behaviour: hostile.Behaviour
) -> None:
    server.behaviours["/robots.txt"] = behaviour
    asked_first = 0
    for _ in range(2):
        with pytest.raises(RobotsRefused, match="could not be asked what robots may do"):
            read(fetcher, server.url("/page"))
        asked_first = asked_first or len(server.asked)
    assert {asked.path for asked in server.asked} == {"/robots.txt"}
    assert len(server.asked) == asked_first


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"User-agent: robot-{n}\n" for n in range(30_000)) + "Disallow: /x\n" * 200,
        "User-agent: *\n" + "Disallow: /*" + "a*" * 20_000 + "b$\n",
        "User-agent: *\n" + "".join(f"Disallow: /{n}*x\n" for n in range(40_000)),
    ],
    ids=["groups", "stars", "rules"],
)
def test_rules_made_to_take_long_take_no_time(server: HostileServer, fetcher: HttpFetcher, text: str) -> None:
    server.behaviours["/robots.txt"] = answer(text.encode())
    began = time.process_time()
    assert read(fetcher, server.url("/" + "a" * 2000)) == 404
    assert time.process_time() - began < 2
