import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.poll.parse import NotAFeed, parse_feed
from pipeline.poll.parsed import LONGEST_CONTENT, LONGEST_TITLE, MOST_ENTRIES, Entry, FeedLinks, ParsedFeed
from tests.poll.documents import RSS, item, rss

URL = "https://outlet.example/news/feed"


def read(document: bytes | str, content_type: str = "") -> ParsedFeed:
    body = document.encode() if isinstance(document, str) else document
    return parse_feed(body, url=URL, content_type=content_type)


def only(document: bytes | str, content_type: str = "") -> Entry:
    entries = read(document, content_type).entries
    assert len(entries) == 1
    return entries[0]


class TestFormats:
    def test_rss_2(self) -> None:
        feed = read(
            rss(
                [
                    item(
                        "Troops in Timbuktu",
                        "/a?x=1&y=2",
                        "g-1",
                        "Sun, 15 Nov 2026 10:00:00 +0100",
                        "<p>Short</p>",
                        "<content:encoded><![CDATA[<p>Long & whole</p>]]></content:encoded>"
                        "<dc:creator>A. Touré</dc:creator><category>Mali</category><category>Army</category>",
                    )
                ],
                language="fr-ML",
            )
        )
        assert (feed.title, feed.language, feed.problem) == ("The outlet", "fr", None)
        assert feed.entries == (
            Entry(
                id="g-1",
                link="https://outlet.example/a?x=1&y=2",
                title="Troops in Timbuktu",
                summary="<p>Short</p>",
                content="<p>Long & whole</p>",
                authors=("A. Touré",),
                categories=("Mali", "Army"),
                published=datetime(2026, 11, 15, 9, tzinfo=UTC),
            ),
        )

    def test_rss_1(self) -> None:
        entry = only(
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>t</title></channel>'
            '<item rdf:about="https://outlet.example/1"><title>One</title><link>https://outlet.example/1</link>'
            "<dc:date>2026-11-15T10:00:00Z</dc:date></item></rdf:RDF>"
        )
        assert (entry.title, entry.link) == ("One", "https://outlet.example/1")
        assert entry.published == datetime(2026, 11, 15, 10, tzinfo=UTC)

    def test_atom_with_a_base_of_its_own(self) -> None:
        entry = only(
            '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ru"><title>t</title><entry xml:base="http://o.example/p/">'
            '<id>urn:1</id><title type="html">&lt;i&gt;Мали&lt;/i&gt;</title><link href="x"/>'
            '<link rel="enclosure" href="y.mp3"/><updated>2026-11-15T10:00:00Z</updated>'
            '<summary type="text">a &lt; b</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
            "<p>c</p></div></content><author><name>N</name></author></entry></feed>"
        )
        assert (entry.id, entry.link, entry.title, entry.language) == ("urn:1", "http://o.example/p/x", "Мали", "ru")
        assert (entry.summary, entry.content, entry.authors) == ("a &lt; b", "<p>c</p>", ("N",))
        assert (entry.published, entry.updated) == (None, datetime(2026, 11, 15, 10, tzinfo=UTC))

    def test_json_feed(self) -> None:
        document = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "The outlet",
            "language": "pt-BR",
            "items": [
                {
                    "id": 17,
                    "url": "/a",
                    "title": "Um &amp; outro",
                    "content_text": "a < b",
                    "date_published": "2026-11-15T10:00:00-03:00",
                    "authors": [{"name": "N"}, "no author"],
                    "tags": ["x", None],
                },
                "no item",
            ],
        }
        feed = read(json.dumps(document))
        assert (feed.title, feed.language) == ("The outlet", "pt")
        assert feed.entries == (
            Entry(
                id="17",
                link="https://outlet.example/a",
                title="Um & outro",
                content="a &lt; b",
                authors=("N",),
                categories=("x",),
                published=datetime(2026, 11, 15, 13, tzinfo=UTC),
            ),
        )


