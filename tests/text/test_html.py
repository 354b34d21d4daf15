"""Plain text from what feeds carry."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.html import html_to_text, title_to_text


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("<p>One &amp; <b>two</b>three.</p><p>Four.</p>", "One & twothree.\n\nFour."),
        ("a<br>b<ul><li>c<li>d</ul>", "a\n\nb\n\nc\n\nd"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("plain & simple, 3 < 4\n\nand on", "plain & simple, 3 < 4\n\nand on"),
        ("Caf&eacute;&nbsp;noir", "Café noir"),
        ("<script>steal()</script><style>p{}</style>left<!-- no -->", "left"),
        ("<iframe src=x>a</iframe><svg><text>b</text></svg>c", "c"),
        ("&lt;b&gt; is a tag", "<b> is a tag"),
        ("<p>瓦格纳集团</p><p dir=rtl>مجموعة فاغنر</p>", "瓦格纳集团\n\nمجموعة فاغنر"),
        ("<p>unclosed <a href='x>y", "unclosed"),
        ("<p>\x00bad\x08 bytes\ud800</p>", "bad bytes"),
        ("", ""),
    ],
)
def test_a_fragment_becomes_its_readable_text(fragment: str, text: str) -> None:
    assert html_to_text(fragment) == text


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("AT&amp;T buys  <em>more</em>\n", "AT&T buys more"),
        ("&lt;b&gt;Mali&lt;/b&gt;: vote", "Mali: vote"),
        ("1 < 2", "1 < 2"),
        ("A &amp;amp; B", "A & B"),
    ],
)
def test_a_title_becomes_one_line(title: str, text: str) -> None:
    assert title_to_text(title) == text


@pytest.mark.parametrize(
    "fragment",
    ["<div>" * 200_000 + "deep", "<p>x" * 300_000, "&amp;" * 400_000, "<a href='" * 100_000, "x" * 5_000_000],
)
def test_hostile_markup_takes_bounded_time(fragment: str) -> None:
    started = time.monotonic()
    html_to_text(fragment)
    assert time.monotonic() - started < 20


def test_text_that_is_nested_too_deeply_for_the_parser_is_still_read() -> None:
    assert html_to_text("<div>" * 5_000 + "deep" + "</div>" * 5_000) == "deep"


@given(st.text())
def test_any_text_gives_a_text(fragment: str) -> None:
    assert isinstance(html_to_text(fragment), str)
    assert "\n" not in title_to_text(fragment)
