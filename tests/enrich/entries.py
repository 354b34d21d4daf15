"""Entries as the poller appends them, and pages that come when the test says so."""

from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime

from pipeline.enrich.interface import PageText
from pipeline.enrich.language import LanguageGuesser
from pipeline.enrich.outlets import Outlets
from pipeline.enrich.prepare import Preparer
from pipeline.records.article import Place, RawArticle, Severity, Source
from pipeline.rules.query import parse_query
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.text.document import Document

SENTENCES = [
    f"Lorry number {n} left the camp at Timbuktu before dawn, said a trader who sells fuel there." for n in range(12)
]
ARTICLE = "\n\n".join(SENTENCES)
ENTRY = RawArticle(
    source=Source(feed="https://news.example/feed", name="Example News", language="en"),
    entry="entry-1",
    url="https://news.example/mali/lorries?utm_source=rss",
    title="Lorries leave the camp",
    summary="<p>They left before dawn.</p>",
    content="",
    seen=datetime(2024, 5, 1, 12, tzinfo=UTC),
)


def entry(**changes: object) -> RawArticle:
    return replace(ENTRY, **changes)  # type: ignore[arg-type]


class Standing:
    """Rules that stay as they are."""

    def __init__(self, **queries: str) -> None:
        self._rules = RuleSet(
            Rule(id=name, name=name, severity=Severity.LOW, channels=(), query=query, meaning=parse_query(query))
            for name, query in queries.items()
        )

    def current(self) -> RuleSet:
        return self._rules


LANGUAGES = LanguageGuesser()


def preparer(**queries: str) -> Preparer:
    return Preparer(Standing(**queries), NoPlaces(), LANGUAGES, Outlets())


class Pages:
    """Pages that are asked for, and come when they are given."""

    def __init__(self) -> None:
        self.asked: dict[str, Future[PageText]] = {}

    def read(self, url: str, etag: str | None = None, last_modified: str | None = None) -> Future[PageText]:
        self.asked[url] = Future()
        return self.asked[url]

    def close(self) -> None:
        pass


class NoPlaces:
    """Finds no places, where there is no gazetteer."""

    def find(self, document: Document, language: str, source: Source) -> tuple[tuple[Place, ...], tuple[str, ...]]:
        """Give nothing."""
        return (), ()

    def at_home(self, articles: object) -> "NoPlaces":
        """Learn nothing."""
        return self
