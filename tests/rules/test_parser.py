"""The quick parser gives what Lark gives for the same grammar, and refuses what Lark refuses."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.rules.parser import NotTaken
from pipeline.rules.query import QueryReader
from pipeline.rules.syntax import Query, QueryError

_PIECES = [
    *(
        "wagner",
        "Mali",
        '"wagner group"',
        '="a b"',
        "==AES",
        "merc*",
        "«l'or»",
        "瓦格纳",
        "1,000",
        "a:b",
        "@x",
        "(a OR b)",
        "(a b)",
    ),
    *(
        "(",
        ")",
        ",",
        '"',
        "\n",
        "AND",
        "OR",
        "NOT",
        "WITH",
        "WITH/3",
        "NEAR/5",
        "NEAR",
        "ONEAR/2",
        "NOTNEAR/4",
        "EXCEPT",
    ),
    *(
        "ATLEAST/2",
        "ATLEAST/2 (a, b, c)",
        "ATLEAST/2 (a, (b OR c) NOT d)",
        "title:",
        "text:",
        "lang:fr",
        "lang:(fr OR ar)",
    ),
    *('source:("a b" OR c)', "color:red", "date:2026-11", "(a OR b)", "(a b)"),
]
_READER = QueryReader()


@settings(max_examples=1_500, deadline=None)
@given(st.lists(st.sampled_from(_PIECES)).map(" ".join) | st.lists(st.sampled_from(_PIECES)).map("".join) | st.text())
def test_any_characters_are_read_as_lark_reads_them(text: str) -> None:
    assert _fast(text) == _slow(text)


def _fast(text: str) -> Query | str:
    try:
        return _READER._fast.parse(text)  # type: ignore[no-any-return]
    except NotTaken:
        return "not taken"
    except QueryError as error:
        return f"{error} {error.start} {error.end}"


def _slow(text: str) -> Query | str:
    from lark.exceptions import UnexpectedInput

    try:
        return _READER._lark.parse(text)  # type: ignore[return-value]
    except UnexpectedInput:
        return "not taken"
    except QueryError as error:
        return f"{error} {error.start} {error.end}"
