"""The query language, as an analyst writes it."""

import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records.article import Place
from pipeline.rules.explain import explain
from pipeline.rules.facts import ArticleFacts
from pipeline.rules.query import LONGEST, parse_query
from pipeline.rules.render import to_text
from pipeline.rules.ruleset import RuleSet
from pipeline.rules.syntax import QueryError
from pipeline.text.document import Document
from tests.rules.queries import match, rule, words


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
        ("wagner ONEAR/3 mali", "wagner says mali"),
        ("wagner NOTNEAR/3 opera", "opera one two three four wagner"),
        ("wagner NOTNEAR/3 opera", "Wagner's opera, and then much later there is Wagner"),
        ('wagner EXCEPT "richard wagner"', "Wagner, not Richard Wagner"),
        ('wagner EXCEPT ("richard wagner" OR "robert wagner")', "Richard Wagner Mali Wagner"),
        ("ATLEAST/2 (mali, niger, chad OR tchad)", "Tchad and Niger"),
        ("ATLEAST/2 (mali, niger NOT chad, gao)", "Mali, Gao and Chad"),
        ("wagner WITH/3 mercenary", "the mercenary Wagner"),
        ("title:mali", "Mali"),
        ("title:(mali NOT niger)", "Mali"),
        ("wagner NEAR/9 mali EXCEPT opera", "Wagner in Mali"),
        ("mali AND date:>=2026-11-01 OR mali", "Mali"),
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
        ("wagner ONEAR/3 mali", "mali says wagner"),
        ("wagner ONEAR/3 wagner", "one wagner is not before itself"),
        ("wagner NOTNEAR/3 opera", "opera one two wagner"),
        ("wagner NOTNEAR/3 opera", "wagner one two opera"),
        ('wagner EXCEPT "richard wagner"', "Richard Wagner"),
        ('"groupe wagner" EXCEPT "wagner brothers"', "le groupe Wagner Brothers"),
        ("ATLEAST/2 (mali, niger, chad)", "Mali, Mali"),
        ("wagner WITH/3 mercenary", "a mercenary, one, two, three, Wagner"),
        ("text:mali", "Mali"),
        ("title:(mali niger)", "Mali"),
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


def test_what_stands_near_only_to_tell_what_a_word_means_is_not_told_either() -> None:
    assert words("wagner WITH/5 mercenary", "the mercenary Wagner") == ["Wagner"]
    assert words("wagner NEAR/5 mercenary", "the mercenary Wagner") == ["mercenary", "Wagner"]


def test_all_parts_of_at_least_that_hold_are_told() -> None:
    assert words("ATLEAST/2 (mali, niger, chad)", "Mali and Chad") == ["Mali", "Chad"]


def test_a_word_can_be_asked_for_in_the_title_or_the_text_alone() -> None:
    assert words("title:mali", "Mali", "Mali") == ["Mali"]
    assert words('text:("wagner group" OR mali)', "Mali", "the Wagner Group") == ["Wagner Group"]
    assert words("title:wagner text:mali", "Wagner", "Mali") == ["Wagner", "Mali"]
    assert words("title:wagner text:mali", "Mali", "Wagner") is None
    assert words("title:wagner NEAR/5 mali", "Wagner in Mali") == ["Wagner", "Mali"]


FACTS = ArticleFacts(
    source="Le Monde",
    feed="https://lemonde.example/feed?a=1",
    outlet="le-monde",
    tags=("Sahel", "west africa"),
    kinds=("private", "agency"),
    owner="the Groupe Le Monde (Société éditrice)",
    countries=("ML", "FR"),
    places=(
        Place(name="Timbuktu", country="ML", lat=16.8, lon=-3.0, kind="town"),
        Place(name="Niger", country="NE", lat=17.0, lon=9.0, kind="country"),
    ),
    authors=("Aïcha Diallo-Traoré",),
    origins=("afp",),
    time=datetime(2026, 11, 14, 22, tzinfo=UTC),
)


