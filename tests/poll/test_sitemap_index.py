"""An index of sitemaps as a feed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pipeline.poll.check import Checker
from pipeline.poll.credentials import Credentials
from pipeline.poll.discover import Discoverer
from pipeline.state.interface import FeedState
from tests.fetch.hostile import HostileServer, answer
from tests.poll.direct import DirectReader
from tests.poll.newsdesk import Newsdesk

NOW = datetime.now(UTC)


def index(*names: str) -> bytes:
    named = "".join(
        f"<sitemap><loc>{name}</loc><lastmod>2026-11-{20 - n}</lastmod></sitemap>" for n, name in enumerate(names)
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{named}</sitemapindex>'.encode()


def sitemap(titles: Sequence[str], hours: int = 1) -> bytes:
    date = (NOW - timedelta(hours=hours)).isoformat()
    pages = "".join(
        f"<url><loc>/{title}</loc><n:news><n:publication><n:name>The Post</n:name><n:language>fr</n:language></n:publication>"
        f"<n:publication_date>{date}</n:publication_date><n:title>{title}</n:title></n:news></url>"
        for title in titles
    )
    return f'<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{pages}</urlset>'.encode()


def asked(server: HostileServer) -> list[str]:
    return [one.path for one in server.asked]


def test_its_sitemaps_for_news_are_read_together_at_every_poll(desk: Newsdesk, server: HostileServer):
    named = ("/pages.xml", "/news-1.xml", "/news-2.xml", "/news-3.xml", "/news-4.xml")
    server.behaviours |= {
        "/index.xml": answer(index(*named), etag='"never changes"'),
        "/news-1.xml": answer(sitemap(["Gao", "Kidal"], hours=2)),
        "/news-2.xml": answer(sitemap(["Mopti"])),
        "/news-3.xml": answer(sitemap(["Gao"], hours=2)),
    }
    url = server.url("/index.xml")
    desk.follow(url)
    assert desk.poll().new == 3
    assert desk.titles() == ["Gao", "Kidal", "Mopti"]
    assert desk.raw()[0].source.language == "fr"
    row = desk.row(url)
    assert (row.state, row.title, row.entries, row.error) == (FeedState.OK, "The Post", 3, None)
    assert asked(server) == ["/index.xml", "/news-1.xml", "/news-2.xml", "/news-3.xml"]

    server.behaviours["/news-2.xml"] = answer(sitemap(["Mopti", "Ségou"]))
    assert desk.poll().new == 1


def test_of_one_without_any_for_news_those_that_changed_last_are_read(desk: Newsdesk, server: HostileServer):
    server.behaviours["/index.xml"] = answer(index("/posts-3.xml", "/posts-2.xml", "/posts-1.xml"))
    for number in (1, 2, 3):
        server.behaviours[f"/posts-{number}.xml"] = answer(sitemap([f"T{number}"]))
    desk.follow(server.url("/index.xml"))
    desk.poll()
    assert desk.titles() == ["T2", "T3"]


def test_a_sitemap_that_fails_is_told_and_hides_no_other(desk: Newsdesk, server: HostileServer):
    server.behaviours |= {
        "/index.xml": answer(index("/news-1.xml", "/news-2.xml")),
        "/news-2.xml": answer(sitemap(["Gao"])),
    }
    desk.follow(server.url("/index.xml"))
    assert desk.poll().new == 1
    assert "a sitemap of the index could not be read: 127.0.0.1 answers 404" in str(
        desk.row(server.url("/index.xml")).error
    )


def test_one_that_leads_nowhere_or_to_itself_fails_after_a_few_requests(desk: Newsdesk, server: HostileServer):
    server.behaviours |= {"/nowhere": answer(index("/news-1.xml")), "/itself": answer(index("/itself", "/itself?2"))}
    desk.follow(server.url("/nowhere"), server.url("/itself"))
    assert desk.poll().failed == 2
    assert desk.row(server.url("/nowhere")).error == (
        "the document is an index of sitemaps, and none that it names could be read: 127.0.0.1 answers 404: there is nothing"
        " at this address; check it in a browser"
    )
    assert asked(server).count("/itself") <= 6


def test_its_login_goes_to_its_own_server_alone(desk: Newsdesk, server: HostileServer):
    with HostileServer({"/news-2.xml": answer(sitemap(["Kidal"]))}) as other:
        server.behaviours |= {
            "/index.xml": answer(index("/news-1.xml", other.url("/news-2.xml"))),
            "/news-1.xml": answer(sitemap(["Gao"])),
        }
        credentials = Credentials({"HARMATTAN_FEED_POST": "a:b"}.get)
        report = Checker(desk.fetcher, credentials, DirectReader()).check(
            server.url("/index.xml"), "basic:HARMATTAN_FEED_POST"
        )
        assert (report.entries, report.title) == (2, "The Post")
        assert "an index, of which 2 (those for news, or the latest) are read together at every poll" in report.notes
        assert ["authorization" in one.headers for one in server.asked if one.path == "/news-1.xml"] == [True]
        assert ["authorization" in one.headers for one in other.asked] == [False]


def test_a_preview_shows_what_is_in_them(desk: Newsdesk, server: HostileServer):
    server.behaviours |= {"/index.xml": answer(index("/news-1.xml")), "/news-1.xml": answer(sitemap(["Gao"]))}
    [found] = Discoverer(desk.fetcher, DirectReader()).discover(server.url("/index.xml")).candidates
    assert [entry.title for entry in found.feed.entries] == ["Gao"]
