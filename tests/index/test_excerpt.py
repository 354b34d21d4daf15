"""The part of a text that a searcher is shown."""

from pipeline.index.excerpt import LENGTH, excerpt
from pipeline.index.query import parse_words

FILLER = "Nothing of note happened in the market on that day. " * 30


def shown(text: str, query: str = "*") -> str:
    return excerpt(text, parse_words(query).wanted)


def test_a_short_text_is_shown_whole() -> None:
    assert shown("Rain fell.\n\nThe market closed.") == "Rain fell. The market closed."


def test_the_phrase_is_shown_and_not_an_earlier_part_of_it() -> None:
    text = f"The bridge. {FILLER} The bridge at Gao fell. {FILLER}"

    assert "bridge at Gao fell" in shown(text, '"bridge at gao"')


def test_the_beginning_of_a_word_is_enough_where_it_was_searched_for() -> None:
    assert "Timbuktu" in shown(f"{FILLER} Timbuktu {FILLER}", "timb*")


def test_words_that_stand_in_the_title_alone_leave_the_texts_beginning() -> None:
    assert shown(FILLER, "elsewhere").startswith("Nothing of note")


def test_words_are_not_cut() -> None:
    part = shown(f"{FILLER} Kidal {FILLER}", "kidal")

    assert set(part.strip("… ").split()) <= set(f"{FILLER} Kidal".split())


def test_a_text_without_spaces_is_cut_all_the_same() -> None:
    part = shown("马" * 3000 + "廷巴克图" + "里" * 3000, "廷巴克图")

    assert "廷巴克图" in part
    assert len(part) <= LENGTH + 4
