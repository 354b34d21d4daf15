"""The second look: when a minute is over, its stories are looked at again, and what moves is told anew."""

from dataclasses import replace
from datetime import datetime
from zlib import compress, decompress

from pipeline.records import topics
from pipeline.records.article import EnrichedArticle
from pipeline.records.codec import decode, encode
from pipeline.relate.memory import Memory
from pipeline.relate.stories import YOUNG, Link
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
        looked = self._memory.stories.look_again({each.story for each in young}, {each.article for each in young})
        moves = {each: link for each in young if (link := looked.of(each.article, each.story))}
        known = self._decision.by_ids(each.article for each in moves)
        for each, link in sorted(moves.items(), key=lambda move: (move[0].seen, move[0].article)):
            if each.article in known and link.story != each.story:
                self._move(each, known[each.article], link, parted=each.article in looked.parted)
        kept.looked(pending[-1][2] - YOUNG)
        self._latest = None

    def _move(self, young: YoungArticle, known: KnownArticle, link: Link, *, parted: bool) -> None:
        moved = replace(known, story=link.story, confidence=link.confidence, revision=known.revision + 1)
        self._memory.put(moved, ())
        told = replace(
            decode(decompress(young.document), EnrichedArticle),
            story=moved.story,
            confidence=moved.confidence,
            parted_from=known.story if parted else None,
            revision=moved.revision,
        )
        self._decision.publish(topics.ENRICHED, told.id, encode(told))
        document = compress(encode(told), 1)
        self._decision.kept.keep(YoungArticle(told.id, told.story, young.seen, document, pending=False))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
