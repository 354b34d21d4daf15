"""An index whose mapping can't be changed gets another in its place, while articles go on arriving."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from elasticsearch import ApiError, Elasticsearch

from pipeline.errors import BadInput, OutOfReach
from pipeline.index.elasticsearch import ElasticsearchIndex
from pipeline.index.interface import SearchQuery
from pipeline.index.templates import install
from tests.index.articles import NOON, an_article
from tests.servers import RunningServer

MANY = 400


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
def older(index: ElasticsearchIndex, client: Elasticsearch, prefix: str) -> str:
    """An index of an older version, in which a field has another type, with many articles."""
    name = f"{prefix}-articles-2026.03"
    index.write([an_article("template")])
    mapping = client.indices.get_mapping(index=name)[name]["mappings"]
    client.indices.delete(index=name)
    fields = mapping["properties"] | {"page_error": {"type": "text"}}
    client.indices.create(index=name, mappings=mapping | {"_meta": {"version": 1}, "properties": fields})
    index.write([an_article(f"a{number:03}", page_error="403") for number in range(MANY)])
    client.indices.refresh(index=name)
    return name


def revisions(client: Elasticsearch, name: str) -> dict[str, int]:
    client.indices.refresh(index=name)
    hits = client.search(index=name, size=2 * MANY, source=False, version=True)["hits"]["hits"]
    assert len(hits) == len({hit["_id"] for hit in hits})
    return {hit["_id"]: hit["_version"] for hit in hits}


def test_the_new_index_has_every_article_and_stands_under_the_old_name(
    index: ElasticsearchIndex, client: Elasticsearch, older: str, prefix: str
) -> None:
    index.setup()
    index.write([an_article("a000", revision=2), an_article("later")])
    index.refresh()

    new = f"{older}-v{install.VERSION}"
    assert list(client.indices.get_alias(index=older)) == [new]
    assert client.indices.get_mapping(index=new)[new]["mappings"]["properties"]["page_error"] == {"type": "keyword"}
    assert client.indices.get_mapping(index=new)[new]["mappings"]["_meta"] == install.META
    assert index.search(SearchQuery(text="troops")).total == MANY + 1
    assert revisions(client, f"{prefix}-articles-*")["a000"] == 2
    index.setup()
    assert list(client.indices.get_alias(index=older)) == [new]
    assert index.drop_before(NOON.replace(year=2027)) == MANY + 1
    assert not client.indices.exists(index=older)


def test_killed_in_the_middle_it_goes_on_and_nothing_that_arrives_meanwhile_is_lost_stale_or_there_twice(
    index: ElasticsearchIndex, client: Elasticsearch, older: str, prefix: str, elasticsearch_server: RunningServer
) -> None:
    stop, wanted = threading.Event(), dict.fromkeys((f"a{number:03}" for number in range(MANY)), 1)
    seen: list[tuple[int, int]] = []
    broken: list[str] = []

    def write() -> None:
        number = 0
        with closing(ElasticsearchIndex(elasticsearch_server.address, prefix=prefix, first_wait=0.01)) as writer:
            while not stop.wait(0.1):  # slower than it is filled, as articles are
                number += 1
                changed = [an_article(f"a{number * 7 % MANY:03}", revision=number + 1), an_article(f"new{number}")]
                try:
                    assert writer.write(changed) == []
                except OutOfReach:  # as a worker does: the same batch again
                    number -= 1
                    continue
                wanted.update({article.id: article.revision for article in changed})

    def search() -> None:
        while not stop.wait(0.05):
            try:
                answer = client.search(index=f"{prefix}-articles-*", size=5000, source=False)
            except ApiError as error:
                broken.append(str(error))
                continue
            ids = [hit["_id"] for hit in answer["hits"]["hits"]]
            seen.append((len(ids), len(set(ids))))

    threads = [threading.Thread(target=write), threading.Thread(target=search)]
    for thread in threads:
        thread.start()
    try:
        command = [sys.executable, "-m", "tests.index.slow_setup", elasticsearch_server.address, prefix]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for _ in range(6):
                assert child.stdout.readline()
            child.kill()
        assert not client.indices.exists_alias(name=older)

        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
        carried = sum(map(int, done.stdout.split()))
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert client.indices.exists_alias(name=older)
    assert revisions(client, f"{prefix}-articles-*") == wanted
    assert broken == []
    assert seen
    assert all(count == different for count, different in seen)
    assert min(count for count, _ in seen) >= MANY
    assert carried < len(wanted) * 2


def test_a_document_that_can_not_be_carried_over_is_named_and_the_old_index_stays_in_service(
    index: ElasticsearchIndex, client: Elasticsearch, older: str
) -> None:
    client.index(index=older, id="odd", document={"id": "odd", "title": "No record"}, refresh=True)

    with pytest.raises(BadInput, match=r"odd.*old index stays"):
        index.setup()

    assert not client.indices.exists_alias(name=older)
    assert index.write([replace(an_article("a001", revision=3))]) == []
    assert revisions(client, older)["a001"] == 3
