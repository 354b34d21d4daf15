"""A poller on the embedded stores, in a folder of its own."""

from contextlib import ExitStack
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pipeline.fetch.http import HttpFetcher
from pipeline.log.interface import EventLog
from pipeline.log.sqlite import SqliteEventLog
from pipeline.poll.feeds_file import spec_for
from pipeline.poll.schedule import Schedule
from pipeline.poll.step import PollStep, PollSummary
from pipeline.records import topics
from pipeline.records.article import RawArticle
from pipeline.records.codec import decode
from pipeline.records.dead_letter import DeadLetter
from pipeline.state.database import DatabaseState
from pipeline.state.interface import Feeds, FeedStatus
from tests.poll.direct import DirectReader
from tests.state.harness import StateUnderTest


class Newsdesk:
    """Polls, and shows what came of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        self.state = DatabaseState.embedded(self.folder / "state.db")
        self._stack.callback(self.state.close)
        self.state.setup()
        self.log = SqliteEventLog(self.folder / "log.db")
        self._stack.callback(self.log.close)
        self.log.create_topics(dict.fromkeys(topics.ALL, 2))
        self.fetcher = HttpFetcher(contact=None, version="1", allow_networks=[ip_network("127.0.0.0/8")])
        self._stack.callback(self.fetcher.close)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def follow(self, *urls: str, **said: Any) -> None:
        self.state.feeds.put([spec_for(url, **said) for url in urls])

    def step(
        self, *, feeds: Feeds | None = None, log: EventLog | None = None, interval: timedelta | None = None
    ) -> PollStep:
        return PollStep(feeds or self.state.feeds, log or self.log, self.fetcher, DirectReader(), Schedule(interval))

    def poll(self, *urls: str, **options: Any) -> PollSummary:
        """Poll these feeds now, or all, due or not."""
        only = urls or [feed.spec.url for feed in self.state.feeds.list()]
        return self.step(**options).poll_due("desk", 64, only=only, at_once=True)

    def row(self, url: str) -> FeedStatus:
        [found] = self.state.feeds.list(only=[url])
        return found

    def let_pass(self, time: timedelta) -> None:
        """Let time pass for all that the state holds."""
        StateUnderTest(str(self.folder / "state.db")).let_pass(time)

    def raw(self) -> list[RawArticle]:
        """Give what was appended, ordered by title."""
        found = [decode(record.value, RawArticle) for record in self.log.read(topics.RAW)]
        return sorted(found, key=lambda article: article.title)

    def titles(self) -> list[str]:
        return [article.title for article in self.raw()]

    def letters(self) -> list[DeadLetter]:
        return [decode(record.value, DeadLetter) for record in self.log.read(topics.DEAD_LETTER)]
