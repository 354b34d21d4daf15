"""What goes from a feed's document into the log."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.poll import intake
from pipeline.poll.intake import Intake, Taken
from pipeline.poll.parse import parse_feed
from pipeline.records.article import Origin, RawArticle
from pipeline.state.interface import ClaimedFeed, PollOutcome
from tests.poll.documents import item, rss
from tests.poll.newsdesk import Newsdesk

FEED = "https://outlet.example/feed"
OTHER = "https://other.example/feed"
MINUTE = timedelta(minutes=1)


def days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%a, %d %b %Y %H:%M:%S GMT")


class Polls:
    """Takes documents of feeds in, as the step does, without fetching any."""

    def __init__(self, desk: Newsdesk) -> None:
        self.desk = desk
        desk.follow(FEED, OTHER)

    def take(self, **documents: bytes) -> dict[str, Taken]:
        """Take a document of each feed, by the first label of its host."""
        urls = {url: documents[name] for url in (FEED, OTHER) if (name := url.split("/")[2].split(".")[0]) in documents}
        feeds = self.desk.state.feeds
        claims: list[ClaimedFeed] = feeds.claim_due("desk", 9, MINUTE, only=list(urls), at_once=True)
        read = [(claim, parse_feed(urls[claim.spec.url], url=claim.spec.url)) for claim in claims]
        taken = Intake(feeds, self.desk.log).take(read)
        outcomes = [PollOutcome(delay=MINUTE, entries=its.entries, seen=its.seen, error=its.error) for its in taken]
        feeds.save(list(zip(claims, outcomes, strict=True)))
        return {claim.spec.url.split("/")[2].split(".")[0]: its for claim, its in zip(claims, taken, strict=True)}

    def outlet(self, *items: str) -> Taken:
        return self.take(outlet=rss(items))["outlet"]

    def raw(self) -> dict[str, RawArticle]:
        return {article.title: article for article in self.desk.raw()}


@pytest.fixture
def polls(desk: Newsdesk) -> Polls:
    return Polls(desk)


def test_a_first_poll_leaves_the_back_catalogue_asleep(polls: Polls) -> None:
    polls.outlet(item("Old", "/old", date=days_ago(3)), item("New", "/new", date=days_ago(1)), item("Undated", "/u"))
    origins = {title: article.origin for title, article in polls.raw().items()}
    assert origins == {"Old": Origin.BACKFILL, "New": Origin.LIVE, "Undated": Origin.LIVE}


def test_an_old_date_on_a_new_entry_among_known_ones_does_not_silence_it(polls: Polls) -> None:
    known = [item(f"T {n}", f"/{n}", date=days_ago(1)) for n in range(5)]
    polls.outlet(*known)
    polls.outlet(item("Late", "/late", date=days_ago(3)), *known)
    assert polls.raw()["Late"].origin is Origin.LIVE


def test_a_site_that_moves_wakes_nobody_with_old_articles(polls: Polls) -> None:
    dates = [days_ago(n + 0.1) for n in range(20)]
    polls.outlet(*[item(f"Headline {n}", f"https://old.example/{n}", f"{n}", dates[n]) for n in range(9)])
    moved = [item(f"Headline {n}", f"https://new.example/a/{n}", f"new {n}", dates[n]) for n in range(20)]
    taken = polls.outlet(item("News", "https://new.example/a/news", "news", days_ago(0)), *moved)
    assert (taken.moved, taken.known, taken.new, taken.overlaps) == (9, 0, 12, True)
    live = [title for title, article in polls.raw().items() if article.origin is Origin.LIVE]
    assert sorted(live) == ["Headline 0", "Headline 1", "News"]
    assert polls.outlet(*moved[:9]).new == 0


def test_a_document_without_overlap_says_so_and_its_old_entries_wake_nobody(polls: Polls) -> None:
    polls.outlet(*[item(f"A {n}", f"/a{n}", date=days_ago(9)) for n in range(5)])
    taken = polls.outlet(*[item(f"B {n}", f"/b{n}", date=days_ago(n)) for n in range(5)])
    assert (taken.overlaps, taken.new) == (False, 5)
    assert [title for title, article in polls.raw().items() if article.origin is Origin.BACKFILL][-2:] == ["B 3", "B 4"]


def test_what_is_stored_of_an_entry_is_harmless(polls: Polls) -> None:
    title = "<title>Gao <![CDATA[<img src=x onerror=alert(1)> <x-y onclick=z>]]></title>"
    polls.outlet(item("", "/1", summary="<p onclick=x>S<script>x()</script></p>", more=title))
    [stored] = polls.raw().values()
    assert (stored.title, stored.summary) == ("Gao < x-y onclick=z>", "<p>S</p>")


def test_a_date_is_stored_in_utc_with_the_zone_that_the_feed_named(polls: Polls) -> None:
    polls.outlet(
        item("In Bamako", "/1", date="Sun, 15 Nov 2026 10:00:00 +0000"),
        item("In Paris", "/2", date="Sun, 15 Nov 2026 11:00:00 +0100"),
        item("Somewhere", "/3", date="2026-11-15 10:00"),
    )
    stored = polls.raw()
    assert {article.published for article in stored.values()} == {datetime(2026, 11, 15, 10, tzinfo=UTC)}
    assert {title: article.published_zone for title, article in stored.items()} == {
        "In Bamako": "+00:00",
        "In Paris": "+01:00",
        "Somewhere": None,
    }


def test_a_document_that_harmattan_chokes_on_takes_nothing_from_the_others(
    polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = intake.raw_article

    def choke(entry: object, *rest: object, **said: object) -> RawArticle:
        if getattr(entry, "title", "") == "Bad":
            raise KeyError("odd")
        return make(entry, *rest, **said)  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "raw_article", choke)
    bad = rss([item("Fine", "/0"), item("Bad", "/1")])
    taken = polls.take(outlet=bad, other=rss([item("Good", "/1")]))
    assert taken["outlet"].error == "an error of Harmattan's own: KeyError: 'odd'"
    assert (taken["outlet"].seen, taken["other"].new) == ({}, 1)
    assert list(polls.raw()) == ["Good"]
    monkeypatch.undo()
    assert polls.take(outlet=bad)["outlet"].new == 2
