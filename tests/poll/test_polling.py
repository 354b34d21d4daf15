"""What an operator and an analyst rely on, with a real server and the embedded stores."""

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import pytest

from pipeline.errors import CannotHandle, OutOfReach
from pipeline.fetch.interface import Request
from pipeline.log.interface import NewRecord
from pipeline.poll import intake
from pipeline.poll.rounds import poll_all_due, poll_each_once
from pipeline.poll.worker import PollWorker
from pipeline.records import topics
from pipeline.records.article import Origin, Source
from pipeline.state.interface import FeedState
from tests.fetch import hostile
from tests.fetch.hostile import HostileServer, answer
from tests.poll.documents import atom, item, rss
from tests.poll.newsdesk import Newsdesk

BEGUN = datetime.now(UTC)
TODAY = format_datetime(BEGUN - timedelta(hours=3))
LAST_WEEK = format_datetime(BEGUN - timedelta(days=7))


class TestEntries:
    def test_every_entry_of_a_new_feed_becomes_an_article(self, desk: Newsdesk, server: HostileServer) -> None:
        server.behaviours["/feed"] = answer(
            rss([item("Gao", "/1", "g1", TODAY, "<p>x</p>"), item("Kidal", "/2")], title="The Post", language="fr")
        )
        url = server.url("/feed")
        desk.follow(url, tags=["sahel"], country="ml")
        assert desk.poll().new == 2
        gao, kidal = desk.raw()
        assert (gao.title, gao.url, gao.entry, gao.summary) == ("Gao", server.url("/1"), "g1", "<p>x</p>")
        assert gao.source == Source(feed=url, name="The Post", tags=("sahel",), country="ML", language="fr")
        assert (gao.language, kidal.published) == ("fr", None)
        assert BEGUN < gao.seen < datetime.now(UTC)
        row = desk.row(url)
        assert (row.state, row.title, row.entries, row.error) == (FeedState.OK, "The Post", 2, None)
        assert row.last_new

    def test_what_the_operator_says_of_a_feed_goes_before_what_it_says_itself(
        self, desk: Newsdesk, server: HostileServer
    ) -> None:
        server.behaviours["/feed"] = answer(rss([item("Gao", "/1")], title="RSS » Home", language="en"))
        desk.follow(server.url("/feed"), title="The Post", language="fr")
        desk.poll()
        assert (desk.raw()[0].source.name, desk.raw()[0].source.language) == ("The Post", "fr")

    def test_only_what_is_new_or_changed_is_appended_later(self, desk: Newsdesk, server: HostileServer) -> None:
        server.behaviours["/feed"] = hostile.in_turn(
            answer(rss([item("A", "/1", summary="old"), item("B", "/2")])),
            answer(rss([item("A", "/1", summary="corrected"), item("B", "/2"), item("C", "/3")])),
        )
        desk.follow(server.url("/feed"))
        desk.poll()
        summary = desk.poll()
        assert (summary.new, summary.changed) == (1, 1)
        assert [(article.title, article.summary) for article in desk.raw()] == [
            ("A", "old"),
            ("A", "corrected"),
            ("B", ""),
            ("C", ""),
        ]

    def test_a_newer_date_of_change_alone_is_a_new_version(self, desk: Newsdesk, server: HostileServer) -> None:
        before = ["2026-11-15T09:00:00Z"] * 20
        server.behaviours["/feed"] = hostile.in_turn(
            answer(atom(before)), answer(atom(["2026-11-15T11:00:00Z", *before[1:]]))
        )
        desk.follow(server.url("/feed"))
        desk.poll()
        summary = desk.poll()
        assert (summary.new, summary.changed) == (0, 1)

    def test_a_feed_that_dates_everything_anew_each_time_is_not_believed(
        self, desk: Newsdesk, server: HostileServer
    ) -> None:
        server.behaviours["/feed"] = hostile.in_turn(
            answer(atom(["2026-11-15T09:00:00Z"] * 20)), answer(atom(["2026-11-15T09:10:00Z"] * 20))
        )
        desk.follow(server.url("/feed"))
        desk.poll()
        summary = desk.poll()
        assert (summary.new, summary.changed) == (0, 0)

    def test_an_unchanged_document_is_left_alone_with_or_without_validators(
        self, desk: Newsdesk, server: HostileServer
    ) -> None:
        document = rss([item("A", "/1")])
        server.behaviours["/etag"] = hostile.with_etag(document, '"v1"')
        server.behaviours["/same"] = answer(document)
        desk.follow(server.url("/etag"), server.url("/same"))
        desk.poll()
        summary = desk.poll()
        assert (summary.polled, summary.new, summary.failed) == (2, 0, 0)
        assert desk.row(server.url("/etag")).entries == desk.row(server.url("/same")).entries == 1
        assert [asked.headers.get("if-none-match") for asked in server.asked if asked.path == "/etag"] == [None, '"v1"']

    def test_entries_are_appended_the_oldest_first_under_their_outlet(
        self, desk: Newsdesk, server: HostileServer
    ) -> None:
        links = ["https://www.post.example/3", "https://m.post.example/2", "https://post.example/1"]
        server.behaviours["/feed"] = answer(rss([item(f"T{link[-1]}", link) for link in links]))
        desk.follow(server.url("/feed"))
        desk.poll()
        records = list(desk.log.read(topics.RAW))
        assert [record.key for record in records] == ["post.example"] * 3
        assert [b'"title":"T1"' in record.value for record in records] == [True, False, False]

    def test_a_redirected_feed_resolves_its_links_where_it_lies(self, desk: Newsdesk, server: HostileServer) -> None:
        server.behaviours["/old"] = hostile.redirect("/new/feed", 301)
        server.behaviours["/new/feed"] = answer(rss([item("A", "1")]))
        desk.follow(server.url("/old"))
        desk.poll()
        assert desk.raw()[0].url == server.url("/new/1")


