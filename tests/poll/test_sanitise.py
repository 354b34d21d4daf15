"""What of a stranger's HTML is kept."""

import time

import pytest

from pipeline.poll.sanitise import sanitised
from pipeline.text.html import html_to_text

BASE = "https://outlet.example/news/feed"


@pytest.mark.parametrize(
    ("received", "kept"),
    [
        ('<p onclick="x()" style="y">Hi<script>alert(1)</script></p>', "<p>Hi</p>"),
        ('<a href="javascript:alert(1)">x</a>', "<a>x</a>"),
        ('<a href="../a?x=1&y=2" target="_blank">x</a>', '<a href="https://outlet.example/a?x=1&amp;y=2">x</a>'),
        ('<img src=x.png onerror="alert(1)">', '<img src="https://outlet.example/news/x.png">'),
        ("<iframe src=//evil.example></iframe><object data=x></object>Text", "Text"),
        ("<custom-element>Text</custom-element>", "Text"),
        ("<p>open <b>elements", "<p>open <b>elements</b></p>"),
        ("<p>a\x0b&#x0b;\ud800b</p>", "<p>ab</p>"),
        ("plain & simple\n\nSecond", "plain & simple\n\nSecond"),
        ("&lt;script&gt; as text", "&lt;script&gt; as text"),
    ],
)
def test_what_runs_or_loads_is_left_out_and_what_is_read_stays(received: str, kept: str) -> None:
    assert sanitised(received, BASE, 1_000) == kept


def test_the_text_is_the_same_before_and_after() -> None:
    received = "<h2>A</h2><p>One &amp; two<br>three</p><ul><li>x<li>y</ul><table><tr><td>1<td>2</table> a < b"
    assert html_to_text(sanitised(received, BASE, 1_000)) == html_to_text(received)


def test_what_grows_is_cut_without_opening_anything() -> None:
    assert len(sanitised("<b>" + '"&<' * 400 + "</b>", BASE, 1_000)) <= 1_000
    long = sanitised("<p>" + "y" * 2_000 + "</p>", BASE, 1_000)
    assert long == "<p>" + "y" * 897 + "</p>"
    assert sanitised('<p>one</p><a href="/' + "z" * 2_000 + '">x</a>', BASE, 1_000) == "<p>one</p>"


@pytest.mark.parametrize("piece", ["<div>", "<b>", "<b><p>", "<table><a>", "<svg><p>", "<a href=/>t</a>", "<li><ul>"])
def test_elements_without_end_take_no_time_without_end(piece: str) -> None:
    started = time.process_time()
    sanitised(piece * (250_000 // len(piece)) + "text", BASE, 250_000)
    assert time.process_time() - started < 5
