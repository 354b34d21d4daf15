"""Kibana's searches and panels over the sample newsroom, on a real Elasticsearch: they give what is known to be there."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from pipeline.index.elasticsearch import ElasticsearchIndex
from pipeline.kibana.content import ndjson
from pipeline.newsroom.content import load_contents
from pipeline.rules.loading import load_rules
from pipeline.seeds import seed
from pipeline.text.document import Document
from tests.index.articles import a_match
from tests.index.relevance.judged import articles
from tests.kibana.checker import read_objects
from tests.kibana.requests import lens_request, session_request
from tests.servers import RunningServer
from tests.servers.wipe import wipe_elasticsearch

OBJECTS = read_objects(ndjson())
ABOUT = {
    (f"{outlet.id}/{article.id}", subject)
    for outlet in load_contents()
    for article in outlet.articles
    for subject in article.about
}
ARTICLES = articles()
PREFIX = f"test-newsroom-{uuid4().hex[:10]}"


@pytest.fixture(scope="module")
def client(elasticsearch_server: RunningServer) -> Iterator[Elasticsearch]:
    rules = load_rules(seed("rules.yaml"))
    with closing(ElasticsearchIndex(elasticsearch_server.address, prefix=PREFIX)) as index:
        index.setup()
        written = []
        for one in ARTICLES:
            article = one.article
            found = rules.match_document(Document(article.title, article.text, article.language))
            matches = tuple(a_match(match.rule) for match in found)
            written.append(replace(one, article=replace(article, matches=matches)))
        assert index.write(written) == []
        index.refresh()
    with Elasticsearch(elasticsearch_server.address) as client:
        yield client
    wipe_elasticsearch(elasticsearch_server.address, PREFIX)


def panel(client: Elasticsearch, name: str, group: str) -> dict[str, int]:
    request = lens_request(OBJECTS["lens", name])
    answer = client.search(index=f"{PREFIX}-articles-*", **request)
    return {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"][group]["buckets"]}


def test_what_the_stock_rules_find_is_counted_by_rule(client: Elasticsearch) -> None:
    counted = panel(client, "harmattan-by-rule", "rule")
    about = Counter(subject for _, subject in ABOUT)
    assert {rule: counted[rule] for rule in about} == about


def test_sources_are_counted_with_their_articles(client: Elasticsearch) -> None:
    known = Counter(article.article.source.name for article in ARTICLES)
    counted = panel(client, "harmattan-top-sources", "source")
    assert counted.items() <= known.items()
    assert len(counted) == min(20, len(known))


def test_languages_of_what_rules_found_are_counted(client: Elasticsearch) -> None:
    of = {article.id: article.article.language for article in ARTICLES}
    matched = {name for name, _ in ABOUT}
    counted = panel(client, "harmattan-rule-languages", "language")
    assert set(counted) >= {of[name] for name in matched}


def test_the_session_of_arabic_articles_has_them_all_and_no_others(client: Elasticsearch) -> None:
    request = session_request(OBJECTS["search", "harmattan-arabic"])
    hits = client.search(index=f"{PREFIX}-articles-*", **request)["hits"]["hits"]
    assert {hit["_id"] for hit in hits} == {one.id for one in ARTICLES if one.article.language == "ar"}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Вагнера", "nevskaya-lenta/vagner-mali-kolonna"),
        ("мали", "nevskaya-lenta/vagner-mali-kolonna"),
        ("فَاغنر", "sada-nouakchott/majmuat-fagner-hudud"),
        ("Menaka", "quotidien-du-fleuve/lycees-nord-examens"),
        ("Éleveurs", "quotidien-du-fleuve/cooperatives-eau-sahelienne"),
    ],
)
def test_a_plain_word_finds_what_has_it_in_title_or_text(client: Elasticsearch, typed: str, found: str) -> None:
    free_text = {"multi_match": {"type": "best_fields", "query": typed, "lenient": True}}
    hits = client.search(index=f"{PREFIX}-articles-*", query=free_text, size=100)["hits"]["hits"]
    ids = {hit["_id"] for hit in hits}
    assert found in ids
    assert len(ids) < len(ARTICLES) / 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("район", "раион", False),
        ("ёлка", "елка", False),
        ("مَالِي", "مالي", True),
        ("Étoile", "etoile", True),
        ("ｶﾅ", "カナ", True),
    ],
)
def test_what_counts_as_one_word_for_a_plain_search(client: Elasticsearch, one: str, other: str, same: bool) -> None:
    def words(text: str) -> list[str]:
        answer = client.indices.analyze(index=f"{PREFIX}-articles-2026.11", field="text", text=text)
        return [token["token"] for token in answer["tokens"]]

    assert (words(one) == words(other)) is same