@pytest.mark.parametrize(
    "query",
    [
        "lang:fr",
        "lang:(en OR FR)",
        'source:"le monde"',
        "source:le-monde",
        "source:https://lemonde.example/feed?a=1",
        "tag:sahel",
        'tag:("West Africa" OR sport)',
        "kind:agency",
        "owner:monde",
        'owner:"societe editrice"',
        "country:ML",
        "country:Mali",
        'country:(Niger OR "South Africa" OR France)',
        "place:Timbuktu",
        "place:Tombouctou",
        "place:Тимбукту",
        "within:ML",
        "within:Mali",
        "author:Diallo",
        'author:"aicha diallo"',
        "origin:AFP",
        "date:2026-11-14",
        "date:2026-11",
        "date:2026",
        "date:2026-11-01..2026-11-14",
        "date:2026-11-01..",
        "date:..2026-11-14",
        "date:>=2026-11-14",
        "date:<2026-11-15",
        "date:(2025 OR 2026)",
    ],
)
def test_an_article_can_be_asked_for_by_what_is_known_of_it(query: str) -> None:
    assert words(query, "x", lang="fr", facts=FACTS) == []
    assert words(f"{query} mali", "Mali", lang="fr", facts=FACTS) == ["Mali"]
    assert words(f"mali NOT {query}", "Mali", lang="fr", facts=FACTS) is None
    assert words(f"{query} mali", "Mali") is None


@pytest.mark.parametrize(
    "query",
    [
        *(
            "lang:en",
            "source:monde",
            "tag:west",
            "kind:state",
            "owner:bolloré",
            "country:NE",
            "place:Gao",
            "within:NE",
            "author:Traoré-Diallo",
        ),
        *(
            "origin:reuters",
            "date:2026-11-15",
            "date:..2026-11-13",
            "date:>2026-11-14",
            "date:<2026-11-14",
            "date:2025",
        ),
    ],
)
def test_what_is_known_of_an_article_is_not_taken_for_something_like_it(query: str) -> None:
    assert words(query, "x", lang="fr", facts=FACTS) is None


def test_a_passage_shows_the_words_that_matched_where_most_of_them_are() -> None:
    filler = "Nothing of note was said about it then. " * 20
    text = f"{filler}Mali is named here. {filler}Fighters of the Wagner group left Gao in Mali. {filler}"
    found = match("mali AND wagner AND gao", "Title", text)
    assert found
    assert found.passage
    assert "Fighters of the Wagner group left Gao in Mali." in found.passage.text
    whole = f"Title\n\n{text}"
    assert whole[found.passage.start : found.passage.end] == found.passage.text
    assert len(found.passage.text) <= 300
    only_title = match("mali", "About Mali", "Nothing else.")
    assert only_title
    assert only_title.passage
    assert only_title.passage.text == "About Mali"
    by_fact = match("lang:fr", "x", lang="fr")
    assert by_fact
    assert by_fact.passage is None