class TestWhatAFeedSaysOfItself:
    def test_is_read_from_rss_with_its_modules(self) -> None:
        feed = read(
            '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"'
            ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>t</title><link>/</link><ttl>60</ttl>'
            '<atom:link rel="self" href="https://outlet.example/feed"/><atom:link rel="hub" href="https://hub.example/"/>'
            '<atom:link rel="next" href="?page=2"/><sy:updatePeriod> hourly\n</sy:updatePeriod>'
            "<sy:updateFrequency>4</sy:updateFrequency><generator>WordPress</generator></channel></rss>"
        )
        assert (feed.format, feed.generator, feed.held) == ("RSS 2.0", "WordPress", 0)
        assert (feed.ttl, feed.period) == (timedelta(hours=1), timedelta(minutes=15))
        assert feed.links == FeedLinks(
            site="https://outlet.example/",
            self="https://outlet.example/feed",
            hubs=("https://hub.example/",),
            next="https://outlet.example/news/feed?page=2",
        )

    def test_is_read_from_atom_with_archives(self) -> None:
        feed = read(
            '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0"><fh:complete/>'
            '<link href="/"/><link rel="prev-archive" href="/2025"/><link rel="hub" href="javascript:x"/></feed>'
        )
        assert (feed.format, feed.complete) == ("Atom 1.0", True)
        assert feed.links == FeedLinks(site="https://outlet.example/", previous_archive="https://outlet.example/2025")

    def test_is_read_from_json(self) -> None:
        hubs = [{"type": "WebSub", "url": "https://hub.example/"}, {"type": "rssCloud", "url": "https://x.example/"}]
        said = {"home_page_url": "/", "feed_url": "/f", "next_url": "/f?2", "hubs": hubs, "items": []}
        feed = read(json.dumps({"version": "https://jsonfeed.org/version/1.1", **said}))
        assert feed.format == "JSON Feed 1.1"
        assert feed.links == FeedLinks(
            site="https://outlet.example/",
            self="https://outlet.example/f",
            hubs=("https://hub.example/",),
            next="https://outlet.example/f?2",
        )

    @pytest.mark.parametrize("ttl", ["", "0", "-5", "ten", "1e9", "99999999999"])
    def test_is_nothing_where_it_makes_no_sense(self, ttl: str) -> None:
        period = "<updatePeriod>fortnightly</updatePeriod>"
        feed = read(f'<rss version="2.0"><channel><ttl>{ttl}</ttl>{period}</channel></rss>')
        assert (feed.ttl, feed.period) == (None, None)


