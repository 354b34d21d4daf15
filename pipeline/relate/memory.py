"""What relate knows of a batch's surroundings, read at once, with the batch's own decisions on top."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pipeline.records.article import PreparedArticle
from pipeline.relate.shelves import ShelvesInState
from pipeline.relate.stories import Stories
from pipeline.relate.trace import trace_of
from pipeline.state.interface import KnownArticle, StoryDecision
from pipeline.state.interface_versions import VersionsDecision
from pipeline.text.similarity import bands, is_short, repeats


class Memory:
    """Known articles by identity key and by the bands of their signatures, and the stories."""

    def __init__(self, decision: StoryDecision, batch: Sequence[PreparedArticle], since: datetime) -> None:
        self._decision = decision
        self.versions: VersionsDecision = decision
        self._by_key = dict(decision.by_keys({key for article in batch for key in article.keys}))
        wanted = {band for article in batch for band in bands(article.signature)}
        self._by_band = {band: list(found) for band, found in decision.near(wanted, since).items()}
        self._shelves = ShelvesInState(decision.kept, since)
        self.stories = Stories(self._shelves)
        self.stories.expect([((trace_of(article, ""),), article.seen) for article in batch])

    def known(self, keys: Iterable[str]) -> KnownArticle | None:
        """Give the article known under the strongest of the keys."""
        return next((self._by_key[key] for key in keys if key in self._by_key), None)

    def copied(self, article: PreparedArticle, before: datetime, but: str) -> KnownArticle | None:
        """Give the earliest other article, first seen no later than that, which the article's text repeats.

        A few words that one feed gives twice are no copy: they are what it says under every headline.
        """
        signature, short = article.signature, is_short(article.signature)
        candidates = {
            near.id: near
            for band in bands(signature)
            for near in self._by_band.get(band, ())
            if near.id != but and near.first_seen <= before and not (short and near.feed == article.source.feed)
        }
        copies = [near for near in candidates.values() if repeats(signature, near.signature)]
        return min(copies, key=lambda near: (near.first_seen, near.id), default=None)

    def put(self, article: KnownArticle, keys: Sequence[str]) -> None:
        """Save the article for this batch's later records and for the transaction."""
        its_bands = bands(article.signature)
        for key in keys:
            self._by_key.setdefault(key, article)
        for key, known in self._by_key.items():
            if known.id == article.id:
                self._by_key[key] = article
        for band in its_bands:
            shelf = [known for known in self._by_band.get(band, ()) if known.id != article.id]
            self._by_band[band] = [*shelf, article]
        self._decision.put(article, keys, its_bands)
