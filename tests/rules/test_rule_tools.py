"""What the tools say of rules is true: of those that can't match, of those that say the same, and of what must be there."""

from itertools import combinations

import pytest

from pipeline.records.article import Severity
from pipeline.rules.doubts import Doubt, canonical, doubts, too_wide
from pipeline.rules.facts import NO_FACTS, ArticleFacts, facts_of
from pipeline.rules.necessary import necessary
from pipeline.rules.query import parse_query
from pipeline.rules.reasoning import never_holds, same
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.rules.solver import satisfiable
from pipeline.rules.syntax import And, Not, Query
from pipeline.text.document import Document
from tests.rules.generated import Generator, queries, reader
from tests.rules.reference import Text, holds

ARTICLES = 60


def rule(name: str, query: str) -> Rule:
    meaning = parse_query(query, reader())
    return Rule(id=name, name=name, severity=Severity.LOW, channels=(), query=query, meaning=meaning)


def said(*texts: str) -> list[Doubt]:
    return list(doubts([rule(f"r{number}", text) for number, text in enumerate(texts)]))


@pytest.mark.parametrize(
    "query",
    [
        "mali AND NOT mali",
        "gao (kidal OR menaka) NOT gao",
        "niger lang:fr lang:de",
        "x date:2026-01-01 date:2026-02-01",
        "date:2026-01-01.. AND NOT date:2025-01-01..",
        "wagner EXCEPT (richard OR wagner)",
        '("wagner group" OR "wagner men") EXCEPT wagner',
        "wagner NOTNEAR/5 wagner",
        '"wagner group" NOT wagner',
        "title:mali NOT mali",
        "title:mali NEAR/5 text:mali",
        "(gao NEAR/3 kidal) NOT (kidal NEAR/5 gao)",
        '"gao kidal" NOT (gao ONEAR/2 kidal)',
        "=mercenary NOT merc*",
        "==Mali NOT mali",
        "mali ATLEAST/2 (lang:fr, lang:de, lang:en)",
    ],
)
def test_a_rule_that_can_never_match_is_told(query: str) -> None:
    (doubt,) = said(query)
    assert doubt.what.startswith("it can never match")


@pytest.mark.parametrize(
    "query",
    [
        "mali OR NOT niger gao",
        "title:mali text:mali",
        "title:mali NOT text:mali",
        "lang:(fr OR de) gao",
        "date:..2026-01-01 date:2025-01-01.. gao",
        "wagner EXCEPT (richard wagner)",
        "(gao NEAR/5 kidal) NOT (kidal NEAR/3 gao)",
        "mercenary NOT =mercenary",
        "mali NOT ==MALI",
        "ATLEAST/2 (lang:fr, gao, kidal) NOT gao",
    ],
)
def test_a_rule_that_can_match_is_let_be(query: str) -> None:
    if "(richard wagner)" in query:
        query = 'wagner EXCEPT "richard wagner"'
    assert said(query) == []


def test_what_excludes_what_is_named() -> None:
    assert "lang:fr and lang:de exclude each other" in said("gao lang:fr (lang:de)")[0].what


def test_a_part_that_can_never_hold_is_named_and_the_rest_may() -> None:
    (doubt,) = said("mali OR (gao NOT gao)")
    assert "the part gao AND NOT gao can never hold" in doubt.what


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a1 b1", "b1 AND a1"),
        ("a1 OR (b1 c1)", "(a1 OR b1) AND (a1 OR c1)"),
        ("a1 NEAR/4 b1", "b1 NEAR/4 a1"),
        ("x1 lang:(fr OR de)", "x1 (lang:de OR lang:fr)"),
        ("ATLEAST/1 (a1, b1)", "a1 OR b1"),
        ("ATLEAST/2 (a1, b1)", "a1 b1"),
        ("title:(a1 OR b1)", "title:a1 OR title:b1"),
        ("a1 WITH b1", "a1 b1"),
    ],
)
def test_rules_that_say_the_same_are_told(one: str, other: str) -> None:
    (doubt,) = said(one, other)
    assert (doubt.rule, "the same as the rule r0" in doubt.what) == ("r1", True)


