"""What analysts do with a search on the page: narrow it, order it, take it along, keep it."""

import csv
import io
from threading import Event, Semaphore, Thread

import pytest
from lxml import etree

from pipeline.errors import OutOfReach
from pipeline.index.interface import SearchQuery, SearchResult
from pipeline.records.article import Place
from pipeline.web.turns import AT_ONCE, TakingTurns
from tests.builders import POST, WIRE, enriched, match, minutes, prepared
from tests.web.site import Answer, Site
from tests.web.test_safety import IndexOutOfReach

ATOM = {"a": "http://www.w3.org/2005/Atom"}
BER = Place(name="Ber", country="ML", lat=16.8, lon=-2.5, kind="town")


def titles(answer: Answer) -> list[str]:
    return [title.text_content() for title in answer.page.cssselect(".hit h2")]


def follow(site: Site, answer: Answer, words: str) -> Answer:
    [address] = [str(link.get("href")) for link in answer.page.cssselect("a") if words in link.text_content()]
    return site.get("/" + address.removeprefix("./"))


def publish_three(site: Site) -> None:
    seen = prepared().seen
    site.publish(
        enriched("a1", title="Convoy leaves", published=seen - minutes(90), source=POST, story="s1", countries=("ML",)),
        enriched(
            *("a2",),
            title="Convoi à Gao",
            language="fr",
            published=seen - minutes(60),
            source=WIRE,
            story="s1",
            url="https://wire.example/2",
            countries=("ML", "NE"),
            places=(BER,),
            matches=(match("convoys"),),
            text="Le convoi.",
        ),
        enriched(
            "a3",
            title="Convoy arrives",
            published=seen - minutes(1),
            source=POST,
            story="s3",
            url="https://post.example/3",
        ),
    )


def test_facets_narrow_a_search_and_can_be_taken_back(site: Site) -> None:
    publish_three(site)

    answer = site.get("/?q=convoy+OR+convoi")
    assert "Sahel Post 2" in answer.seen(".facets")
    french = follow(site, answer, "French")

    assert titles(french) == ["Convoi à Gao"]
    assert titles(follow(site, site.get("/?q=convoy+OR+convoi&country=NE"), "×")) != []
    assert len(titles(follow(site, site.get("/?q=convoy+OR+convoi&country=NE"), "×"))) == 3


def test_a_search_is_ordered_by_time_where_that_is_chosen(site: Site) -> None:
    publish_three(site)

    assert titles(site.get("/?q=convoy+OR+convoi&order=oldest")) == ["Convoy leaves", "Convoi à Gao", "Convoy arrives"]
    assert "oldest first" in site.get("/?q=convoy&order=oldest").seen(".count")


def test_each_story_can_be_shown_once(site: Site) -> None:
    publish_three(site)

    answer = site.get("/?stories=1")

    assert titles(answer) == ["Convoy arrives", "Convoi à Gao"]
    assert "2 articles of this story" in answer.seen(".hit")


def test_the_words_searched_for_are_marked(site: Site) -> None:
    site.publish(enriched("a1", title="A convoy at <b>Ber</b>", text="One convoy & another."))

    answer = site.get("/?q=convoy")

    assert [mark.text_content() for mark in answer.page.cssselect(".hit mark")] == ["convoy", "convoy"]
    assert titles(answer) == ["A convoy at <b>Ber</b>"]
    assert "One convoy & another." in answer.seen(".excerpt")


def test_a_search_is_taken_along_as_csv_without_formulas(site: Site) -> None:
    formulas = ('=HYPERLINK("https://evil.example";"convoy")', " +convoy", "-convoy", "@convoy", "＝convoy")
    site.publish(
        *(enriched(f"a{n}", title=title) for n, title in enumerate(formulas)), enriched("b1", title="Else", text="")
    )

    answer = site.get("/search.csv?q=convoy")
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert answer.headers["content-type"].startswith("text/csv")
    assert sorted(row["title"] for row in rows) == sorted(f"'{title}" for title in formulas)


