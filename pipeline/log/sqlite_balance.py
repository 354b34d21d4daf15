"""Who of a group's members should own which partitions, in the embedded event log."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moves:
    """What one member should do now: partitions to give up, and free ones to take."""

    release: tuple[int, ...]
    take: tuple[int, ...]


def fair_moves(
    me: str,
    members: Mapping[str, Set[str]],
    slots: Mapping[str, Sequence[int]],
    owners: Mapping[int, str],
) -> Moves:
    """Say how this member comes nearer to its fair share.

    `members` holds each live member's topics, in the order of joining; `slots` each topic's partitions; `owners` who owns
    which of them. Members move only what they must, and when each of them has followed its moves, shares differ by one
    at most among members of the same topics.
    """
    release: list[int] = []
    take: list[int] = []
    for readers, topics in _pools(members, slots).items():
        if me in readers:
            pool = [slot for row in _interleaved([slots[topic] for topic in topics]) for slot in row]
            moves = _moves_in_pool(me, readers, pool, owners)
            release.extend(moves.release)
            take.extend(moves.take)
    return Moves(tuple(release), tuple(take))


def _pools(
    members: Mapping[str, Set[str]], slots: Mapping[str, Sequence[int]]
) -> Mapping[tuple[str, ...], Sequence[str]]:
    pools: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for topic in sorted(slots):
        pools[tuple(member for member, topics in members.items() if topic in topics)].append(topic)
    return pools


def _interleaved(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    # First partitions first, so that a share holds something of every topic.
    longest = max(map(len, rows), default=0)
    return [[row[n] for row in rows if n < len(row)] for n in range(longest)]


def _moves_in_pool(me: str, readers: Sequence[str], pool: Sequence[int], owners: Mapping[int, str]) -> Moves:
    held = Counter(owners[slot] for slot in pool if slot in owners)
    # Those who hold most get the larger shares, so that as little as possible moves.
    ranked = sorted(readers, key=lambda member: -held[member])
    share, rest = divmod(len(pool), len(readers))
    quota = share + (1 if ranked.index(me) < rest else 0)
    mine = [slot for slot in pool if owners.get(slot) == me]
    free = [slot for slot in pool if slot not in owners]
    return Moves(tuple(mine[quota:]), tuple(free[: max(0, quota - len(mine))]))
