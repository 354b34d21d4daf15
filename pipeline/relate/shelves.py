"""Stories kept in memory, for a file of articles and for trials."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pipeline.relate.stories import SHELF, Story


class ShelvesInMemory:
    """See the port."""

    def __init__(self) -> None:
        self._stories: dict[str, Story] = {}
        self._entries: dict[int, list[tuple[datetime, str]]] = defaultdict(list)

    def shelves(self, numbers: Iterable[int], since: datetime) -> Mapping[int, Sequence[tuple[datetime, str]]]:
        """Give, by anchor, the latest entries since then."""
        found = {number: [entry for entry in self._entries[number] if entry[0] >= since] for number in numbers if number in self._entries}
        return {number: sorted(entries, reverse=True)[:SHELF] for number, entries in found.items() if entries}

    def stories(self, ids: Iterable[str]) -> Mapping[str, Story]:
        """Give the stories of those ids that are known."""
        return {story: self._stories[story] for story in ids if story in self._stories}

    def put_story(self, story: Story, numbers: Iterable[int]) -> None:
        """Keep a story as it is now, and add it to the anchors."""
        self._stories[story.id] = story
        for number in numbers:
            self._entries[number].append((story.latest, story.id))

    def drop_story(self, story: Story) -> None:
        """Forget a story."""
        self._stories.pop(story.id, None)