class TestOlderAndOtherFormats:
    def test_rss_0_91_and_0_92(self) -> None:
        for version in ("0.91", "0.92"):
            document = f'<rss version="{version}"><channel><item><title>T</title><link>/1</link></item></channel></rss>'
            assert only(document).link == "https://outlet.example/1"
            assert read(document).format == f"RSS {version}"

    def test_atom_0_3(self) -> None:
        entry = only(
            '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title mode="escaped" type="text/html">A &lt;b&gt;B'
            '&lt;/b&gt;</title><link rel="alternate" href="/1"/><id>tag:1</id><issued>2026-11-15T10:00:00Z</issued>'
            "<modified>2026-11-15T11:00:00Z</modified>"
            '<content type="text/html" mode="escaped">&lt;p&gt;c&lt;/p&gt;</content></entry></feed>'
        )
        assert (entry.id, entry.title, entry.content) == ("tag:1", "A B", "<p>c</p>")
        assert entry.published == datetime(2026, 11, 15, 10, tzinfo=UTC)
        assert entry.updated == datetime(2026, 11, 15, 11, tzinfo=UTC)

    def test_podcasts_and_media(self) -> None:
        podcast, video = read(
            '<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
            ' xmlns:media="http://search.yahoo.com/mrss/"><channel><item><itunes:title>Episode</itunes:title>'
            '<guid isPermaLink="false">1</guid><enclosure url="/1.mp3" type="audio/mpeg" length="1"/>'
            "<itunes:summary>What was said</itunes:summary><itunes:author>Host</itunes:author>"
            "<itunes:keywords>gao, fuel</itunes:keywords></item><item><title>Video</title><link>/2</link><media:group>"
            "<media:description>What is seen</media:description><media:keywords>gold</media:keywords></media:group>"
            "</item></channel></rss>"
        ).entries
        assert (podcast.title, podcast.link, podcast.summary) == ("Episode", None, "What was said")
        assert (podcast.authors, podcast.categories) == (("Host",), ("gao", "fuel"))
        assert (video.summary, video.categories) == ("What is seen", ("gold",))

    def test_news_sitemaps_the_newest_first(self) -> None:
        feed = read(
            '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
            ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
            ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>https://outlet.example/old</loc>'
            "<lastmod>2026-11-14</lastmod></url><url><loc>https://outlet.example/new?a=1&b=2</loc><news:news>"
            "<news:publication><news:name>The outlet</news:name><news:language>fr</news:language></news:publication>"
            "<news:publication_date>2026-11-15T10:00:00+01:00</news:publication_date><news:title>R&D < P</news:title>"
            "<news:keywords>gao, gold</news:keywords></news:news><image:image><image:loc>/x.jpg</image:loc>"
            "<image:title>No</image:title></image:image></url></urlset>"
        )
        assert (feed.title, feed.language, feed.format, feed.held) == ("The outlet", "fr", "news sitemap", 2)
        new, old = feed.entries
        assert (new.title, new.link, new.language) == ("R&D < P", "https://outlet.example/new?a=1&b=2", "fr")
        assert (new.published, new.categories) == (datetime(2026, 11, 15, 9, tzinfo=UTC), ("gao", "gold"))
        assert (old.title, old.link, old.published) == ("", "https://outlet.example/old", None)
        assert old.updated == datetime(2026, 11, 14, tzinfo=UTC)

    def test_a_long_sitemap_gives_its_newest_pages(self) -> None:
        pages = "".join(
            f"<url><loc>/{n}</loc><lastmod>2026-11-15T10:{n // 60:02}:{n % 60:02}Z</lastmod></url>"
            for n in range(1_200)
        )
        feed = read(f"<urlset>{pages}</urlset>")
        assert (feed.entries[0].link, len(feed.entries)) == ("https://outlet.example/1199", MOST_ENTRIES)
        assert feed.problem == "the document holds 1,200 entries; the newest 1,000 were read"

    def test_an_index_of_sitemaps_names_them_and_says_what_to_do(self) -> None:
        sitemaps = "".join(
            f"<sitemap><loc>https://outlet.example/{name}.xml</loc><lastmod>{date}</lastmod></sitemap>"
            for name, date in (("old", "2020-01-01"), ("now", "2026-11-15"), ("google-news", "2026-11-14"))
        )
        feed = read(f"<sitemapindex>{sitemaps}{sitemaps}</sitemapindex>")
        assert [url.rpartition("/")[2] for url in feed.sitemaps] == ["google-news.xml", "now.xml", "old.xml"]
        assert "is an index of sitemaps; add one that it names instead, such as https://" in (feed.problem or "")

    def test_sitemaps_come_packed(self) -> None:
        assert only(gzip.compress(b"<urlset><url><loc>/1</loc></url></urlset>")).link == "https://outlet.example/1"
        with pytest.raises(NotAFeed, match="gzip that is broken"):
            read(b"\x1f\x8b\x00\x00")
        with pytest.raises(NotAFeed):
            read(gzip.compress(gzip.compress(b"x" * 1_000)))


class TestWhatIsNoFeed:
    @pytest.mark.parametrize(
        ("document", "words"),
        [
            (b"", "is empty"),
            (b" \n", "is empty"),
            (b"<!DOCTYPE html><html><body><p>Maintenance</p></body></html>", r"is a page \(HTML\)"),
            (b"<sitemapindex><sitemap/></sitemapindex>", "is an index of sitemaps that names none"),
            (b"<opml><body/></opml>", "is XML with <opml>"),
            (b"Not found", "is neither RSS nor Atom nor JSON Feed nor a sitemap"),
            (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "is no text"),
            (b'{"items": []}', "is JSON, but no JSON Feed"),
            (b'{"version": "https://jsonfeed.org/version/1.1", "items": [', "JSON that is broken"),
            (b"[" * 100_000, "JSON that is broken"),
        ],
    )
    def test_is_said_to_be_what_it_looks_like(self, document: bytes, words: str) -> None:
        with pytest.raises(NotAFeed, match=words):
            read(document)

    def test_a_feed_without_entries_is_one(self) -> None:
        assert read(rss()).entries == ()


