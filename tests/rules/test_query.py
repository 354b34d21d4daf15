"""The query language, as an analyst writes it."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records.article import Severity
from pipeline.rules.query import parse_query
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.rules.syntax import QueryError


def rule(query: str, rule_id: str = "r") -> Rule:
    return Rule(id=rule_id, name=rule_id, severity=Severity.LOW, channels=(), query=query, meaning=parse_query(query))


def words(query: str, title: str, text: str = "") -> list[str] | None:
    """What matched, or None where the rule did not."""
    matches = RuleSet([rule(query)]).match(title, text)
    return [span.text for span in matches[0].spans] if matches else None


@pytest.mark.parametrize(
    ("query", "article"),
    [
        ("wagner", "WAGNER's men"),
        ("étoile", "ETOILE du matin"),
        ("Wagner-Söldner", "die Wagner-Söldner ziehen ab"),
        ("l'Étoile", "à l’étoile polaire"),
        ("瓦格纳", "俄罗斯瓦格纳集团"),
        ("sahel*", "die Sahelzone"),
        ('"groupe wagner*"', "le groupe Wagnérien"),
        ("mali niger", "Niger and Mali"),
        ("mali AND (niger OR chad)", "Chad and Mali"),
        ("mali OR niger AND chad", "Mali alone: AND binds closer than OR"),
        ("mali NOT football", "Mali votes"),
        ("mali NOT (football OR handball)", "Mali votes"),
        ("wagner NEAR/3 mali", "mali, says the wagner"),
        ('"wagner group" NEAR/2 (mali OR niger)', "Niger: Wagner Group"),
        ("“wagner group”", "the Wagner Group"),
        ("mali WITH niger", "Niger and Mali"),
        ("NOT NOT mali", "Mali"),
    ],
)
def test_a_query_finds_an_article(query: str, article: str) -> None:
    assert words(query, article) is not None


@pytest.mark.parametrize(
    ("query", "article"),
    [
        ("mali", "malign malice"),
        ('"wagner group"', "the group around Wagner"),
        ('"wagner group"', "Wagner, a large group"),
        ("mali AND niger", "Mali"),
        ("mali NOT football", "Mali's football"),
        ("wagner NEAR/3 mali", "wagner one two three mali"),
        ("wagner NEAR/3 wagner", "one wagner is not near itself"),
        ("mali WITH niger", "Mali"),
        ("瓦格纳", "瓦 格 一 纳"),
    ],
)
def test_a_query_leaves_an_article_alone(query: str, article: str) -> None:
    assert words(query, article) is None


def test_near_allows_one_word_less_than_its_number_between_two() -> None:
    assert words("wagner NEAR/3 mali", "wagner one two mali") == ["wagner", "mali"]
    assert words("wagner NEAR/2 mali", "wagner one two mali") is None


def test_phrases_and_near_do_not_cross_from_title_to_text() -> None:
    assert words('"wagner group"', "about Wagner", "Group of seven") is None
    assert words("wagner NEAR/500 group", "about Wagner", "Group of seven") is None
    assert words("wagner group", "about Wagner", "Group of seven") == ["Wagner", "Group"]


def test_what_matched_is_told_in_the_articles_own_words_with_its_places() -> None:
    title, text = "Sahel", "Die Söldner der Gruppe Wagner räumen den Stützpunkt.\n\nWagner!"
    (match,) = RuleSet([rule('"gruppe wagner" OR soldner NOT opera')]).match(title, text)
    whole = f"{title}\n\n{text}"
    assert [span.text for span in match.spans] == ["Söldner", "Gruppe Wagner"]
    assert all(whole[span.start : span.end] == span.text for span in match.spans)


def test_words_that_only_tell_what_others_mean_are_not_told_as_what_matched() -> None:
    assert words("aes WITH (niger OR mali)", "The AES meets in Niger") == ["AES"]


def test_a_rules_version_changes_with_what_it_asks_for_only() -> None:
    assert rule("mali OR niger").version == rule("mali  OR\n niger ").version
    assert rule("mali OR niger").version != rule("mali AND niger").version


@pytest.mark.parametrize(
    ("query", "place", "told"),
    [
        ("", "", "is empty"),
        ("NOT mali", "NOT mali", "say what must be there"),
        ("mali OR NOT niger", "mali OR NOT niger", "say what must be there"),
        ("(mali OR niger", "(", "never closed"),
        ("mali) OR niger", ")", "closes nothing"),
        ("mali AND", "D", "ends where a word is expected"),
        ("AND mali", "AND", 'write "and"'),
        ("mali OR OR niger", "OR", "on both of its sides"),
        ("mali NEAR niger", "NEAR", "NEAR/5"),
        ("mali NEAR/0 niger", "NEAR/0", "from 1 to 500"),
        ("mali NEAR/5 (niger NOT chad)", "NEAR/5", "use AND or NOT outside"),
        ('"wagner group', '"', "never closed"),
        ("titel:mali", "titel:", "did you mean title:?"),
        ("*mali", "*", "can't begin with a wildcard"),
        ("m*", "m*", "nearly everything"),
        ("mali AND ()", ")", "empty"),
        ("mali AND ---", "---", "no letter or digit"),
    ],
)
def test_a_wrong_query_is_refused_with_its_place_and_what_to_do(query: str, place: str, told: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(query)
    assert told in str(caught.value)
    assert query[caught.value.start : caught.value.end] == place


@settings(max_examples=300, deadline=2000)
@given(
    st.lists(st.sampled_from(['"', "(", ")", "AND", "OR", "NOT", "NEAR/3", "WITH", "mali", "*", "é", ":", "瓦", "\0"]))
)
def test_any_characters_are_a_query_or_are_refused(parts: list[str]) -> None:
    query = " ".join(parts)
    with suppress(QueryError):  # whose own shape is checked above; nothing else may be raised
        RuleSet([rule(query)]).match("mali é 瓦 mali", "mali")


@pytest.mark.parametrize("query", ["a OR (b " * 5000 + ")" * 5000, "a NEAR/2 " * 5000 + "a", "mali " * 20_000])
def test_a_query_without_end_is_refused(query: str) -> None:
    with pytest.raises(QueryError):
        parse_query(query)


def test_an_article_of_one_word_repeated_takes_bounded_time() -> None:
    rules = RuleSet([rule('mali NEAR/500 (mali OR "mali mali") NEAR/500 mali')])
    (match,) = rules.match("mali", "mali " * 100_000)
    assert len(match.spans) <= 200


def test_ten_thousand_rules_about_other_things_cost_an_article_little() -> None:
    rules = RuleSet(rule(f"thing{n} AND mali", f"r{n}") for n in range(10_000))
    assert rules.match("Mali and thing77", "nothing else")[0].rule == "r77"
