"""The file for Kibana keeps Kibana's rules, and every search in it finds what it is for."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from pipeline.index.elasticsearch import ElasticsearchIndex
from pipeline.kibana.content import ndjson
from pipeline.records.alert import Alert, AlertArticle, AlertState
from pipeline.records.article import Severity
from pipeline.seeds import seed
from tests.index.articles import MALI, NOON, SAHEL, SOURCE, TIMBUKTU, an_article
from tests.kibana.checker import Saved, problems, read_objects
from tests.kibana.requests import control_request, lens_request, map_requests, session_request
from tests.servers import RunningServer

OBJECTS = read_objects(ndjson())

# --------------------------------------------------------------------------------------------------- the file


def test_the_shipped_file_is_what_the_code_makes() -> None:
    shipped = seed("kibana/harmattan.ndjson").read_text(encoding="utf-8")
    assert shipped == ndjson(), "run `python -m pipeline.kibana`"


def test_the_file_keeps_kibanas_rules() -> None:
    assert problems(ndjson()) == []


def test_every_object_but_the_data_views_bears_the_tag_by_which_it_is_found() -> None:
    for kind, name in OBJECTS:
        if kind not in ("index-pattern", "tag"):
            assert ("tag", "harmattan") in OBJECTS[kind, name].references.values(), name


def test_every_panel_stands_on_a_dashboard() -> None:
    shown = {
        target for kind, name in OBJECTS if kind == "dashboard" for target in OBJECTS[kind, name].references.values()
    }
    assert {key for key in OBJECTS if key[0] in ("lens", "map")} <= shown


# ---------------------------------------------------------------------------------------------- on Elasticsearch


@pytest.fixture
def client(elasticsearch_server: RunningServer) -> Iterator[Elasticsearch]:
    with closing(Elasticsearch(elasticsearch_server.address)) as client:
        yield client


@pytest.fixture
def prefix(elasticsearch_server: RunningServer, elasticsearch_prefix: str) -> str:
    """Indices in which each search of the file has something to find, and something to leave out."""
    prefix = elasticsearch_prefix.rstrip("-")
    with closing(ElasticsearchIndex(elasticsearch_server.address, prefix=prefix)) as index:
        index.setup()
        assert index.write(ARTICLES) == []
        assert index.write_alerts(ALERTS) == []
        index.refresh()
    return prefix


WIRE = replace(SOURCE, name="Sada", feed="https://sada.example/rss", language="ar")
ARTICLES = [
    an_article("matched", rules=("wagner-group", "sahel"), places=(TIMBUKTU, MALI), countries=("ML",), story="s1"),
    replace(an_article("copy", story="s1", rules=("sahel",), places=(TIMBUKTU, SAHEL)), copy_of="matched"),
    replace(
        an_article("corrected", story="s2", revision=2, updated=NOON, countries=("NE", "ML")),
        corrected=True,
    ),
    an_article("arabic", title="القوات تصل إلى القاعدة", language="ar", story="s3", source=WIRE),
    an_article("unread", story="s4", page_error="https://sahel-post.example answered with 403", text_source="feed"),
    an_article("earlier", story="s5", first_seen=NOON - timedelta(days=2)),
]
ALERT = Alert(
    id="sent",
    rule="sahel",
    rule_name="Sahel",
    rule_version="1",
    severity=Severity.HIGH,
    story="s1",
    created=NOON,
    state=AlertState.SENT,
    revision=3,
    articles=(
        AlertArticle(
            id="matched", url="https://sahel-post.example/matched", title="Troops", source="Post", language="en"
        ),
    ),
    matches=("Timbuktu",),
)
ALERTS = [
    ALERT,
    replace(ALERT, id="failed", rule_name="Wagner group", severity=Severity.CRITICAL, state=AlertState.FAILED),
    replace(ALERT, id="unrouted", story="s2", state=AlertState.UNROUTED, created=NOON - timedelta(days=1)),
]

ALL = {article.id for article in ARTICLES}
SESSIONS = {
    "harmattan-latest": ALL,
    "harmattan-matched": {"matched", "copy"},
    "harmattan-originals": ALL - {"copy"},
    "harmattan-corrections": {"corrected"},
    "harmattan-arabic": {"arabic"},
    "harmattan-unread-pages": {"unread"},
    "harmattan-alerts-latest": {"sent", "failed", "unrouted"},
    # The day is chosen by the time shown, which stands beside the query.
    "harmattan-alerts-today": {"sent", "failed", "unrouted"},
    "harmattan-alerts-undelivered": {"failed", "unrouted"},
}


def ask(client: Elasticsearch, prefix: str, saved: Saved, body: dict[str, Any]) -> Any:
    (view,) = {target for target in saved.references.values() if target[0] == "index-pattern"}
    pattern = OBJECTS[view].attributes["title"].replace("harmattan", prefix, 1)
    return client.perform_request(
        "POST",
        f"/{pattern}/_search",
        headers={"accept": "application/json", "content-type": "application/json"},
        body=body,
    ).body


def test_every_session_finds_what_it_is_for_newest_first(client: Elasticsearch, prefix: str) -> None:
    assert {name for kind, name in OBJECTS if kind == "search"} == set(SESSIONS)
    for name, wanted in SESSIONS.items():
        saved = OBJECTS["search", name]
        hits = ask(client, prefix, saved, session_request(saved))["hits"]["hits"]
        assert {hit["_id"] for hit in hits} == wanted, name
        times = [hit["sort"][0] for hit in hits]
        assert times == sorted(times, reverse=True), name
        assert all(
            any(column in hit["fields"] for hit in hits)
            for column in saved.attributes["columns"]
            if column not in ("rules", "countries") or name == "harmattan-latest"
        ), name


PANELS: dict[str, Callable[[Any], object]] = {
    "harmattan-article-count": lambda found: found["hits"]["total"]["value"],
    "harmattan-story-count": lambda found: found["aggregations"]["stories"]["value"],
    "harmattan-by-language": lambda found: [
        (bucket["key_as_string"][:10], {one["key"]: one["doc_count"] for one in bucket["language"]["buckets"]})
        for bucket in found["aggregations"]["when"]["buckets"]
    ],
    "harmattan-top-sources": lambda found: [
        (bucket["key"], bucket["doc_count"], bucket["stories"]["value"])
        for bucket in found["aggregations"]["source"]["buckets"]
    ],
    "harmattan-by-rule": lambda found: {
        bucket["key"]: bucket["stories"]["value"] for bucket in found["aggregations"]["rule"]["buckets"]
    },
    "harmattan-by-country": lambda found: [
        (bucket["key"], bucket["stories"]["value"]) for bucket in found["aggregations"]["country"]["buckets"]
    ],
    "harmattan-alerts-by-severity": lambda found: [
        {one["key"]: one["doc_count"] for one in bucket["severity"]["buckets"]}
        for bucket in found["aggregations"]["when"]["buckets"]
    ],
    "harmattan-alerts-by-rule": lambda found: [
        (bucket["key"], bucket["doc_count"], bucket["stories"]["value"])
        for bucket in found["aggregations"]["rule"]["buckets"]
    ],
}
SHOWN = {
    "harmattan-article-count": 6,
    "harmattan-story-count": 5,
    "harmattan-by-language": [("2026-03-03", {"en": 1}), ("2026-03-04", {}), ("2026-03-05", {"en": 4, "ar": 1})],
    "harmattan-top-sources": [("Sahel Post", 5, 4), ("Sada", 1, 1)],
    "harmattan-by-rule": {"sahel": 1, "wagner-group": 1},
    "harmattan-by-country": [("ML", 2), ("NE", 1)],
    "harmattan-alerts-by-severity": [{"high": 1}, {"critical": 1, "high": 1}],
    "harmattan-alerts-by-rule": [("Sahel", 2, 2), ("Wagner group", 1, 1)],
}


def test_every_panel_shows_what_is_there(client: Elasticsearch, prefix: str) -> None:
    assert {name for kind, name in OBJECTS if kind == "lens"} == set(SHOWN)
    for name, wanted in SHOWN.items():
        saved = OBJECTS["lens", name]
        assert PANELS[name](ask(client, prefix, saved, lens_request(saved))) == wanted, name


def test_the_map_has_a_circle_where_the_articles_places_are(client: Elasticsearch, prefix: str) -> None:
    saved = OBJECTS["map", "harmattan-places"]
    (request,) = map_requests(saved)
    (circle,) = ask(client, prefix, saved, request)["aggregations"]["grid"]["buckets"]
    assert circle["doc_count"] == 2
    assert circle["centroid"]["location"]["lat"] == pytest.approx(TIMBUKTU.lat, abs=0.01)
    assert circle["centroid"]["location"]["lon"] == pytest.approx(TIMBUKTU.lon, abs=0.01)


def test_every_control_has_values_to_choose_from(client: Elasticsearch, prefix: str) -> None:
    for kind, name in OBJECTS:
        if kind != "dashboard":
            continue
        saved = OBJECTS[kind, name]
        for field in json.loads(saved.attributes["controlGroupInput"]["panelsJSON"]):
            options = ask(client, prefix, saved, control_request(field))["aggregations"]["options"]["buckets"]
            assert options, f"{name}: {field}"


def test_a_plain_word_in_discover_searches_title_and_text(client: Elasticsearch, prefix: str) -> None:
    saved = OBJECTS["search", "harmattan-latest"]
    # What Kibana makes of free text: no field is named, so the index decides.
    free_text = {"multi_match": {"type": "best_fields", "query": "القوات", "lenient": True}}
    hits = ask(client, prefix, saved, session_request(saved) | {"query": free_text})["hits"]["hits"]
    assert [hit["_id"] for hit in hits] == ["arabic"]
    assert "title" in hits[0]["highlight"]
