"""Which entries of a document are new, and which are known however the feed names them now."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from pipeline.poll.compare import Comparison, compare
from pipeline.poll.parse import parse_feed
from pipeline.poll.parsed import Entry
from tests.poll.documents import item, rss

DAY = "Sun, 15 Nov 2026 {:02}:00:00 GMT"


def entries(*items: str) -> tuple[Entry, ...]:
    return parse_feed(rss(items), url="https://outlet.example/feed").entries


class Memory:
    """What a feed's state remembers from one document to the next."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.polled = False

    def show(self, *items: str) -> Comparison:
        return self.take(entries(*items))

    def take(self, shown: Sequence[Entry]) -> Comparison:
        wanted = {name for entry in shown for name in entry.names.all}
        known: Mapping[str, str] = {name: self.known[name] for name in wanted & self.known.keys()}
        found = compare(shown, known, first_poll=not self.polled, everything_known=lambda: list(self.known.values()))
        self.known.update(found.seen)
        self.polled = True
        return found


@pytest.fixture
def feed() -> Memory:
    return Memory()


def titles(found: Comparison) -> list[str]:
    return [entry.title for entry in found.fresh]


def test_everything_is_new_once(feed: Memory) -> None:
    assert titles(feed.show(item("A", "/a", "1"), item("B", "/b", "2"))) == ["A", "B"]
    again = feed.show(item("C", "/c", "3"), item("A", "/a", "1"), item("B", "/b", "2"))
    assert (titles(again), again.known, again.changed) == (["C"], 2, 0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (item("A", "/a", "1"), item("A", "/a", "77")),
        (item("A", "http://o.example/a?utm_source=x"), item("A", "https://www.o.example/a/?utm_source=y")),
        (item("A", "/a", "/a"), item("A", "/a/amp/", "/a/amp/")),
        (
            item("A", "http://o.example/a", "http://o.example/a"),
            item("A", "https://m.o.example/a", "https://m.o.example/a"),
        ),
        (item("A", "/a", "1", date=DAY.format(1)), item("A", "/a", "1", date=DAY.format(9))),
    ],
    ids=["rotated id", "trackers, scheme and slash", "amp", "mobile and scheme", "another date"],
)
def test_the_same_entry_named_otherwise_is_neither_new_nor_changed(feed: Memory, before: str, after: str) -> None:
    other = item("B", "/b", "2")
    feed.show(before, other)
    again = feed.show(after, other)
    assert (titles(again), again.known) == ([], 2)
    assert titles(feed.show(after, other)) == []


@pytest.mark.parametrize(
    "after",
    [
        item("A corrected", "/a", "1"),
        item("A", "/a", "1", summary="more"),
        item("A corrected", "/a", "9"),
        item("A", "/a-moved", "1"),
        item("A corrected", "/a-corrected", "1", date=DAY.format(1)),
    ],
    ids=["title", "text", "title and rotated id", "address", "headline and the address made of it"],
)
def test_a_changed_entry_is_a_new_version_and_not_a_new_entry(feed: Memory, after: str) -> None:
    other = item("B", "/b", "2")
    feed.show(item("A", "/a", "1", date=DAY.format(1) if "pubDate" in after else ""), other)
    again = feed.show(after, other)
    assert (len(again.fresh), again.changed, again.known) == (1, 1, 2)
    assert not feed.show(after, other).fresh


def test_an_id_that_is_used_again_for_another_article_hides_nothing(feed: Memory) -> None:
    feed.show(item("A", "/a", "1", date=DAY.format(1)))
    second = feed.show(item("B", "/b", "1", date=DAY.format(2)))
    assert (titles(second), second.changed, second.fresh[0].id) == (["B"], 0, "1 https://outlet.example/b")
    assert not feed.show(item("B", "/b", "1", date=DAY.format(2))).fresh


