"""What a searcher asks for comes first, on both engines alike."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.index.elasticsearch import ElasticsearchIndex
from pipeline.index.interface import ArticleIndex, SearchQuery
from pipeline.index.tantivy import TantivyIndex
from pipeline.rules.lexicon import load_lexicon
from pipeline.rules.query import QueryReader
from tests.figures import Tell
from tests.index.relevance.judged import PLACES, articles, ndcg, questions

LEAST = 0.9


@pytest.fixture(params=["tantivy", "elasticsearch"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ArticleIndex]:
    reader = QueryReader(load_lexicon(None).entity)
    made: ArticleIndex
    if request.param == "tantivy":
        made = TantivyIndex(tmp_path / "index", lambda: reader)
    else:
        server = request.getfixturevalue("elasticsearch_server")
        prefix = request.getfixturevalue("elasticsearch_prefix").rstrip("-")
        made = ElasticsearchIndex(server.address, prefix=prefix, reader=lambda: reader)
    with closing(made):
        made.setup()
        assert made.write(articles()) == []
        made.refresh()
        yield made


def test_the_best_answers_come_first(index: ArticleIndex, request: pytest.FixtureRequest, tell: Tell) -> None:
    known = {article.id for article in articles()}
    asked = questions()
    assert len(asked) >= 40
    assert {one for question in asked for one in question.grades} <= known

    found = {
        question.query: [hit.id for hit in index.search(SearchQuery(text=question.query, limit=PLACES)).hits]
        for question in asked
    }
    gains = {question.query: ndcg(found[question.query], question.grades) for question in asked}
    mean = sum(gains.values()) / len(gains)

    worst = ", ".join(f"{query!r} {gain:.2f}" for query, gain in sorted(gains.items(), key=lambda item: item[1])[:4])
    tell(f"search, {type(index).__name__}: nDCG@10 {mean:.3f} of {len(gains)} judged queries; the worst: {worst}")
    assert mean >= LEAST
