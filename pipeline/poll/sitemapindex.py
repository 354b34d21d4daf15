"""Indexes of sitemaps as feeds: the sitemaps that they name for news, or else those that changed last, are read together.

A few documents at each poll, whole, since a feed's memory holds the validators of one document alone and the index says too
seldom whether what it names has changed.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

from pipeline.fetch.addresses import authority
from pipeline.fetch.interface import Fetcher, FetchError, Request
from pipeline.poll.articles import host_of
from pipeline.poll.parsed import MOST_ENTRIES, Entry, NotAFeed, ParsedFeed, distinct
from pipeline.poll.reading import DocumentReader
from pipeline.poll.sitemapfeed import is_for_news
from pipeline.poll.statuses import status_sentence

FOR_NEWS = 3
"""Sitemaps for news that are read of an index."""
OTHERS = 2
"""Sitemaps that are read of an index that names none for news."""

_MOST_ASKED = 5
_THREADS = 4  # that wait for answers
_OLD = datetime.min.replace(tzinfo=UTC)


class Indexes:
    """Reads what indexes name."""

    def __init__(self, fetcher: Fetcher, reader: DocumentReader) -> None:
        self._fetcher = fetcher
        self._reader = reader
        self._waiting: ThreadPoolExecutor | None = None

    def start(self, index: ParsedFeed, request: Request) -> Future[ParsedFeed]:
        """Begin to read what an index names that came in answer to `request`; see `whole`."""
        self._waiting = self._waiting or ThreadPoolExecutor(_THREADS, thread_name_prefix="indexes")
        return self._waiting.submit(self.whole, index, request)

    def whole(self, index: ParsedFeed, request: Request) -> ParsedFeed:
        """Give the entries of the sitemaps together as one document, the newest first; `parts` counts the sitemaps.

        A login goes to the feed's own server alone. Raises NotAFeed when none of them can be read.
        """
        waiting = list(_chosen(index.sitemaps))
        read: list[ParsedFeed] = []
        problems: list[str] = []
        for _ in range(_MOST_ASKED):
            if not waiting or len(read) == FOR_NEWS:
                break
            try:
                found = self._read(waiting.pop(0), request)
            except (FetchError, NotAFeed) as error:
                problems.append(str(error))
                continue
            if found.sitemaps:
                waiting = [*_chosen(found.sitemaps), *waiting]
            else:
                read.append(found)
        if not read:
            raise NotAFeed(f"is an index of sitemaps, and none that it names could be read: {_first(problems)}")
        return _together(index, read, problems)

    def _read(self, url: str, request: Request) -> ParsedFeed:
        own = authority(url) == authority(request.url) and url.partition(":")[0] == request.url.partition(":")[0]
        asked = replace(request, url=url, etag=None, last_modified=None, credentials=request.credentials if own else {})
        response = self._fetcher.submit(asked).result()
        if not 200 <= response.status < 300:
            raise FetchError(status_sentence(host_of(response.url), response.status))
        kind = response.headers.get("content-type", "")
        try:
            return self._reader.read(response.body, url=response.url, content_type=kind).result()
        except NotAFeed as error:
            raise NotAFeed(f"the document at {url} {error}") from error


def _chosen(sitemaps: tuple[str, ...]) -> tuple[str, ...]:
    """Take the likeliest of an index's sitemaps, which stand in that order."""
    return tuple(url for url in sitemaps if is_for_news(url))[:FOR_NEWS] or sitemaps[:OTHERS]


def _together(index: ParsedFeed, read: list[ParsedFeed], problems: list[str]) -> ParsedFeed:
    entries = sorted((entry for feed in read for entry in feed.entries), key=_latest, reverse=True)
    languages = {feed.language for feed in read}
    said = [feed.problem for feed in read if feed.problem]
    if problems:
        said.append(f"a sitemap of the index could not be read: {problems[0]}")
    return replace(
        index,
        title=next((feed.title for feed in read if feed.title), ""),
        language=languages.pop() if len(languages) == 1 else None,
        entries=distinct(entries[:MOST_ENTRIES]),
        problem=_first(said) or None,
        broken=index.broken or any(feed.broken for feed in read),
        held=sum(feed.held for feed in read),
        parts=len(read),
    )


def _first(sentences: list[str]) -> str:
    return sentences[0] if sentences else ""


def _latest(entry: Entry) -> datetime:
    return entry.published or entry.updated or _OLD