def test_entries_of_one_page_are_kept_apart_by_their_ids(feed: Memory) -> None:
    page = [item("09:00 Shots", "/live#1", "1"), item("10:00 Talks", "/live#2", "2")]
    first = feed.show(*page)
    assert titles(first) == ["09:00 Shots", "10:00 Talks"]
    assert all(entry.shared_link for entry in first.fresh)
    assert titles(feed.show(item("11:00 Calm", "/live#3", "3"), *page)) == ["11:00 Calm"]


def test_an_entry_that_is_listed_twice_is_one(feed: Memory) -> None:
    assert len(feed.show(item("A", "/a", "1"), item("A", "/a?utm_source=x", "2")).fresh) == 1


class TestASitesMove:
    OLD = tuple(item(f"Headline number {n}", f"https://old.example/{n}", f"old-{n}", DAY.format(n)) for n in range(10))
    NEW = tuple(
        item(f"Headline number {n}", f"https://new.example/a/{n}", f"new-{n}", DAY.format(n)) for n in range(10)
    )

    def test_brings_no_old_entry_back(self, feed: Memory) -> None:
        feed.show(*self.OLD)
        moved = feed.show(item("News", "https://new.example/a/n", "n", DAY.format(20)), *self.NEW[1:])
        assert (titles(moved), moved.moved, moved.known) == (["News"], 9, 0)
        assert not feed.show(*self.NEW[1:]).fresh

    def test_is_recognised_by_the_texts_where_nothing_is_dated(self, feed: Memory) -> None:
        feed.show(*[item(f"H {n}", f"/{n}", f"{n}", summary="s" * n) for n in range(10)])
        assert not feed.show(*[item(f"H {n}", f"/x{n}", f"x{n}", summary="s" * n) for n in range(10)]).fresh

    def test_leaves_it_to_dates_whether_unknown_entries_are_news(self, feed: Memory) -> None:
        feed.show(*self.OLD)
        assert feed.show(*[item(f"Other {n}", f"https://new.example/{n}", f"n{n}") for n in range(10)]).dates_decide

    def test_is_not_seen_in_pages_that_have_nothing_but_an_address(self, feed: Memory) -> None:
        def pages(name: str) -> tuple[Entry, ...]:
            urls = "".join(f"<url><loc>/{name}{n}</loc></url>" for n in range(9))
            return parse_feed(f"<urlset>{urls}</urlset>".encode(), url="https://outlet.example/sitemap.xml").entries

        feed.take(pages("a"))
        assert len(feed.take(pages("b")).fresh) == 9

    def test_is_not_seen_in_programmes_that_have_the_same_title_each_day(self, feed: Memory) -> None:
        feed.show(*[item("News at ten", f"/{n}", f"{n}", DAY.format(n)) for n in range(5)])
        assert len(feed.show(*[item("News at ten", f"/{n}", f"{n}", DAY.format(n)) for n in range(6, 11)]).fresh) == 5


def test_a_first_poll_lets_dates_decide_and_a_later_one_with_overlap_does_not(feed: Memory) -> None:
    shown = [item(f"T {n}", f"/{n}", f"{n}") for n in range(10)]
    assert feed.show(*shown).dates_decide
    assert not feed.show(item("New", "/new", "new"), *shown).dates_decide


def test_new_dates_of_change_on_many_entries_are_no_corrections(feed: Memory) -> None:
    shown = entries(*[item(f"T {n}", f"/{n}", f"{n}", DAY.format(1)) for n in range(10)])
    feed.take([replace(entry, updated=entry.published) for entry in shown])
    assert not feed.take(shown).fresh
    one = replace(shown[0], updated=shown[0].published)
    assert feed.take([one, *shown[1:]]).changed == 1


def test_what_the_first_version_remembered_is_still_known(feed: Memory) -> None:
    shown = entries(*[item(f"T {n}", f"https://www.o.example/{n}", f"{n}") for n in range(10)])
    feed.known = {entry.key: entry.first_fingerprint for entry in shown}
    feed.polled = True
    found = feed.take(shown)
    assert (found.fresh, found.known) == ([], 10)
    corrected = feed.take([replace(shown[0], title="Corrected"), *shown[1:]])
    assert (titles(corrected), corrected.changed) == (["Corrected"], 1)
