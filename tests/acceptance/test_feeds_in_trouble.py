"""Feeds that fail, without harm to the others."""

from tests.acceptance import stories
from tests.acceptance.desk import Desk

BROKEN = (
    "<?xml version='1.0'?><rss version='2.0'><channel><title>Kidal Notebook</title>"
    "<item><title>Wells dug east of Kidal</title><link>https://kidal.example/wells</link>"
    "<description>Four wells were dug in the valley east of Kidal, and a fifth fell in.</description></item>"
    "<item><title>Broken off</ti"
)


def test_a_feed_that_breaks_off_gives_what_stands_before_the_break_and_says_so(desk: Desk):
    broken = desk.outlets.outlet("kidal-notebook")
    broken.serve(BROKEN.encode())
    desk.outlets.outlet("kayes-weekly").publish(title="Market reopens", text=stories.MARKET)

    desk.polls()

    assert {hit["title"] for hit in desk.finds("*")} == {"Wells dug east of Kidal", "Market reopens"}
    row = desk.feed_list()[broken.feed_url]
    assert row["entries"] >= 1
    assert row["error"]


def test_a_feed_that_answers_503_is_left_alone_as_long_as_it_asks_and_recovers(desk: Desk):
    outlet = desk.outlets.outlet("radio-garonne")
    outlet.publish(title="Market reopens", text=stories.MARKET)
    outlet.answer(503, {"Retry-After": "120"})
    desk.polls()
    assert desk.feed_list()[outlet.feed_url]["state"] == "held"
    asked = len([request for request in desk.outlets.asked if request.path.endswith("/feed")])
    desk.polls()
    assert len([request for request in desk.outlets.asked if request.path.endswith("/feed")]) == asked

    outlet.recover()
    desk.runs("feeds", "enable", outlet.feed_url)
    desk.polls()

    assert len(desk.finds("Kayes")) == 1
    row = desk.feed_list()[outlet.feed_url]
    assert (row["state"], row["error"]) == ("ok", None)


def test_a_feed_that_is_gone_is_not_asked_again(desk: Desk):
    outlet = desk.outlets.outlet("closed-paper")
    outlet.answer(410)
    desk.polls()
    asked = len(desk.outlets.asked)
    desk.polls()

    assert len(desk.outlets.asked) == asked
    assert desk.feed_list()[outlet.feed_url]["state"] == "gone"


def test_pages_that_can_not_be_had_leave_the_feeds_own_text(desk: Desk):
    outlet = desk.outlets.outlet("sahel-post")
    outlet.publish(title="Market reopens", text=stories.MARKET, page=False)
    desk.polls()
    assert len(desk.finds("Kayes")) == 1


def test_an_address_that_can_not_be_polled_is_a_row_with_its_reason(desk: Desk):
    feeds = desk.folder / "feeds.txt"
    good = desk.outlets.outlet("kayes-weekly")
    good.publish(title="Market reopens", text=stories.MARKET)
    feeds.write_text(f"gopher://old.example/feed\nhttp://10.1.2.3/rss\n{good.feed_url}\n")

    said = desk.runs("run", "--once", "--feeds", str(feeds))

    assert said.status == 0
    rows = desk.feed_list()
    assert rows["gopher://old.example/feed"]["error"]
    assert rows["http://10.1.2.3/rss"]["error"]
    assert len(desk.finds("Kayes")) == 1


def test_a_hostile_title_is_text_wherever_it_is_shown(desk: Desk):
    outlet = desk.outlets.outlet("sahel-post")
    outlet.publish(title="<script>alert(1)</script>Sahel & <b>rain</b>", text=stories.MARKET + " The Sahel waits.")
    desk.polls()

    (hit,) = desk.finds("Kayes")
    assert "<" not in hit["title"]
    assert "\x1b" not in desk.runs("alerts", "list").out
