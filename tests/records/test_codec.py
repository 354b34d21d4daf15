"""Records outlive the code that wrote them."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import msgspec
import pytest

from pipeline.errors import CannotHandle, TooNew
from pipeline.records import codec
from pipeline.records.article import Origin, RawArticle, Source
from pipeline.records.codec import decode, encode


def raw_article() -> RawArticle:
    return RawArticle(
        source=Source(feed="https://outlet.example/rss", name="The Outlet", tags=("sahel",), country="ML"),
        entry="tag:1",
        url="https://outlet.example/1",
        title="Convoi attaqué près de Ber",
        summary="<p>…</p>",
        content="",
        seen=datetime(2026, 11, 15, 12, 0, 0, 250_000, tzinfo=UTC),
        origin=Origin.LIVE,
        published=datetime(2026, 11, 15, 11, 58, tzinfo=UTC),
    )


def test_a_record_comes_back_as_it_was_written():
    assert decode(encode(raw_article()), RawArticle) == raw_article()


def test_a_record_of_a_newer_schema_that_old_readers_may_read_is_read_without_what_they_do_not_know():
    written = json.loads(encode(raw_article()))
    written["schema"] = 99
    written["record"]["mood"] = "tense"
    written["trace"] = "abc"

    assert decode(json.dumps(written).encode(), RawArticle) == raw_article()


def test_a_record_that_needs_a_newer_reader_asks_for_an_upgrade():
    written = json.loads(encode(raw_article()))
    written |= {"schema": 99, "min_reader": 98}

    with pytest.raises(TooNew, match=r"98.*upgrade"):
        decode(json.dumps(written).encode(), RawArticle)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"schema": 1}',
        b'{"schema": 1, "min_reader": 1, "record": {"url": 3}}',
        b"[" * 100_000,
    ],
)
def test_bytes_that_are_no_record_can_not_be_handled(value: bytes):
    with pytest.raises(CannotHandle):
        decode(value, RawArticle)


@dataclass(frozen=True)
class Note:
    SCHEMA: ClassVar[int] = 3
    MIN_READER: ClassVar[int] = 1
    text: str
    languages: tuple[str, ...]


def test_a_record_of_an_older_schema_is_lifted_step_by_step(monkeypatch: pytest.MonkeyPatch):
    def text_was_body(fields):
        return fields | {"text": fields.pop("body")}

    def one_language_became_several(fields):
        return fields | {"languages": [fields.pop("language")]}

    lifts = {("Note", 1): text_was_body, ("Note", 2): one_language_became_several}
    monkeypatch.setattr(codec, "LIFTS", lifts)
    old = msgspec.json.encode({"schema": 1, "min_reader": 1, "record": {"body": "x", "language": "fr"}})

    assert decode(old, Note) == Note("x", ("fr",))
