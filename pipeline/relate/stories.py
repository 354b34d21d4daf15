"""Which story an article belongs to: decided at once, and looked at again when the minute is over.

An article is compared with the cores of the few stories that it shares the most telling things with. It joins the likeliest
where that is likely enough, and otherwise founds a story of its own: in doubt, apart. A link is always one to a core, the
mean over its articles, so that no chain of resemblances joins what has nothing in common.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations
from typing import Protocol

from pipeline.relate.likeness import chance, core_likeness, likeness
from pipeline.relate.trace import Trace

JOIN = 0.6
"""From this probability on an article joins a story."""
MERGE = 0.6
"""From this probability on a young story is joined to an older one."""
SPLIT = 0.3
"""Below this probability a part of a young story is no longer taken for the same event as the rest."""
YOUNG = timedelta(hours=1)
"""How long after its beginning a story may be joined to another, and an article may leave the one that it was put to."""
WINDOW = timedelta(days=14)
"""How far back an article's story is looked for, by the time first seen."""

CORE = 8
"""Articles by which a story is known: the first, and the latest."""
SAMPLE = 4
"""Articles of a young story's core that are compared with those of others."""
HOPELESS = -4.0
"""Stories whose first and latest articles are likely to be one event with log-odds under this are compared no further."""
CANDIDATES = 12
"""Stories that an article is compared with."""
LEAST = 1 / 8
"""What has less in common is not compared: an anchor that so many stories share is one of two that are needed."""
SHELF = 16
"""Stories that are looked at under one anchor, the latest ones: what more have in common tells nothing."""


