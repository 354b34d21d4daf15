"""What every article index says of what it found, in which order, and page by page while articles arrive."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.errors import BadInput
from pipeline.index.interface import Facet, Order, SearchQuery, SearchResult
from pipeline.records.article import EnrichedArticle
from tests.contract.test_article_index import Bench, bench, where  # noqa: F401 - fixtures
from tests.index.articles import MALI, NOON, SOURCE, TIMBUKTU, an_article


def search(bench: Bench, text: str = "*", **filters: object) -> SearchResult:  # noqa: F811
    return bench.index.search(SearchQuery(text=text, **filters))  # type: ignore[arg-type]


def hours(number: int, **fields: object) -> EnrichedArticle:
    """An article seen so many hours after noon, in a story of its own."""
    fields = {"story": f"s{number}", "title": f"Convoy {number}", "text": "Fuel for Gao.", **fields}
    return an_article(f"a{number:02}", first_seen=NOON + timedelta(hours=number), **fields)  # type: ignore[arg-type]


def ids(result: SearchResult) -> list[str]:
    return [hit.id for hit in result.hits]


def all_pages(bench: Bench, query: SearchQuery, between: Sequence[EnrichedArticle] = ()) -> list[str]:  # noqa: F811
    """Turn the pages to the last one; what arrives `between` comes after the first."""
    found: list[str] = []
    page = bench.index.search(query)
    if between:
        bench.write(*between)
    while True:
        found += ids(page)
        if page.next is None:
            return found
        page = bench.index.search(replace(query, after=page.next))


def test_a_place_is_filtered_for_by_any_of_its_names(bench: Bench) -> None:  # noqa: F811
    bench.write(hours(1, places=(TIMBUKTU,)), hours(2, places=(MALI,), countries=("ML",)))

    for name in ("Timbuktu", "Tombouctou", "timbouctou", "Тимбукту", "تمبكتو"):
        assert ids(search(bench, place=name)) == ["a01"], name
    for name in ("ML", "ml", "Mali", "Мали", "马里"):
        assert ids(search(bench, place=name)) == ["a02"], name
    assert ids(search(bench, place="Nowhere at all")) == []


# ------------------------------------------------------------------------------------------------------- order


def test_what_is_found_by_words_can_be_given_by_time(bench: Bench) -> None:  # noqa: F811
    bench.write(
        hours(1, title="Convoy convoy convoy"),
        hours(2, title="Elsewhere", text="A convoy, at last, after a long text about a market and its prices."),
        hours(3, title="Convoy"),
    )

    assert ids(search(bench, "convoy", order=Order.NEWEST)) == ["a03", "a02", "a01"]
    assert ids(search(bench, "convoy", order=Order.OLDEST)) == ["a01", "a02", "a03"]
    assert ids(search(bench, "convoy", order=Order.RELEVANCE))[-1] == "a02"
    assert ids(search(bench, order=Order.OLDEST)) == ["a01", "a02", "a03"]


def test_a_period_has_an_end(bench: Bench) -> None:  # noqa: F811
    bench.write(*map(hours, range(4)))
    published = NOON - timedelta(minutes=5)  # as the articles say

    found = search(bench, since=published + timedelta(hours=1), until=published + timedelta(hours=3))

    assert ids(found) == ["a02", "a01"]


def test_articles_are_filtered_by_country_and_kind_of_source(bench: Bench) -> None:  # noqa: F811
    agency = replace(SOURCE, kinds=("agency", "state"))
    bench.write(hours(1, countries=("ML", "NE"), source=agency), hours(2, countries=("NE",)), hours(3))

    assert ids(search(bench, country="ne")) == ["a02", "a01"]
    assert ids(search(bench, kind="state")) == ["a01"]
    assert ids(search(bench, country="ML", kind="public")) == []


# ------------------------------------------------------------------------------------------------------ facets


def test_what_is_found_is_counted_by_language_country_place_rule_source_and_kind(bench: Bench) -> None:  # noqa: F811
    agency = replace(SOURCE, name="Agence", feed="https://agence.example/rss", kinds=("agency",))
    bench.write(
        hours(1, language="fr", source=agency, countries=("ML", "NE")),
        hours(2, language="fr", countries=("ML",), places=(TIMBUKTU, MALI), rules=("sahel",)),
        hours(3, language="en", title="Elsewhere"),
    )

    found = search(bench, "convoy", facets=tuple(Facet), limit=1)

    assert found.facets_exact
    assert found.facets == {
        Facet.LANGUAGE: {"fr": 2},
        Facet.SOURCE: {"Agence": 1, "Sahel Post": 1},
        Facet.KIND: {"agency": 1},
        Facet.COUNTRY: {"ML": 2, "NE": 1},
        Facet.PLACE: {"Mali": 1, "Timbuktu": 1},
        Facet.RULE: {"sahel": 1},
    }
    assert list(found.facets[Facet.COUNTRY]) == ["ML", "NE"]


def test_without_articles_there_is_nothing_to_count(bench: Bench) -> None:  # noqa: F811
    assert search(bench, "convoy", facets=(Facet.RULE,)).facets == {Facet.RULE: {}}


def test_counts_of_articles_that_are_not_all_meant_say_so(bench: Bench) -> None:  # noqa: F811
    bench.write(hours(1, title="Monday"), hours(2, title="It was said on Monday"))

    found = search(bench, 'Monday EXCEPT "said on Monday"', facets=(Facet.LANGUAGE,))

    assert ids(found) == ["a01"]
    assert not found.facets_exact


# ----------------------------------------------------------------------------------------------------- stories


def test_each_story_is_given_once_with_the_number_of_its_articles(bench: Bench) -> None:  # noqa: F811
    bench.write(*(hours(number, story=f"s{number % 3}") for number in range(8)), hours(9, story="s0", title="Other"))

    found = search(bench, "convoy", by_story=True, order=Order.NEWEST, limit=2, paged=True)

    assert [(hit.id, hit.story, hit.of_story) for hit in found.hits] == [("a07", "s1", 3), ("a06", "s0", 3)]
    assert found.total == 8
    rest = search(bench, "convoy", by_story=True, order=Order.NEWEST, limit=2, paged=True, after=found.next)
    assert [(hit.id, hit.of_story) for hit in rest.hits] == [("a05", 2)]
    assert rest.next is None


# ------------------------------------------------------------------------------------------------------- pages


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("by_story", [False, True])
def test_pages_hold_each_article_once_though_others_arrive(bench: Bench, order: Order, by_story: bool) -> None:  # noqa: F811
    bench.write(*(hours(number, text="convoy " * (number + 1)) for number in range(11)))
    query = SearchQuery(text="convoy", order=order, by_story=by_story, limit=3, paged=True)
    before = ids(bench.index.search(replace(query, limit=20)))

    late = [hours(20, text="convoy " * 5), hours(-20), hours(4, title="Corrected", text="Nothing.", revision=2)]

    assert all_pages(bench, query, late) == before
    assert len(before) == 11


def test_pages_of_what_the_index_cant_tell_by_itself_hold_each_article_once(bench: Bench) -> None:  # noqa: F811
    bench.write(
        *(hours(n, title="Monday") for n in range(0, 10, 2)),
        *(hours(n, title="It was said on Monday") for n in range(1, 10, 2)),
    )
    query = SearchQuery(text='Monday EXCEPT "said on Monday"', order=Order.OLDEST, limit=2, paged=True)

    assert all_pages(bench, query) == ["a00", "a02", "a04", "a06", "a08"]


def test_a_search_that_takes_too_long_says_what_was_left_and_goes_on_with_the_next_page(
    bench: Bench,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("PATIENCE", "PATIENCE_EACH"):
        monkeypatch.setattr(f"pipeline.index.check.{name}", 0.0)
    bench.write(hours(0, title="Monday"), *(hours(n, title="It was said on Monday") for n in range(1, 6)))
    query = SearchQuery(text='Monday EXCEPT "said on Monday"', order=Order.NEWEST, limit=2, paged=True)

    first = bench.index.search(query)

    assert (ids(first), first.total, first.at_least, first.unchecked) == ([], 0, True, 5)
    assert all_pages(bench, query) == ["a00"]
    by_story = bench.index.search(replace(query, by_story=True))
    assert (by_story.unchecked, by_story.next) == (5, None)
    certain = bench.index.search(SearchQuery(text="Monday", limit=2))
    assert (len(certain.hits), certain.unchecked) == (2, 0)


def test_each_page_says_how_many_there_are_in_all(bench: Bench) -> None:  # noqa: F811
    bench.write(*map(hours, range(5)))

    first = search(bench, limit=2, paged=True)
    second = search(bench, limit=2, paged=True, after=first.next)
    third = search(bench, limit=2, paged=True, after=second.next)

    assert [page.total for page in (first, second, third)] == [5, 5, 5]
    assert third.next is None


def test_another_process_goes_on_where_a_page_ended(bench: Bench) -> None:  # noqa: F811
    bench.write(*map(hours, range(5)))
    first = search(bench, limit=2, paged=True)

    other = bench.open()
    try:
        found = other.search(SearchQuery(limit=2, paged=True, after=first.next))
    finally:
        other.close()

    assert ids(found) == ["a02", "a01"]


@pytest.mark.parametrize("after", ["", "x", "é", "0" * 9000, "e30", "bnVsbA"])
def test_a_place_that_no_page_gave_is_refused_in_words(bench: Bench, after: str) -> None:  # noqa: F811
    with pytest.raises(BadInput, match="search again"):
        search(bench, paged=True, after=after)


def test_a_page_of_another_search_is_refused_in_words(bench: Bench) -> None:  # noqa: F811
    bench.write(*map(hours, range(5)))
    first = search(bench, limit=2, paged=True)

    with pytest.raises(BadInput, match="another search"):
        search(bench, "convoy", limit=2, paged=True, after=first.next)
