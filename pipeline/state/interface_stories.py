"""The port to identities and stories: relate's own."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pipeline.state.interface_decisions import Decision
from pipeline.state.interface_kept import StoriesDecision
from pipeline.state.interface_versions import VersionsDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownArticle:
    """What relate remembers of an article. `feed` is the one that founded it, and alone may revise it.

    `document_hash` is the digest of its latest document, `content_hash` that of title and text alone; `seen` is when that
    version was seen; `alertable` tells that a live revision was given out. `changes` counts how often its outlet changed it,
    and `undeclared` tells that it once did so in what matters without saying so. `confidence` is how likely it belongs to its
    story: 1 for the founder and for copies, None for what an older Harmattan put there.
    """

    id: str
    story: str
    copy_of: str | None
    feed: str
    revision: int
    first_seen: datetime
    seen: datetime
    text_source: str
    content_hash: str
    document_hash: str
    backfill: bool
    alertable: bool
    corrected: bool
    signature: bytes
    changes: int = 0
    undeclared: bool = False
    confidence: float | None = None


class StoryDecision(Decision, VersionsDecision, Protocol):
    """One transaction of relate. Leaving it commits, unless the leadership was lost: then LeaseLost, and nothing is saved."""

    def by_keys(self, keys: Iterable[str]) -> Mapping[str, KnownArticle]:
        """Give the articles known under those identity keys, by key."""

    def by_ids(self, ids: Iterable[str]) -> Mapping[str, KnownArticle]:
        """Give the articles of those ids that are known."""

    def near(self, bands: Iterable[str], since: datetime) -> Mapping[str, Sequence[KnownArticle]]:
        """Give, by band, the articles first seen since then whose signature shares it: the oldest first, and few of many."""

    @property
    def kept(self) -> StoriesDecision:
        """The stories, as this transaction reads and changes them."""

    def put(self, article: KnownArticle, keys: Iterable[str], bands: Iterable[str]) -> None:
        """Save an article's state, add identity keys, and replace its bands. A key that is taken stays with its article."""


class Stories(Protocol):
    """Relate's own: identities, versions and stories. One leader writes; others stand by."""

    def lead(self, owner: str, lease: timedelta) -> bool:
        """Become or stay the leader, for that long or at least half of it; False while somebody else leads."""

    def resign(self, owner: str) -> None:
        """Give up the leadership, so that another need not wait."""

    def decide(self, owner: str, consumer: str) -> AbstractContextManager[StoryDecision]:
        """Open a transaction. `consumer` names the group and the topic's incarnation."""

    def named(self, key: str) -> str | None:
        """Give the id of the article that is known under an identity key, or None. Anybody may ask."""

    def forget_before(self, moment: datetime, *, bands_before: datetime | None = None) -> int:
        """Forget articles last seen before the moment, with their bands; give how many articles.

        Bands are many and of use only in the window in which copies are looked for: those of articles first seen before
        `bands_before` are forgotten too, and so are stories that nothing was added to since, and what the articles
        say now, which a next version would be compared with.
        """
