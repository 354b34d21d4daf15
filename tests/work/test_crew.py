"""Several workers in one process: what is told when one of them ends."""

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from pipeline.errors import OutOfReach, StepStopped
from pipeline.state.database import DatabaseState
from pipeline.work import crew as crew_module
from pipeline.work.crew import Crew
from tests.work.steps import eventually


class Hand:
    """A worker that works until it is stopped, or fails at once."""

    def __init__(self, step: str, error: Exception | None = None) -> None:
        self.step = step
        self._error = error

    def run(self, stop: threading.Event) -> None:
        if self._error:
            raise self._error
        stop.wait()

    def counts(self) -> dict[str, int]:
        return {"handled": 3, "failed": 0}


class Hesitant:
    """A state whose first signs of life fail."""

    def __init__(self, state: DatabaseState, *errors: Exception) -> None:
        self._state = state
        self._errors = list(errors)

    def beat(self, worker: str, step: str, detail: Mapping[str, int]) -> None:
        if self._errors:
            raise self._errors.pop()
        self._state.beat(worker, step, detail)


@pytest.mark.parametrize("error", [StepStopped("enough"), ValueError("a fault")], ids=["a stop", "a fault"])
def test_a_worker_that_ends_is_told_and_the_others_go_on(state: DatabaseState, error: Exception) -> None:
    with Crew([Hand("index", error), Hand("alert")], state, "me") as crew:
        assert eventually(lambda: "index" in crew.failures)
        assert str(error) in crew.failures["index"]
        assert crew.alive()
        assert not crew.wait(lambda: False)
    assert not crew.alive()
    assert list(crew.failures) == ["index"]


def test_helpers_alone_are_no_reason_for_a_process_to_stay(state: DatabaseState) -> None:
    with Crew([Hand("enrich", StepStopped("enough")), Hand("recheck")], state, "me", ["enrich"]) as crew:
        assert eventually(lambda: not crew.alive())


def test_a_worker_that_ended_gives_no_more_signs_of_life(state: DatabaseState) -> None:
    with Crew([Hand("index", StepStopped("enough")), Hand("alert")], state, "me") as crew:
        assert eventually(lambda: bool(crew.failures) and bool(state.workers()))
    assert "alert" in {worker.step for worker in state.workers()}


@pytest.mark.parametrize("error", [OutOfReach("away"), RuntimeError("a fault")], ids=["an outage", "a fault"])
def test_signs_of_life_go_on_after_one_that_failed(
    state: DatabaseState, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew_module, "BEAT", 0.05)
    hesitant: Any = Hesitant(state, error)
    with Crew([Hand("alert")], hesitant, "me"):
        assert eventually(lambda: len(state.workers()) == 1, 5)
    (worker,) = state.workers()
    assert (worker.worker, worker.step, worker.detail) == ("me", "alert", {"handled": 3, "failed": 0})


def test_counters_of_a_steps_workers_are_summed(state: DatabaseState) -> None:
    crew = Crew([Hand("alert"), Hand("alert"), Hand("index")], state, "me")
    assert crew.counts()["alert"]["handled"] == 6
    assert crew.counts()["index"]["handled"] == 3


def test_a_crew_that_is_stopped_ends_its_wait(state: DatabaseState) -> None:
    with Crew([Hand("alert")], state, "me") as crew:
        threading.Timer(0.1, crew.stop).start()
        assert not crew.wait(lambda: False)
