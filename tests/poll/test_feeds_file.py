from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from pipeline.errors import BadInput
from pipeline.poll.feeds_file import load_feeds, spec_for, write_opml
from pipeline.seeds import seed
from pipeline.state.interface import FeedSpec

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>t</title></head><body>
  <outline text="Sahel, West">
    <outline type="rss" text="The Post" title="x" xmlUrl="https://post.example/rss?a=1&b=2" language="fr-ML"
      category="/region/sahel,/country/ML,/kind/agency" interval="5m"/>
    <outline xmlurl="https://wire.example/feed"/>
  </outline>
  <outline type="rss" text="No address" htmlUrl="https://home.example/"/>
  <outline type="rss" text="Odd" xmlUrl="gopher://old.example/"/>
</body></opml>"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "feeds"


def refused(file: Path) -> str:
    with pytest.raises(BadInput) as error:
        load_feeds(file)
    assert "\n" not in str(error.value)
    assert str(file) in str(error.value)
    return str(error.value)


class TestOpml:
    def test_says_of_a_feed_what_the_outline_says(self, file: Path) -> None:
        file.write_text(OPML)
        post, wire, home, odd = load_feeds(file)
        assert post == FeedSpec(
            url="https://post.example/rss?a=1&b=2",
            title="The Post",
            tags=("Sahel West", "region/sahel", "kind/agency"),
            country="ML",
            language="fr",
            interval=timedelta(minutes=5),
            attributes={"title": "x"},
        )
        assert wire == FeedSpec(url="https://wire.example/feed", tags=("Sahel West",))
        assert home.url == "https://home.example/"
        assert odd.problem == "the address must begin with http:// or https://"

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1251"])
    def test_is_read_in_its_own_encoding(self, file: Path, encoding: str) -> None:
        declared = encoding.replace("-sig", "")
        file.write_bytes(
            OPML.replace("UTF-8", declared).replace("The Post", "Почта").replace("&b", "&amp;b").encode(encoding)
        )
        assert load_feeds(file)[0].title == "Почта"

    def test_comes_back_as_it_was_written(self, file: Path) -> None:
        feeds = [
            spec_for(
                "https://a.example/?x=1&y=2", title='"A" & <b>', tags=["x", "/region/y"], country="ml", language="ha"
            ),
            spec_for("https://b.example/", title="Б", interval=timedelta(milliseconds=2500)),
            spec_for("https://c.example/", alert_past=timedelta(days=7)),
        ]
        file.write_bytes(write_opml(feeds))
        assert load_feeds(file) == feeds

    def test_keeps_what_other_programs_say_of_a_feed(self, file: Path) -> None:
        outline = (
            '<outline type="atom" text="Wire" xmlUrl="https://wire.example/feed" htmlUrl="https://wire.example/?a&amp;b"'
            ' description="News &quot;from&quot; Gao" isLocked="yes" fr:cssFullContent="article" created="2026"/>'
        )
        file.write_text(
            '<opml version="2.0" xmlns:fr="https://reader.example/opml"><body><outline text="Sahel">'
            f'<outline text="Gao">{outline}</outline></outline></body></opml>'
        )
        [feed] = load_feeds(file)
        assert feed.tags == ("Sahel", "Gao")
        assert feed.attributes == {
            "type": "atom",
            "htmlUrl": "https://wire.example/?a&b",
            "description": 'News "from" Gao',
            "isLocked": "yes",
            "{https://reader.example/opml}cssFullContent": "article",
            "created": "2026",
        }
        file.write_bytes(write_opml([feed]))
        assert load_feeds(file) == [feed]

    def test_is_written_in_folders_that_other_readers_understand(self) -> None:
        feeds = [
            spec_for("https://a.example/", tags=["sahel", "agency"]),
            spec_for("https://b.example/"),
            spec_for("https://c.example/", tags=["sahel"]),
        ]
        body = etree.fromstring(write_opml(feeds))[1]
        assert [(o.get("text"), [inner.get("xmlUrl") for inner in o]) for o in body] == [
            ("sahel", ["https://a.example/", "https://c.example/"]),
            ("https://b.example/", []),
        ]

    def test_names_logins_and_not_their_secrets(self, file: Path) -> None:
        file.write_text(
            '<opml><body><outline xmlUrl="https://a.example/" login="Bearer:HARMATTAN_FEED_DESK"/>'
            '<outline xmlUrl="https://b.example/" login="basic:me:hunter2"/>'
            '<outline xmlUrl="https://c.example/" login="bearer:HARMATTAN_DATABASE_PASSWORD"/></body></opml>'
        )
        own, secret, foreign = load_feeds(file)
        assert own.login == "bearer:HARMATTAN_FEED_DESK"
        assert own.problem is None
        assert secret.login is None
        assert secret.problem
        assert "hunter2" not in secret.problem
        assert foreign.problem

    def test_takes_no_secrets_of_other_programs_over(self, file: Path) -> None:
        file.write_text(
            '<opml xmlns:f="https://reader.example/"><body><outline xmlUrl="https://a.example/" f:CURLOPT_COOKIE="s=hunter2"'
            ' httpPassword="hunter2" htmlUrl="https://me:hunter2@a.example/" author="A. Writer" f:priority="5"/></body></opml>'
        )
        [feed] = load_feeds(file)
        assert "hunter2" not in str(feed)
        assert feed.attributes["htmlUrl"] == "https://a.example/"
        assert feed.attributes["author"] == "A. Writer"
        assert feed.attributes["{https://reader.example/}priority"] == "5"

    def test_leaves_out_what_is_commented_out(self, file: Path) -> None:
        file.write_text(
            '<opml><body><outline text="old" isComment="true"><outline xmlUrl="https://a.example/"/></outline>'
            '<outline xmlUrl="https://b.example/"/></body></opml>'
        )
        assert [feed.url for feed in load_feeds(file)] == ["https://b.example/"]

    def test_the_shipped_list_is_readable(self) -> None:
        feeds = load_feeds(seed("feeds.opml"))
        assert len(feeds) >= 60
        assert [feed.url for feed in feeds if feed.problem or not feed.language or not feed.title] == []

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("<opml>\n<body>\n<outline></body></opml>", "line 3: this is no OPML"),
            ("<rss><channel/></rss>", "line 1: <rss> stands where <opml> should; this is no list of feeds but a feed"),
            ("<html><body/></html>", "line 1: <html> stands where <opml> should"),
            ("<opml><body/></opml>", "holds no feed"),
            (
                '<opml>\n<outline type="rss" xmlUrl="https://a.example" interval="often"/></opml>',
                "line 2: interval: 'often'",
            ),
        ],
    )
    def test_that_is_none_is_refused_with_its_line(self, file: Path, text: str, words: str) -> None:
        file.write_text(text)
        assert words in refused(file)

    def test_neither_reads_files_nor_expands_entities(self, file: Path) -> None:
        file.write_text(
            '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            '<opml><outline text="a&x;b" xmlUrl="https://a.example/"/></opml>'
        )
        assert load_feeds(file)[0].title == "a&x;b"


