"""What Kibana shows beside articles, on a real Elasticsearch: how feeds are, the pipeline's figures, what came of alerts."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from pipeline.index.elasticsearch import ElasticsearchIndex
from pipeline.log.interface import NewRecord
from pipeline.log.sqlite import SqliteEventLog
from pipeline.overview import OverviewLook, by_the_minute, feed_health
from pipeline.records import topics
from pipeline.records.alert import Alert, AlertArticle
from pipeline.records.article import Severity
from pipeline.state.database import DatabaseState
from pipeline.state.interface import (
    ArticleFacets,
    FeedMemory,
    FeedSpec,
    FeedState,
    FeedStatus,
    Verdict,
)
from tests.builders import match
from tests.servers import RunningServer

NOW = datetime(2026, 3, 5, 12, 0, 30, tzinfo=UTC)
POST = FeedSpec(url="https://sahel-post.example/rss", title="Sahel Post", tags=("west-africa",), country="ML")


@pytest.fixture
def prefix(elasticsearch_prefix: str) -> str:
    return elasticsearch_prefix.rstrip("-")


@pytest.fixture
def index(elasticsearch_server: RunningServer, prefix: str) -> Iterator[ElasticsearchIndex]:
    with closing(ElasticsearchIndex(elasticsearch_server.address, prefix=prefix, first_wait=0.01)) as index:
        index.setup()
        yield index


@pytest.fixture
def client(elasticsearch_server: RunningServer) -> Iterator[Elasticsearch]:
    with Elasticsearch(elasticsearch_server.address) as client:
        yield client


@pytest.fixture
def look(log: SqliteEventLog, index: ElasticsearchIndex, state: DatabaseState) -> OverviewLook:
    return OverviewLook(log, index, state, index.overview)


def found(client: Elasticsearch, index: str) -> list[dict[str, Any]]:
    client.indices.refresh(index=index)
    return [hit["_source"] for hit in client.search(index=index, size=100)["hits"]["hits"]]


def raised(state: DatabaseState) -> Alert:
    with state.ledger.decide("alert@test") as decision:
        article = AlertArticle(id="a1", url=None, title="Troops at Gao", source="Sahel Post", language="fr")
        alert = decision.raise_alert(match("sahel", severity=Severity.HIGH), article, "s1")
        assert alert is not None
        facets = ArticleFacets(countries=("ML",), language="fr", places=("Gao",), kinds=("state",))
        decision.facets(alert.id, ("a1", facets), founding=True)
    return alert


def test_what_analysts_say_of_an_alert_stands_with_it_in_kibana(
    look: OverviewLook, state: DatabaseState, index: ElasticsearchIndex, client: Elasticsearch, prefix: str
) -> None:
    alert = raised(state)
    index.write_alerts([alert])
    look.look()
    (shown,) = found(client, f"{prefix}-alerts-*")
    assert shown["countries"] == ["ML"]
    assert "usefulness" not in shown

    state.ledger.say(alert.id, "aminata", Verdict.USEFUL)
    state.ledger.say(alert.id, "bakary", Verdict.FALSE, "an old report")
    state.ledger.acknowledge(alert.id, "aminata", "")
    look.look()

    (shown,) = found(client, f"{prefix}-alerts-*")
    assert (shown["useful"], shown["false_alarms"], shown["usefulness"]) == (1, 1, 0.5)
    assert "acknowledged" in shown
    assert shown["source_kinds"] == ["state"]
    assert shown["articles"][0]["title"] == "Troops at Gao"


def test_a_newer_alert_is_not_overwritten_with_what_came_of_an_older_one(
    look: OverviewLook, state: DatabaseState, index: ElasticsearchIndex, client: Elasticsearch, prefix: str
) -> None:
    newer = replace(raised(state), revision=99, rule_name="The Sahel, renamed")
    index.write_alerts([newer])
    look.look()
    (shown,) = found(client, f"{prefix}-alerts-*")
    assert shown["rule_name"] == "The Sahel, renamed"


def test_one_control_narrows_articles_and_alerts_since_both_have_the_field(
    look: OverviewLook, state: DatabaseState, client: Elasticsearch, prefix: str
) -> None:
    raised(state)
    look.look()
    client.indices.refresh(index=f"{prefix}-alerts-*")
    for field, value in {"rules": "sahel", "language": "fr", "source": "Sahel Post", "countries": "ML"}.items():
        assert client.count(index=f"{prefix}-alerts-*", query={"term": {field: value}})["count"] == 1, field


def test_a_feed_stands_there_as_it_is_and_goes_when_it_is_removed(
    look: OverviewLook, log: SqliteEventLog, state: DatabaseState, index: ElasticsearchIndex, client: Elasticsearch,
    prefix: str,
) -> None:  # fmt: skip
    state.feeds.put([POST, replace(POST, url="https://other.example/rss", title="Other")])
    look.look()
    shown = {feed["id"]: feed for feed in found(client, f"{prefix}-feeds")}
    assert shown[POST.url]["title"] == "Sahel Post"
    assert (shown[POST.url]["state"], shown[POST.url]["country"], shown[POST.url]["silent"]) == ("new", "ML", False)

    state.feeds.remove("https://other.example/rss")
    state.feeds.enable(POST.url, enabled=False)
    look.look()
    assert {feed["id"]: feed["state"] for feed in found(client, f"{prefix}-feeds")}[POST.url] == "disabled"

    OverviewLook(log, index, state, index.overview).look()
    (kept,) = found(client, f"{prefix}-feeds")
    assert kept["id"] == POST.url


def a_feed(**fields: Any) -> FeedStatus:
    return FeedStatus(**{
        "id": 1, "spec": POST, "title": "", "state": FeedState.OK, "entries": 20, "error": None, "last_new": NOW,
        "last_success": NOW, "last_polled": NOW, "next_due": NOW, "failures": 0, "known_as": POST.url,
        "interval": timedelta(minutes=5), "memory": FeedMemory(rate=2.0),
    } | fields)  # fmt: skip


@pytest.mark.parametrize(
    ("feed", "silent"),
    [
        (a_feed(last_new=NOW - timedelta(hours=23)), False),
        (a_feed(last_new=NOW - timedelta(hours=25)), True),
        (a_feed(last_new=NOW - timedelta(hours=25), memory=FeedMemory(rate=0.1)), False),
        (a_feed(last_new=NOW - timedelta(hours=101), memory=FeedMemory(rate=0.1)), True),
        (a_feed(last_new=NOW - timedelta(days=2), memory=FeedMemory()), False),
        (a_feed(last_new=NOW - timedelta(days=2), state=FeedState.FAILING), False),
        (a_feed(last_new=None), False),
    ],
    ids=["busy yesterday", "busy before", "rare", "rare and long", "unknown", "failing", "nothing yet"],
)
def test_a_feed_is_silent_when_nothing_came_for_a_day_and_for_ten_times_its_usual_gap(
    feed: FeedStatus, silent: bool
) -> None:
    assert feed_health(feed, NOW).silent is silent


def test_figures_tell_what_waits_what_was_handled_and_what_is_wrong(
    look: OverviewLook, log: SqliteEventLog, state: DatabaseState, client: Elasticsearch, prefix: str
) -> None:
    log.append(topics.RAW, [NewRecord("k", b"v")] * 3)
    state.beat("w1", "relate", {"handled": 10, "failed": 0})
    look.look()
    shown = {figures.get("step"): figures for figures in found(client, f"{prefix}-figures-*")}
    assert shown["enrich"]["lag"] == 3
    assert shown["relate"]["workers"] == 1
    assert any("enrich has 3 records waiting" in problem for problem in shown[None]["problems"])
    assert shown[None]["dead_letters"] == 0


def test_rates_are_differences_between_counters_also_of_workers_that_began_anew() -> None:
    before = {("w1", "enrich"): {"handled": 100, "failed": 1}, ("gone", "enrich"): {"handled": 9}}
    now = {("w1", "enrich"): {"handled": 160, "failed": 1}, ("w2", "enrich"): {"handled": 20, "failed": 4}}
    assert by_the_minute(before, now, 2.0) == {"enrich": {"handled": 40.0, "failed": 2.0}}


def test_figures_and_alerts_are_dropped_by_months_of_their_own(
    index: ElasticsearchIndex, client: Elasticsearch, prefix: str, state: DatabaseState, look: OverviewLook
) -> None:
    old = datetime(2026, 1, 15, tzinfo=UTC)
    index.write_alerts([replace(raised(state), created=old)])
    look.look()
    index.refresh()
    dropped = index.overview.drop_before(old + timedelta(days=60), old)
    assert dropped == {"alerts in Kibana": 1, "figures": 0}
    left = client.indices.get_settings(index=f"{prefix}-*")
    assert f"{prefix}-alerts-2026.01" not in left
    assert any("-figures-" in name for name in left)


def test_what_the_mappings_do_not_know_is_refused(client: Elasticsearch, look: OverviewLook, prefix: str) -> None:
    look.look()
    for name in client.indices.get_settings(index=f"{prefix}-figures-*"):
        with pytest.raises(Exception, match="strict_dynamic_mapping_exception"):
            client.index(index=name, document={"surprise": 1})
