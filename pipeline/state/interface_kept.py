"""The port to stories as relate keeps them: found by anchors, and looked at again while they are young."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class KeptStory:
    """A story: when its first and latest articles were seen; `core` is relate's own memory of what it is about."""

    id: str
    founded: datetime
    latest: datetime
    core: bytes


@dataclass(frozen=True, slots=True)
class YoungArticle:
    """An article whose story may still change, with the record that would then be told anew.

    `pending` tells that its story was not looked at since it came.
    """

    article: str
    story: str
    seen: datetime
    document: bytes
    pending: bool = True


class StoriesDecision(Protocol):
    """What a transaction of relate knows and decides of stories. What was put is not seen by reads of the same transaction."""

    def shelves(
        self, anchors: Iterable[int], since: datetime, most: int
    ) -> Mapping[int, Sequence[tuple[datetime, str]]]:
        """Give, by anchor, the latest entries since then, the latest first: when they were made, and their story."""

    def stories(self, ids: Iterable[str]) -> Mapping[str, KeptStory]:
        """Give the stories of those ids that are known."""

    def put_story(self, story: KeptStory, anchors: Iterable[int]) -> None:
        """Save a story, and add it to the anchors as of its latest article."""

    def drop_story(self, story: str) -> None:
        """Forget a story with its anchors."""

    def pending(self) -> list[tuple[str, str, datetime]]:
        """Give the pending young articles, the oldest first: id, story, and when they were seen."""

    def young(self, stories: Iterable[str]) -> list[tuple[str, str, datetime]]:
        """Give the young articles of the stories, the oldest first, likewise."""

    def documents(self, articles: Iterable[str]) -> Mapping[str, bytes]:
        """Give the records that are kept of young articles."""

    def keep(self, article: YoungArticle) -> None:
        """Save a young article in place of what was kept of it."""

    def looked(self, before: datetime) -> None:
        """Note that no article is pending any more, and forget those seen before the moment."""
