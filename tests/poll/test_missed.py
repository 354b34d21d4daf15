"""Entries that came and went between two polls: noticed, looked for, and told."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli.main import cli
from pipeline.poll.filling import GapFiller
from pipeline.poll.intake import Intake
from pipeline.poll.missed import Missed, scope_of
from pipeline.poll.parsed import Entry
from pipeline.poll.schedule import Schedule
from pipeline.poll.step import PollStep
from pipeline.records.article import Origin
from pipeline.state.interface import Gap, GapState
from tests.fetch.hostile import HostileServer, answer
from tests.poll.direct import DirectReader
from tests.poll.documents import item, rss
from tests.poll.newsdesk import Newsdesk

NOW = datetime.now(UTC)
AGO = timedelta(hours=2)
SIZE = 6
"""Entries that the feed shows."""


class Outlet:
    """Publishes numbered articles, ten of them before the first poll, which was two hours ago, and the others since."""

    def __init__(self, desk: Newsdesk, server: HostileServer, path: str = "/news/feed") -> None:
        self.desk = desk
        self.server = server
        self.path = path
        self.feed = server.url(path)
        self.begun = NOW - AGO - timedelta(hours=1)
        desk.follow(self.feed)

    def entry(self, number: int, *, dated: bool = True) -> str:
        date = format_datetime(self.date(number)) if dated else ""
        return item(f"n{number:02}", f"/news/{number}", f"g{number}", date)

    def date(self, number: int) -> datetime:
        """The first ten were published an hour before the first poll, the others from half an hour after it on."""
        return self.begun + timedelta(minutes=number if number < 10 else 90 + number)

    def shows(self, numbers: Sequence[int], *, more: str = "", dated: bool = True, path: str | None = None) -> None:
        items = [more, *(self.entry(number, dated=dated) for number in reversed(numbers))]
        self.server.behaviours[path or self.path] = answer(rss(items))

    def poll(self) -> None:
        followers = [Missed(self.desk.state.feeds, self.desk.state.gaps)]
        PollStep(
            self.desk.state.feeds, self.desk.log, self.desk.fetcher, DirectReader(), Schedule(), followers=followers
        ).poll_due("desk", 9, only=[self.feed], at_once=True)

    def fill(self) -> Gap:
        state, fetcher = self.desk.state, self.desk.fetcher
        intake = Intake(state.feeds, self.desk.log)
        GapFiller(state.gaps, state.feeds, intake, fetcher, DirectReader(), "filler").turn()
        return self.gap()

    def time_passes(self) -> None:
        """Let the last poll be two hours ago."""
        with closing(sqlite3.connect(self.desk.folder / "state.db")) as state, state:
            state.execute("UPDATE feeds SET last_success = last_success - ?", [AGO // timedelta(microseconds=1)])

    def gaps(self) -> Sequence[Gap]:
        return next(iter(self.desk.state.gaps.by_feed().values()), ())

    def gap(self) -> Gap:
        [gap] = self.gaps()
        return gap

    def misses(self, *, more: str = "", dated: bool = True) -> None:
        """Show 0 to 5 at one poll and 20 to 25 at the next."""
        self.shows(range(SIZE), dated=dated)
        self.poll()
        self.time_passes()
        self.shows(range(20, 20 + SIZE), more=more, dated=dated)
        self.poll()


@pytest.fixture
def outlet(desk: Newsdesk, server: HostileServer) -> Iterator[Outlet]:
    return Outlet(desk, server)


def titles(numbers: Sequence[int]) -> list[str]:
    return [f"n{number:02}" for number in numbers]


class TestNoticing:
    def test_a_full_feed_without_a_known_entry_leaves_a_gap(self, outlet: Outlet, caplog: pytest.LogCaptureFixture):
        outlet.misses()
        gap = outlet.gap()
        assert (gap.spec.url, gap.state) == (outlet.feed, GapState.OPEN)
        assert (gap.since < outlet.date(10), gap.until) == (True, outlet.date(20).replace(microsecond=0))
        assert gap.scope == outlet.server.url("/news/")
        assert "none of its 6 entries was known, so some were probably missed" in caplog.text

    @pytest.mark.parametrize("dated", [True, False])
    def test_an_entry_that_is_pinned_hides_no_gap(self, outlet: Outlet, dated: bool, caplog: pytest.LogCaptureFixture):
        pinned = item("Who we are", "/about", "p", format_datetime(NOW - timedelta(days=400)) if dated else "")
        outlet.shows(range(SIZE), more=pinned, dated=dated)
        outlet.poll()
        outlet.shows(range(1, SIZE + 1), more=pinned, dated=dated)
        outlet.poll()
        outlet.time_passes()
        outlet.shows(range(20, 20 + SIZE), more=pinned, dated=dated)
        outlet.poll()
        assert outlet.gap().state is GapState.OPEN
        assert outlet.gap().scope == outlet.server.url("/news/")
        assert "none but pinned ones of its 7 entries was known" in caplog.text

    def test_the_last_entry_of_before_shows_that_nothing_was_missed(self, outlet: Outlet):
        outlet.shows(range(SIZE))
        outlet.poll()
        outlet.shows([*range(1, SIZE), 10])
        outlet.poll()
        outlet.time_passes()
        outlet.shows([10, *range(20, 20 + SIZE)])
        outlet.poll()
        assert not outlet.gaps()

    def test_so_does_one_without_dates(self, outlet: Outlet):
        outlet.misses(dated=False)
        assert outlet.gap().until - outlet.gap().since >= AGO

    def test_its_interval_becomes_shorter(self, outlet: Outlet):
        outlet.shows(range(SIZE))
        outlet.poll()
        outlet.time_passes()
        before = outlet.desk.row(outlet.feed).interval
        outlet.shows(range(20, 20 + SIZE))
        outlet.poll()
        after = outlet.desk.row(outlet.feed).interval
        assert before
        assert after
        assert after <= before / 2

    @pytest.mark.parametrize(
        "case", ["first poll", "overlap", "empty before", "few entries", "reaches back", "complete", "site's move"]
    )
    def test_nothing_was_missed_where(self, outlet: Outlet, case: str):
        first, then, more = range(SIZE), range(20, 20 + SIZE), ""
        if case == "first poll":
            outlet.desk.follow(outlet.feed)
        elif case == "overlap":
            then = range(SIZE - 1, 20)
        elif case == "empty before":
            first = range(0)
        elif case == "few entries":
            then = range(20, 22)
        elif case == "reaches back":
            first, then = range(3), range(3, 26)
        elif case == "complete":
            more = '<fh:complete xmlns:fh="http://purl.org/syndication/history/1.0"/>'
        if case != "first poll":
            outlet.shows(first)
            outlet.poll()
            outlet.time_passes()
        if case == "site's move":
            moved = [
                item(f"n{n:02}", f"https://new.example/{n}", f"other-{n}", format_datetime(outlet.date(n)))
                for n in first
            ]
            outlet.server.behaviours[outlet.path] = answer(rss(moved))
        else:
            outlet.shows(then, more=more)
        outlet.poll()
        assert outlet.gaps() == ()

    def test_what_addresses_share_is_what_a_feed_is_about(self):
        def scope(*links: str) -> str | None:
            return scope_of([Entry(id=link, link=link) for link in links])

        site = "https://post.example"
        assert scope(f"{site}/africa/mali/2026/11/a", f"{site}/africa/2026/b") == f"{site}/africa/"
        assert scope(f"{site}/2026/11/a", f"{site}/2026/11/b") == f"{site}/"
        assert scope(f"{site}/a", f"{site}/b/") == f"{site}/"
        assert scope(f"{site}/a", "https://other.example/b") is None
        assert scope() is None


class TestFilling:
    ARCHIVE = '<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="prev-archive" href="/archive/{}"/>'

    def test_archived_pages_are_followed_to_what_is_known(self, outlet: Outlet):
        outlet.misses(more=self.ARCHIVE.format(2))
        outlet.shows(range(12, 20), more=self.ARCHIVE.format(1), path="/archive/2")
        outlet.shows(range(4, 12), more=self.ARCHIVE.format(0), path="/archive/1")
        gap = outlet.fill()
        assert (gap.state, gap.recovered) == (GapState.FILLED, 10)
        assert outlet.desk.titles() == titles([*range(SIZE), *range(10, 26)])
        assert "10 found in older pages of the feed, which reaches back to what was known" in str(gap.note)
        assert "/archive/0" not in [asked.path for asked in outlet.server.asked]

    def test_what_was_found_is_known_from_then_on(self, outlet: Outlet):
        outlet.misses(more=self.ARCHIVE.format(1))
        outlet.shows(range(4, 20), path="/archive/1")
        outlet.fill()
        outlet.shows(range(14, 26))
        outlet.poll()
        assert outlet.desk.titles() == titles([*range(SIZE), *range(10, 26)])
        assert len(outlet.gaps()) == 1

    def test_pages_of_wordpress_are_asked_for(self, outlet: Outlet):
        outlet.misses(more="<generator>https://wordpress.org/?v=6.8</generator>")
        outlet.shows(range(12, 20), path="/news/feed?paged=2")
        outlet.shows(range(4, 12), path="/news/feed?paged=3")
        gap = outlet.fill()
        assert (gap.state, gap.recovered) == (GapState.FILLED, 10)

    def test_a_news_sitemap_gives_what_pages_do_not(self, outlet: Outlet):
        outlet.misses()
        site = outlet.server.url("")
        news = "".join(
            f"<url><loc>{site}{path}</loc><n:news><n:publication><n:name>P</n:name><n:language>en</n:language>"
            f"</n:publication><n:publication_date>{date.isoformat()}</n:publication_date><n:title>{title}</n:title>"
            "</n:news></url>"
            for path, date, title in (
                ("/news/15", outlet.date(15), "n15"),
                ("/sport/16", outlet.date(16), "of another section"),
                ("/news/3", outlet.date(3), "n03"),
                ("/news/40", outlet.date(40), "too late"),
            )
        )
        sitemap = (
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
            f' xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{news}</urlset>'
        )
        outlet.server.behaviours |= {
            "/robots.txt": answer(b"User-agent: *\nDisallow:\nSitemap: /maps/news.xml\nSitemap: /maps/all.xml\n"),
            "/maps/news.xml": answer(sitemap.encode(), content_type="application/xml"),
        }
        gap = outlet.fill()
        assert (gap.state, gap.recovered) == (GapState.PARTLY, 1)
        assert "n15" in outlet.desk.titles()
        assert len(outlet.desk.titles()) == 2 * SIZE + 1
        assert "1 found in the site's news sitemap, perhaps not all" in str(gap.note)

    def test_what_is_dated_far_back_wakes_nobody(self, outlet: Outlet):
        outlet.shows(range(SIZE))
        outlet.poll()
        for _ in range(60):
            outlet.time_passes()
        outlet.shows(range(20, 20 + SIZE), more=self.ARCHIVE.format(1))
        outlet.poll()
        old = item("old", "/news/old", "old", format_datetime(NOW - timedelta(days=3)))
        outlet.server.behaviours["/archive/1"] = answer(rss([outlet.entry(15), old]))
        outlet.fill()
        origins = {article.title: article.origin for article in outlet.desk.raw()}
        assert origins["n15"] is Origin.LIVE
        assert origins["old"] is Origin.BACKFILL

    def test_a_gap_that_can_not_be_filled_is_told(self, outlet: Outlet):
        outlet.misses()
        gap = outlet.fill()
        assert (gap.state, gap.recovered) == (GapState.LOST, 0)
        assert "none of them could be found" in str(gap.note)
        assert outlet.fill().attempts == 1

    def test_a_server_in_trouble_is_asked_again_later(self, outlet: Outlet):
        outlet.misses(more=self.ARCHIVE.format(1))
        outlet.server.behaviours["/archive/1"] = answer(status=503)
        gap = outlet.fill()
        assert (gap.state, gap.attempts) == (GapState.OPEN, 1)
        assert "not filled yet: 127.0.0.1" in str(gap.note)
        assert str(gap.note).endswith("answers 503")

    def test_a_feed_removed_while_its_gap_is_filled_stops_nothing(
        self, outlet: Outlet, monkeypatch: pytest.MonkeyPatch
    ):
        outlet.misses(more=self.ARCHIVE.format(1))
        outlet.shows(range(10, 20), path="/archive/1")
        take = Intake.take

        def removed_meanwhile(intake: Intake, *given: Any) -> Any:
            outlet.desk.state.feeds.remove(outlet.feed)
            return take(intake, *given)

        monkeypatch.setattr(Intake, "take", removed_meanwhile)
        state = outlet.desk.state
        intake = Intake(state.feeds, outlet.desk.log)
        filler = GapFiller(state.gaps, state.feeds, intake, outlet.desk.fetcher, DirectReader(), "filler")
        assert filler.turn()
        assert outlet.gaps() == ()

    @pytest.mark.parametrize("case", ["endless", "loop", "inside"])
    def test_hostile_pages_lead_to_few_requests(self, outlet: Outlet, case: str):
        outlet.misses(more=self.ARCHIVE.format(100))
        for number in range(100, 70, -1):
            older = {"endless": f"/archive/{number - 1}", "loop": "/archive/100", "inside": "http://10.0.0.1/"}[case]
            more = f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="prev-archive" href="{older}"/>'
            outlet.shows([200 + number, 400 + number], more=more, path=f"/archive/{number}")
        outlet.server.asked.clear()
        outlet.fill()
        assert len(outlet.server.asked) <= 12
        assert outlet.gap().state is not GapState.FILLED


def test_lists_and_status_tell_of_what_was_missed(outlet: Outlet, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HARMATTAN_DATA", str(outlet.desk.folder))
    outlet.misses()
    [row] = map(json.loads, said("feeds", "list", "--missed", "--json"))
    assert row["missed"] == 1
    assert row["missed_last"].startswith("entries were missed between ")
    outlet.fill()
    assert any("none of them could be found" in line for line in said("feeds", "list", "--csv"))
    assert any(line.startswith("missed   entries of 1 feeds in the last week") for line in said("status"))


def said(*command: str) -> list[str]:
    return CliRunner().invoke(cli, command).stdout.splitlines()