def test_a_search_that_was_ended_for_want_of_time_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PATIENCE", "PATIENCE_EACH"):
        monkeypatch.setattr(f"pipeline.index.check.{name}", 0.0)
    site.publish(*(enriched(f"m{n}", title="It was said on Monday") for n in range(3)))
    asked = "?q=Monday+EXCEPT+%22said+on+Monday%22"

    shown = site.get(f"/{asked}")

    assert "2 more articles may be meant that were not looked at" in shown.seen("main")
    assert shown.page.cssselect("a[rel='next']")
    assert "harmattan-incomplete.csv" in site.get(f"/search.csv{asked}").headers["content-disposition"]


def test_searches_take_turns_and_one_that_waits_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = Semaphore(0), Event()

    class Slow(IndexOutOfReach):
        def search(self, query: SearchQuery) -> SearchResult:
            begun.release()
            go_on.wait(20)
            return SearchResult(hits=(), total=0)

    index = TakingTurns(Slow())  # type: ignore[arg-type]  # all that a search needs of it
    threads = [Thread(target=index.search, args=(SearchQuery(),)) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    assert all(begun.acquire(timeout=20) for _ in threads)
    monkeypatch.setattr("pipeline.web.turns.PATIENCE", 0.01)

    with pytest.raises(OutOfReach, match="too many searches"):
        index.search(SearchQuery())

    go_on.set()
    for thread in threads:
        thread.join(20)
    assert index.search(SearchQuery()).total == 0


def test_where_pages_end_it_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.index.cursor.MOST_PASSED", 3)
    site.publish(*(enriched(f"a{n}", title="Convoy") for n in range(8)))

    first = site.get("/?q=convoy&limit=2")
    [second] = [link for link in first.links() if "after=" in link]
    last = site.get(second.removeprefix(".") + "&limit=2")

    assert "the pages end here" not in first.seen()
    assert "There is more, but the pages end here: narrow the search" in last.seen()
    assert not last.page.cssselect("a[rel='next']")


def test_a_search_is_a_feed_of_what_it_finds_the_newest_first(site: Site) -> None:
    publish_three(site)

    answer = site.get("/search.atom?q=convoy+OR+convoi")
    feed = etree.fromstring(answer.text.encode())

    assert feed.xpath("a:entry/a:title/text()", namespaces=ATOM)[0].strip("\u2068\u2069") == "Convoy arrives"
    links = feed.xpath("a:entry/a:link[@rel='alternate']/@href", namespaces=ATOM)
    assert links[0] == "https://harmattan.example.org/desk/articles/a3"
    again = site.get("/search.atom?q=convoy+OR+convoi", **{"If-None-Match": answer.headers["etag"]})
    assert again.status == 304


@pytest.mark.parametrize("path", ["/search.csv", "/search.atom"])
def test_a_query_that_cant_be_read_is_said_to_be_none(site: Site, path: str) -> None:
    assert site.get(f"{path}?q=NEAR%2F5+x").status == 400


def test_a_page_that_is_none_is_said_to_be_none(site: Site) -> None:
    answer = site.get("/?after=nonsense")

    assert answer.status == 400
    assert "search again from the first page" in answer.seen(".problem")


def press(site: Site, **fields: str) -> Answer:
    [token] = {str(field.get("value")) for field in site.get("/searches?q=x").page.cssselect("[name=form]")}
    return site.post("/searches", {"form": token, **fields})


def test_a_search_is_kept_shown_as_a_rule_and_forgotten(site: Site) -> None:
    publish_three(site)

    assert press(site, do="keep", name="Nord <b>", q="convoi", lang="fr", since="7d").status == 303
    kept = site.get("/searches")
    assert "Nord <b>" in kept.seen("h2")
    assert '(convoi) AND lang:"fr"' in kept.seen("pre")
    assert kept.links("h2 a") == ["./?q=convoi&lang=fr&since=7d"]
    assert press(site, do="forget", name="Nord <b>").status == 303
    assert site.state.searches.list() == []


def test_what_can_not_be_kept_says_why(site: Site) -> None:
    answer = press(site, do="keep", name="Bad", q="NEAR/5 x")

    assert answer.status == 400
    assert "can't be read" in answer.seen(".problem")


def test_no_other_site_can_keep_a_search_in_a_visitors_name(site: Site) -> None:
    assert site.post("/searches", {"do": "keep", "name": "x", "q": "y", "form": "forged"}).status == 403
    assert site.state.searches.list() == []
