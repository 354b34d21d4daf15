"""What the DAGs promise to Airflow's scheduler, before any of them has run."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.airflow.conftest import DAGS

SCHEDULES = {
    "harmattan_poll": "* * * * *",
    "harmattan_feed_health": "17 * * * *",
    "harmattan_retention": "41 2 * * *",
    "harmattan_digest": "0 5 * * *",
}


@pytest.fixture(params=SCHEDULES)
def dag(request: pytest.FixtureRequest, dags: Mapping[str, Any]) -> Any:
    return dags[request.param]


def test_every_dag_loads_without_an_import_error_or_a_warning(bag: Any) -> None:
    assert bag.import_errors == {}
    assert bag.captured_warnings == {}
    assert set(bag.dags) == set(SCHEDULES)


def test_loading_the_dags_reads_no_setting_and_loads_no_part_of_the_pipeline(airflow_home: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from airflow.dag_processing.dagbag import BundleDagBag\n"
        f"folder = Path({str(DAGS)!r}); bag = BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name='dags')\n"
        "loaded = sorted(name for name in sys.modules if name.startswith('pipeline.'))\n"
        "assert not bag.import_errors and loaded == ['pipeline.errors'], (bag.import_errors, loaded)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "HARMATTAN_DATABASE": "nonsense", "HARMATTAN_PARTITIONS": "many"},
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr


def test_a_dag_runs_by_its_schedule_one_at_a_time_and_catches_up_on_nothing(dag: Any) -> None:
    assert dag.schedule == SCHEDULES[dag.dag_id]
    assert dag.catchup is False
    assert dag.max_active_runs == 1
    assert dag.start_date.isoformat() == "2026-01-01T00:00:00+00:00"


def test_a_dag_is_not_paused_by_itself_and_explains_itself_to_the_operator(dag: Any) -> None:
    assert dag.is_paused_upon_creation is not True
    assert len(dag.doc_md) > 80


def test_a_run_and_each_of_its_tasks_end_in_time(dag: Any) -> None:
    for task in dag.tasks:
        assert timedelta(0) < task.execution_timeout < dag.dagrun_timeout, task.task_id


def test_a_failed_task_is_tried_again_later_and_later(dag: Any) -> None:
    for task in dag.tasks:
        assert task.retries >= 1
        assert task.retry_delay > timedelta(0)
        assert task.retry_exponential_backoff >= 2
        assert task.max_retry_delay <= timedelta(minutes=15)


def test_what_only_the_operator_can_mend_is_not_tried_again(dag: Any) -> None:
    from airflow.sdk import RetryAction

    from pipeline.errors import BadInput, OutOfReach

    for task in dag.tasks:
        decisions = [
            task.retry_policy.evaluate(error, try_number=1, max_tries=3).action
            for error in (BadInput("rules.yaml, line 3: no rule"), OutOfReach("no broker at 127.0.0.1:9092"))
        ]
        assert decisions == [RetryAction.FAIL, RetryAction.DEFAULT]


def test_failures_of_tasks_and_of_whole_runs_are_reported(dag: Any) -> None:
    assert dag.on_failure_callback is not None
    assert all(task.on_failure_callback for task in dag.tasks)


def test_polling_goes_through_a_pool_that_the_shipped_file_makes(dags: Mapping[str, Any]) -> None:
    pools = json.loads((DAGS / "pools.json").read_text())
    used = {task.pool for dag in dags.values() for task in dag.tasks}
    assert used == {"default_pool", *pools}
    assert all(task.pool == "harmattan_poll" for task in dags["harmattan_poll"].tasks)
    assert 1 <= pools["harmattan_poll"]["slots"] <= 8


def test_batches_of_feeds_are_polled_side_by_side(dags: Mapping[str, Any]) -> None:
    from airflow.sdk.definitions.mappedoperator import MappedOperator

    assert isinstance(dags["harmattan_poll"].get_task("poll"), MappedOperator)