class TestBackCatalogue:
    def test_old_entries_of_a_new_feed_are_back_fill_and_undated_ones_live(
        self, desk: Newsdesk, server: HostileServer
    ) -> None:
        server.behaviours["/feed"] = answer(
            rss([item("A", "/1", date=LAST_WEEK), item("B", "/2", date=TODAY), item("C", "/3")])
        )
        desk.follow(server.url("/feed"))
        desk.poll()
        assert [article.origin for article in desk.raw()] == [Origin.BACKFILL, Origin.LIVE, Origin.LIVE]

    def test_an_operator_may_ask_for_alerts_on_a_feeds_past_as_far_back_as_he_says(
        self, desk: Newsdesk, server: HostileServer
    ) -> None:
        years_ago = format_datetime(BEGUN - timedelta(days=800))
        server.behaviours["/feed"] = hostile.in_turn(
            answer(rss([item("A", "/1", date=LAST_WEEK), item("B", "/2", date=years_ago)])),
            answer(rss([item(f"C{n}", f"/c{n}", date=LAST_WEEK) for n in range(9)])),
        )
        desk.follow(server.url("/feed"), alert_past=timedelta(days=8))
        desk.poll()
        assert {article.title: article.origin for article in desk.raw()} == {"A": Origin.LIVE, "B": Origin.BACKFILL}
        desk.poll()  # where nothing is known it is not the first poll again
        assert {article.origin for article in desk.raw()[2:]} == {Origin.BACKFILL}

    def test_a_first_poll_that_failed_was_none(self, desk: Newsdesk, server: HostileServer) -> None:
        server.behaviours["/feed"] = hostile.in_turn(
            answer(b"", status=500), answer(rss([item("A", "/1", date=LAST_WEEK)]))
        )
        desk.follow(server.url("/feed"), alert_past=timedelta(days=8))
        desk.poll()
        desk.poll()
        assert [article.origin for article in desk.raw()] == [Origin.LIVE]

    def test_what_comes_later_is_live_however_it_is_dated(self, desk: Newsdesk, server: HostileServer) -> None:
        server.behaviours["/feed"] = hostile.in_turn(answer(rss()), answer(rss([item("A", "/1", date=LAST_WEEK)])))
        desk.follow(server.url("/feed"))
        desk.poll()
        desk.poll()
        assert desk.raw()[0].origin is Origin.LIVE

    def test_a_first_poll_that_failed_does_not_count_as_the_first(self, desk: Newsdesk, server: HostileServer) -> None:
        server.behaviours["/feed"] = hostile.in_turn(answer(status=500), answer(rss([item("A", "/1", date=LAST_WEEK)])))
        desk.follow(server.url("/feed"))
        desk.poll()
        desk.poll()
        assert desk.raw()[0].origin is Origin.BACKFILL