def test_each_part_of_a_query_can_be_asked_where_it_holds() -> None:
    document = Document("Wagner", "Mercenaries are a long way from the city of Gao, in opera.", "en")
    finding = explain(parse_query("(mercenary NEAR/3 gao OR wagner) NOT opera"), document)
    assert not finding.holds
    either, without = finding.parts
    near, name = either.parts
    assert (either.holds, near.holds, name.holds, without.holds) == (True, False, True, False)
    assert [[span.text for span in part.spans] for part in near.parts] == [["Mercenaries"], ["Gao"]]
    assert near.text == "mercenary NEAR/3 gao"
    assert [span.text for span in without.parts[0].spans] == ["opera"]


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
        ("mali NEAR/5 lang:fr", "NEAR/5", "stands between words"),
        ("mali near/5 niger", "near/5", "write NEAR/5"),
        ("mali w/5 niger", "w/5", "write NEAR/5"),
        ('"mali niger"~5', "~5", "NEAR/5"),
        ("mali && niger", "&&", "write AND"),
        ("mali -football", "-football", "write NOT football"),
        ("mali, niger", ",", "write AND or OR"),
        ("ATLEAST (mali, niger)", "ATLEAST", "ATLEAST/2"),
        ("ATLEAST/2 (mali)", ")", "two parts or more"),
        ("ATLEAST/3 (mali, niger)", "ATLEAST/3", "from 1 to 2"),
        ("ATLEAST/2 mali niger", "mali", "in parentheses, with commas"),
        ("ATLEAST/1 (NOT mali, NOT niger)", "ATLEAST/1 (NOT mali, NOT niger)", "say what must be there"),
        ("langauge:fr", "langauge:", "did you mean lang:?"),
        ("lang:french", "french", "two letters"),
        ("country:UK", "UK", "did you mean GB?"),
        ("country:Malli", "Malli", "did you mean Mali?"),
        ("place:Timbuktoo", "Timbuktoo", "did you mean Timbuktu?"),
        ("kind:stat", "stat", "did you mean state?"),
        ("lang:(fr OR xyz)", "xyz", "two letters"),
        ("lang:(fr AND en)", "AND", "on both of its sides"),
        ("date:2026-13-01", "2026-13-01", "no date of the calendar"),
        ("date:2026-11-09..2026-11-01", "2026-11-09..2026-11-01", "earlier date first"),
        ("title:(lang:fr OR mali)", "title:", "outside of it"),
        ("==wag*", "wag*", "take the wildcard out"),
        ("m*i", "m*i", "nearly everything"),
        ("@wagner", "@wagner", "no lexicon"),
    ],
)
def test_a_wrong_query_is_refused_with_its_place_and_what_to_do(query: str, place: str, told: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(query)
    assert told in str(caught.value)
    assert query[caught.value.start : caught.value.end] == place


_PIECES = [
    *('"', "(", ")", "AND", "OR", "NOT", "NEAR/3", "ONEAR/2", "NOTNEAR/9", "WITH", "WITH/4", "EXCEPT", "ATLEAST/2"),
    *("mali", "=mali", "==Mali", "mal*", "m?li", "*", "é", "瓦", "\0", ",", "title:", "text:", "lang:fr", "date:2026"),
    *(
        "place:x",
        "@mali",
        '"a b"',
        "«",
        "“",
        "U+",
        "-a",
        "~",
        "\u0301",
        "\u202e",
        "\ud800",
        "İ",
        "ﷺ",
        "'",
        "’",
        "/5",
        ":",
    ),
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(_PIECES)).map(" ".join) | st.lists(st.sampled_from(_PIECES)).map("".join) | st.text())
def test_any_characters_are_a_query_or_are_refused_with_a_place_in_them(query: str) -> None:
    read, problem = None, None
    try:
        read = rule(query)
    except QueryError as error:
        problem = error
    if problem:
        assert 0 <= problem.start < problem.end <= len(query) + 1
        assert str(problem)
    if read:
        RuleSet([read]).match("mali é 瓦 mali", "mali")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([piece for piece in _PIECES if piece not in ("\0", "\ud800", "\u202e", "ﷺ")])).map(
        " ".join
    )
)
def test_a_query_that_is_written_out_means_the_same(query: str) -> None:
    with suppress(QueryError):
        read = parse_query(query)
        assert parse_query(to_text(read)) == read


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_query_or_are_refused(data: bytes) -> None:
    with suppress(QueryError):
        rule(data.decode("utf-8", "surrogateescape"))


@pytest.mark.parametrize(
    "query",
    [
        "a OR (b " * 5000 + ")" * 5000,
        "a NEAR/2 " * 5000 + "a",
        "mali " * 20_000,
        "NOT " * 5000 + "mali",
        "title:" * 5000 + "mali",
        '"' + "mali " * 5000 + '"',
    ],
)
def test_a_query_without_end_is_refused(query: str) -> None:
    with pytest.raises(QueryError):
        parse_query(query)


@pytest.mark.parametrize(
    "piece", ["(", ")", "a", "a*", '"', "=", "@", "a:", "\u0301", "瓦", "a OR ", "ATLEAST/1 (", "a\u0301"]
)
def test_the_longest_query_takes_bounded_time(piece: str) -> None:
    begun = time.process_time()
    with suppress(QueryError):
        RuleSet([rule((piece * LONGEST)[:LONGEST])]).match("a", "a " * 100)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "piece",
    ["mali ", "mali", "a\u0301\u0302\u0303", "\u0301", "مالي mali \u202eilam\u202c ", "瓦格纳"],
    ids=["one word", "one long word", "accents", "accents alone", "both directions", "without spaces"],
)
def test_an_article_of_a_megabyte_of_one_thing_takes_bounded_time(piece: str) -> None:
    text = (piece * 1_000_000)[:1_000_000]
    rules = RuleSet([rule('mali NEAR/9 (mali OR "mali mali") NOT opera OR مالي OR m*li EXCEPT "mali mali" OR 瓦格纳')])
    begun = time.process_time()
    for found in rules.match("Mali", text, "en"):
        assert len(found.spans) <= 200
    assert time.process_time() - begun < 10


def test_an_article_of_one_word_repeated_takes_bounded_time() -> None:
    rules = RuleSet([rule('mali NEAR/500 (mali OR "mali mali") NEAR/500 mali')])
    (match,) = rules.match("mali", "mali " * 10_000)
    assert len(match.spans) <= 200


def test_ten_thousand_rules_about_other_things_cost_an_article_little() -> None:
    rules = RuleSet(rule(f"thing{n} AND mali", f"r{n}") for n in range(10_000))
    assert rules.match("Mali and thing77", "nothing else")[0].rule == "r77"
