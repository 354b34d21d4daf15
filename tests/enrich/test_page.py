"""Reading pages: the article in them, and what hostile ones can't do."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from itertools import count

import psutil
import pytest

from pipeline.enrich.interface import PageText
from pipeline.enrich.page import LARGEST, TrafilaturaReader
from pipeline.fetch.interface import FetchError, Request, Response
from tests.enrich.entries import SENTENCES

BODY = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
PAGE = f"""<!doctype html><html><head><title>Lorries</title><link rel="canonical" href="https://news.example/lorries">
<meta name="author" content="Awa Diarra"><meta property="article:published_time" content="2024-05-01T14:30:00+02:00">
</head><body><nav><a href="/">Home</a></nav><article><h1>Lorries</h1>{BODY}</article><footer>About us</footer></body></html>"""


class Web:
    """Answers with what it was given; the real client has tests of its own."""

    def __init__(self) -> None:
        self._answers: dict[str, Response | FetchError] = {}
        self._numbers = count()

    def holds(self, body: bytes | str, kind: str = "text/html", status: int = 200) -> str:
        url = f"https://news.example/{next(self._numbers)}"
        content = body if isinstance(body, bytes) else body.encode()
        self._answers[url] = Response(
            url=url,
            status=status,
            headers={"content-type": kind},
            body=content[:LARGEST],
            truncated=len(content) > LARGEST,
        )
        return url

    def submit(self, request: Request) -> Future[Response]:
        answer: Future[Response] = Future()
        found = self._answers.get(request.url, FetchError("no answer: the name is not known"))
        if isinstance(found, FetchError):
            answer.set_exception(found)
        else:
            answer.set_result(found)
        return answer

    def retry_after(self, response: Response) -> timedelta | None:
        return None

    def close(self) -> None:
        pass


web = Web()


@pytest.fixture(scope="module")
def reader() -> Iterator[TrafilaturaReader]:
    pages = TrafilaturaReader(web, seconds=5)
    yield pages
    pages.close()


def read(reader: TrafilaturaReader, url: str) -> PageText:
    return reader.read(url).result(60)


def test_a_page_that_has_not_changed_since_is_told_and_not_read(reader: TrafilaturaReader) -> None:
    page = reader.read(web.holds("", status=304), etag='"v1"').result(10)
    assert (page.unchanged, page.error, page.text) == (True, None, "")


def test_a_page_gives_its_article_and_what_it_says_of_it(reader: TrafilaturaReader) -> None:
    page = read(reader, web.holds(PAGE))
    assert [line for line in page.text.split("\n\n") if line != "Lorries"] == SENTENCES
    assert page.canonical == "https://news.example/lorries"
    assert page.authors == ("Awa Diarra",)
    assert page.published == datetime(2024, 5, 1, 12, 30, tzinfo=UTC)
    assert page.error is None


def test_the_servers_charset_is_believed_and_a_wrong_one_is_not(reader: TrafilaturaReader) -> None:
    russian = "<html><body><article>" + "<p>Колонна грузовиков покинула лагерь ещё до рассвета.</p>" * 9
    assert "Колонна" in read(reader, web.holds(russian.encode("cp1251"), "text/html; charset=windows-1251")).text
    assert "Колонна" in read(reader, web.holds(russian, "text/html; charset=no-such")).text


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (web.holds("gone", status=404), "status 404"),
        (web.holds(b"%PDF-1.7", "application/pdf"), "application/pdf and not HTML"),
        (web.holds("x" * (LARGEST + 1)), "over 2 MB"),
        (web.holds("  "), "empty"),
        (web.holds("<html><body></body></html>"), "no article"),
        (web.holds(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 99), ""),
        ("https://nowhere.example/", "name is not known"),
    ],
)
def test_what_is_no_page_is_told_in_a_sentence(reader: TrafilaturaReader, url: str, told: str) -> None:
    page = read(reader, url)
    assert page.text == "" or not told
    assert told in (page.error or "")


def test_a_page_that_takes_too_long_is_ended_and_the_next_is_read() -> None:
    pages = TrafilaturaReader(web, seconds=3)
    try:
        read(pages, web.holds(PAGE))
        page = read(pages, web.holds("<p>x" * 450_000))
        assert "within 3 s" in (page.error or "")
        assert read(pages, web.holds(PAGE)).text
    finally:
        pages.close()


def test_a_page_nested_without_end_does_no_harm(reader: TrafilaturaReader) -> None:
    assert read(reader, web.holds("<div>" * 300_000 + "x")).text == ""
    assert read(reader, web.holds(PAGE)).text


def test_a_process_that_is_killed_is_replaced(reader: TrafilaturaReader) -> None:
    read(reader, web.holds(PAGE))
    workers = [
        c for child in psutil.Process().children() for c in child.children() if "forkserver" in " ".join(c.cmdline())
    ]
    assert workers
    for worker in workers:
        os.kill(worker.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while not read(reader, web.holds(PAGE)).text:
        assert time.monotonic() < deadline


def test_pages_asked_for_after_the_end_say_so() -> None:
    pages = TrafilaturaReader(web)
    pages.close()
    assert "closed" in (read(pages, web.holds(PAGE)).error or "")
