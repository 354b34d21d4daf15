"""Reading documents that are meant to hurt: none takes longer than allowed, nor anything away from the others."""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress

import pytest

from pipeline.poll.parse import NotAFeed, ParsedFeed, parse_if_tame
from pipeline.poll.reading import GuardedReader
from tests.poll.documents import RSS, item, rss

URL = "https://outlet.example/feed"
GOOD = rss([item("A", "/a", "1", summary="<p onclick=x>s</p>")])
BROKEN = GOOD.replace(b"</channel>", b"<a></b></channel>")  # not well formed, so that a process reads it


@pytest.fixture(scope="module")
def reader() -> Iterator[GuardedReader]:
    guarded = GuardedReader(seconds=2)
    guarded.read(BROKEN, url=URL).result(60)
    yield guarded
    guarded.close()


def read(reader: GuardedReader, body: bytes) -> ParsedFeed:
    return reader.read(body, url=URL).result(60)


def test_a_small_and_well_formed_document_is_read_at_once(reader: GuardedReader) -> None:
    assert reader.read(GOOD, url=URL).done()


def test_any_other_is_read_in_a_process_and_says_the_same_of_its_entries(reader: GuardedReader) -> None:
    here, there = read(reader, GOOD).entries, read(reader, BROKEN).entries
    assert [entry.fingerprint for entry in here] == [entry.fingerprint for entry in there]
    assert [entry.first_fingerprint for entry in here] == [entry.first_fingerprint for entry in there]
    assert there[0].summary == "<p>s</p>"
    assert "is not well-formed XML" in " ".join(read(reader, BROKEN).remarks)


def test_what_is_no_feed_is_told_by_the_process_too(reader: GuardedReader) -> None:
    with pytest.raises(NotAFeed, match="is a page"):
        read(reader, b"<html><body><p>" + b"x" * 300_000)


def test_a_document_that_takes_too_long_is_given_up_and_the_next_is_read(reader: GuardedReader) -> None:
    hostile = (RSS + "<item><author>" + "a." * 500_000 + "</author></item></channel></rss>").encode()
    started = time.monotonic()
    waiting = reader.read(hostile, url=URL)
    assert time.monotonic() - started < 1
    with pytest.raises(NotAFeed, match="could not be read within 2 s"):
        waiting.result(60)
    assert read(reader, BROKEN).entries


def test_a_document_that_takes_too_much_memory_is_given_up_and_those_behind_it_are_read() -> None:
    patient = GuardedReader(seconds=30)
    try:
        hostile = patient.read(b'{"version": "jsonfeed.org", "items": [' + b"{}," * 4_000_000 + b"{}]}", url=URL)
        behind: list[Future[ParsedFeed]] = [patient.read(BROKEN, url=URL) for _ in range(3)]
        assert all(waiting.result(60).entries for waiting in behind)
        with pytest.raises(NotAFeed, match="more memory"):
            hostile.result(60)
    finally:
        patient.close()


def test_after_the_end_a_document_says_so() -> None:
    closed = GuardedReader()
    closed.close()
    with pytest.raises(NotAFeed, match="the poller is stopping"):
        read(closed, BROKEN)


@pytest.mark.parametrize(
    "hostile",
    [
        "<a>" * 80_000,
        "<a/>" * 50_000,
        "<!DOCTYPE x [" * 15_000,
        "<item><author>" + "a." * 120_000 + "</author></item>",
        "<item><title>" + "&" * 60_000 + "</title></item>",
        "<item><pubDate>" + "1 " * 45 + "</pubDate></item>" * 500,
        "<item " + " ".join(f"a{n}='x'" for n in range(15_000)) + "/>",
        "<item>" + "<category>x</category>" * 5_000 + "</item>",
        "<![CDATA[" * 25_000,
    ],
    ids=["deep", "wide", "document types", "author", "ampersands", "dates", "attributes", "categories", "cdata"],
)
def test_what_is_read_at_once_takes_no_longer_than_an_instant(hostile: str) -> None:
    body = (RSS + "<channel>" + hostile + "</channel></rss>").encode()
    started = time.process_time()
    with suppress(NotAFeed):
        parse_if_tame(body, url=URL)
    assert time.process_time() - started < 2
