"""A story that turns out to be several events: each part is told of unless one of its own articles was shown.

The articles' records come in any order, whatever database keeps the alerts.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from pipeline.alert.step import AlertStep
from pipeline.log.interface import NewRecord
from pipeline.log.sqlite import SqliteEventLog
from pipeline.policy.desk import Desk
from pipeline.policy.model import Policy, Route, Updates
from pipeline.records import topics
from pipeline.records.article import EnrichedArticle
from pipeline.records.codec import encode
from pipeline.state.database import DatabaseState
from pipeline.state.interface import Attempt
from pipeline.work.interface import Delivered
from tests.builders import enriched, match
from tests.contract.test_state_policy import AWA, LEASE
from tests.state.harness import StateUnderTest

STORY = "f1"
"""A story whose founder is no match of any rule."""


class Room:
    """The alert step, and who delivers what it plans."""

    def __init__(self, client: DatabaseState, log: SqliteEventLog, outlets: int = 0) -> None:
        updates = Updates(outlets=(outlets,)) if outlets else Updates()
        policy = Policy(analysts=(AWA,), routes=(Route(name="all", to=("awa",), updates=updates),))
        self._client, self._log, self._read = client, log, 0
        self._step = AlertStep(client.ledger, client.outbox, log, ["mail"], Desk(lambda: policy))
        assert self._step.ready()

    def takes(self, *articles: EnrichedArticle) -> None:
        self._log.append(topics.ENRICHED, [NewRecord(article.id, encode(article)) for article in articles])
        records = list(self._log.read(topics.ENRICHED))[self._read :]
        self._read += len(records)
        for record, article in zip(records, articles, strict=True):
            self._step.handle([Delivered(record, article)])

    def delivers(self) -> None:
        for claim in self._client.ledger.claim_due("notify", 50, LEASE):
            self._client.ledger.record(claim, Attempt(sent=True))

    def alerts(self) -> dict[str, list[str]]:
        """Give the articles of each alert."""
        return {alert.id: sorted(one.id for one in alert.articles) for alert in self._client.ledger.alerts()}


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteEventLog]:
    made = SqliteEventLog(tmp_path / "log.db")
    made.create_topics(dict.fromkeys(topics.ALL, 1))
    yield made
    made.close()


@pytest.fixture
def client(state: StateUnderTest) -> DatabaseState:
    return state.client()


def convoy(name: str, story: str = STORY, outlet: str | None = None) -> EnrichedArticle:
    article = enriched(name, story=story, matches=(match("convoy"),))
    source = replace(article.article.source, name=outlet) if outlet else article.article.source
    return replace(article, article=replace(article.article, source=source))


def went(name: str, *parted: str) -> EnrichedArticle:
    """The next revision of an article that went from the story, as one event with the others that are named."""
    return replace(convoy(name, parted[0]), revision=2, parted_from=STORY, parted=parted)


def stays(name: str, *parted: str) -> EnrichedArticle:
    """The next revision of an article that stays in the story that the named ones went from."""
    return replace(convoy(name), revision=2, parted_from=STORY, parted=parted)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_stays_is_told_of_when_what_raised_the_alert_goes(
    client: DatabaseState, log: SqliteEventLog, order: tuple[int, ...]
) -> None:
    room = Room(client, log)
    room.takes(convoy("a1"), convoy("b1"), convoy("a2"))
    room.delivers()
    assert room.alerts() == {"convoy-a1": ["a1", "a2", "b1"]}
    parted = ("a1", "a2")
    anew = [went("a1", *parted), went("a2", *parted), stays("b1", *parted)]
    room.takes(*(anew[place] for place in order))
    assert room.alerts() == {"convoy-a1": ["a1", "a2"], "convoy-b1": ["b1"]}
    room.takes(convoy("b2"), convoy("a3", "a1"))
    assert room.alerts() == {"convoy-a1": ["a1", "a2", "a3"], "convoy-b1": ["b1", "b2"]}


def test_a_later_article_of_what_stays_raises_its_alert_when_only_what_went_had_matched(
    client: DatabaseState, log: SqliteEventLog
) -> None:
    room = Room(client, log)
    room.takes(convoy("a1"))
    room.delivers()
    room.takes(went("a1", "a1"), convoy("b1"))
    assert room.alerts() == {"convoy-a1": ["a1"], "convoy-b1": ["b1"]}


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_what_stays_is_silent_where_one_of_its_articles_was_shown(
    client: DatabaseState, log: SqliteEventLog, order: tuple[int, ...]
) -> None:
    room = Room(client, log, outlets=2)
    room.takes(convoy("a1"))
    room.delivers()
    room.takes(convoy("b1", outlet="Radio Deux"))
    room.delivers()
    anew = [went("a1", "a1"), stays("b1", "a1")]
    room.takes(*(anew[place] for place in order))
    room.takes(convoy("b2"))
    assert room.alerts() == {"convoy-a1": ["a1", "b1", "b2"]}


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_what_goes_is_told_of_once_where_none_of_it_was_shown(
    client: DatabaseState, log: SqliteEventLog, order: tuple[int, ...]
) -> None:
    room = Room(client, log)
    room.takes(convoy("b1"), convoy("a1"), convoy("a2"))
    room.delivers()
    parted = ("a1", "a2")
    anew = [went("a1", *parted), went("a2", *parted)]
    room.takes(stays("b1", *parted), *(anew[place] for place in order))
    first = anew[order[0]].id
    assert room.alerts() == {"convoy-b1": ["b1"], f"convoy-{first}": ["a1", "a2"]}


def test_what_was_shown_is_known_beside_places_that_articles_left_empty(
    client: DatabaseState, log: SqliteEventLog
) -> None:
    room = Room(client, log, outlets=2)
    room.takes(convoy("b1"), convoy("a1"))
    room.delivers()
    room.takes(went("a1", "a1"))
    room.takes(convoy("c1", outlet="Radio Deux"))
    room.delivers()
    assert room.alerts() == {"convoy-b1": ["b1", "c1"], "convoy-a1": ["a1"]}
    room.takes(went("c1", "c1"))
    assert room.alerts() == {"convoy-b1": ["b1", "c1"], "convoy-a1": ["a1"]}, "it was shown as another outlet's report"
