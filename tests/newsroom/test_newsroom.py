"""The newsroom as a reader of its feeds sees it."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import feedparser
import pytest
from lxml import etree, html

from pipeline.errors import BadInput
from pipeline.newsroom import RunningNewsroom, open_newsroom
from pipeline.newsroom.content import Outlet
from tests.newsroom.clock import HandClock
from tests.newsroom.http import Answer, get

OVER = 1_000


@dataclass(frozen=True)
class Room:
    """A served newsroom with a clock that the test moves."""

    running: RunningNewsroom
    clock: HandClock

    def outlet(self, id: str) -> Outlet:
        return next(outlet for outlet in self.running.newsroom.contents if outlet.id == id)

    def feed(self, id: str, **headers: str) -> Answer:
        return get(self.running.newsroom.feed_url(self.outlet(id)), **headers)

    def entries(self, id: str) -> list[dict[str, str]]:
        answer = self.feed(id)
        if self.outlet(id).format == "json":
            return json.loads(answer.body)["items"]
        parsed = feedparser.parse(answer.body, response_headers={"content-type": answer.headers["Content-Type"]})
        return parsed.entries

    def page(self, outlet: str, article: str, **headers: str) -> Answer:
        return get(f"{self.running.address}/{outlet}/{article}.html", **headers)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    clock = HandClock()
    with open_newsroom(tmp_path, clock) as running:
        yield Room(running, clock)


def healthy(room: Room) -> list[Outlet]:
    return [outlet for outlet in room.running.newsroom.contents if outlet.fault is None]


def test_every_article_stands_in_its_feed_and_on_its_page_once_all_is_published(room: Room) -> None:
    room.clock.forward(OVER)
    assert len(room.running.published_articles()) == room.running.total_articles
    for outlet in healthy(room):
        links = {entry.get("link") or entry["url"] for entry in room.entries(outlet.id)}
        assert len(links) == len(outlet.articles), outlet.id
        for link in links:
            assert get(link).status == 200


def test_only_what_has_been_published_can_be_read(room: Room) -> None:
    before = len(room.running.published_articles())
    assert room.page("sahara-wire", "wagner-base-timbuktu").status == 404
    room.clock.forward(10)
    assert room.page("sahara-wire", "wagner-base-timbuktu").status == 200
    assert before < len(room.running.published_articles()) < room.running.total_articles


@pytest.mark.parametrize(
    ("outlet", "version"),
    [("sahel-post", "rss20"), ("maghreb-courier", "rss10"), ("world-desk", "atom10")],
)
def test_feeds_are_what_they_say_and_well_formed(room: Room, outlet: str, version: str) -> None:
    room.clock.forward(OVER)
    parsed = feedparser.parse(room.feed(outlet).body)
    assert (parsed.version, bool(parsed.bozo)) == (version, False)


def test_the_json_feed_carries_its_articles_whole(room: Room) -> None:
    answer = room.feed("yuanyang-ribao")
    feed = json.loads(answer.body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert answer.headers["Content-Type"] == "application/feed+json"
    assert all("<p>" in item["content_html"] for item in feed["items"])


def test_the_russian_wire_is_written_in_windows_1251(room: Room) -> None:
    answer = room.feed("nevskaya-lenta")
    assert "charset=windows-1251" in answer.headers["Content-Type"]
    assert "Ледокол" in answer.body.decode("windows-1251")
    assert any("Ледокол" in entry["title"] for entry in room.entries("nevskaya-lenta"))


def test_the_broken_feed_still_shows_the_entries_before_the_break(room: Room) -> None:
    answer = room.feed("kidal-notebook")
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(answer.body)
    links = [entry.get("link") for entry in room.entries("kidal-notebook")]
    assert len([link for link in links if link]) == len(room.outlet("kidal-notebook").articles)


def test_one_address_answers_with_a_web_page_instead_of_a_feed(room: Room) -> None:
    answer = room.feed("parish-gazette")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert room.entries("parish-gazette") == []


def test_an_overloaded_outlet_asks_to_come_back_later_and_recovers(room: Room) -> None:
    overloaded = room.feed("radio-garonne")
    assert (overloaded.status, overloaded.headers["Retry-After"]) == (503, "15")
    room.clock.forward(60)
    assert room.feed("radio-garonne").status == 200


@pytest.mark.parametrize("outlet", ["sahel-post", "maghreb-courier", "world-desk", "sahara-wire"])
def test_an_unchanged_feed_is_not_sent_twice(room: Room, outlet: str) -> None:
    first = room.feed(outlet)
    again = room.feed(outlet, If_None_Match=first.headers["ETag"])
    since = room.feed(outlet, If_Modified_Since=first.headers["Last-Modified"])
    assert (again.status, again.body, since.status) == (304, b"", 304)
    assert again.headers["ETag"] == first.headers["ETag"]


def test_an_etag_decides_where_both_conditions_are_given(room: Room) -> None:
    date = room.feed("sahel-post").headers["Last-Modified"]
    assert room.feed("sahel-post", If_None_Match='"another"', If_Modified_Since=date).status == 200


def test_a_feed_without_news_keeps_its_etag_though_time_passes(room: Room) -> None:
    first = room.feed("kidal-notebook").headers["ETag"]
    room.clock.forward(OVER)
    assert room.feed("kidal-notebook").headers["ETag"] == first


def test_a_correction_changes_page_entry_etags_and_the_date_of_change(room: Room) -> None:
    room.clock.forward(20)
    page, feed = room.page("sahel-post", "mopti-flood"), room.feed("sahel-post")
    entry = next(entry for entry in room.entries("sahel-post") if entry["link"].endswith("mopti-flood.html"))
    room.clock.forward(45)
    corrected_page = room.page("sahel-post", "mopti-flood", If_None_Match=page.headers["ETag"])
    corrected_feed = room.feed("sahel-post", If_None_Match=feed.headers["ETag"])
    corrected = next(one for one in room.entries("sahel-post") if one["link"] == entry["link"])
    assert "Eleven people have died" in page.body.decode()
    assert "Seventeen people have died" in corrected_page.body.decode()
    assert (entry["title"][:6], corrected["title"][:9]) == ("Eleven", "Seventeen")
    assert corrected["id"] == entry["id"]
    assert corrected["published"] == entry["published"]
    assert corrected["updated_parsed"] > entry["published_parsed"]
    assert corrected_feed.status == 200
    assert corrected_page.headers["ETag"] != page.headers["ETag"]
    assert corrected_page.headers["Last-Modified"] != page.headers["Last-Modified"]


def test_other_pages_keep_their_etags_when_news_comes_in(room: Room) -> None:
    first = room.page("sahel-post", "bamako-power-cuts")
    room.clock.forward(OVER)
    assert room.page("sahel-post", "bamako-power-cuts", If_None_Match=first.headers["ETag"]).status == 304


def test_pages_say_their_language_direction_address_and_date(room: Room) -> None:
    tree = html.fromstring(room.page("sada-nouakchott", "seyd-al-asmak").body)
    assert (tree.get("lang"), tree.get("dir")) == ("ar", "rtl")
    (canonical,) = tree.xpath("//link[@rel='canonical']/@href")
    assert canonical == f"{room.running.address}/sada-nouakchott/seyd-al-asmak.html"
    (linked,) = tree.xpath("//script[@type='application/ld+json']/text()")
    assert json.loads(linked)["datePublished"] == "2025-03-01T03:10:00Z"


def test_front_pages_name_their_feed(room: Room) -> None:
    outlet = room.outlet("world-desk")
    tree = html.fromstring(get(room.running.newsroom.home_url(outlet)).body)
    assert tree.xpath("//link[@rel='alternate']/@href") == [room.running.newsroom.feed_url(outlet)]


def test_the_feed_list_names_every_feed_with_language_and_country(room: Room) -> None:
    outlines = etree.parse(room.running.feeds_path).findall("body/outline")
    assert len(outlines) == len(room.running.newsroom.contents)
    for outline in outlines:
        assert outline.get("xmlUrl", "").startswith(room.running.address)
        assert outline.get("language")
        assert "/country/" in outline.get("category", "")


def test_a_restart_goes_on_where_it_was_at_the_same_addresses(tmp_path: Path) -> None:
    clock = HandClock()
    with open_newsroom(tmp_path, clock) as first:
        address, before = first.address, first.published_articles()
    clock.forward(100)
    with open_newsroom(tmp_path, clock) as second:
        after = {article.url for article in second.published_articles()}
        assert second.address == address
        assert {article.url for article in before} < after


def test_a_port_that_another_program_took_is_named_with_what_to_do(tmp_path: Path) -> None:
    with open_newsroom(tmp_path) as running:
        port = int(running.address.rpartition(":")[2])
    with closing(socket.create_server(("127.0.0.1", port))):
        with pytest.raises(BadInput, match=rf"Port {port}.*newsroom\.json") as raised, open_newsroom(tmp_path):
            pass
        assert "\n" not in str(raised.value)


def test_a_kept_state_that_is_not_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "newsroom.json").write_text("{")
    with pytest.raises(BadInput, match=r"newsroom\.json"), open_newsroom(tmp_path):
        pass