@dataclass(frozen=True, slots=True)
class Story:
    """A story as it is known: when its first and latest articles were seen, and the traces of its core."""

    id: str
    founded: datetime
    latest: datetime
    core: tuple[Trace, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """The story of an article, and how likely it is that the article belongs there: 1 for its founder and for copies."""

    story: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Looked:
    """What a second look changed: articles that are parted from their stories, and stories that became part of others."""

    parted: Mapping[str, Link]
    joined: Mapping[str, Link]

    def of(self, article: str, story: str) -> Link | None:
        """Give where an article of that story belongs now; None where nothing changed."""
        link = self.parted.get(article)
        return self.joined.get(link.story if link else story, link)

    def with_(self, article: str) -> list[str]:
        """Give the articles that were parted from their story as one event with this one; none where it wasn't parted."""
        link = self.parted.get(article)
        return [other for other, its in self.parted.items() if link and its.story == link.story]


class Shelves(Protocol):
    """Where stories are kept: found by anchors and by id."""

    def shelves(self, numbers: Iterable[int], since: datetime) -> Mapping[int, Sequence[tuple[datetime, str]]]:
        """Give, by anchor, the latest entries since then: when they were made, and their story. At most SHELF each."""

    def read(self, numbers: Iterable[int]) -> None:
        """Get ready to be asked for what stands under these anchors."""

    def stories(self, ids: Iterable[str]) -> Mapping[str, Story]:
        """Give the stories of those ids that are known."""

    def put_story(self, story: Story, numbers: Iterable[int]) -> None:
        """Keep a story as it is now, and add it to the anchors, as of its latest article."""

    def drop_story(self, story: Story) -> None:
        """Forget a story that has become part of another. Its entries under anchors may stay: they lead nowhere."""


class Stories:
    """Decides on articles, one after the other, over what is kept."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def expect(self, cores: Sequence[tuple[Sequence[Trace], datetime]]) -> None:
        """Have everything read at once that these articles will probably be compared with."""
        self._shelves.read({number for core, _ in cores for member in core for number in member.anchors})
        self._shelves.stories({story for core, seen in cores for story in self._likeliest(core, seen)})

    def place(self, trace: Trace, seen: datetime) -> Link | None:
        """Find the article's story; None where it is better taken for one of its own."""
        best = self._best((trace,), seen)
        return Link(best[0].id, best[1]) if best and best[1] >= JOIN else None

    def found(self, trace: Trace, seen: datetime) -> None:
        """Begin a story with the article."""
        self._shelves.put_story(Story(trace.article, seen, seen, (trace,)), trace.anchors)

    def join(self, trace: Trace, seen: datetime, story: str) -> None:
        """Add the article to a story."""
        known = self._shelves.stories([story]).get(story)
        if known is None:  # it was forgotten, and goes on from here
            self._shelves.put_story(Story(story, seen, seen, (trace,)), trace.anchors)
            return
        others = [member for member in known.core if member.article != trace.article]
        had = {number for member in others for number in member.anchors}
        core = _core([*others, trace])
        grown = replace(known, latest=max(known.latest, seen), core=core)
        self._shelves.put_story(grown, [number for number in trace.anchors if number not in had])

    def alone(self, article: str, story: str) -> bool:
        """Tell whether the article is all that its story is known by."""
        known = self._shelves.stories([story]).get(story)
        return known is not None and {member.article for member in known.core} <= {article}

    def leave(self, article: str) -> None:
        """Forget the story of an article that was alone in it."""
        for known in self._shelves.stories([article]).values():
            self._shelves.drop_story(known)

    def look_again(self, touched: Iterable[str], young: Collection[str]) -> "Looked":
        """Look at stories again that grew or began in the last minute: part what is two events, then join the young.

        `young` are the articles that may still be moved. Only a story whose founder is young is joined to an older one.
        """
        parted: dict[str, Link] = {}
        joined: dict[str, Link] = {}
        ids = sorted(set(touched))
        for story in self._in_order(ids):
            for part in self._parts(story, young):
                ids.append(part.id)
                parted |= dict.fromkeys((member.article for member in part.core), Link(part.id, _own(part.core)))
        self.expect([(_sample(story.core), story.latest) for story in self._in_order(ids) if story.id in young])
        for story in self._in_order(ids):
            link = self._join_older(story) if story.id in young else None
            if link:
                joined[story.id] = link
        return Looked(parted, joined)

    def _in_order(self, ids: Iterable[str]) -> list[Story]:
        return sorted(self._shelves.stories(ids).values(), key=_age)

    def _best(
        self, core: Sequence[Trace], seen: datetime, may_be: Callable[[Story], bool] = lambda _: True
    ) -> tuple[Story, float] | None:
        known = filter(may_be, self._shelves.stories(self._likeliest(core, seen)).values())
        scored = [(story, core_likeness(core, story.core)) for story in known if _has_hope(core, story.core)]
        if not scored:
            return None
        story, log_odds = max(scored, key=lambda each: (each[1], -each[0].founded.timestamp(), each[0].id))
        return story, chance(log_odds)

    def _likeliest(self, core: Sequence[Trace], seen: datetime) -> list[str]:
        """Give the stories that have the most and the rarest in common with the articles."""
        numbers = {number for member in core for number in member.anchors}
        votes: dict[str, float] = defaultdict(float)
        for _, entries in sorted(self._shelves.shelves(numbers, seen - WINDOW).items()):
            for _, entry in entries:
                votes[entry] += 1 / len(entries)
        telling = [story for story, vote in votes.items() if vote >= LEAST]
        return sorted(telling, key=lambda story: (-votes[story], story))[:CANDIDATES]

    def _parts(self, story: Story, young: Collection[str]) -> list[Story]:
        """Part what of a story is another event; give the parts that go. What holds the founder keeps the id."""
        groups = _grouped(story.core) if len(story.core) > 1 else []
        first = next((group for group in groups if any(each.article == story.id for each in group)), groups[:1])
        gone = [group for group in groups if group is not first and all(each.article in young for each in group)]
        if not gone or len(gone) == len(groups):
            return []
        left = {member.article for group in gone for member in group}
        stays = tuple(member for member in story.core if member.article not in left)
        self._shelves.put_story(replace(story, core=stays), ())
        parts = [Story(group[0].article, story.founded, story.latest, tuple(group)) for group in gone]
        for part in parts:
            self._shelves.put_story(part, sorted({number for member in part.core for number in member.anchors}))
        return parts

    def _join_older(self, story: Story) -> Link | None:
        if not story.core:
            return None
        # what a single article was compared with when it came is not compared again unless it has grown since
        since = story.latest if len(story.core) == 1 else story.founded - WINDOW
        best = self._best(
            _sample(story.core), story.latest, lambda other: _age(other) < _age(story) and other.latest >= since
        )
        if best is None or best[1] < MERGE:
            return None
        older, confidence = best
        core = _core([*older.core, *story.core])
        had = {number for member in older.core for number in member.anchors}
        added = {number for member in story.core for number in member.anchors} - had
        self._shelves.drop_story(story)
        self._shelves.put_story(replace(older, latest=max(older.latest, story.latest), core=core), sorted(added))
        return Link(older.id, confidence)


def _age(story: Story) -> tuple[datetime, str]:
    return story.founded, story.id


def _core(members: Sequence[Trace]) -> tuple[Trace, ...]:
    return tuple(members) if len(members) <= CORE else (members[0], *members[-CORE + 1 :])


def _own(core: Sequence[Trace]) -> float:
    """Give how likely a part is one event by itself."""
    return chance(core_likeness(core[:1], core[1:])) if len(core) > 1 else 1.0


def _sample(core: Sequence[Trace]) -> Sequence[Trace]:
    """Give the articles by which a story is compared with others: its first and its latest."""
    return core if len(core) <= SAMPLE else (core[0], *core[-SAMPLE + 1 :])


def _has_hope(core: Sequence[Trace], other: Sequence[Trace]) -> bool:
    """Tell whether first or latest articles are anything like each other: few candidates are, and the mean costs more."""
    if not core or not other:
        return False
    return likeness(core[0], other[0]) > HOPELESS or likeness(core[-1], other[-1]) > HOPELESS


def _grouped(core: Sequence[Trace]) -> list[list[Trace]]:
    """Join articles by the mean over all pairs, the likeliest first, as long as it is likely enough."""
    pairs = {(i, j): likeness(core[i], core[j]) for i, j in combinations(range(len(core)), 2)}
    groups = [[place] for place in range(len(core))]
    while len(groups) > 1:
        best, first, second = max(
            (_mean(pairs, one, other), -i, -j) for (i, one), (j, other) in combinations(enumerate(groups), 2)
        )
        if chance(best) < SPLIT:
            break
        groups[-first] += groups.pop(-second)
    return [[core[place] for place in sorted(group)] for group in groups]


def _mean(pairs: Mapping[tuple[int, int], float], one: Sequence[int], other: Sequence[int]) -> float:
    return sum(pairs[min(i, j), max(i, j)] for i in one for j in other) / (len(one) * len(other))
