"""Searches taking turns, so that many at once leave the machine to the workers, too."""

from collections.abc import Sequence
from datetime import datetime
from threading import BoundedSemaphore

from pipeline.errors import OutOfReach
from pipeline.index.interface import ArticleIndex, Candidates, Refusal, SearchQuery, SearchResult
from pipeline.records.article import EnrichedArticle
from pipeline.rules.syntax import Query

AT_ONCE = 3
"""Searches at a time. Where page and workers are one process, each takes as much of it as a worker does."""
PATIENCE = 10.0
"""Seconds that a search waits for its turn."""


class TakingTurns:
    """An article index of which only some searches at a time are asked; implements ArticleIndex. All else goes straight on."""

    def __init__(self, index: ArticleIndex) -> None:
        self._index = index
        self._turns = BoundedSemaphore(AT_ONCE)

    def search(self, query: SearchQuery) -> SearchResult:
        """Search when it is this one's turn. Raises OutOfReach when that takes too long."""
        if not self._turns.acquire(timeout=PATIENCE):
            raise OutOfReach("too many searches are asked for at once; try again in a moment")
        try:
            return self._index.search(query)
        finally:
            self._turns.release()

    def setup(self) -> None:
        """See the port."""
        self._index.setup()

    def check(self) -> None:
        """See the port."""
        self._index.check()

    def write(self, articles: Sequence[EnrichedArticle]) -> list[Refusal]:
        """See the port."""
        return self._index.write(articles)

    def candidates(self, meaning: Query | None, since: datetime | None = None) -> Candidates:
        """See the port."""
        return self._index.candidates(meaning, since)

    def article(self, article_id: str) -> EnrichedArticle | None:
        """See the port."""
        return self._index.article(article_id)

    def refresh(self) -> None:
        """See the port."""
        self._index.refresh()

    def drop_before(self, moment: datetime) -> int:
        """See the port."""
        return self._index.drop_before(moment)

    def close(self) -> None:
        """See the port."""
        self._index.close()