class TestBrokenDocuments:
    def test_entries_before_the_break_are_kept_and_the_break_is_told(self) -> None:
        document = rss([item(f"Title {n}", f"/{n}") for n in range(3)])
        feed = read(document[: document.index(b"Title 2") + 4])
        assert [entry.title for entry in feed.entries] == ["Title 0", "Title 1"]
        assert feed.problem == "the document breaks off; the 2 entries before that were read"

    def test_a_break_between_entries_loses_none(self) -> None:
        feed = read(RSS + "<channel><title>t</title>" + item("One", "/1") + item("Two", "/2"))
        assert [entry.title for entry in feed.entries] == ["One", "Two"]
        assert feed.problem

    def test_what_servers_put_before_and_after_is_left_out_and_told(self) -> None:
        document = (
            b"<br />\n<b>Warning</b>: x in <b>y.php</b><br />"
            + rss([item("One", "/1")])
            + b"<!-- ok --><script>x()</script>"
        )
        feed = read(document)
        assert [entry.title for entry in feed.entries] == ["One"]
        assert (feed.problem, feed.broken) == (None, False)
        assert feed.remarks == ("has something before its beginning or after its end, which was left out",)

    def test_prefixes_that_nobody_declared_lose_no_entry(self) -> None:
        inside = "<title>One</title><media:x>y</media:x><link>/1</link>"
        document = f'<rss version="2.0"><channel><item>{inside}</item></channel></rss>'
        assert only(document).link == "https://outlet.example/1"
        assert "is not well-formed XML" in read(document).remarks[0]

    def test_the_address_of_an_image_is_no_entry(self) -> None:
        document = rss([item("One", "/1")]).replace(b"<item>", b"<image><url>/x.png</url></image><item>")
        assert (read(document).held, read(document).problem) == (1, None)

    def test_unescaped_ampersands_lose_nothing(self) -> None:
        entry = only(
            RSS + "<channel><item><title>AT&T & Caf&eacute; R&D</title><link>https://o.example/?a=1&b=2</link>"
            "<description><![CDATA[x & y]]></description></item></channel></rss>"
        )
        assert (entry.title, entry.link) == ("AT&T & Café R&D", "https://o.example/?a=1&b=2")
        assert entry.summary == "x & y"

    @pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"\n\n  ", b"\xef\xbb\xbf\n"])
    def test_a_byte_order_mark_or_blanks_before_the_declaration_do_no_harm(self, start: bytes) -> None:
        document = start + b'<?xml version="1.0" encoding="utf-8"?>' + rss([item("Gao é", "/1")])
        assert only(document).title == "Gao é"

    def test_control_characters_are_left_out(self) -> None:
        assert only(rss([item("Ki\x0bdal\x1f", "/1")])).title == "Kidal"


class TestEncodings:
    TITLE = "Новости Мали"

    @pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "koi8-r", "utf-16"])
    def test_declared_ones_are_read(self, encoding: str) -> None:
        declaration = f'<?xml version="1.0" encoding="{encoding}"?>'
        document = (declaration + rss([item(self.TITLE, "/1")]).decode()).encode(encoding)
        assert only(document, "text/xml").title == self.TITLE

    def test_the_header_counts_where_the_document_says_nothing(self) -> None:
        document = rss([item(self.TITLE, "/1")]).decode().encode("windows-1251")
        assert only(document, "text/xml; charset=windows-1251").title == self.TITLE

    def test_utf_8_is_recognised_against_a_wrong_header_and_declaration(self) -> None:
        document = b'<?xml version="1.0" encoding="iso-8859-1"?>' + rss([item(self.TITLE, "/1")])
        assert only(document, "text/html; charset=iso-8859-1").title == self.TITLE

    def test_the_old_encoding_of_the_west_is_the_last_guess(self) -> None:
        assert only(rss([item("L’été à Gao", "/1")]).decode().encode("cp1252")).title == "L’été à Gao"

    def test_japanese_with_escapes_is_not_taken_for_utf_8(self) -> None:
        document = '<?xml version="1.0" encoding="iso-2022-jp"?>' + rss([item("マリのニュース", "/1")]).decode()
        assert only(document.encode("iso-2022-jp")).title == "マリのニュース"

    @pytest.mark.parametrize("name", ["zip", "punycode", "unicode_escape", "no-such", "idna", "rot13"])
    def test_no_odd_codec_is_called_by_name(self, name: str) -> None:
        document = f'<?xml version="1.0" encoding="{name}"?>'.encode() + rss([item("\xe9t\xe9", "/1")])
        assert only(document.replace("é".encode(), b"\xe9")).title == "été"


