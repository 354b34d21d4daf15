from hypothesis import given
from hypothesis import strategies as st

from pipeline.records.article import Span
from pipeline.web.marking import Marked, Piece, mark
from tests.builders import match


def spans(*places: tuple[int, int]) -> tuple[Span, ...]:
    return tuple(Span(start, end, "") for start, end in places)


def test_spans_count_code_points_of_title_and_text_with_two_line_feeds_between() -> None:
    marked = mark("Gao", "Ber 🚒 Gao", (match("towns", name="Towns", spans=spans((0, 3), (11, 14))),))

    assert marked == Marked((Piece("Gao", ("Towns",)),), ((Piece("Ber 🚒 "), Piece("Gao", ("Towns",))),))


def test_where_two_rules_overlap_the_piece_names_both() -> None:
    first, second = match("a", name="A", spans=spans((0, 4))), match("b", name="B", spans=spans((2, 6)))

    assert mark("abcdef", "", (first, second)).title == (
        Piece("ab", ("A",)),
        Piece("cd", ("A", "B")),
        Piece("ef", ("B",)),
    )


def test_a_match_across_paragraphs_is_marked_in_each() -> None:
    marked = mark("t", "one\n\ntwo", (match("r", name="R", spans=spans((5, 9))),))

    assert [[piece.text for piece in paragraph if piece.rules] for paragraph in marked.paragraphs] == [["e"], ["t"]]


@given(
    st.text(max_size=20),
    st.text(max_size=60),
    st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90)), max_size=12),
)
def test_whatever_the_spans_the_pieces_together_are_the_text(
    title: str, text: str, places: list[tuple[int, int]]
) -> None:
    marked = mark(title, text, (match("r", spans=spans(*places)),))

    assert "".join(piece.text for piece in marked.title) == title
    assert ["".join(piece.text for piece in paragraph) for paragraph in marked.paragraphs] == [
        line for line in text.split("\n") if line
    ]
