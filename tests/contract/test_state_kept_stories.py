"""Stories as relate keeps them, whatever database does."""

from datetime import timedelta

import pytest

from pipeline.state.database import DatabaseState
from pipeline.state.interface import KeptStory, YoungArticle
from tests.state.client import MOMENT
from tests.state.harness import StateUnderTest

LEASE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def client(state: StateUnderTest) -> DatabaseState:
    """A client that leads as "one"."""
    client = state.client()
    assert client.stories.lead("one", LEASE)
    return client


def story(name: str, seconds: int = 0, core: bytes = b"core") -> KeptStory:
    return KeptStory(name, MOMENT, MOMENT + seconds * SECOND, core)


def put(client: DatabaseState, *given: tuple[KeptStory, list[int]]) -> None:
    with client.stories.decide("one", "relate@1") as decision:
        for each, anchors in given:
            decision.kept.put_story(each, anchors)


def shelf(client: DatabaseState, anchor: int, most: int = 9) -> list[str]:
    with client.stories.decide("one", "relate@1") as decision:
        return [name for _, name in decision.kept.shelves([anchor, 99], MOMENT, most).get(anchor, ())]


def known(client: DatabaseState, *names: str) -> dict[str, KeptStory]:
    with client.stories.decide("one", "relate@1") as decision:
        return dict(decision.kept.stories(names))


def test_a_story_is_kept_as_it_was_put_last(client: DatabaseState) -> None:
    put(client, (story("s1"), [1]))
    put(client, (story("s1", 60, b"more"), [2]))
    assert known(client, "s1", "s2") == {"s1": story("s1", 60, b"more")}
    assert (shelf(client, 1), shelf(client, 2)) == (["s1"], ["s1"])


def test_of_many_stories_under_an_anchor_the_latest_are_given(client: DatabaseState) -> None:
    put(client, *((story(f"s{number}", number), [-(2**63), 7]) for number in range(6)))
    assert shelf(client, 7, most=3) == ["s5", "s4", "s3"]
    assert shelf(client, -(2**63), most=2) == ["s5", "s4"]


def test_what_is_older_than_asked_for_is_not_given(client: DatabaseState) -> None:
    put(client, (story("old", -60), [7]), (story("new", 0), [7]))
    assert shelf(client, 7) == ["new"]


def test_a_story_that_became_part_of_another_is_gone_with_its_anchors(client: DatabaseState) -> None:
    put(client, (story("s1"), [1, 2]), (story("s2"), [2]))
    with client.stories.decide("one", "relate@1") as decision:
        assert decision.kept.stories(["s1", "s2"]).keys() == {"s1", "s2"}
        decision.kept.drop_story("s2")
        decision.kept.put_story(story("s1", 5), [3])
    assert known(client, "s1", "s2").keys() == {"s1"}
    assert [shelf(client, anchor) for anchor in (1, 2, 3)] == [["s1"]] * 3


def test_stories_that_nothing_was_added_to_are_forgotten(client: DatabaseState) -> None:
    put(client, (story("old"), [1]), (story("grown"), [1]))
    put(client, (story("grown", 7200), [2]))
    client.stories.forget_before(MOMENT - DAY, bands_before=MOMENT + timedelta(hours=1))
    assert known(client, "old", "grown").keys() == {"grown"}
    assert (shelf(client, 1), shelf(client, 2)) == (["grown"], ["grown"])


def young(name: str, story: str, seconds: int = 0, **given: bool) -> YoungArticle:
    return YoungArticle(name, story, MOMENT + seconds * SECOND, name.encode(), **given)


def test_young_articles_are_pending_until_they_are_looked_at_and_forgotten_when_they_are_old(
    client: DatabaseState,
) -> None:
    with client.stories.decide("one", "relate@1") as decision:
        for each in (young("a2", "s1", 2), young("a1", "s1", 1), young("a3", "s2", 3, pending=False)):
            decision.kept.keep(each)
        assert [name for name, _, _ in decision.kept.pending()] == ["a1", "a2"]
    with client.stories.decide("one", "relate@1") as decision:
        decision.kept.keep(young("a2", "s2", 2))
        assert [name for name, _, _ in decision.kept.young(["s2"])] == ["a2", "a3"]
        decision.kept.looked(MOMENT + 2 * SECOND)
    with client.stories.decide("one", "relate@1") as decision:
        assert decision.kept.pending() == []
        assert decision.kept.young(["s1", "s2"]) == [(f"a{n}", "s2", MOMENT + n * SECOND) for n in (2, 3)]
        assert decision.kept.documents(["a1", "a2", "a3"]) == {"a2": b"a2", "a3": b"a3"}