class TestLines:
    def test_are_addresses_with_comments_between(self, file: Path) -> None:
        file.write_text(
            "# world\n\nhttps://a.example/feed # the first\n  http://b.example/#top\r\nftp://c.example/\nnonsense\n"
        )
        assert [(feed.url, feed.problem is None) for feed in load_feeds(file)] == [
            ("https://a.example/feed", True),
            ("http://b.example/#top", True),
            ("ftp://c.example/", False),
            ("nonsense", False),
        ]

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"# only\n\nsome prose\n", "line 3: 'some prose' is no address"),
            (b"https://a.example/\n\xff\xfe\x00", "line 2: this is no text"),
            (b"# nothing\n", "holds no feed"),
            (b"", "holds no feed"),
        ],
    )
    def test_that_are_none_are_refused_with_their_line(self, file: Path, data: bytes, words: str) -> None:
        file.write_bytes(data)
        assert words in refused(file)


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(file: Path) -> None:
    assert "can't be read (No such file or directory)" in refused(file)
    file.mkdir()
    assert "can't be read (Is a directory)" in refused(file)


def test_an_address_named_twice_is_one_feed_with_all_that_was_said(file: Path) -> None:
    file.write_text(
        '<opml><outline text="A"><outline xmlUrl="https://a.example/f"/></outline>'
        '<outline text="B"><outline text="T" xmlUrl="HTTPS://A.example/f#x" language="fr"/></outline></opml>'
    )
    assert load_feeds(file) == [FeedSpec(url="https://a.example/f", title="T", tags=("A", "B"), language="fr")]


def test_a_password_in_an_address_is_neither_kept_nor_used() -> None:
    spec = spec_for("https://user:secret@a.example/f")
    assert spec.url == "https://a.example/f"
    assert spec.problem == "the address holds a name or password, which must not stand in an address"


@pytest.mark.parametrize("codes", [{"country": "Mali"}, {"language": "french"}])
def test_codes_that_are_none_are_refused(codes: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="write two letters"):
        spec_for("https://a.example/", **codes)  # type: ignore[arg-type]
