"""Feed lists as files: OPML, or an address a line."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.errors import BadInput
from pipeline.fetch.addresses import url_problem, without_credentials
from pipeline.poll.credentials import read_login
from pipeline.poll.opml import Outline, read_opml, write_opml
from pipeline.poll.plain import clean, language_code
from pipeline.state.interface import FeedSpec

__all__ = ["list_name", "load_feeds", "spec_for", "write_opml"]

_LARGEST = 50_000_000
_COUNTRY = re.compile(r"[A-Za-z]{2}")


def load_feeds(path: Path, tags: Sequence[str] = ()) -> list[FeedSpec]:
    """Read a feed list; an address that can't be polled is in it with its `problem`, and repeated ones are one.

    `tags` are added to those of each feed.
    Raises BadInput when the file is no feed list or can't be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise BadInput(
            f"{path} can't be read ({error.strerror}); name a feed list: OPML, or an address a line"
        ) from error
    if len(data) > _LARGEST:
        raise BadInput(
            f"{path} is larger than {_LARGEST // 1_000_000} MB; name a feed list: OPML, or an address a line"
        )
    is_xml = data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<") or data.startswith((b"\xff\xfe", b"\xfe\xff"))
    found = _from_opml(data, path) if is_xml else _from_lines(data, path)
    if not found:
        raise BadInput(f"{path} holds no feed; write an address a line, or export OPML from a feed reader")
    more = _tags(tags)
    return [replace(feed, tags=tuple(dict.fromkeys(feed.tags + more))) for feed in _merged(found)]


def list_name(path: Path) -> str:
    """Give the name by which the feeds of a file are known as its own."""
    return str(path.resolve())


def spec_for(
    url: str,
    *,
    title: str = "",
    tags: Sequence[str] = (),
    country: str | None = None,
    language: str | None = None,
    interval: timedelta | None = None,
    alert_past: timedelta | None = None,
    login: str | None = None,
    attributes: Mapping[str, str] | None = None,
) -> FeedSpec:
    """Describe a feed; its `problem` says why its address can't be polled.

    Raises BadInput for a code that is none, or a login that can't be used.
    """
    url = clean(url, 4_000).strip()
    if country is not None and not _COUNTRY.fullmatch(country):
        raise BadInput(f"{country!r} is no country code; write two letters (ISO 3166-1), such as ML")
    if language is not None and not language_code(language):
        raise BadInput(f"{language!r} is no language code; write two letters (ISO 639-1), such as fr")
    problem = url_problem(url)
    return FeedSpec(
        url=without_credentials(url),
        title=" ".join(clean(title, 1_000).split()),
        tags=_tags(tags),
        country=country.upper() if country else None,
        language=language_code(language),
        interval=interval,
        alert_past=alert_past,
        problem=f"the address {problem}" if problem else None,
        login=read_login(login) if login else None,
        attributes=dict(attributes or {}),
    )


def _tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Bring tags into a form that a list can be written in, where commas and slashes part them."""
    words = (" ".join(clean(tag, 200).replace(",", " ").split()).strip("/") for tag in tags)
    return tuple(dict.fromkeys(word for word in words if word))


def _from_opml(data: bytes, path: Path) -> list[FeedSpec]:
    return [_from_outline(outline) for outline in read_opml(data, str(path))]


def _from_outline(outline: Outline) -> FeedSpec:
    spec = spec_for(
        outline.url,
        title=outline.title,
        tags=outline.tags,
        country=outline.country,
        language=outline.language,
        interval=outline.interval,
        alert_past=outline.alert_past,
        attributes=outline.attributes,
    )
    try:
        return replace(spec, login=read_login(outline.login) if outline.login else None)
    except BadInput as error:  # the others of the file can be polled
        return replace(spec, problem=spec.problem or str(error))


def _from_lines(data: bytes, path: Path) -> list[FeedSpec]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(f"{path}, line {line}: this is no text; write an address a line, or name OPML") from error
    written = ((number, line.partition(" #")[0].strip()) for number, line in enumerate(text.splitlines(), 1))
    lines = [(number, line) for number, line in written if line and not line.startswith("#")]
    if lines and not any("://" in line for _, line in lines):
        number, first = lines[0]
        raise BadInput(
            f"{path}, line {number}: {clean(first, 60)!r} is no address; write one a line, with https://, or name OPML"
        )
    return [spec_for(line) for _, line in lines]


def _merged(feeds: Iterable[FeedSpec]) -> list[FeedSpec]:
    merged: dict[str, FeedSpec] = {}
    for feed in feeds:
        key = _same(feed.url)
        merged[key] = _joined(merged[key], feed) if key in merged else feed
    return list(merged.values())


def _same(url: str) -> str:
    """Give what two spellings of one address share: case does not matter in scheme and host, nor does a fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parts._replace(netloc=parts.netloc.lower(), fragment="", path=parts.path or "/").geturl()


def _joined(first: FeedSpec, other: FeedSpec) -> FeedSpec:
    return replace(
        first,
        title=first.title or other.title,
        tags=tuple(dict.fromkeys(first.tags + other.tags)),
        country=first.country or other.country,
        language=first.language or other.language,
        interval=first.interval or other.interval,
        alert_past=first.alert_past or other.alert_past,
        login=first.login or other.login,
        attributes={**other.attributes, **first.attributes},
    )
