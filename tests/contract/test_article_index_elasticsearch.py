"""What only Elasticsearch does: monthly indices, refusals of its own, a server that may be busy or away."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk, scan

from pipeline.errors import BadInput, OutOfReach
from pipeline.index.elasticsearch import ElasticsearchIndex
from pipeline.index.interface import SearchQuery
from pipeline.index.templates import install
from pipeline.index.templates.articles import UNSTORED
from pipeline.records.alert import Alert, AlertArticle, AlertState
from pipeline.records.article import Severity
from pipeline.records.change import Change, ChangeKind, Edit, Nature
from pipeline.records.passage import Passage
from pipeline.text.tokens import forms
from tests.contract.test_article_index import TEXTS
from tests.index.articles import NOON, TIMBUKTU, an_article
from tests.index.proxy import refusing_proxy
from tests.servers import ElasticsearchServer, RunningServer
from tests.servers.fixtures import StartServer


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


PASSAGE = Passage("Troops at Timbuktu, then at Gao", ((10, 18), (28, 31)))


def an_alert(**fields: Any) -> Alert:
    articles = (
        AlertArticle(id="a1", url="https://x.example/1", title="Troops", source="Post", language="en", passage=PASSAGE),
    )
    values: dict[str, Any] = {
        "id": "alert-1",
        "rule": "sahel",
        "rule_name": "The Sahel",
        "rule_version": "1",
        "severity": Severity.HIGH,
        "story": "s1",
        "created": NOON,
        "state": AlertState.WAITING,
        "revision": 1,
        "articles": articles,
        "matches": ("Timbuktu", "Gao"),
    }
    return Alert(**values | fields)


def test_articles_stand_in_the_index_of_the_month_in_which_they_were_first_seen(
    index: ElasticsearchIndex, client: Elasticsearch, prefix: str
) -> None:
    first_seen = datetime(2026, 2, 28, 23, 59, tzinfo=UTC)
    index.write([an_article("february", first_seen=first_seen), an_article("march", published=first_seen)])
    index.write([an_article("february", first_seen=first_seen, revision=2, updated=NOON)])
    index.refresh()

    assert client.count(index=f"{prefix}-articles-2026.02")["count"] == 1
    assert client.count(index=f"{prefix}-articles-2026.03")["count"] == 1


def test_kibana_finds_words_of_title_and_text_without_naming_a_field(
    index: ElasticsearchIndex, client: Elasticsearch, prefix: str
) -> None:
    index.write([an_article(lang, title, text) for lang, (title, text) in TEXTS.items()])
    index.refresh()

    for query, found in {"etoile": "fr", "timbuktu": "en", "瓦格纳": "zh", "تمبكتو": "ar", "ВАГНЕР": "ru"}.items():
        simple = {"query_string": {"query": query, "default_operator": "AND"}}
        hits = client.search(index=f"{prefix}-articles-*", query=simple)["hits"]["hits"]
        assert [hit["_id"] for hit in hits] == [found], query


def test_kibana_finds_words_in_chinese_and_japanese_in_quotation_marks(
    index: ElasticsearchIndex, client: Elasticsearch, prefix: str
) -> None:
    texts = {"zh": "瓦格纳在马里", "other": "价格和瓦砾", "ja": "カナダの部隊", "ja-other": "部員と兵隊"}
    index.write([an_article(name, text, "。", language=name[:2]) for name, text in texts.items()])
    index.refresh()

    for typed, name in {"瓦格纳": "zh", "部隊": "ja", "ｶﾅﾀﾞ": "ja"}.items():
        quoted = {"multi_match": {"type": "phrase", "query": typed, "lenient": True}}
        hits = client.search(index=f"{prefix}-articles-*", query=quoted)["hits"]["hits"]
        assert [hit["_id"] for hit in hits] == [name], typed


INFLECTED = {
    "en": ("Fighters near Gao", "Two attacks were reported."),
    "fr": ("Les électeurs de Kidal", "Des combattantes ont quitté la ville."),
    "ru": ("Колонна Вагнера", "Боевики ушли в районы на севере, их мало."),
    "ru-yo": ("Самолёты", "Ещё не всё."),
    "de": ("Angriffe im Norden", "Die Häuser brannten."),
}


def test_kibana_finds_inflected_forms_of_a_plain_word_and_exact_ones_of_short_words(
    index: ElasticsearchIndex, client: Elasticsearch, prefix: str
) -> None:
    index.write([an_article(name, title, text, language=name[:2]) for name, (title, text) in INFLECTED.items()])
    index.refresh()

    def found(typed: str) -> list[str]:
        free_text = {"multi_match": {"type": "best_fields", "query": typed, "lenient": True}}
        hits = client.search(index=f"{prefix}-articles-*", query=free_text)["hits"]["hits"]
        lucene = {"query_string": {"query": typed}}
        assert client.search(index=f"{prefix}-articles-*", query=lucene)["hits"]["total"]["value"] == len(hits)
        return sorted(hit["_id"] for hit in hits)

    for typed, name in {
        "fighter": "en",
        "attacked": "en",
        "électeur": "fr",
        "electeur": "fr",
        "combattant": "fr",
        "Вагнер": "ru",
        "боевиков": "ru",
        "Haus": "de",
        "Angriff": "de",
        "самолёты": "ru-yo",
    }.items():
        assert found(typed) == [name], typed
    for typed in ("мали", "самолеты", "раионы", "все", "fighting"):
        assert found(typed) == [], typed


def test_what_an_older_version_wrote_is_found_by_words_once_it_is_set_up(
    index: ElasticsearchIndex, client: Elasticsearch, prefix: str
) -> None:
    older = f"{prefix}-articles-2026.03"
    index.write([an_article(f"a{number}", "Old news") for number in range(450)])
    index.refresh()
    fields = client.indices.get_mapping(index=older)[older]["mappings"]["properties"]
    sources = {hit["_id"]: hit["_source"] for hit in scan(client, index=older)}
    client.indices.delete(index=older)
    client.indices.create(
        index=older,
        mappings={
            "_meta": {"version": 1},
            "_source": {"excludes": []},
            "properties": {name: field for name, field in fields.items() if name not in UNSTORED},
        },
    )
    bulk(
        client,
        (
            {"_index": older, "_id": name, "_version": 1, "_version_type": "external", "_source": source}
            for name, source in sources.items()
        ),
        refresh=True,
    )
    assert index.search(SearchQuery(text="news")).total == 0

    index.setup()
    index.write([an_article("a0", "Old hat", revision=1), an_article("a1", "Brand new", revision=2)])
    index.refresh()

    assert index.search(SearchQuery(text="news")).total == 449
    assert index.search(SearchQuery(text="old tag:west-africa")).total == 449
    assert client.count(index=older, query={"match": {"inflected.en": "brands"}})["count"] == 1
    assert client.count(index=older, query={"exists": {"field": "inflected.en"}})["count"] > 440
    assert client.indices.get_mapping(index=older)[older]["mappings"]["_meta"]["version"] == install.VERSION


def test_places_can_be_put_on_a_map(index: ElasticsearchIndex, client: Elasticsearch, prefix: str) -> None:
    index.write([an_article(places=(TIMBUKTU,))])
    index.refresh()

    near = {"geo_distance": {"distance": "50km", "locations": {"lat": 16.8, "lon": -3.0}}}
    assert client.count(index=f"{prefix}-articles-*", query=near)["count"] == 1


@pytest.mark.parametrize(
    "text",
    [
        *(f"{title} {text}" for title, text in TEXTS.values()),
        "Wagner's U.S. AT&T snake_case 3,5 a:b foo.bar@example.com http://a.b/c?d=e 1.000,50 €5",
        "على مالى ایران شرکة مؤسسة مسئول آدم ٢٠٢٤",
        "ｶﾞｰﾅ カタカナ・テスト ひらがな か\u3099 Wagner瓦格纳2024年 １２３ ＡＢＣ",
        'שָׁלוֹם צה"ל ארה״ב',
        "한국어 뉴스 हिन्दी सड़क မြန်မာ ភាសាខ្មែរ ພາສາລາວ",
        "ΟΔΟΣ ΆΝΘΡΩΠΟΣ з\u02bcїзд и\u0306 Е\u0308 soft\u00adhyphen ﬁn Ⅷ ISPARTA ıspartalı Tromsø Əliyev ŋɔ",
    ],
)
def test_elasticsearch_makes_the_same_words_as_the_rules(
    index: ElasticsearchIndex, client: Elasticsearch, prefix: str, text: str
) -> None:
    index.write([an_article()])

    answer = client.indices.analyze(index=f"{prefix}-articles-2026.03", field="text", text=text)

    assert [token["token"] for token in answer["tokens"]] == forms(text)


def test_a_field_that_the_mapping_does_not_know_is_refused_by_the_index(
    index: ElasticsearchIndex, client: Elasticsearch, prefix: str
) -> None:
    index.write([an_article()])

    with pytest.raises(Exception, match="strict_dynamic_mapping_exception"):
        client.index(index=f"{prefix}-articles-2026.03", document={"surprise": 1})


def test_what_elasticsearch_itself_refuses_is_named_with_its_reason_and_the_others_written(
    index: ElasticsearchIndex, client: Elasticsearch, prefix: str
) -> None:
    client.indices.create(index=f"{prefix}-articles-2026.04", mappings={"properties": {"page_error": {"type": "ip"}}})
    april = datetime(2026, 4, 1, tzinfo=UTC)

    refusals = index.write(
        [
            an_article("a1", first_seen=april),
            an_article("a2", first_seen=april, page_error="the page answered 503"),
            an_article("a3", page_error="the page answered 503"),
        ]
    )
    index.refresh()

    assert [refusal.position for refusal in refusals] == [1]
    assert "page_error" in refusals[0].reason
    assert "503" in refusals[0].reason
    assert {hit.id for hit in index.search(SearchQuery()).hits} == {"a1", "a3"}


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again(
    elasticsearch_server: RunningServer, index: ElasticsearchIndex, prefix: str, status: int
) -> None:
    with refusing_proxy(elasticsearch_server.address) as proxy:
        proxy.status, proxy.refusals = status, 5
        with closing(ElasticsearchIndex(proxy.url, prefix=prefix, first_wait=0.01)) as busy:
            assert busy.write([an_article("a1"), an_article("a2")]) == []
    index.refresh()

    assert proxy.refused == 5
    assert index.search(SearchQuery()).total == 2


def test_a_server_that_stays_busy_is_out_of_reach_and_the_batch_can_be_written_later(
    elasticsearch_server: RunningServer, index: ElasticsearchIndex, prefix: str
) -> None:
    with (
        refusing_proxy(elasticsearch_server.address) as proxy,
        closing(ElasticsearchIndex(proxy.url, prefix=prefix, first_wait=0.01)) as busy,
    ):
        proxy.refusals = 6
        with pytest.raises(OutOfReach, match=r"429.*rejected execution"):
            busy.write([an_article()])
        assert proxy.refused == 6
        assert busy.write([an_article()]) == []
    index.refresh()

    assert index.search(SearchQuery()).total == 1


def test_a_node_without_memory_for_the_request_refuses_nothing_for_good(own_server: StartServer) -> None:
    node = own_server(ElasticsearchServer, {"indexing_pressure.memory.limit": "16kb"})
    with closing(ElasticsearchIndex(node.address, first_wait=0.01)) as index:
        index.setup()
        with pytest.raises(OutOfReach, match="429"):
            index.write([an_article(text="word " * 10_000)])
        assert index.write([an_article()]) == []


def test_a_full_cluster_is_the_operators_matter_and_no_refusal(own_server: StartServer) -> None:
    node = own_server(ElasticsearchServer, {"cluster.max_shards_per_node": "2"})
    with closing(ElasticsearchIndex(node.address, first_wait=0.01)) as index:
        index.setup()
        assert index.write([an_article("march")]) == []
        with pytest.raises(OutOfReach, match="shards"):
            index.write([an_article("april", first_seen=datetime(2026, 4, 1, tzinfo=UTC))])


def test_a_killed_node_keeps_what_was_written_and_takes_the_batch_again(own_elasticsearch: ElasticsearchServer) -> None:
    batch = [an_article(f"a{number}") for number in range(50)]
    with closing(ElasticsearchIndex(own_elasticsearch.address, first_wait=0.01)) as index:
        index.setup()
        index.write(batch)
        own_elasticsearch.kill()
        with pytest.raises(OutOfReach, match="can't be reached"):
            index.write(batch)
        with pytest.raises(OutOfReach, match="can't be reached"):
            index.search(SearchQuery())

        own_elasticsearch.start()
        index.refresh()

        assert index.search(SearchQuery()).total == 50
        assert index.write(batch) == []
        index.refresh()
        assert index.search(SearchQuery()).total == 50


def test_what_is_not_elasticsearch_is_told_apart(elasticsearch_server: RunningServer, tmp_path: Path) -> None:
    with refusing_proxy(elasticsearch_server.address) as proxy:
        proxy.hide_product = True
        with closing(ElasticsearchIndex(proxy.url)) as index, pytest.raises(BadInput, match="is not Elasticsearch"):
            index.check()


def test_a_certificate_authority_that_can_not_be_read_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="CA"):
        ElasticsearchIndex("https://127.0.0.1:9200", ca=tmp_path / "missing.crt")


def test_what_outlets_changed_is_found_in_articles_and_alerts(
    index: ElasticsearchIndex, client: Elasticsearch, prefix: str
) -> None:
    edit = Edit("lead", "at least ", "12", "21", " soldiers", (ChangeKind.NUMBERS,))
    change = Change(revision=2, at=NOON, kind=Nature.MATERIAL, declared=False, fields=("lead",), edits=(edit,))
    article = replace(an_article(revision=2), changes=(change,), undeclared=True, corrected=True)
    alert = an_alert()
    first = replace(alert.articles[0], changes=(change,), matches_no_more=NOON)

    assert index.write([article]) == []
    assert index.write_alerts([replace(alert, articles=(first, *alert.articles[1:]))]) == []
    index.refresh()

    asked = {"query_string": {"query": "change_kind:material AND undeclared:true"}}
    assert client.count(index=f"{prefix}-articles-*", query=asked)["count"] == 1
    asked = {"query_string": {"query": "articles.changes.kind:material AND articles.matches_no_more:*"}}
    assert client.count(index=f"{prefix}-alerts-*", query=asked)["count"] == 1
    assert index.search(SearchQuery()).hits[0].changes == (change,)


def test_alerts_are_written_by_id_and_revision(index: ElasticsearchIndex, client: Elasticsearch, prefix: str) -> None:
    assert index.write_alerts([an_alert(), an_alert(id="alert-2", matches=("x" * 40_000,))]) != []
    assert index.write_alerts([an_alert(state=AlertState.SENT, revision=2)]) == []
    assert index.write_alerts([an_alert()]) == []
    index.refresh()

    (hit,) = client.search(index=f"{prefix}-alerts-*", query={"query_string": {"query": "timbuktu OR troops"}})["hits"][
        "hits"
    ]
    assert hit["_index"] == f"{prefix}-alerts-2026.03"
    assert (hit["_id"], hit["_source"]["state"], hit["_source"]["revision"]) == ("alert-1", "sent", 2)
    assert hit["_source"]["articles"][0]["title"] == "Troops"
