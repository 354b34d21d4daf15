"""Wiring of what the web page tries rules and feeds with."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from pipeline.bootstrap import Parts, load_describer, open_fetcher, open_reader, open_rehearsal
from pipeline.enrich.examples import describe_example
from pipeline.notify.channels_file import load_channels
from pipeline.poll.check import Checker, FeedReport
from pipeline.poll.credentials import Credentials
from pipeline.poll.discover import Discoverer, Discovery
from pipeline.rules.editing import RuleEditor
from pipeline.rules.examples import Describe
from pipeline.rules.facts import ArticleFacts
from pipeline.rules.file import Example
from pipeline.seeds import seed
from pipeline.settings import Settings
from pipeline.text.document import Document
from pipeline.web.tools import FeedTools, RuleTools

if TYPE_CHECKING:
    from pipeline.enrich.given import Describer
    from pipeline.fetch.interface import Fetcher
    from pipeline.poll.reading import DocumentReader


@contextmanager
def open_page_tools(parts: Parts, settings: Settings) -> Iterator[tuple[RuleTools, FeedTools]]:
    """Open what the page tries rules and feeds with; the client and the gazetteer are loaded when first used."""
    with ExitStack() as stack:
        client = _Client(settings, stack)
        rules = RuleTools(
            editor=RuleEditor(settings.rules, settings.lexicon, lambda: _channels(settings)),
            describe=_describing(settings),
            log=parts.log,
            rehearsal=open_rehearsal,
            channels=lambda: _channels(settings),
        )
        yield rules, FeedTools(discover=client.discover, check=client.check)


def _channels(settings: Settings) -> list[str]:
    return [channel.name for channel in load_channels(settings.channels or seed("channels.yaml"))]


def _describing(settings: Settings) -> Callable[[], Describe]:
    lock = threading.Lock()
    loaded: list[Describer] = []

    def describe(example: Example) -> tuple[Document, ArticleFacts]:
        described = describe_example(loaded[0], example)
        return described.document, described.facts

    def load() -> Describe:
        with lock:
            if not loaded:
                loaded.append(load_describer(settings))
        return describe

    return load


class _Client:
    """Asks feeds by the poller's client, opened with the first one that is asked."""

    def __init__(self, settings: Settings, stack: ExitStack) -> None:
        self._settings = settings
        self._stack = stack
        self._lock = threading.Lock()
        self._opened: tuple[Fetcher, DocumentReader] | None = None
        self._credentials = Credentials(settings.secret)

    def discover(self, address: str) -> Discovery:
        fetcher, reader = self._open()
        return Discoverer(fetcher, reader).discover(address)

    def check(self, url: str, login: str | None) -> FeedReport:
        fetcher, reader = self._open()
        return Checker(fetcher, self._credentials, reader).check(url, login)

    def _open(self) -> "tuple[Fetcher, DocumentReader]":
        with self._lock:
            if self._opened is None:
                fetcher = self._stack.enter_context(open_fetcher(self._settings))
                self._opened = (fetcher, self._stack.enter_context(open_reader()))
            return self._opened