class TestTitles:
    @pytest.mark.parametrize(
        ("written", "read_as"),
        [
            ("<b>Wagner</b> in <i>Gao</i>", "Wagner in Gao"),
            ("Mali&amp;#8217;s army", "Mali’s army"),
            ("AT&amp;T &amp;amp; Co", "AT&T & Co"),
            ("  two\n lines\t ", "two lines"),
            ("Hello <script>alert(1)</script>world", "Hello world"),
            ("&lt;img src=x onerror=alert(1)&gt;Gao", "Gao"),
            ("a<br/>b", "a b"),
        ],
    )
    def test_are_plain_text(self, written: str, read_as: str) -> None:
        title = "<title><![CDATA[" + written + "]]></title>"
        assert only(rss([item("", "/1", more=title)])).title == read_as

    def test_what_only_looks_like_markup_stays(self) -> None:
        assert (
            only(rss([item("", "/1", more="<title>1 &lt; 2 &amp; x&lt;y, z&gt;w</title>")])).title
            == "1 < 2 & x< y, z>w"
        )

    def test_an_entry_without_one_is_called_by_its_first_words(self) -> None:
        entry = only(rss([item("", "/1", summary="<p>" + "Rebels took the town. " * 20 + "</p>")]))
        assert entry.title.startswith("Rebels took the town. Rebels")
        assert len(entry.title) <= 101
        assert entry.title.endswith("…")


class TestIdentity:
    def test_without_an_id_the_link_stands_in(self) -> None:
        assert only(rss([item("T", "/1")])).id == "https://outlet.example/1"

    def test_without_id_and_link_title_and_summary_do(self) -> None:
        first = only(rss([item("T", summary="s")]))
        assert first.link is None
        assert first.id == only(rss([item("T", summary="s")])).id != only(rss([item("T", summary="other")])).id

    def test_one_id_for_many_links_keeps_the_entries_apart(self) -> None:
        feed = read(rss([item("A", "/1", "same"), item("B", "/2", "same"), item("B", "/2", "same")]))
        assert [entry.title for entry in feed.entries] == ["A", "B"]
        assert len({entry.key for entry in feed.entries}) == 2

    def test_a_changed_text_changes_the_fingerprint_and_not_the_key(self) -> None:
        before, after = only(rss([item("T", "/1", summary="a")])), only(rss([item("T", "/1", summary="b")]))
        assert before.key == after.key
        assert before.fingerprint != after.fingerprint

    def test_a_link_that_is_no_address_of_the_web_is_none(self) -> None:
        assert only(rss([item("T", "javascript:alert(1)")])).link is None

    def test_an_entry_with_nothing_in_it_is_none(self) -> None:
        assert read(rss([item(""), item("T", "/1")])).entries[0].title == "T"


class TestLinks:
    def test_a_number_as_id_is_no_address(self) -> None:
        entry = only(rss([item("T", guid="12345")]))
        assert (entry.id, entry.link) == ("12345", None)
        assert only(rss([item("T", guid="https://o.example/1")])).link == "https://o.example/1"
        assert only(rss([item("T", guid="/1")])).link == "https://outlet.example/1"

    def test_the_page_is_preferred_to_other_things_that_an_entry_links_to(self) -> None:
        entry = only(
            '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>T</title><link rel="replies" href="/c"/>'
            '<link rel="alternate" type="text/html" href="/page"/><link rel="alternate" type="application/json" href="/j"/>'
            '<link rel="related" href="/other"/></entry></feed>'
        )
        assert entry.link == "https://outlet.example/page"

    def test_the_article_s_own_address_is_preferred_to_a_service_s(self) -> None:
        burnt = "<feedburner:origLink>https://o.example/1</feedburner:origLink>"
        document = rss([item("T", "https://feedproxy.example/~r/1", more=burnt)]).replace(
            b"<rss ", b'<rss xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" '
        )
        assert only(document).link == "https://o.example/1"
        for service in (
            "https://www.google.com/url?rct=j&url={}&usg=x",
            "http://www.bing.com/news/apiclick.aspx?url={}&c=1",
        ):
            assert only(rss([item("T", service.format("https%3A%2F%2Fo.example%2F1"))])).link == "https://o.example/1"
            assert only(rss([item("T", service.format("javascript:x"))])).link == service.format("javascript:x")


