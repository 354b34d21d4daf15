"""How a searcher's line is read."""

import pytest

from pipeline.errors import BadInput
from pipeline.index.query import LONGEST, Clause, Words, parse_words


def one_of(*clauses: str) -> tuple[Clause, ...]:
    return tuple(Clause(tuple(clause.split())) for clause in clauses)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", Words()),
        ("*", Words()),
        ("Gao Kidal", Words((one_of("gao"), one_of("kidal")))),
        ('"Gao Kidal"', Words((one_of("gao kidal"),))),
        ("l'Étoile", Words((one_of("l etoile"),))),
        ("马里", Words((one_of("马 里"),))),
        ("Gao -Kidal", Words((one_of("gao"),), one_of("kidal"))),
        ('Gao -"Kidal Nord"', Words((one_of("gao"),), one_of("kidal nord"))),
        ("Gao NOT Kidal", Words((one_of("gao"),), one_of("kidal"))),
        ("* -Gao", Words((), one_of("gao"))),
        ("Gao OR Kidal Mali", Words((one_of("gao", "kidal"), one_of("mali")))),
        ("Gao OR", Words((one_of("gao"), one_of("or")))),
        ("l'or", Words((one_of("l or"),))),
        ("Gao AND Kidal", Words((one_of("gao"), one_of("kidal")))),
        ("timb*", Words(((Clause(("timb",), prefix=True),),))),
        ('"base at timb*"', Words(((Clause(("base", "at", "timb"), prefix=True),),))),
        ('"Gao', Words((one_of("gao"),))),
        ("Gao … Kidal !", Words((one_of("gao"), one_of("kidal")))),
    ],
)
def test_a_line_says_what_must_be_in_an_article(text: str, words: Words) -> None:
    assert parse_words(text) == words


@pytest.mark.parametrize("text", ["???", '""', "-", "( )", "a " * LONGEST, "a " * 101])
def test_a_line_without_words_or_with_too_many_is_called_unreadable(text: str) -> None:
    with pytest.raises(BadInput, match="the query"):
        parse_words(text)
