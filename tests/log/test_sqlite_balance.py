"""How partitions are shared among a group's members, told as arithmetic."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from pipeline.log.sqlite_balance import Moves, fair_moves

SLOTS = {"topic": [1, 2, 3, 4, 5, 6]}


def test_a_member_alone_takes_everything() -> None:
    assert fair_moves("a", {"a": {"topic"}}, SLOTS, {}) == Moves((), (1, 2, 3, 4, 5, 6))


def test_a_newcomer_waits_for_what_the_others_give_up() -> None:
    members = {"a": {"topic"}, "b": {"topic"}}
    owners = dict.fromkeys(SLOTS["topic"], "a")
    assert fair_moves("b", members, SLOTS, owners) == Moves((), ())
    assert fair_moves("a", members, SLOTS, owners) == Moves((4, 5, 6), ())


def test_who_already_has_a_fair_share_moves_nothing() -> None:
    members = {"a": {"topic"}, "b": {"topic"}, "c": {"topic"}, "d": {"topic"}}
    owners = {1: "d", 2: "d", 3: "b", 4: "a", 5: "a", 6: "c"}
    assert all(fair_moves(member, members, SLOTS, owners) == Moves((), ()) for member in members)


def test_a_member_takes_only_partitions_of_its_topics() -> None:
    members = {"a": {"topic"}, "b": {"other"}}
    assert fair_moves("b", members, {"other": [7, 8]}, {}) == Moves((), (7, 8))


@given(
    topics=st.dictionaries(st.sampled_from("xyz"), st.integers(1, 7), min_size=1),
    members=st.integers(1, 6),
    owned=st.dictionaries(st.integers(0, 20), st.integers(0, 5)),
)
def test_members_of_the_same_topics_come_to_equal_shares_and_then_rest(
    topics: Mapping[str, int], members: int, owned: Mapping[int, int]
) -> None:
    slots, count = {}, 0
    for topic, partitions in topics.items():
        slots[topic] = list(range(count, count + partitions))
        count += partitions
    group = {f"m{n}": frozenset(topics) for n in range(members)}
    owners = {slot: f"m{n % members}" for slot, n in owned.items() if slot < count}

    for _ in range(3):
        for member in group:
            moves = fair_moves(member, group, slots, owners)
            for slot in moves.release:
                assert owners.pop(slot) == member
            for slot in moves.take:
                assert owners.setdefault(slot, member) == member

    shares = [list(owners.values()).count(member) for member in group]
    assert sum(shares) == count
    assert max(shares) - min(shares) <= 1
    assert all(fair_moves(member, group, slots, owners) == Moves((), ()) for member in group)