class TestFailures:
    @pytest.mark.parametrize(
        ("behaviour", "words"),
        [
            (answer(status=404), "127.0.0.1 answers 404: there is nothing at this address; check it in a browser"),
            (answer(status=500), "127.0.0.1 answers 500: its server is in trouble"),
            (answer(status=304), "127.0.0.1 answers 304, which is no feed; check the address in a browser"),
            (answer(b"<html><body>Maintenance</body></html>"), "the document is a page (HTML), not a feed"),
            (answer(b""), "the document is empty"),
            (hostile.raw(b""), "127.0.0.1 closed the connection without an answer"),
            (hostile.redirect("http://10.0.0.1/"), "10.0.0.1 belongs to a private network and is not asked"),
        ],
    )
    def test_are_told_in_the_feeds_own_row_and_stop_no_other(
        self, desk: Newsdesk, server: HostileServer, behaviour: hostile.Behaviour, words: str
    ) -> None:
        server.behaviours.update({"/bad": behaviour, "/good": answer(rss([item("A", "/1")]))})
        desk.follow(server.url("/bad"), server.url("/good"))
        summary = desk.poll()
        row = desk.row(server.url("/bad"))
        assert (summary.polled, summary.failed, summary.new) == (2, 1, 1)
        assert row.state is FeedState.FAILING
        assert row.error
        assert row.error.startswith(words)
        assert summary.problems == {server.url("/bad"): row.error}

    def test_an_address_that_can_not_be_polled_is_a_row_with_its_reason(self, desk: Newsdesk) -> None:
        desk.follow("ftp://outlet.example/feed")
        assert desk.poll().polled == 0
        row = desk.row("ftp://outlet.example/feed")
        assert (row.state, row.error) == (FeedState.INVALID, "the address must begin with http:// or https://")

    def test_are_retried_later_each_time_and_forgotten_at_the_first_success(
        self, desk: Newsdesk, server: HostileServer
    ) -> None:
        url = server.url("/feed")
        server.behaviours["/feed"] = hostile.in_turn(*[answer(status=500)] * 4, answer(rss([item("A", "/1")])))
        desk.follow(url)
        waits = []
        for _ in range(4):
            desk.poll()
            row = desk.row(url)
            assert row.next_due
            assert row.last_polled
            waits.append(row.next_due - row.last_polled)
        assert all(later > earlier for earlier, later in pairwise(waits))
        assert timedelta(minutes=7) < waits[0] < timedelta(minutes=13)
        desk.poll()
        assert (desk.row(url).state, desk.row(url).failures, desk.row(url).error) == (FeedState.OK, 0, None)

    def test_a_feed_that_is_gone_is_not_asked_again(self, desk: Newsdesk, server: HostileServer) -> None:
        server.behaviours["/feed"] = answer(status=410)
        desk.follow(server.url("/feed"))
        desk.poll()
        assert desk.poll().polled == 0
        row = desk.row(server.url("/feed"))
        assert row.state is FeedState.GONE
        assert row.error
        assert "gone for good (410); remove it" in row.error

    @pytest.mark.parametrize("status", [429, 503])
    def test_a_server_that_asks_for_time_gets_it_even_when_polled_by_hand(
        self, desk: Newsdesk, server: HostileServer, status: int
    ) -> None:
        server.behaviours["/feed"] = answer(status=status, Retry_After="7200")
        desk.follow(server.url("/feed"))
        desk.poll()
        assert desk.poll().polled == 0
        row = desk.row(server.url("/feed"))
        assert row.state is FeedState.HELD
        assert row.error
        assert row.error.endswith("and asks us to wait 2 h")

    def test_a_document_that_breaks_off_gives_what_it_has_and_is_asked_for_anew(
        self, desk: Newsdesk, server: HostileServer
    ) -> None:
        document = rss([item("A", "/1"), item("B", "/2")])
        server.behaviours["/feed"] = hostile.in_turn(
            answer(document[: document.index(b"<title>B")], ETag='"v1"'), hostile.with_etag(document, '"v1"')
        )
        url = server.url("/feed")
        desk.follow(url)
        desk.poll()
        assert (desk.row(url).entries, desk.row(url).error) == (
            1,
            "the document breaks off; the 1 entries before that were read",
        )
        desk.poll()
        assert desk.titles() == ["A", "B"]
        assert desk.row(url).error is None

    def test_a_failure_keeps_the_validators(self, desk: Newsdesk, server: HostileServer) -> None:
        document = rss([item("A", "/1")])
        with_etag = hostile.with_etag(document, '"v1"')
        server.behaviours["/feed"] = hostile.in_turn(with_etag, answer(status=500), with_etag)
        desk.follow(server.url("/feed"))
        for _ in range(3):
            desk.poll()
        assert server.asked[-1].headers["if-none-match"] == '"v1"'

    def test_a_slow_feed_holds_up_no_other(self, desk: Newsdesk, server: HostileServer) -> None:
        server.behaviours.update({"/slow": hostile.dripping(), "/good": answer(rss([item("A", "/1")]))})
        desk.follow(server.url("/slow"), server.url("/good"))
        step = desk.step()
        step.start("desk", 10)
        began = time.monotonic()
        while not desk.titles():
            step.collect(0.5)
        assert time.monotonic() - began < 5
        assert step.pending == 1
        step.give_back()
        assert len(desk.state.feeds.claim_due("another", 10, timedelta(minutes=1), only=[server.url("/slow")])) == 1


