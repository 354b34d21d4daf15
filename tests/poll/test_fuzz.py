"""Whatever the bytes, reading them gives a feed or says that they are none."""

import json
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.poll.articles import raw_article, source_of
from pipeline.poll.parse import NotAFeed, parse_feed
from pipeline.poll.parsed import LONGEST_CONTENT, LONGEST_TITLE, MOST_ENTRIES
from pipeline.records.article import RawArticle
from pipeline.records.codec import decode, encode
from pipeline.state.interface import FeedSpec
from tests.poll.documents import item, rss

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
            "items": [{"id": "1", "title": "t", "url": "/a", "tags": ["x"]}],
        }
    ).encode(),
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
    ]
)
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
    assert len(feed.entries) <= MOST_ENTRIES
    assert len({entry.key for entry in feed.entries}) == len(feed.entries)
    spec = FeedSpec(url="https://o.example/feed")
    for entry in feed.entries:
        assert len(entry.title) <= LONGEST_TITLE
        assert len(entry.content) <= LONGEST_CONTENT
        assert entry.link is None or entry.link.startswith(("http://", "https://"))
        assert all(date is None or date.tzinfo is UTC for date in (entry.published, entry.updated))
        article = raw_article(entry, feed, source_of(spec, feed), NOW, dates_decide=True)
        assert decode(encode(article), RawArticle) == article
