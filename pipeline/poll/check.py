"""Looking at a feed without keeping anything."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.fetch.interface import Fetcher, FetchError, Request
from pipeline.poll.articles import host_of
from pipeline.poll.parse import NotAFeed, parse_feed
from pipeline.poll.statuses import status_sentence
from pipeline.poll.step import ACCEPT, BODY_LIMIT, TIME_LIMIT


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What a feed says just now; `newest` is the latest date among its entries."""

    url: str
    title: str = ""
    entries: int = 0
    newest: datetime | None = None
    error: str | None = None


def check_feed(url: str, fetcher: Fetcher) -> FeedReport:
    """Fetch and read a feed; what is wrong with it stands in the report."""
    try:
        response = fetcher.submit(Request(url=url, accept=ACCEPT, limit=BODY_LIMIT, timeout=TIME_LIMIT)).result()
        if not 200 <= response.status < 300:
            return FeedReport(url, error=status_sentence(host_of(response.url), response.status))
        feed = parse_feed(response.body, url=response.url, content_type=response.headers.get("content-type", ""))
    except FetchError as error:
        return FeedReport(url, error=str(error))
    except NotAFeed as error:
        return FeedReport(url, error=f"the document {error}")
    dates = [date for entry in feed.entries for date in (entry.published, entry.updated) if date]
    return FeedReport(url, feed.title, len(feed.entries), max(dates, default=None), feed.problem)
