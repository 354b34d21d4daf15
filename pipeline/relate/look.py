"""The second look: when a minute is over, its stories are looked at again, and what moves is told anew."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zlib import compress, decompress

from pipeline.records import topics
from pipeline.records.article import EnrichedArticle
from pipeline.records.codec import decode, encode
from pipeline.relate.memory import Memory
from pipeline.relate.stories import YOUNG, Link, Looked
from pipeline.state.interface import KnownArticle, StoryDecision, YoungArticle


class SecondLook:
    """Keeps the articles whose stories may still change, and looks at them again in one transaction of relate.

    Minutes are those in which articles were first seen, so that a log read later gives the same stories as it gave at first.
    """

    def __init__(self, decision: StoryDecision, memory: Memory) -> None:
        self._decision = decision
        self._memory = memory
        pending = decision.kept.pending()
        self._latest = pending[-1][2] if pending else None

    def look_before(self, seen: datetime) -> None:
        """Look again where an article begins another minute than the latest that came."""
        if self._latest and _minute(seen) > _minute(self._latest):
            self.look()

    def keep(self, related: EnrichedArticle) -> None:
        """Keep a revision that was just told, for its story may still change."""
        seen = related.first_seen
        if related.article.seen - seen <= YOUNG:
            self._decision.kept.keep(YoungArticle(related.id, related.story, seen, compress(encode(related), 1)))
            self._latest = max(self._latest or seen, seen)

    def look(self) -> None:
        """Look at the pending stories, tell every article that moves anew, and forget those that are not young any more."""
        kept = self._decision.kept
        pending = kept.pending()
        if not pending:
            return
        young = kept.young({story for _, story, _ in pending})
        looked = self._memory.stories.look_again({story for _, story, _ in young}, {article for article, _, _ in young})
        went = _went(looked, young)
        moves = [
            (article, seen, link)
            for article, story, seen in young
            if (link := _moved(looked, article, story)) or story in went
        ]
        known = self._decision.by_ids(article for article, _, _ in moves)
        documents = kept.documents(known)
        for article, seen, link in moves:
            if article in known:
                parted = looked.with_(article) or went.get(known[article].story, [])
                self._move(documents[article], known[article], seen, link, parted)
        kept.looked(pending[-1][2] - YOUNG)
        self._latest = None

    def _move(
        self, document: bytes, known: KnownArticle, seen: datetime, link: Link | None, parted: Sequence[str]
    ) -> None:
        """Tell an article anew that has another story, or whose story others went from."""
        moved = replace(known, revision=known.revision + 1)
        if link:
            moved = replace(moved, story=link.story, confidence=link.confidence)
        self._memory.put(moved, ())
        told = replace(
            decode(decompress(document), EnrichedArticle),
            story=moved.story,
            confidence=moved.confidence,
            parted_from=known.story if parted else None,
            parted=tuple(parted),
            revision=moved.revision,
        )
        self._decision.publish(topics.ENRICHED, told.id, encode(told))
        kept = YoungArticle(told.id, told.story, seen, compress(encode(told), 1), pending=False)
        self._decision.kept.keep(kept)


def _went(looked: Looked, young: Sequence[tuple[str, str, datetime]]) -> dict[str, list[str]]:
    """Give the articles that went from each story that is several events."""
    went: dict[str, list[str]] = {}
    for article, story, _ in young:
        if article in looked.parted:
            went.setdefault(story, []).append(article)
    return went


def _moved(looked: Looked, article: str, story: str) -> Link | None:
    """Give the story that an article of another one belongs to now."""
    link = looked.of(article, story)
    return link if link and link.story != story else None


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
