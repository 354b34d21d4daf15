"""How a searcher's line is read."""

import pytest

from pipeline.errors import BadInput
from pipeline.index.query import Search, plain_reader, read_search
from pipeline.rules.query import LONGEST, QueryReader
from tests.rules.generated import Generator, queries, reader


def read(text: str) -> Search:
    return read_search(text, plain_reader())


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("Gao Kidal", "Gao AND Kidal"),
        ('"Gao Kidal" l\'Étoile', '"Gao Kidal" AND "l Étoile"'),
        ("马里", "马里"),
        ("Gao -Kidal", "Gao NOT Kidal"),
        ("Gao -(Kidal OR Niger)", "Gao NOT (Kidal OR Niger)"),
        ('Gao -"Kidal Nord"', 'Gao NOT "Kidal Nord"'),
        ("-Gao", "NOT Gao"),
        ("* -Gao", "NOT Gao"),
        ("well-known", '"well known"'),
        ('"Gao', "Gao"),
        ('Kidal "Gao Nord', 'Kidal AND "Gao Nord"'),
        ("«Gao Nord» ‟Kidal” ＂Mali＂", '"Gao Nord" AND Kidal AND Mali'),
        ("Gao … Kidal !", "Gao AND Kidal"),
        ("Mali: dix morts, selon l'armée (AFP)", 'Mali dix morts selon "l armée" AFP'),
        ("Gao OR Kidal Mali", "Gao OR (Kidal AND Mali)"),
        ('title:(Gao OR "Kidal Nord") tag:"West Africa"', 'title:(Gao OR "Kidal Nord") AND tag:"West Africa"'),
        ("ATLEAST/2 (Gao, Kidal OR Mali, (Niger))", "ATLEAST/2 (Gao, Kidal OR Mali, Niger)"),
        ("1,000 dead", '"1,000" dead'),
        ('=="AES" ="Gao Nord"', '==AES AND ="Gao Nord"'),
    ],
)
def test_a_line_means_a_query_of_the_rules(line: str, rule: str) -> None:
    assert read(line).meaning == QueryReader().read(rule)


@pytest.mark.parametrize("line", ["", " ", "*", "***"])
def test_nothing_and_a_star_mean_everything(line: str) -> None:
    assert read(line).meaning is None


def test_every_query_of_a_rule_means_the_same_in_a_search() -> None:
    generator = Generator(7)
    generator.make_articles(20)

    for text in queries(generator, 200):
        assert read_search(text, reader()).meaning == reader().read(text), text


@pytest.mark.parametrize("line", ["???", '""', "-", "( )", "… !", "@", "* -"])
def test_a_line_without_words_is_called_unreadable(line: str) -> None:
    with pytest.raises(BadInput, match="no word to search for; '\\*' finds everything"):
        read(line)


def test_a_line_without_end_is_called_too_long() -> None:
    with pytest.raises(BadInput, match="the query has 100000 characters"):
        read("a " * LONGEST)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("Gao OR", ""),
        ("Gao (Kidal", "(Kidal"),
        ("Gao *rain", "*rain"),
        ("Gao -@nobody", "@nobody"),
        ("Gao titel:x", "titel:x"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(line: str, place: str) -> None:
    with pytest.raises(BadInput, match="the query can't be read at") as raised:
        read(line)
    assert repr(place)[:-1] in str(raised.value)
    assert "\n" not in str(raised.value)


def test_words_that_only_tell_what_others_mean_make_nothing_relevant() -> None:
    search = read_search('Gao WITH Kidal NOT Mali NEAR/3 Niger OR title:"fuel convoy" EXCEPT opera', reader())

    forms = {form for word in search.wanted for form in word.forms}
    assert {"gao", "fuel", "convoy"} <= forms
    assert not forms & {"kidal", "mali", "niger", "opera"}
