"""The file for Kibana keeps Kibana's rules, and every search in it finds what it is for."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from pipeline.index.elasticsearch import ElasticsearchIndex
from pipeline.index.interface_overview import FeedHealth, Figures, Told
from pipeline.kibana.content import ndjson
from pipeline.records.alert import Alert, AlertArticle, AlertState
from pipeline.records.article import Severity
from pipeline.records.change import Change, Nature
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


def test_links_lead_to_harmattans_own_page_where_its_address_is_known() -> None:
    objects = read_objects(ndjson("https://news.example/"))
    assert problems(ndjson("https://news.example/")) == []
    formats = objects["index-pattern", "harmattan-alerts"].unpacked("fieldFormatMap")
    assert formats["id"]["params"]["urlTemplate"] == "https://news.example/alerts/{{value}}"
    assert formats["story"]["params"]["urlTemplate"] == "https://news.example/stories/{{value}}"
    assert "id" not in OBJECTS["index-pattern", "harmattan-alerts"].unpacked("fieldFormatMap")


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


@pytest.fixture(scope="module")
def prefix(elasticsearch_server: RunningServer) -> Iterator[str]:
    """Indices in which each search of the file has something to find, and something to leave out."""
    prefix = f"test-kibana-{uuid4().hex[:10]}"
    with closing(ElasticsearchIndex(elasticsearch_server.address, prefix=prefix)) as index:
        index.setup()
        assert index.write(ARTICLES) == []
        assert index.write_alerts(ALERTS) == []
        index.overview.write_told(TOLD)
        index.overview.write_feeds(FEEDS)
        index.overview.write_figures(FIGURES)
        index.refresh()
    with closing(Elasticsearch(elasticsearch_server.address)) as client:
        client.indices.refresh(index=f"{prefix}-*")
        yield prefix
        for name in client.indices.get_settings(index=f"{prefix}-*"):
            client.indices.delete(index=name)
        client.indices.delete_index_template(name=f"{prefix}-*")
        client.cluster.delete_component_template(name=f"{prefix}-*")


WIRE = replace(SOURCE, name="Sada", feed="https://sada.example/rss", language="ar", kinds=("agency", "state"))
CHANGE = Change(revision=2, at=NOON, kind=Nature.WITHDRAWAL, declared=False, fields=("text",), edits=())
ARTICLES = [
    an_article("matched", rules=("wagner-group", "sahel"), places=(TIMBUKTU, MALI), countries=("ML",), story="s1"),
    replace(an_article("copy", story="s1", rules=("sahel",), places=(TIMBUKTU, SAHEL), source=WIRE), copy_of="matched"),
    replace(
        an_article("corrected", story="s2", revision=2, updated=NOON, countries=("NE", "ML")),
        corrected=True,
    ),
    replace(an_article("withdrawn", story="s6", revision=2, updated=NOON), changes=(CHANGE,), undeclared=True),
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
FAILED = replace(ALERT, id="failed", rule_name="Wagner group", severity=Severity.CRITICAL, state=AlertState.FAILED)
ALERTS = [
    ALERT,
    FAILED,
    replace(ALERT, id="unrouted", story="s2", state=AlertState.UNROUTED, created=NOON - timedelta(days=1)),
]
TOLD = [
    (
        ALERT,
        Told(
            origins=2, outlets=3, countries=("ML",), source_kinds=("state",), useful=1, usefulness=1.0,
            acknowledged=NOON, told=2,
        ),
    ),
    (FAILED, Told(useful=0, false_alarms=2, usefulness=0.0)),
]  # fmt: skip


def a_feed(name: str, **fields: Any) -> FeedHealth:
    known: dict[str, Any] = {
        "looked": NOON,
        "id": name,
        "url": f"https://{name}.example/rss",
        "title": name,
        "state": "ok",
    }
    return FeedHealth(
        **known | {"country": "ML", "language": "fr", "tags": ("west-africa",), "last_success": NOON} | fields
    )


FEEDS = [
    a_feed("well", quiet=1.0, interval=5.0),
    a_feed("silent", quiet=70.5, silent=True, last_new=NOON - timedelta(days=3), interval=60.0),
    a_feed("broken", state="failing", error="answered with 500", failures=4, country="NE"),
    a_feed("gone", state="gone", error="answered with 410", failures=9, quiet=900.0),
    a_feed("busy", missed=2, recovered=5, interval=5.0),
]
EARLIER = NOON - timedelta(days=1)
FIGURES = [
    Figures(time=NOON, step="enrich", lag=7, workers=2, handled=30.0, failed=0.5),
    Figures(time=NOON + timedelta(minutes=1), step="enrich", lag=9, workers=1, handled=10.0, failed=0.0),
    Figures(time=EARLIER, step="enrich", lag=0, workers=2, handled=1.0, failed=0.0),
    Figures(time=NOON, step="index", lag=0, workers=1, handled=20.0, failed=0.0),
    Figures(time=NOON, dead_letters=3, due=1, feeds=5, failing=2, problems=("3 dead letters are waiting",)),
    Figures(time=EARLIER, dead_letters=0, due=0, feeds=5, failing=2),
]

ALL = {article.id for article in ARTICLES}
SESSIONS = {
    "harmattan-latest": ALL,
    "harmattan-matched": {"matched", "copy"},
    "harmattan-originals": ALL - {"copy"},
    "harmattan-corrections": {"withdrawn"},
    "harmattan-undeclared": {"withdrawn"},
    "harmattan-withdrawn": {"withdrawn"},
    "harmattan-arabic": {"arabic"},
    "harmattan-state-sources": {"copy", "arabic"},
    "harmattan-unread-pages": {"unread"},
    "harmattan-alerts-latest": {"sent", "failed", "unrouted"},
    # The day is chosen by the time shown, which stands beside the query.
    "harmattan-alerts-today": {"sent", "failed", "unrouted"},
    "harmattan-alerts-open": {"unrouted"},
    "harmattan-alerts-undelivered": {"failed", "unrouted"},
    "harmattan-false-alarms": {"failed"},
    "harmattan-feeds-silent": {"silent"},
    "harmattan-feeds-failing": {"broken", "gone"},
    "harmattan-feeds-missed": {"busy"},
    "harmattan-problems": {"20260305T1200-whole"},
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


def test_every_session_finds_what_it_is_for_in_its_order(client: Elasticsearch, prefix: str) -> None:
    assert {name for kind, name in OBJECTS if kind == "search"} == set(SESSIONS)
    for name, wanted in SESSIONS.items():
        saved = OBJECTS["search", name]
        hits = ask(client, prefix, saved, session_request(saved))["hits"]["hits"]
        # A feed's id in the index is made of its address.
        assert {hit["_source"].get("id", hit["_id"]) for hit in hits} == wanted, name
        ((_, order),) = saved.attributes["sort"]
        assert order == "desc"
        values = [hit["sort"][0] for hit in hits]
        assert values == sorted(values, reverse=True), name


def test_every_column_of_a_session_is_filled_by_some_document(client: Elasticsearch, prefix: str) -> None:
    for kind, name in OBJECTS:
        if kind == "search":
            saved = OBJECTS[kind, name]
            everything = session_request(saved) | {"query": {"match_all": {}}}
            hits = ask(client, prefix, saved, everything)["hits"]["hits"]
            for column in saved.attributes["columns"]:
                assert any(column in hit.get("fields", {}) for hit in hits), f"{name}: {column}"


def groups(name: str, *figures: str) -> Callable[[Any], object]:
    """Each group of column `name` with its number of documents, or with these figures instead."""

    def of(found: Any) -> object:
        buckets = found["aggregations"][name]["buckets"]
        if not figures:
            return {bucket["key"]: bucket["doc_count"] for bucket in buckets}
        return [(bucket["key"], *(_value(bucket[figure]) for figure in figures)) for bucket in buckets]

    return of


def days(split: str, figure: str | None = None) -> Callable[[Any], object]:
    """Each day with its groups of column `split`, counted or with this figure."""
    return lambda found: {
        bucket["key_as_string"][:10]: {
            one["key"]: _value(one[figure]) if figure else one["doc_count"] for one in bucket[split]["buckets"]
        }
        for bucket in found["aggregations"]["when"]["buckets"]
        if bucket["doc_count"]
    }


def _value(figure: Any) -> object:
    return figure.get("value_as_string", figure["value"])[:16] if "value_as_string" in figure else figure["value"]


PANELS: dict[str, Callable[[Any], object]] = {
    "harmattan-timeline": days("rule"),
    "harmattan-by-place": groups("place", "stories"),
    "harmattan-stories": lambda found: groups("story", "outlets", "first", "last")(found)[:1],  # type: ignore[index]
    "harmattan-rule-sources": groups("source"),
    "harmattan-rule-languages": groups("language"),
    "harmattan-rule-kinds": groups("kind"),
    "harmattan-usefulness": lambda found: found["aggregations"]["share"]["value"],
    "harmattan-usefulness-by-rule": groups("rule", "useful", "false", "share"),
    "harmattan-story-timeline": days("source"),
    "harmattan-outlets": groups("source", "first", "last"),
    "harmattan-feed-count": lambda found: found["hits"]["total"]["value"],
    "harmattan-feed-silence": lambda found: found["hits"]["total"]["value"],
    "harmattan-feed-states": groups("state"),
    "harmattan-feed-countries": groups("country", "missed", "quiet"),
    "harmattan-lag": days("step", "figure"),
    "harmattan-throughput": days("step", "figure"),
    "harmattan-failures": days("step", "figure"),
    "harmattan-workers": days("step", "figure"),
    "harmattan-dead-letters": lambda found: [
        (bucket["key_as_string"][:10], bucket["letters"]["value"])
        for bucket in found["aggregations"]["when"]["buckets"]
    ],
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
BEFORE = "2026-03-05T11:55"
SHOWN: dict[str, object] = {
    "harmattan-timeline": {"2026-03-05": {"sahel": 2, "wagner-group": 1}},
    "harmattan-by-place": [("Mali", 1), ("Sahel", 1), ("Timbuktu", 1)],
    "harmattan-stories": [("s1", 2, BEFORE, BEFORE)],
    "harmattan-rule-sources": {"Sahel Post": 1, "Sada": 1},
    "harmattan-rule-languages": {"en": 2},
    "harmattan-rule-kinds": {"agency": 1, "state": 1},
    "harmattan-usefulness": 0.5,
    "harmattan-usefulness-by-rule": [("Sahel", 1, 0, 1.0), ("Wagner group", 0, 2, 0.0)],
    "harmattan-story-timeline": {"2026-03-03": {"Sahel Post": 1}, "2026-03-05": {"Sahel Post": 4, "Sada": 2}},
    "harmattan-outlets": [("Sahel Post", "2026-03-03T11:55", BEFORE), ("Sada", BEFORE, BEFORE)],
    "harmattan-feed-count": 5,
    "harmattan-feed-silence": 1,
    "harmattan-feed-states": {"ok": 3, "failing": 1, "gone": 1},
    "harmattan-feed-countries": [("ML", 2, 900.0), ("NE", 0, None)],
    "harmattan-lag": {"2026-03-04": {"enrich": 0}, "2026-03-05": {"enrich": 9, "index": 0}},
    "harmattan-throughput": {"2026-03-04": {"enrich": 1.0}, "2026-03-05": {"enrich": 20.0, "index": 20.0}},
    "harmattan-failures": {"2026-03-04": {"enrich": 0.0}, "2026-03-05": {"enrich": 0.25, "index": 0.0}},
    "harmattan-workers": {"2026-03-04": {"enrich": 2}, "2026-03-05": {"enrich": 2, "index": 1}},
    "harmattan-dead-letters": [("2026-03-04", 0.0), ("2026-03-05", 3.0)],
    "harmattan-article-count": 7,
    "harmattan-story-count": 6,
    "harmattan-by-language": [("2026-03-03", {"en": 1}), ("2026-03-04", {}), ("2026-03-05", {"en": 5, "ar": 1})],
    "harmattan-top-sources": [("Sahel Post", 5, 5), ("Sada", 2, 2)],
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


def test_a_choice_of_a_control_leaves_something_in_every_panel_of_the_dashboard(
    client: Elasticsearch, prefix: str
) -> None:
    chosen = {"rules": "sahel", "countries": "ML", "language": "en", "source_kinds": "state", "story": "s1"}
    for name in ("harmattan-situation", "harmattan-watch", "harmattan-story"):
        dashboard = OBJECTS["dashboard", name]
        controls = json.loads(dashboard.attributes["controlGroupInput"]["panelsJSON"])
        views = {
            OBJECTS[target].references_to_views() for target in dashboard.references.values() if target[0] != "tag"
        }
        for view in filter(None, views):
            for control in controls:
                pattern = OBJECTS["index-pattern", view].attributes["title"].replace("harmattan", prefix, 1)
                found = client.count(index=pattern, query={"term": {control: chosen[control]}})["count"]
                assert found, f"{name}: {control} hides everything of {view}"


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
