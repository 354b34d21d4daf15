"""Looking at a feed without keeping anything, and saying in words all that is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from pipeline.errors import BadInput
from pipeline.fetch.addresses import url_problem, without_credentials
from pipeline.fetch.interface import Fetcher, FetchError, Request, Response
from pipeline.poll.articles import host_of
from pipeline.poll.credentials import Credentials
from pipeline.poll.parse import NotAFeed, ParsedFeed
from pipeline.poll.reading import DocumentReader
from pipeline.poll.sitemapindex import Indexes
from pipeline.poll.statuses import status_sentence
from pipeline.poll.step import ACCEPT, BODY_LIMIT, TIME_LIMIT

STALE = timedelta(days=60)
_EARLY = timedelta(hours=1)  # clocks differ, and so do writers' ideas of time zones
_LARGE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReport:
    """What a feed says just now; `newest` is the latest date among its entries.

    `error` says why it can't be read, or that entries were lost; `faults` are what is wrong beside that, `notes` what an
    operator may want to know: all sentences without a full stop.
    """

    url: str
    title: str = ""
    entries: int = 0
    newest: datetime | None = None
    error: str | None = None
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    feed: ParsedFeed | None = None


class Checker:
    """Checks feeds; `credentials` signs in where a feed's entry names a login."""

    def __init__(self, fetcher: Fetcher, credentials: Credentials, reader: DocumentReader) -> None:
        self._fetcher = fetcher
        self._reader = reader
        self._indexes = Indexes(fetcher, reader)
        self._credentials = credentials

    def check(self, url: str, login: str | None = None) -> FeedReport:
        """Fetch and read a feed, twice where it should answer that nothing has changed."""
        if problem := url_problem(url):
            return FeedReport(url=without_credentials(url), error=f"the address {problem}")
        try:
            headers = self._credentials.headers(login)
            request = Request(url=url, accept=ACCEPT, limit=BODY_LIMIT, timeout=TIME_LIMIT, credentials=headers)
            response = self._fetcher.submit(request).result()
        except (FetchError, BadInput) as error:
            return FeedReport(url=url, error=str(error))
        if not 200 <= response.status < 300:
            refusal = status_sentence(host_of(response.url), response.status)
            return FeedReport(url=url, error=refusal, faults=tuple(_of_address(url, response, login)))
        try:
            kind = response.headers.get("content-type", "")
            feed = self._reader.read(response.body, url=response.url, content_type=kind).result()
            if feed.sitemaps:
                feed = self._indexes.whole(feed, request)
        except NotAFeed as error:
            said = f"the document {error}"
            return FeedReport(url=url, error=said, faults=tuple(_of_address(url, response, login)))
        faults = (
            *_of_address(url, response, login),
            *_of_answer(response),
            *self._of_validators(request, response),
            *_of_document(feed),
            *_of_dates(feed, datetime.now(UTC)),
        )
        return FeedReport(
            url=url,
            title=feed.title,
            entries=len(feed.entries),
            newest=next(iter(feed.dates), None),
            error=feed.problem,
            faults=faults,
            notes=tuple(_notes(feed)),
            feed=feed,
        )

    def _of_validators(self, request: Request, response: Response) -> Iterator[str]:
        size = f"{max(round(len(response.body) / 1000), 1)} kB"
        if not (response.etag or response.last_modified):
            yield f"its server gives neither ETag nor Last-Modified, so every poll transfers the whole document ({size})"
            return
        again = replace(request, etag=response.etag, last_modified=response.last_modified)
        try:
            status = self._fetcher.submit(again).result().status
        except FetchError as error:
            yield f"a second request at once failed: {error}"
            return
        if status != 304:
            yield f"its server answers {status} instead of 304 when nothing has changed, and sends {size} at every poll"


def _of_address(url: str, response: Response, login: str | None) -> Iterator[str]:
    if response.moved and response.moved != url:
        yield f"it has moved for good to {without_credentials(response.moved)}; use that address"
    elif response.url != url:
        yield f"it redirects to {without_credentials(response.url)}, for now"
    if login and urlsplit(url).scheme == "http":
        yield "the login travels unencrypted; use https:// where the server has it"


def _of_answer(response: Response) -> Iterator[str]:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind:
        yield "its server does not say what type of document it is"
    elif not any(word in kind for word in ("xml", "json", "rss", "atom", "rdf")):
        yield f"it is served as {kind}, which is no type of a feed"
    if response.truncated:
        yield f"the document is larger than {BODY_LIMIT // 1_000_000} MB, and is read to there"
    if len(response.body) > _LARGE and "content-encoding" not in response.headers:
        yield f"its server sends {len(response.body) // 1000} kB uncompressed"


def _of_document(feed: ParsedFeed) -> Iterator[str]:
    yield from (f"the document {remark}" for remark in feed.remarks)
    total = len(feed.entries)
    if not total:
        yield "the document holds no entry"
        return
    if missing := sum(entry.link is None for entry in feed.entries):
        yield f"{missing} of {total} entries have no link to an article"
    if same := sum(entry.shared_link for entry in feed.entries):
        yield f"{same} of {total} entries share a link with another one"
    if not feed.title:
        yield "the document gives no title of its own"


def _of_dates(feed: ParsedFeed, now: datetime) -> Iterator[str]:
    total, dates = len(feed.entries), feed.dates
    if undated := total - len(dates):
        yield f"{undated} of {total} entries have no date that can be read"
    if early := sum(date > now + _EARLY for date in dates):
        yield f"{early} of {total} entries are dated in the future"
    past = [date for date in dates if date <= now + _EARLY]
    if past and now - past[0] > STALE:
        yield f"its newest entry is {(now - past[0]).days} days old; is it still published?"


def _notes(feed: ParsedFeed) -> Iterator[str]:
    if feed.format:
        yield f"{feed.format}{f', made by {feed.generator}' if feed.generator else ''}"
    if feed.parts:
        yield f"an index, of which {feed.parts} (those for news, or the latest) are read together at every poll"
    texts = [len(entry.content) or len(entry.summary) for entry in feed.entries]
    if texts and not any(texts):
        yield "entries hold titles alone; texts come from the article pages"
    if feed.links.hubs:
        yield f"it names a hub for pushes (WebSub): {feed.links.hubs[0]}"
    if feed.ttl or feed.period:
        asked = feed.ttl or feed.period
        yield f"it asks to be polled every {asked}"


def report_row(report: FeedReport) -> Mapping[str, object]:
    """Give the report as it is printed for machines."""
    names = ("url", "title", "entries", "newest", "error", "faults", "notes")
    return {name: getattr(report, name) for name in names}
