"""The article index on one machine, in a folder, by tantivy."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import TypeVar

from tantivy import DocAddress, Document, FieldType, Index, IndexWriter, Query, Searcher

from pipeline.errors import BadInput, OutOfReach
from pipeline.index.check import READ_AT_ONCE, read_all
from pipeline.index.cursor import read_cursor
from pipeline.index.document import Unindexable
from pipeline.index.interface import Candidates, Refusal, SearchQuery, SearchResult
from pipeline.index.query import ReaderSource, Search, plain_reader, read_query, shown
from pipeline.index.tantivy_folder import IndexFolder, panics_as_errors
from pipeline.index.tantivy_pages import Snapshots, read_pages, record, search_page, total
from pipeline.index.tantivy_query import search_query
from pipeline.index.tantivy_schema import build_schema, month, tantivy_document
from pipeline.index.translate import Found
from pipeline.index.writer_lock import WriterLock
from pipeline.records.article import EnrichedArticle
from pipeline.rules import syntax

T = TypeVar("T")

WRITER_MEMORY = 30_000_000
BEYOND_ITS_LIMITS = "nvalid argument"
"""What tantivy's message holds where an automaton for a pattern grows too large, or stands for too many words."""


class TantivyIndex:
    """Articles in a folder. Any number of processes may read it; the first that writes stays the only writer.

    An index that is damaged, or that an older Harmattan made, is set aside by `setup`, which begins an empty one. As
    long as `incomplete` says so, the event log may hold articles that the index does not.
    """

    def __init__(self, path: Path, reader: ReaderSource = plain_reader) -> None:
        """Take the folder, which `setup` makes, and what gives the reader of queries. Nothing is opened yet."""
        self._path = path
        self._reader = reader
        self._folder = IndexFolder(path)
        self._schema = build_schema()
        self._lock = WriterLock(path / "writer.lock")
        self._snapshots = Snapshots()
        self._turn = threading.RLock()
        self._index: Index | None = None
        self._writer: IndexWriter | None = None

    def setup(self) -> None:
        """Make the index, or make it anew when it is damaged or older. Raises TooNew, OutOfReach."""
        with self._turn:
            try:
                self.check()
                return
            except BadInput:
                self._folder.make()
            held = self._lock.held
            self._lock.acquire()
            try:
                self._begin()
            finally:
                if not held:
                    self._lock.release()

    def check(self) -> None:
        """Raise BadInput when there is no index that this code can use, TooNew when a newer one made it."""
        self._opened()

    def incomplete(self) -> bool:
        """Tell whether the index was begun anew and not yet filled from the event log."""
        return self._folder.incomplete()

    def completed(self) -> None:
        """Record that the index was filled from the event log."""
        self._folder.completed()

    def write(self, articles: Sequence[EnrichedArticle]) -> list[Refusal]:
        """Write the newest revision of each, in one commit, which is on the disk on return."""
        newest: dict[str, tuple[int, Document]] = {}
        refusals = []
        for position, article in enumerate(articles):
            try:
                if article.revision > newest.get(article.id, (0, None))[0]:
                    newest[article.id] = article.revision, tantivy_document(article)
            except Unindexable as error:
                refusals.append(Refusal(position, str(error)))
        with self._writing() as writer:
            searcher = self._searcher()
            for article_id, (revision, document) in newest.items():
                if revision > self._revision(searcher, article_id):
                    writer.delete_documents_by_term("id", article_id)
                    writer.add_document(document)
            writer.commit()
        return refusals

    def search(self, query: SearchQuery) -> SearchResult:
        """Find articles among all that any process has committed."""
        search = read_query(query, self._reader())
        cursor = read_cursor(query)
        with self._reading() as searcher:
            page = partial(search_page, self._schema, self._snapshots, searcher, search, query, cursor)
            return self._within_limits(search, query, page)

    def candidates(self, meaning: syntax.Query | None, since: datetime | None = None) -> Candidates:
        """Give what the query may mean, as it is committed now."""
        search, query = Search(meaning, scored=False), SearchQuery(since=since)
        with self._reading() as searcher:
            found = self._within_limits(
                search, query, lambda found: read_all(read_pages(searcher, search, found, repeat(READ_AT_ONCE)))
            )
        return Candidates(found.total, self._guarded(found.articles))

    def _within_limits(self, search: Search, query: SearchQuery, ask: Callable[[Found[Query]], T]) -> T:
        """Ask for words in their order, or where that is beyond tantivy's limits, wherever they stand."""
        try:
            return ask(search_query(self._schema, search, query))
        except ValueError as error:
            if BEYOND_ITS_LIMITS not in str(error):
                raise
        try:
            return ask(search_query(self._schema, search, query, in_order=False))
        except ValueError as error:
            if BEYOND_ITS_LIMITS not in str(error):
                raise
            raise BadInput(
                f"the query {shown(query.text)} can't be searched for: a pattern in it is too long"
            ) from None

    def _guarded(self, articles: Iterator[EnrichedArticle]) -> Iterator[EnrichedArticle]:
        with self._reading():
            yield from articles

    def article(self, article_id: str) -> EnrichedArticle | None:
        """Give an article by its id."""
        with self._reading() as searcher:
            address = self._find(searcher, article_id)
            return record(searcher, address) if address else None

    def refresh(self) -> None:
        """Nothing is needed: a search sees whatever is committed."""

    def drop_before(self, moment: datetime) -> int:
        """Delete the articles of months that ended before the moment."""
        old = Query.range_query(
            self._schema, "month", FieldType.Integer, upper_bound=month(moment), include_upper=False
        )
        with self._reading() as searcher:
            count = total(searcher.search(old, limit=1))
        if not count:  # so that the worker that writes is in nobody's way on most days
            return 0
        with self._writing() as writer:
            writer.delete_documents_by_query(old)
            writer.commit()
        return count

    def close(self) -> None:
        """End the work on the files and let another process write."""
        with self._turn:
            if self._writer:
                writer, self._writer = self._writer, None
                writer.wait_merging_threads()
            self._index = None
            self._lock.release()

    def _begin(self) -> None:
        try:
            self.check()  # another process may have made it just now
        except BadInput as error:
            self._folder.begin(str(error))
            self.check()

    def _opened(self) -> Index:
        with self._turn:
            if self._index is None:
                self._index = self._folder.open()
            return self._index

    def _searcher(self) -> Searcher:
        index = self._opened()
        index.reload()
        return index.searcher()

    @contextmanager
    def _writing(self) -> Iterator[IndexWriter]:
        """Give the writer to one thread; an error leaves the index as the last commit left it."""
        with self._turn:
            index = self._opened()
            self._lock.acquire()
            try:
                if self._writer is None:
                    self._writer = index.writer(WRITER_MEMORY, 1)
                with panics_as_errors():
                    yield self._writer
            except (ValueError, OSError) as error:
                self._writer = None
                raise OutOfReach(f"{self._path}: the index can't be written ({error}); check the disk") from error

    @contextmanager
    def _reading(self) -> Iterator[Searcher]:
        try:
            with panics_as_errors():
                yield self._searcher()
        except (ValueError, OSError) as error:
            self._index = None
            raise OutOfReach(
                f"{self._path}: the index can't be read ({error}); if it stays so, stop Harmattan and remove the folder:"
                " it is built anew from the event log"
            ) from error

    def _find(self, searcher: Searcher, article_id: str) -> DocAddress | None:
        found = searcher.search(Query.term_query(self._schema, "id", article_id, "basic"), limit=1, count=False).hits
        return found[0][1] if found else None

    def _revision(self, searcher: Searcher, article_id: str) -> int:
        address = self._find(searcher, article_id)
        return int(searcher.fast_field_values("revision", [address])[0] or 0) if address else 0