class Choosy:
    """A log that can't take records with a certain word; everything else is the real one's."""

    def __init__(self, log: Any, word: bytes) -> None:
        self._log = log
        self._word = word

    def append(self, topic: str, records: Sequence[NewRecord]) -> None:
        if topic == topics.RAW and any(self._word in record.value for record in records):
            raise CannotHandle("a record of 9 MB is too large for the log")
        self._log.append(topic, records)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


class Away:
    """A log or state whose methods, named in `away`, can't be had until it is told so."""

    def __init__(self, real: Any, *away: str) -> None:
        self._real = real
        self.away = set(away)

    def __getattr__(self, name: str) -> Any:
        if name not in self.away:
            return getattr(self._real, name)

        def out_of_reach(*_: Any, **__: Any) -> None:
            raise OutOfReach("the server can't be reached")

        return out_of_reach


class TestCrashes:
    @pytest.fixture
    def url(self, desk: Newsdesk, server: HostileServer) -> str:
        server.behaviours["/feed"] = answer(rss([item("A", "/1", date=LAST_WEEK), item("B", "/2")]))
        desk.follow(server.url("/feed"))
        return server.url("/feed")

    def test_a_log_out_of_reach_loses_nothing_and_leaves_the_feed_due(self, desk: Newsdesk, url: str) -> None:
        with pytest.raises(OutOfReach):
            desk.poll(log=Away(desk.log, "append"))
        assert desk.row(url).last_polled is None
        assert desk.poll(url).new == 2
        assert desk.titles() == ["A", "B"]

    def test_killed_between_append_and_save_the_same_articles_come_again(self, desk: Newsdesk, url: str) -> None:
        with pytest.raises(OutOfReach):
            desk.poll(feeds=Away(desk.state.feeds, "save", "release"))
        assert desk.poll(url).polled == 0  # the lease of the one that was killed
        desk.state.feeds.remove(url)
        desk.follow(url)  # as if the lease had ended
        assert desk.poll(url).new == 2
        first, again, *others = desk.raw()
        assert first == replace(again, seen=first.seen)
        assert (first.origin, len(others)) == (Origin.BACKFILL, 2)

    def test_a_poll_that_lost_its_lease_changes_nothing_and_the_others_go_on(
        self, desk: Newsdesk, server: HostileServer, url: str
    ) -> None:
        other = server.url("/other")

        async def removed_meanwhile(asked: hostile.Asked, send: hostile.Send) -> None:
            desk.state.feeds.remove(other)
            await answer(rss([item("C", "/3")]))(asked, send)

        server.behaviours["/other"] = removed_meanwhile
        desk.follow(other)
        assert desk.poll().polled == 2
        assert [feed.spec.url for feed in desk.state.feeds.list()] == [url]
        assert desk.row(url).entries == 2

    def test_an_entry_that_the_log_can_not_take_becomes_a_dead_letter_and_the_rest_goes_on(
        self, desk: Newsdesk, url: str
    ) -> None:
        assert desk.poll(log=Choosy(desk.log, b'"title":"A"')).new == 2
        assert desk.titles() == ["B"]
        [letter] = desk.letters()
        assert (letter.step, letter.topic, letter.key) == ("poll", topics.RAW, "127.0.0.1")
        assert letter.reason == "a record of 9 MB is too large for the log"
        assert b'"title":"A"' in letter.value
        assert desk.poll().new == 0

    def test_a_document_that_harmattan_choked_on_is_asked_for_in_full_again(
        self, desk: Newsdesk, server: HostileServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.behaviours["/odd"] = hostile.with_etag(rss([item("Odd", "/odd")]), '"v1"')
        desk.follow(server.url("/odd"))

        def choke(*_: object, **__: object) -> None:
            raise KeyError("odd")

        with monkeypatch.context() as choking:
            choking.setattr(intake, "raw_article", choke)
            assert desk.poll(server.url("/odd")).failed == 1
        assert desk.poll(server.url("/odd")).new == 1
        assert desk.titles() == ["Odd"]


class TestSharing:
    def test_two_pollers_never_poll_one_feed_at_once(self, desk: Newsdesk, server: HostileServer) -> None:
        urls = [server.url(f"/{n}") for n in range(30)]
        for n in range(30):
            server.behaviours[f"/{n}"] = hostile.after(0.05, answer(rss([item(f"T{n:02}", f"/{n}/1")])))
        desk.follow(*urls)
        threads = [
            threading.Thread(target=lambda name=name: poll_all_due(desk.step(), name)) for name in ("one", "two")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(asked.path for asked in server.asked) == sorted(f"/{n}" for n in range(30))
        assert desk.titles() == [f"T{n:02}" for n in range(30)]


class TestPasses:
    def test_a_pass_asks_each_feed_once_however_soon_it_is_due_again(
        self, desk: Newsdesk, server: HostileServer
    ) -> None:
        urls = [server.url(f"/{n}") for n in range(150)]
        server.behaviours.update({f"/{n}": answer(rss([item(f"T{n}", f"/{n}/1")])) for n in range(150)})
        desk.follow(*urls)
        total = poll_each_once(desk.step(interval=timedelta(milliseconds=1)), "desk", urls)
        assert (total.polled, total.new, total.failed, len(server.asked)) == (150, 150, 0, 150)

    def test_only_due_feeds_are_asked_unless_it_is_at_once(self, desk: Newsdesk, server: HostileServer) -> None:
        server.behaviours["/feed"] = answer(rss([item("A", "/1")]))
        url = server.url("/feed")
        desk.follow(url)
        assert poll_all_due(desk.step(), "desk").polled == 1
        assert poll_all_due(desk.step(), "desk").polled == 0
        assert poll_each_once(desk.step(), "desk", [url]).polled == 1

    def test_the_worker_polls_on_and_ends_at_once_when_told(self, desk: Newsdesk, server: HostileServer) -> None:
        server.behaviours.update({"/slow": hostile.dripping(), "/feed": answer(rss([item("A", "/1")]))})
        desk.follow(server.url("/slow"), server.url("/feed"))
        worker = PollWorker(desk.step(interval=timedelta(milliseconds=50)), "desk")
        stop = threading.Event()
        thread = threading.Thread(target=worker.run, args=(stop,))
        thread.start()
        deadline = time.monotonic() + 20
        while worker.counts()["handled"] < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        began = time.monotonic()
        stop.set()
        thread.join(10)
        assert time.monotonic() - began < 2
        assert worker.counts()["handled"] >= 3
        assert worker.counts()["new"] == 1
        assert desk.titles() == ["A"]
        assert len(desk.state.feeds.claim_due("another", 10, timedelta(minutes=1))) >= 1


class TestWorker:
    def test_what_is_wrong_with_a_feed_is_logged_once_in_a_line(
        self, desk: Newsdesk, server: HostileServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.behaviours["/broken"] = answer(b"<html><body>We are moving.</body></html>")
        broken = server.url("/broken")
        desk.follow(broken)
        worker = PollWorker(desk.step(interval=timedelta(milliseconds=50)), "worker")
        stop = threading.Event()
        thread = threading.Thread(target=worker.run, args=[stop])
        thread.start()
        deadline = time.monotonic() + 20
        while worker.counts()["failed"] < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        stop.set()
        thread.join()
        assert worker.counts()["failed"] >= 3
        lines = [record.getMessage() for record in caplog.records if broken in record.getMessage()]
        assert len(lines) == 1


class TestManners:
    def test_both_validators_are_stored_anew_with_every_answer(self, desk: Newsdesk, server: HostileServer) -> None:
        document = rss([item("A", "/1")])
        server.behaviours["/feed"] = hostile.in_turn(
            answer(document, ETag='"1"', Last_Modified="Sun, 01 Nov 2026 10:00:00 GMT"),
            answer(document, ETag='"2"', Last_Modified="Mon, 02 Nov 2026 10:00:00 GMT"),  # the same bytes
            answer(status=304, ETag='"3"'),
            answer(document),
            answer(document),
        )
        desk.follow(server.url("/feed"))
        for _ in range(5):
            desk.poll()
        sent = [(asked.headers.get("if-none-match"), asked.headers.get("if-modified-since")) for asked in server.asked]
        second = "Mon, 02 Nov 2026 10:00:00 GMT"
        assert sent == [
            (None, None),
            ('"1"', "Sun, 01 Nov 2026 10:00:00 GMT"),
            ('"2"', second),
            ('"3"', second),
            (None, None),
        ]

    def test_a_server_that_says_not_modified_for_ever_is_found_out(self, desk: Newsdesk, server: HostileServer) -> None:
        lying = hostile.lying_304(rss([item("A", "/1")]), rss([item("B", "/2"), item("A", "/1")]))
        server.behaviours["/feed"] = lying
        desk.follow(server.url("/feed"))
        desk.poll()
        desk.poll()
        assert desk.titles() == ["A"]
        desk.let_pass(timedelta(days=1))
        desk.poll()
        assert desk.titles() == ["A", "B"]

    def test_what_is_asked_of_the_poller_holds_after_a_304_too(self, desk: Newsdesk, server: HostileServer) -> None:
        document = rss([item("A", "/1", TODAY)]).replace(b"<channel>", b"<channel><ttl>180</ttl>")
        server.behaviours["/ttl"] = hostile.with_etag(document, '"1"')
        server.behaviours["/age"] = hostile.with_etag(rss([item("A", "/1")]), '"1"', Cache_Control="max-age=7200")
        urls = [server.url("/ttl"), server.url("/age")]
        desk.follow(*urls)
        for _ in range(2):
            desk.poll()
            waits = [row.next_due - row.last_polled for row in map(desk.row, urls) if row.next_due and row.last_polled]
            assert timedelta(hours=3) <= waits[0] <= timedelta(hours=3.4)
            assert timedelta(hours=2) <= waits[1] <= timedelta(hours=2.3)

    def test_a_retry_after_holds_the_whole_server(self, desk: Newsdesk, server: HostileServer) -> None:
        server.behaviours |= {"/busy": answer(status=503, Retry_After="3600"), "/other": answer(rss([item("A", "/1")]))}
        busy, other = server.url("/busy"), server.url("/other")
        desk.follow(busy, other)
        desk.poll(busy)
        assert desk.poll().polled == 0
        assert (desk.row(other).state, desk.row(other).failures) == (FeedState.HELD, 0)
        assert [asked.path for asked in server.asked] == ["/busy"]

    def test_a_server_that_asks_for_a_second_each_time_is_not_asked_each_second(
        self, desk: Newsdesk, server: HostileServer
    ) -> None:
        server.behaviours["/busy"] = answer(status=429, Retry_After="1")
        url = server.url("/busy")
        desk.follow(url)
        desk.poll()
        row = desk.row(url)
        assert row.next_due
        assert row.next_due > datetime.now(UTC) + timedelta(minutes=7)
        assert row.failures == 1

    def test_a_feed_that_was_started_before_its_server_asked_for_peace_has_not_failed(
        self, desk: Newsdesk, server: HostileServer
    ) -> None:
        url = server.url("/other")
        server.behaviours["/busy"] = answer(status=429, Retry_After="3600")
        desk.follow(url)
        desk.fetcher.submit(Request(url=server.url("/busy"))).result(10)  # as another feed's poll
        summary = desk.poll()
        assert (summary.polled, summary.failed, summary.unreached) == (0, 0, 1)
        row = desk.row(url)
        assert (row.failures, row.error, row.last_polled) == (0, None, None)
        assert row.next_due
        assert row.next_due > datetime.now(UTC) + timedelta(minutes=30)

    def test_a_feed_that_has_moved_for_good_is_polled_at_its_new_address(
        self, desk: Newsdesk, server: HostileServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.behaviours |= {"/old": hostile.redirect("/new", 301), "/new": answer(rss([item("A", "/1")]))}
        old, new = server.url("/old"), server.url("/new")
        desk.follow(old)
        for _ in range(2):
            desk.poll()
            assert [feed.spec.url for feed in desk.state.feeds.list()] == [old]
            desk.let_pass(timedelta(days=1))
        desk.poll()
        assert (desk.row(old).spec.url, desk.row(old).known_as) == (new, old)
        [line] = [record.getMessage() for record in caplog.records if "moved" in record.getMessage()]
        assert line.startswith(f"{old} has moved for good to {new}, as redirects say since ")
        server.asked.clear()
        server.behaviours["/new"] = answer(rss([item("B", "/2"), item("A", "/1")]))
        assert desk.poll().new == 1
        assert [asked.path for asked in server.asked] == ["/new"]
        assert {article.source.feed for article in desk.raw()} == {old}

    def test_a_maintenance_page_moves_no_feed(self, desk: Newsdesk, server: HostileServer) -> None:
        server.behaviours |= {
            "/old": hostile.redirect("/down", 301),
            "/down": answer(b"<html><body>Back soon</body></html>"),
        }
        desk.follow(server.url("/old"))
        for _ in range(6):
            desk.poll()
            desk.let_pass(timedelta(days=1))
        assert [feed.spec.url for feed in desk.state.feeds.list()] == [server.url("/old")]


class TestKills:
    def test_a_killed_poller_loses_its_leases_and_nothing_else(self, desk: Newsdesk, server: HostileServer) -> None:
        paths = [f"/{n}" for n in range(40)]
        for n, path in enumerate(paths):
            server.behaviours[path] = hostile.after(
                n * 0.02, answer(rss([item(f"T{n:02}", f"{path}/1"), item(f"U{n:02}", f"{path}/2")]))
            )
        desk.follow(*map(server.url, paths))
        for death in (0.25, 0.4):  # seconds after its first request
            asked = len(server.asked)
            poller = subprocess.Popen([sys.executable, "-m", "tests.poll.poller", str(desk.folder)])
            deadline = time.monotonic() + 60
            while len(server.asked) == asked and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(death)
            poller.kill()
            poller.wait()
            desk.let_pass(timedelta(minutes=5))
        for _ in range(2):
            poll_all_due(desk.step(), "survivor")
            desk.let_pass(timedelta(minutes=5))
        rows = desk.state.feeds.list()
        assert {(row.state, row.entries) for row in rows} == {(FeedState.OK, 2)}
        assert set(desk.titles()) == {f"{letter}{n:02}" for letter in "TU" for n in range(40)}
