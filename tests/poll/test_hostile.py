"""Servers that misbehave in every way harm their own feeds alone, and each feed's row says what is wrong with it."""

import gc
import time

import pytest

from pipeline.poll import step
from pipeline.state.interface import FeedState
from tests.fetch import hostile
from tests.fetch.hostile import HostileServer, answer
from tests.poll.documents import item, rss
from tests.poll.newsdesk import Newsdesk

GOOD = rss([item(f"News {n}", f"/news/{n}") for n in range(5)])
READ_ANYHOW = {
    "gzip-in-gzip",  # as sitemaps are served
    "length-too-short",  # what stands before the announced end
    "mixed-encodings",
    "wrong-charset",
    "unknown-charset",
    "entities",
    "external-entity",
    "deep",
    "endless",
    "header-of-bytes",
}
"""Those of which something can be read; the others have an error."""


def test_each_way_to_misbehave_is_told_in_the_feeds_row_and_holds_up_nobody(
    desk: Newsdesk, server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step, "TIME_LIMIT", 2.0)
    monkeypatch.setattr(step, "BODY_LIMIT", 100_000)
    kinds = hostile.every_kind(GOOD)
    server.behaviours |= {f"/{name}": behaviour for name, behaviour in kinds.items()}
    server.behaviours |= {f"/good-{n}": answer(rss([item(f"Good {n}", f"/good/{n}")])) for n in range(10)}
    desk.follow(*(server.url(f"/{name}") for name in kinds), *(server.url(f"/good-{n}") for n in range(10)))
    began = time.monotonic()
    summary = desk.poll()
    assert time.monotonic() - began < 30
    assert summary.polled == len(kinds) + 10
    for n in range(10):
        assert desk.row(server.url(f"/good-{n}")).state is FeedState.OK
    assert {f"Good {n}" for n in range(10)} <= set(desk.titles())
    for name in kinds:
        row = desk.row(server.url(f"/{name}"))
        if name not in READ_ANYHOW:
            assert row.error, name
            assert row.state is (FeedState.GONE if name == "gone" else FeedState.FAILING), name
        assert "Traceback" not in (row.error or "")
        assert "an error of Harmattan's own" not in (row.error or ""), name
    assert not any("root:" in article.title for article in desk.raw())


def test_large_documents_that_are_no_feeds_make_way_for_others_at_once(desk: Newsdesk, server: HostileServer) -> None:
    server.behaviours |= {f"/{n}": answer(bytes(400_000)) for n in range(12)}
    desk.follow(*(server.url(f"/{n}") for n in range(12)))
    began = time.monotonic()
    gc.disable()
    try:
        assert desk.poll().failed == 12
    finally:
        gc.enable()
    assert time.monotonic() - began < 20


def test_a_document_that_is_cut_says_so(desk: Newsdesk, server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "BODY_LIMIT", 1_000_000)
    server.behaviours["/"] = answer(b"<rss><channel>" + b"<x>y</x>" * 200_000 + b"</channel></rss>")
    desk.follow(server.url("/"))
    desk.poll()
    assert desk.row(server.url("/")).error == "the document is larger than 1 MB, and was read to there"
