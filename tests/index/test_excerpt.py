"""The part of a text that a searcher is shown."""

from pipeline.index.excerpt import LENGTH, excerpt, title_marks
from pipeline.records.article import Span

FILLER = "Nothing of note happened in the market on that day. " * 30
TITLE = "Elsewhere"


def shown(text: str, *words: str) -> str:
    return excerpt(TITLE, text, spans_of(text, *words))[0]


def spans_of(text: str, *words: str) -> list[Span]:
    whole = f"{TITLE}\n\n{text}"
    return [Span(whole.index(word), whole.index(word) + len(word), word) for word in words]


def test_a_short_text_is_shown_whole() -> None:
    assert shown("Rain fell.\n\nThe market closed.") == "Rain fell. The market closed."


def test_the_first_words_that_were_found_are_shown() -> None:
    text = f"The bridge. {FILLER} The bridge at Gao fell. {FILLER} The ferry sank. {FILLER}"

    assert "bridge at Gao fell" in shown(text, "bridge at Gao", "ferry")


def test_words_that_stand_in_the_title_alone_leave_the_texts_beginning() -> None:
    assert shown(FILLER, TITLE).startswith("Nothing of note")


def test_words_of_the_text_are_shown_before_those_of_the_title() -> None:
    assert "Kidal" in shown(f"{FILLER} Kidal {FILLER}", TITLE, "Kidal")


def test_words_are_not_cut() -> None:
    part = shown(f"{FILLER} Kidal {FILLER}", "Kidal")

    assert set(part.strip("… ").split()) <= set(f"{FILLER} Kidal".split())


def test_a_text_without_spaces_is_cut_all_the_same() -> None:
    part = shown("马" * 3000 + "廷巴克图" + "里" * 3000, "廷巴克图")

    assert "廷巴克图" in part
    assert len(part) <= LENGTH + 4


def test_the_words_found_are_marked_where_they_stand_in_what_is_shown() -> None:
    text = f"{FILLER} The  bridge\n\nat Gao fell."

    line, marks = excerpt(TITLE, text, spans_of(text, "bridge\n\nat Gao", "fell", TITLE))

    assert [line[first:last] for first, last in marks] == ["bridge at Gao", "fell"]
    assert title_marks(TITLE, spans_of(text, "fell", TITLE)) == ((0, len(TITLE)),)