@pytest.mark.parametrize(
    ("one", "other"), [("a1 NEAR/4 b1", "a1 ONEAR/4 b1"), ("a1 b1", "a1 OR b1"), ("mali", "Mali"), ("a1", "title:a1")]
)
def test_rules_that_differ_are_let_be(one: str, other: str) -> None:
    assert said(one, other) == []


def test_a_rule_that_matches_half_of_a_sample_is_told() -> None:
    rules = RuleSet([rule("wide", "lang:en"), rule("narrow", "gao")])
    articles: list[tuple[Document, ArticleFacts]] = [
        (Document("Gao" if number < 3 else "Kidal", "", "en" if number % 2 else "fr"), NO_FACTS) for number in range(40)
    ]
    (doubt,) = too_wide(rules, articles)
    assert (doubt.rule, "20 of 40 articles" in doubt.what) == ("wide", True)
    assert not list(too_wide(rules, articles[:10]))  # too few to say


@pytest.mark.parametrize(
    "query",
    ["mal*", "mali OR ma*", "(ga* lang:fr) NOT football", "title:(ор* OR чад)", "金", "马里 OR 金", "瓦 EXCEPT 瓦格纳"],
)
def test_a_word_that_stands_for_too_much_is_told(query: str) -> None:
    (found,) = said(query)
    assert "letters" in found.what or "character" in found.what


@pytest.mark.parametrize(
    "query",
    ["merc*", "mal* mali", "mal* NEAR/3 army", '"force* de l\'ordre"', "ma?l", "金矿", "金 瓦格纳", "mali NOT mal*"],
)
def test_a_short_word_beside_others_is_let_be(query: str) -> None:
    assert not said(query)


def test_a_large_rule_is_looked_at_in_bounded_time() -> None:
    many = " OR ".join(f"word{number}" for number in range(1_500))
    hard = " ".join(f"(x{a} OR x{b} OR NOT x{(a * b) % 30})" for a, b in combinations(range(30), 2))
    assert said(f"({many}) NOT zzz", f"zzz {hard}") == []


def test_clauses_are_solved() -> None:
    pigeons = [[one, one + 1] for one in (1, 3, 5)]  # three pigeons, two holes
    holes = [[-first, -second] for hole in (1, 2) for first, second in combinations((hole, hole + 2, hole + 4), 2)]
    assert satisfiable(pigeons + holes, 6) is False
    assert satisfiable(pigeons[:2] + holes, 6) is True


@pytest.fixture(scope="module")
def generator() -> Generator:
    made = Generator(7)
    made.make_articles(ARTICLES)
    return made


def test_what_is_said_of_generated_queries_is_true_of_generated_articles(generator: Generator) -> None:
    read = reader().read
    texts = [
        Text(one.article.title, one.article.text, one.article.language, facts_of(one.article))
        for one in generator.articles
    ]
    meanings = [read(query) for query in queries(generator, 120)]
    found = [frozenset(place for place, text in enumerate(texts) if holds(meaning, text)) for meaning in meanings]
    forms: dict[str, frozenset[int]] = {}
    for meaning, articles in zip(meanings, found, strict=True):
        assert not (never_holds(meaning) and articles)
        assert never_holds(And((meaning, Not(meaning))))
        assert forms.setdefault(canonical(meaning), articles) == articles
        must: Query | None = necessary(meaning)
        assert must is None or articles <= {place for place, text in enumerate(texts) if holds(must, text)}
    for (one, first), (other, second) in list(combinations(zip(meanings, found, strict=True), 2))[:1500]:
        assert not (never_holds(one, other) and first & second)
        assert not (first != second and same(one, other))
