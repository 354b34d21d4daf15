"""A rule means the same wherever it is asked: in the stream, in both indices, and by the plain reference.

HARMATTAN_TEST_QUERIES=5000 tries that many generated queries instead of some hundreds, and HARMATTAN_TEST_SEED others.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.index.elasticsearch import ElasticsearchIndex
from pipeline.index.interface import ArticleIndex, SearchQuery
from pipeline.index.tantivy import TantivyIndex
from pipeline.records.article import EnrichedArticle, Severity
from pipeline.rules.evidence import Evidence
from pipeline.rules.facts import facts_of
from pipeline.rules.matcher import Compiler
from pipeline.rules.places import Places
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.rules.syntax import Field, is_placed
from pipeline.rules.vocabulary import Vocabulary
from pipeline.text.document import Document
from tests.rules.generated import Generator, queries, reader
from tests.rules.reference import Text, holds, occurrences
from tests.servers import RunningServer

QUERIES = int(os.environ.get("HARMATTAN_TEST_QUERIES", "200"))
SEED = int(os.environ.get("HARMATTAN_TEST_SEED", "1"))
ARTICLES = 150

Found = Mapping[str, frozenset[str]]


@pytest.fixture(scope="module")
def generator() -> Generator:
    made = Generator(SEED)
    made.make_articles(ARTICLES)
    return made


@pytest.fixture(scope="module")
def articles(generator: Generator) -> Sequence[EnrichedArticle]:
    return generator.articles


@pytest.fixture(scope="module")
def meant(generator: Generator, articles: Sequence[EnrichedArticle]) -> Found:
    """What the reference finds for each query."""
    read = reader().read
    texts = [
        (one.id, Text(one.article.title, one.article.text, one.article.language, facts_of(one.article)))
        for one in articles
    ]
    return {
        query: frozenset(article_id for article_id, text in texts if holds(meaning, text))
        for query in queries(generator, QUERIES)
        for meaning in [read(query)]
    }


def test_the_generated_queries_are_worth_asking(meant: Found) -> None:
    some = [query for query, found in meant.items() if 0 < len(found) < ARTICLES]
    assert len(some) > 0.6 * len(meant)


def test_the_stream_finds_what_is_meant(meant: Found, articles: Sequence[EnrichedArticle]) -> None:
    rules = RuleSet(map(a_rule, meant))
    found: dict[str, set[str]] = {query: set() for query in meant}
    for article in articles:
        one = article.article
        for match in rules.match_document(Document(one.title, one.text, one.language), facts_of(one)):
            found[match.rule].add(article.id)

    assert_same(found, meant)


def test_the_words_that_are_told_of_a_match_are_those_that_are_meant(
    meant: Found, articles: Sequence[EnrichedArticle]
) -> None:
    placed = [query for query in list(meant)[::6] if is_placed(reader().read(query)) and meant[query]]
    wrong = []
    for query in placed:
        meaning = reader().read(query)
        vocabulary = Vocabulary()
        compiler = Compiler(vocabulary)
        compiler.test(meaning)
        for article in articles:
            one = article.article
            places = Places(Document(one.title, one.text, one.language), facts_of(one), vocabulary)
            told = {(first, last) for first, last, _ in Evidence(places, vocabulary, compiler).hits(meaning)}
            text = Text(one.title, one.text, one.language, facts_of(one))
            wanted = set(occurrences(meaning, text, Field.TITLE))
            wanted |= {(a + places.text_at, b + places.text_at) for a, b in occurrences(meaning, text, Field.TEXT)}
            if told != wanted:
                wrong.append((query, article.id))

    assert len(placed) > len(meant) / 30
    assert not wrong


@pytest.mark.parametrize(
    ("query", "title", "matches"),
    [
        ('=="ガーナ"', "ガーナ", True),
        ('=="ｶﾞｰﾅ"', "ガーナ", True),  # the same word in another width
        ("=Wagner NOTNEAR/5 Wagner", "wagner", False),
        ("=Wagner NOTNEAR/5 wagner", "wagner opera", False),
        ("wagner NOTNEAR/2 opera", "wagner the opera wagner of gold", False),
        ("wagner NOTNEAR/1 opera", "wagner the opera wagner of gold wagner", True),
    ],
)
def test_what_generated_queries_once_found_wrong_stays_right(query: str, title: str, matches: bool) -> None:
    others = ('=="ガーナ"', '=="ｶﾞｰﾅ"')  # rules of one set must not be in each other's way
    rules = RuleSet(a_rule(text) for text in dict.fromkeys((*others, query)))

    assert (query in {match.rule for match in rules.match(title, "", "en")}) is matches
    assert holds(reader().read(query), Text(title, "", "en")) is matches


def a_rule(query: str) -> Rule:
    meaning = reader().read(query)
    return Rule(id=query, name="", severity=Severity.LOW, channels=(), query=query, meaning=meaning)


@pytest.fixture(params=["tantivy", "elasticsearch"])
def index(
    request: pytest.FixtureRequest, tmp_path: Path, articles: Sequence[EnrichedArticle]
) -> Iterator[ArticleIndex]:
    opened: ArticleIndex
    if request.param == "tantivy":
        opened = TantivyIndex(tmp_path / "index", reader)
    else:
        server: RunningServer = request.getfixturevalue("elasticsearch_server")
        prefix = request.getfixturevalue("elasticsearch_prefix").rstrip("-")
        opened = ElasticsearchIndex(server.address, prefix=prefix, reader=reader)
    with closing(opened):
        opened.setup()
        assert opened.write(articles) == []
        opened.refresh()
        yield opened


@pytest.mark.timeout(60 + QUERIES)
def test_an_index_finds_what_is_meant_and_counts_it(meant: Found, index: ArticleIndex) -> None:
    found: dict[str, set[str]] = {}
    counted: dict[str, set[str]] = {}
    for query in meant:
        result = index.search(SearchQuery(text=query, limit=ARTICLES))
        found[query] = {hit.id for hit in result.hits}
        # one hit suffices here, so that the engine's own number counts where it is said to be right
        total = index.search(SearchQuery(text=query, limit=1)).total
        counted[query] = found[query] if total == len(meant[query]) else {f"{total} articles"}

    assert_same(found, meant)
    assert_same(counted, meant)


def assert_same(found: Mapping[str, set[str]], meant: Found) -> None:
    """Show the shortest queries with the articles that make the difference."""
    wrong = sorted((query for query in meant if found[query] != meant[query]), key=len)
    shown = [
        f"{query}\n  missed: {sorted(meant[query] - found[query])}, too many: {sorted(found[query] - meant[query])}"
        for query in wrong[:5]
    ]
    assert not wrong, f"{len(wrong)} of {len(meant)} queries:\n" + "\n".join(shown)
