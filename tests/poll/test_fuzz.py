"""Whatever the bytes, reading them gives a feed or says that they are none."""

import json
import re
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.fetch.interface import Request, Response
from pipeline.poll.articles import raw_article, source_of
from pipeline.poll.parse import NotAFeed, parse_feed, parse_if_tame
from pipeline.poll.parsed import LONGEST_CONTENT, LONGEST_TITLE, MOST_ENTRIES
from pipeline.poll.schedule import Schedule
from pipeline.poll.step import PollStep
from pipeline.records.article import RawArticle
from pipeline.records.codec import decode, encode
from pipeline.state.interface import FeedSpec
from tests.poll.direct import DirectReader
from tests.poll.documents import item, rss
from tests.poll.newsdesk import Newsdesk

RUNS = count()

NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
SHAPES = [
    rss([item("Wagner à Gao", "/a?b=1&c=2", "g1", "Sun, 15 Nov 2026 10:00:00 CEST", "<p>x</p>"), item("Two", "/2")]),
    b'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ru" xml:base="http://o.example/"><title>t</title><entry><id>1</id>'
    b'<title type="html">&lt;b&gt;x</title><link href="x"/><updated>2026-11-15T10:00:00Z</updated>'
    b'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>c</p></div></content></entry></feed>',
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel/>'
    b'<item rdf:about="u"><title>One</title><link>http://o.example/1</link></item></rdf:RDF>',
    json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "items": [{"id": "1", "title": "t", "url": "/a", "tags": ["x"], "date_published": "15 nov 2026"}],
        }
    ).encode(),
    b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url>'
    b"<loc>http://o.example/1</loc><lastmod>2026-11-15</lastmod><n:news><n:publication><n:name>o</n:name></n:publication>"
    b"<n:title>t</n:title><n:publication_date>2026-11-15T10:00Z</n:publication_date></n:news></url></urlset>",
    b"<sitemapindex><sitemap><loc>/n.xml</loc><lastmod>2026-11-15</lastmod></sitemap></sitemapindex>",
    b'<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:a="http://www.w3.org/2005/Atom"><channel>'
    b'<ttl>60</ttl><sy:updatePeriod>hourly</sy:updatePeriod><a:link rel="hub" href="//h.example/"/><item><guid>1</guid>'
    b'<enclosure url="/1.mp3"/>'
    b"<pubDate>15 \xd9\x86\xd9\x88\xd9\x81\xd9\x85\xd8\xa8\xd8\xb1 2026 10:00</pubDate></item></channel></rss>",
]
SNIPPETS = st.sampled_from(
    [
        b"<",
        b">",
        b"&",
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"\x00",
        b"\xff",
        b"\xed\xa0\x80",
        b"<item>",
        b"</item>",
        b"{",
        b'"',
        b"&#xD800;",
        b"&#0;",
        b"&#99999999;",
        b'xml:base="//[x"',
        b"\\ud800",
        b"<?xml encoding='utf-7'?>",
        b"1e999",
        b"\x1b$B",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
        b"http://[",
        b"\xf0\x9f\x90\xaa",
        b"</channel>",
        b"<entry xmlns=''>",
        b"<!DOCTYPE ",
        b"<rss ",
        b"</feed>",
        b"\x1f\x8b",
        b"&#1;&#xFFFF;&nbsp;&bogus;",
        b"2569-13-45T99:99:99+99:99",
        b"\xd9\xa1\xd9\xa5" * 3,
        b"<a:b c:d='e'/>",
        b"<title/><title>&lt;svg onload=x&gt;</title>",
        b"<ttl>" + b"9" * 400 + b"</ttl>",
    ]
)
LIVE_MARKUP = re.compile(r"<\s?(?:script|svg|iframe|[a-z]+[^<>]*\son[a-z]+=)|javascript:")
CONTENT_TYPES = st.sampled_from(["", "text/xml", "text/html; charset=utf-16", "application/json", "x; charset=\x00"])


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A feed of a real shape with pieces cut out, doubled, and put in."""
    document = bytearray(draw(st.sampled_from(SHAPES)))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(document)))
        end = min(len(document), start + draw(st.integers(0, 30)))
        document[start:end] = draw(SNIPPETS | st.binary(max_size=8) | st.just(bytes(document[start:end]) * 2))
    return bytes(document)


@given(body=mutated() | st.binary(max_size=300), content_type=CONTENT_TYPES)
@settings(max_examples=400, deadline=None)
def test_any_bytes_give_articles_that_can_travel_or_a_reason(body: bytes, content_type: str) -> None:
    try:
        feed = parse_feed(body, url="https://o.example/feed", content_type=content_type)
    except NotAFeed:
        return
    same = parse_if_tame(body, url="https://o.example/feed", content_type=content_type)
    assert same is None or same == feed
    assert len(feed.entries) <= MOST_ENTRIES
    assert len({entry.key for entry in feed.entries}) == len(feed.entries)
    spec = FeedSpec(url="https://o.example/feed")
    for entry in feed.entries:
        assert len(entry.title) <= LONGEST_TITLE
        assert len(entry.content) <= LONGEST_CONTENT
        assert entry.link is None or entry.link.startswith(("http://", "https://"))
        assert all(date is None or date.tzinfo is not None for date in (entry.published, entry.updated))
        article = raw_article(entry, feed, source_of(spec, feed), NOW, live_for=timedelta(days=2))
        assert decode(encode(article), RawArticle) == article
        assert not LIVE_MARKUP.search(article.title + article.summary + article.content)


class Web:
    """Answers with documents; the real client has tests of its own."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    def submit(self, request: Request) -> Future[Response]:
        answer: Future[Response] = Future()
        body = self.bodies.get(request.url)  # others are what an index of sitemaps names
        answer.set_result(Response(url=request.url, status=200 if body is not None else 404, body=body or b""))
        return answer

    def retry_after(self, response: Response) -> timedelta | None:
        return None

    def close(self) -> None:
        pass


@given(bodies=st.lists(mutated() | st.binary(max_size=50), min_size=2, max_size=3))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_document_keeps_another_feed_from_its_result(desk: Newsdesk, bodies: list[bytes]) -> None:
    web = Web()
    run = next(RUNS)
    web.bodies = {f"https://o{n}.example/{run}": body for n, body in enumerate(bodies)}
    good = f"https://good.example/{run}"
    web.bodies[good] = rss([item(f"Good {run}", "/good")])
    desk.follow(*web.bodies)
    step = PollStep(desk.state.feeds, desk.log, web, DirectReader(), Schedule(None))
    summary = step.poll_due("desk", 9, only=list(web.bodies), at_once=True)
    assert summary.polled == len(web.bodies)
    rows = {feed.spec.url: feed for feed in desk.state.feeds.list(only=list(web.bodies))}
    assert (rows[good].error, rows[good].entries) == (None, 1)
    assert {url: row.error for url, row in rows.items() if row.error} == summary.problems
    assert all(error.startswith("the document ") for error in summary.problems.values())
