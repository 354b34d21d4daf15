import html

import pytest

from pipeline.notify.render import body, clean, subject
from tests.notify.messages import LINK, URL, alert, article, message

CROWD = alert(*(article(id=f"x{n}", title=f"Report {n} & more " * 10, url=f"{URL}/{n}") for n in range(30)))


def test_a_text_without_limit_tells_everything_of_the_first_article_and_ten_others() -> None:
    text = body(message(CROWD))

    assert "Also in this story: 29" in text
    assert "Report 10" in text
    assert "Report 11" not in text


@pytest.mark.parametrize("limit", [2000, 1000, 600, 450])
def test_a_short_channel_keeps_address_words_and_rule_and_loses_the_rest(limit: int) -> None:
    text = body(message(CROWD), limit)

    assert len(text) <= limit
    for kept in (f"{URL}/0", "Prigozhin", "wagner-group", LINK):
        assert kept in text


@pytest.mark.parametrize("limit", [160, 20, 1])
def test_the_shortest_channel_gets_the_beginning(limit: int) -> None:
    text = body(message(CROWD), limit)

    assert 0 < len(text) <= limit
    assert text.startswith("Report 0"[:limit])


def test_a_text_is_cut_so_that_it_fits_once_it_is_marked_up() -> None:
    ampersands = alert(article(title="&" * 300))

    text = body(message(ampersands), 700, lambda plain: len(html.escape(plain)))

    assert len(html.escape(text)) <= 700
    assert LINK in text


def test_a_subject_is_one_line_within_its_limit_and_names_an_update() -> None:
    line = subject(message(CROWD, update=3), 60)

    assert len(line) <= 60
    assert line.startswith("[HIGH] Wagner Group (update 3): Report 0")


@pytest.mark.parametrize(
    ("foreign", "harmless"),
    [
        ("a\nb\r\nc\td", "a b c d"),
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("\u202egnp.exe", "gnp.exe"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚒", "👩\u200d🚒"),
        ("x\ud800y", "x\ufffdy"),
        ("\u2066\u2069\ufeff", ""),
    ],
)
def test_foreign_text_becomes_one_harmless_line_and_keeps_what_its_script_needs(foreign: str, harmless: str) -> None:
    assert clean(foreign) == harmless
