"""A channel that is away is left alone, and found again; one with a limit is given no more than that."""

from datetime import timedelta

from pipeline.notify.breaker import FAILURES, FIRST_REST, LONGEST_REST, Breakers
from pipeline.notify.limits import Limit, Limits


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_channel_that_fails_again_and_again_rests_and_the_others_do_not() -> None:
    breakers = Breakers(Clock())
    breakers.failed("phone")
    for _ in range(FAILURES):
        breakers.failed("mail")

    assert list(breakers.resting()) == ["mail"]


def test_after_its_rest_it_is_tried_and_rests_longer_each_time_it_fails_but_not_for_ever() -> None:
    clock = Clock()
    breakers = Breakers(clock)
    rests = []
    for _ in range(FAILURES):
        breakers.failed("mail")
    for _ in range(8):
        begun = clock.now
        while breakers.resting():
            clock.now += 0.5
        rests.append(clock.now - begun)
        for _ in range(4):  # what was tried side by side
            breakers.failed("mail")

    assert rests == sorted(rests)
    assert (rests[0], rests[-1]) == (FIRST_REST, LONGEST_REST)


def test_one_answer_makes_it_whole() -> None:
    clock = Clock()
    breakers = Breakers(clock)
    for _ in range(FAILURES):
        breakers.failed("mail")
    clock.now += FIRST_REST
    breakers.answered("mail")
    for _ in range(FAILURES - 1):
        breakers.failed("mail")

    assert list(breakers.resting()) == []


# ----------------------------------------------------------------------------------------------------- limits


def test_a_channel_is_given_no_more_than_its_limit_in_any_such_time() -> None:
    clock = Clock()
    limits = Limits({"sms": Limit(3, timedelta(minutes=1)), "chat": Limit(20, timedelta(minutes=1))}, clock)
    given = []
    for _ in range(200):
        for _ in range(limits.room() if "sms" not in limits.full() else 0):
            limits.count("sms")
            given.append(clock.now)
        clock.now += 7

    for begun in given:
        assert sum(begun <= moment < begun + 60 for moment in given) <= 3
    assert len(given) > 50, "and not much less"


def test_a_channel_that_is_full_leaves_the_others_their_room() -> None:
    limits = Limits({"sms": Limit(1, timedelta(minutes=1)), "chat": Limit(20, timedelta(minutes=1))}, Clock())
    assert limits.room() == 1
    limits.count("sms")
    limits.count("console")

    assert list(limits.full()) == ["sms"]
    assert limits.room() == 20
