"""Which story an article belongs to: decided at once, and looked at again when the minute is over.

An article is compared with the cores of the few stories that it shares the most telling things with. It joins the likeliest
where that is likely enough, and otherwise founds a story of its own: in doubt, apart. A link is always one to a core, the
mean over its articles, so that no chain of resemblances joins what has nothing in common.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from pipeline.relate.likeness import chance, core_likeness
from pipeline.relate.trace import Trace, anchors

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
CANDIDATES = 12
"""Stories that an article is compared with."""
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


class Shelves(Protocol):
    """Where stories are kept: found by anchors and by id."""

    def shelves(self, numbers: Iterable[int], since: datetime) -> Mapping[int, Sequence[tuple[datetime, str]]]:
        """Give, by anchor, the latest entries since then: when they were made, and their story. At most SHELF each."""

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

    def place(self, trace: Trace, seen: datetime) -> Link | None:
        """Find the article's story; None where it is better taken for one of its own."""
        best = self._best((trace,), seen, but=())
        return Link(best[0].id, best[1]) if best and best[1] >= JOIN else None

    def found(self, trace: Trace, seen: datetime) -> None:
        """Begin a story with the article."""
        self._shelves.put_story(Story(trace.article, seen, seen, (trace,)), anchors(trace))

    def join(self, trace: Trace, seen: datetime, story: str) -> None:
        """Add the article to a story."""
        known = self._shelves.stories([story]).get(story)
        if known is None:  # it was forgotten, and goes on from here
            self._shelves.put_story(Story(story, seen, seen, (trace,)), anchors(trace))
            return
        others = [member for member in known.core if member.article != trace.article]
        had = {number for member in others for number in anchors(member)}
        core = _core([*others, trace])
        grown = replace(known, latest=max(known.latest, seen), core=core)
        self._shelves.put_story(grown, [number for number in anchors(trace) if number not in had])

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
        for story in self._in_order(ids):
            link = self._join_older(story) if story.id in young else None
            if link:
                joined[story.id] = link
        return Looked(parted, joined)

    def _in_order(self, ids: Iterable[str]) -> list[Story]:
        return sorted(self._shelves.stories(ids).values(), key=_age)

    def _best(self, core: Sequence[Trace], seen: datetime, but: Iterable[str]) -> tuple[Story, float] | None:
        numbers = {number for member in core for number in anchors(member)}
        votes: dict[str, float] = defaultdict(float)
        for _, entries in sorted(self._shelves.shelves(numbers, seen - WINDOW).items()):
            for _, entry in entries:
                votes[entry] += 1 / len(entries)
        for excluded in but:
            votes.pop(excluded, None)
        likeliest = sorted(votes, key=lambda story: (-votes[story], story))[:CANDIDATES]
        known = self._shelves.stories(likeliest).values()
        scored = [(story, core_likeness(core, story.core)) for story in known if story.core]
        if not scored:
            return None
        story, log_odds = max(scored, key=lambda each: (each[1], -each[0].founded.timestamp(), each[0].id))
        return story, chance(log_odds)

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
            self._shelves.put_story(part, sorted({number for member in part.core for number in anchors(member)}))
        return parts

    def _join_older(self, story: Story) -> Link | None:
        if not story.core:
            return None
        best = self._best(story.core, story.latest, but=(story.id,))
        if best is None or best[1] < MERGE or _age(best[0]) > _age(story):
            return None
        older, confidence = best
        core = _core([*older.core, *story.core])
        had = {number for member in older.core for number in anchors(member)}
        added = {number for member in story.core for number in anchors(member)} - had
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


def _grouped(core: Sequence[Trace]) -> list[list[Trace]]:
    """Join articles by the mean over all pairs, the likeliest first, as long as it is likely enough."""
    groups = [[member] for member in core]
    while len(groups) > 1:
        pairs = [
            (core_likeness(one, other), -i, -j)
            for i, one in enumerate(groups)
            for j, other in enumerate(groups)
            if i < j
        ]
        best, first, second = max(pairs)
        if chance(best) < SPLIT:
            break
        groups[-first] += groups.pop(-second)
    order = {member.article: place for place, member in enumerate(core)}
    return [sorted(group, key=lambda member: order[member.article]) for group in groups]
