"""What every database does for the searches that analysts keep."""

from pipeline.state.interface_searches import SavedSearch
from tests.state.harness import StateUnderTest


def test_a_search_is_kept_under_its_name(state: StateUnderTest) -> None:
    searches = state.client().searches
    searches.save(SavedSearch(name="Nord", text='"Kidal" OR غاو', filters={"lang": "fr", "country": "ML"}, by="awa"))

    [kept] = state.client().searches.list()

    assert (kept.name, kept.text, kept.filters, kept.by) == (
        *("Nord", '"Kidal" OR غاو'),
        *({"lang": "fr", "country": "ML"}, "awa"),
    )
    assert kept.saved
    assert kept.saved.tzinfo
    assert searches.get("Nord") == kept
    assert searches.get("nord") is None


def test_a_search_of_the_same_name_takes_its_place(state: StateUnderTest) -> None:
    searches = state.client().searches
    searches.save(SavedSearch(name="b", text="first", filters={"lang": "fr"}))
    searches.save(SavedSearch(name="a", text="other"))
    searches.save(SavedSearch(name="b", text="second"))

    assert [(kept.name, kept.text, kept.filters) for kept in searches.list()] == [
        ("a", "other", {}),
        ("b", "second", {}),
    ]


def test_a_search_is_forgotten_once(state: StateUnderTest) -> None:
    searches = state.client().searches
    searches.save(SavedSearch(name="a", text="convoy"))

    assert [searches.remove("a"), searches.remove("a")] == [True, False]
    assert searches.list() == []
