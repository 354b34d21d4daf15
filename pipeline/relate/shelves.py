"""Where stories are kept: in memory for a file of articles, and in the state, of which a batch sees its own decisions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

import msgspec

from pipeline.relate.stories import SHELF, Story
from pipeline.relate.trace import Trace
from pipeline.state.interface import KeptStory, StoriesDecision

Entry = tuple[datetime, str]


class ShelvesInMemory:
    """See the port."""

    def __init__(self) -> None:
        self._stories: dict[str, Story] = {}
        self._entries: dict[int, list[Entry]] = defaultdict(list)

    def shelves(self, numbers: Iterable[int], since: datetime) -> Mapping[int, Sequence[Entry]]:
        """Give, by anchor, the latest entries since then."""
        known = {number: self._entries[number] for number in numbers if number in self._entries}
        return {number: latest for number, entries in known.items() if (latest := _latest(entries, since))}

    def read(self, numbers: Iterable[int]) -> None:
        """Nothing: all is at hand."""

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


class ShelvesInState:
    """See the port. What this batch decided lies on top of what the transaction reads."""

    def __init__(self, kept: StoriesDecision, since: datetime) -> None:
        """Take the moment before which nothing is looked for by any article of the batch."""
        self._kept = kept
        self._since = since
        self._stories: dict[str, Story | None] = {}
        self._read: dict[int, Sequence[Entry]] = {}
        self._added: dict[int, list[Entry]] = defaultdict(list)

    def shelves(self, numbers: Iterable[int], since: datetime) -> Mapping[int, Sequence[Entry]]:
        """Give, by anchor, the latest entries since then."""
        wanted = list(numbers)
        self.read(wanted)
        found = {}
        for number in wanted:
            if entries := _latest([*self._read[number], *self._added.get(number, ())], since):
                found[number] = entries
        return found

    def read(self, numbers: Iterable[int]) -> None:
        """Read what stands under the anchors, so that it need not be asked for one article at a time."""
        unread = set(numbers) - self._read.keys()
        if unread:
            self._read |= dict.fromkeys(unread, ())
            self._read |= self._kept.shelves(unread, self._since, SHELF)

    def stories(self, ids: Iterable[str]) -> Mapping[str, Story]:
        """Give the stories of those ids that are known."""
        wanted = list(ids)
        unread = set(wanted) - self._stories.keys()
        if unread:
            self._stories |= dict.fromkeys(unread)
            for story in self._kept.stories(unread).values():
                self._stories[story.id] = Story(story.id, story.founded, story.latest, _decoded(story.core))
        return {story: known for story in wanted if (known := self._stories[story]) is not None}

    def put_story(self, story: Story, numbers: Iterable[int]) -> None:
        """Keep a story as it is now, and add it to the anchors."""
        added = list(numbers)
        self._stories[story.id] = story
        for number in added:
            self._added[number].append((story.latest, story.id))
        self._kept.put_story(KeptStory(story.id, story.founded, story.latest, _ENCODER.encode(story.core)), added)

    def drop_story(self, story: Story) -> None:
        """Forget a story."""
        self._stories[story.id] = None
        self._kept.drop_story(story.id)


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(tuple[Trace, ...])


@lru_cache(maxsize=1 << 14)
def _decoded(core: bytes) -> tuple[Trace, ...]:
    """Read a core; those of stories that are much talked of are read once."""
    return _DECODER.decode(core)


def _latest(entries: Sequence[Entry], since: datetime) -> list[Entry]:
    """Give the latest entries, a story once."""
    seen: dict[str, datetime] = {}
    for moment, story in entries:
        if moment >= since and moment >= seen.get(story, moment):
            seen[story] = moment
    return sorted(((moment, story) for story, moment in seen.items()), reverse=True)[:SHELF]
