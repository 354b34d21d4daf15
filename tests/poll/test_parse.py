import json
from datetime import UTC, datetime

import pytest

from pipeline.poll.parse import NotAFeed, parse_feed
from pipeline.poll.parsed import LONGEST_CONTENT, LONGEST_TITLE, MOST_ENTRIES, Entry, ParsedFeed
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
            only(rss([item("", "/1", more="<title>1 &lt; 2 &amp; x&lt;y, z&gt;w</title>")])).title == "1 < 2 & x< y, z>w"
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

    def test_a_changed_text_changes_the_digest_and_not_the_key(self) -> None:
        before, after = only(rss([item("T", "/1", summary="a")])), only(rss([item("T", "/1", summary="b")]))
        assert before.key == after.key
        assert before.digest != after.digest

    def test_a_link_that_is_no_address_of_the_web_is_none(self) -> None:
        assert only(rss([item("T", "javascript:alert(1)")])).link is None

    def test_an_entry_with_nothing_in_it_is_none(self) -> None:
        assert read(rss([item(""), item("T", "/1")])).entries[0].title == "T"


class TestLimits:
    def test_entries_are_bounded(self) -> None:
        feed = read(rss([item(f"T {n}", f"/{n}") for n in range(MOST_ENTRIES + 50)]))
        assert len(feed.entries) == MOST_ENTRIES
        assert feed.entries[0].title == "T 0"

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