class TestLimits:
    def test_entries_are_bounded(self) -> None:
        feed = read(rss([item(f"T {n}", f"/{n}") for n in range(MOST_ENTRIES + 50)]))
        assert len(feed.entries) == MOST_ENTRIES
        assert feed.entries[0].title == "T 0"
        assert feed.problem == "the document holds 1,050 entries; the first 1,000 were read"

    def test_texts_are_bounded(self) -> None:
        entry = only(
            rss(
                [
                    item(
                        "x" * 10_000,
                        "/1",
                        summary="y" * 1_000_000,
                        more="<content:encoded>" + "z" * 1_000_000 + "</content:encoded>",
                    )
                ]
            )
        )
        assert (len(entry.title), len(entry.content)) == (LONGEST_TITLE, LONGEST_CONTENT)

    def test_entities_neither_multiply_nor_read_files(self) -> None:
        bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        document = (
            f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol"><!ENTITY f SYSTEM "file:///etc/passwd">{bomb}]>'
            + rss([item("", "/1", more="<title>a &l9; &f; b</title>")]).decode()
        )
        assert only(document).title == "a &l9; &f; b"

    def test_a_tag_with_a_hundred_thousand_attributes_is_read_in_time(self) -> None:
        attributes = " ".join(f'a{n}="x"' for n in range(100_000))
        assert only(RSS + f"<channel><item {attributes}><title>T</title></item></channel></rss>").title == "T"


class TestDates:
    @pytest.mark.parametrize(
        "written",
        [
            "Sun, 15 Nov 2026 10:00:00 GMT",
            "Sun, 15 Nov 2026 11:00:00 CET",
            "Sun, 15 Nov 2026 12:00:00 CEST",
            "Sun, 15 Nov 2026 12:00:00 +0200 (EET)",
            "15 Nov 2026 05:00:00 EST",
            "Mon, 15 Nov 2026 13:00 MSK",
            "Sun, 15 Nov 2026 11:00:00 GMT+1",
            "Sun, 15 Nov 2026 11:00:00 UTC+01:00",
            "2026-11-15T10:00:00Z",
            "2026-11-15T11:00:00.123+01:00",
            "2026-11-15 11:00:00 +0100",
            "2026/11/15 10:00",
            "2026-11-15 11:00:00 CET",
            "2026-11-15T10:00Z",
            "1794736800",
            "1794736800000",
        ],
    )
    def test_are_read_in_the_habits_of_feeds(self, written: str) -> None:
        date = only(rss([item("T", "/1", date=written)])).published
        assert date
        assert date.replace(microsecond=0) == datetime(2026, 11, 15, 10, tzinfo=UTC)

    def test_a_day_without_a_time_is_its_beginning(self) -> None:
        assert only(rss([item("T", "/1", date="2026/11/15")])).published == datetime(2026, 11, 15, tzinfo=UTC)

    @pytest.mark.parametrize(
        "written",
        ["yesterday", "Mon, 01 Jan 0001 00:00:00 GMT", "1970-01-01T00:00:00Z", "Sun, 99 Nov 2026", "0", "17631115"],
    )
    def test_absurd_ones_are_none(self, written: str) -> None:
        assert only(rss([item("T", "/1", date=written)])).published is None


def test_an_id_holds_no_markup_and_is_otherwise_kept_as_it_is() -> None:
    items = "".join(
        f"<item><guid>{guid}</guid><title>t</title></item>" for guid in ("&lt;svg onload=1&gt;7", "a&amp;amp;b  c")
    )
    feed = parse_feed(f"<rss><channel>{items}</channel></rss>".encode(), url="https://outlet.example/feed")
    assert [entry.id for entry in feed.entries] == ["7", "a&amp;b  c"]
