"""Names like a rule's, and articles near those that it matches."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.records.article import EnrichedArticle, Place, Severity
from pipeline.rules.lexicon import Lexicon, load_lexicon
from pipeline.rules.near_misses import ENTITY, MATCHED, PLACE, SPELLING, STORY, NearMisses, Search
from pipeline.rules.near_names import RuleNames
from pipeline.rules.query import parse_query
from pipeline.rules.rule import Rule
from tests.builders import NOON, enriched

LEXICON = """
entities:
  - id: wagner
    name: The group
    names: {en: [Wagner Group, Prigozhin, mercenary group Wagner], ru: [ЧВК Вагнера]}
    in_context: [{names: [Wagner], near: mercenar*}]
  - {id: wagner-company, name: The publisher, names: {de: [Wagner Verlag]}}
  - {id: jnim, name: Another group, names: {en: [Group to Support Islam]}}
  - {id: bank, name: A bank, names: {fr: [Banque du Sahel]}}
"""


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    file: Path = tmp_path_factory.mktemp("lexicon") / "lexicon.yaml"
    file.write_text(LEXICON, encoding="utf-8")
    return load_lexicon(file)


def rule(query: str, lexicon: Lexicon) -> Rule:
    meaning = parse_query(query, lexicon.reader)
    return Rule(id="r", name="r", severity=Severity.LOW, channels=(), query=query, meaning=meaning)


@pytest.mark.parametrize(
    ("word", "name", "other_script"),
    [
        ("Wagnar", "Wagner", False),
        ("Prigojin", "Prigozhin", False),
        ("Prigoshin", "Prigozhin", False),
        ("بريغوجين", "Prigozhin", True),
        ("Пригожин", "Prigozhin", True),
        ("Wagner", None, None),
        ("Wagners", None, None),
        ("wagnar", None, None),
        ("Вагнером", None, None),
        ("Wigmore", None, None),
        ("Mali", None, None),
    ],
)
def test_other_spellings_and_scripts_of_names_are_told_from_their_inflections(
    lexicon: Lexicon, word: str, name: str | None, other_script: bool | None
) -> None:
    variant = RuleNames(rule("@wagner OR mercenaries", lexicon), lexicon).variant(word)
    assert (variant and variant.name, variant and variant.other_script) == (name, other_script)


def test_entities_that_share_a_name_and_are_not_used_are_told(lexicon: Lexicon) -> None:
    (overlap,) = RuleNames(rule("@wagner NOT @bank", lexicon), lexicon).overlaps()
    assert (overlap.entity.id, overlap.shared) == ("wagner-company", ("Wagner Verlag",))
    assert RuleNames(rule("@wagner OR @wagner-company", lexicon), lexicon).overlaps() == []


def test_names_of_what_must_be_missing_or_only_stands_around_are_no_names_of_the_rule(lexicon: Lexicon) -> None:
    names = RuleNames(rule("(Africa WITH/5 Prigozhin) NOT Rommel", lexicon), lexicon)
    assert set(names.words.values()) == {"Africa"}


GAO = Place(name="Gao", country="ML", lat=16.3, lon=0.0, kind="town", event=True)


def found_in(articles: list[EnrichedArticle], lexicon: Lexicon, most: int = 9, seed: int = 0) -> NearMisses:
    search = Search(rule("@wagner", lexicon), lexicon, most, seed)
    for _ in search.matched(articles):
        pass
    for _ in search.near(articles):
        pass
    return search.found


def test_what_is_near_is_sorted_by_what_brings_it_near_and_nothing_else_is_told(lexicon: Lexicon) -> None:
    found = found_in(
        [
            enriched("hit", title="Wagner Group leaves", text="It left.", places=(GAO,)),
            enriched("told", title="Mercenaries leave", text="They left.", story="hit"),
            enriched("entity", title="Wagner Verlag", text="It prints books."),
            enriched("spelling", title="A man named Wagnar", text="He left."),
            enriched("place", title="Fire", text="A fire.", places=(GAO,)),
            enriched("later", title="Fire", text="A fire.", places=(GAO,), published=NOON - timedelta(days=3)),
            enriched("far", title="Rain", text="It rains."),
        ],
        lexicon,
    )
    assert {name: [near.id for near in sample.kept] for name, sample in found.strata.items()} == {
        MATCHED: ["hit"],
        STORY: ["told"],
        ENTITY: ["entity"],
        SPELLING: ["spelling"],
        PLACE: ["place"],
    }
    assert found.strata[STORY].kept[0].because == "the rule matches of its story: Wagner Group leaves"
    assert found.of_entities == {"wagner-company": 1}
    assert [(word, one.articles) for word, one in found.spellings.items()] == [("Wagnar", 1)]


def test_the_same_articles_give_the_same_sample_in_any_order_and_another_seed_another(lexicon: Lexicon) -> None:
    articles = [enriched(f"a{n}", title=f"Wagner Group {n}", text="It left.") for n in range(40)]

    def sample(articles: list[EnrichedArticle], seed: int = 0) -> list[str]:
        return sorted(near.id for near in found_in(articles, lexicon, 8, seed).strata[MATCHED].kept)

    assert len(sample(articles)) == 8
    assert sample(articles) == sample(articles[::-1])
    assert sample(articles) != sample(articles, seed=1)
    assert len(set(sample(articles)) - set(sample([*articles, enriched("b", title="Wagner Group")]))) <= 1
