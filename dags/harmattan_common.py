"""What the DAGs share: the tasks' defaults, and who is told of a failure.

Airflow puts the DAGs' folder on the import path; the long name keeps this module apart from other folders' ones.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

POLL_POOL = "harmattan_poll"
"""How many batches of feeds are polled side by side; pools.json makes it."""

STARTED = datetime(2026, 1, 1)  # noqa: DTZ001 - Airflow takes it for UTC
"""No run is due before; since nothing is caught up on, it means nothing else."""


def report_failed_task(context: Mapping[str, Any]) -> None:
    """Tell the operator that a task has failed for good, and why."""
    from pipeline.tasks import report_failure

    task = context["ti"]
    report_failure(f"{task.dag_id}, task {task.task_id}", str(context.get("exception") or "it was ended from outside"))


def report_stuck_run(context: Mapping[str, Any]) -> None:
    """Tell the operator that a run failed without a task of its own that did, such as one that took too long."""
    from pipeline.tasks import report_failure

    reason = str(context.get("reason"))
    if reason != "task_failure":
        report_failure(f"{context['dag'].dag_id}, run {context['run_id']}", f"the run was ended: {reason}")


DEFAULTS: Mapping[str, Any] = {
    "owner": "harmattan",
    "retries": 2,
    "retry_delay": timedelta(seconds=10),
    "retry_exponential_backoff": 2,
    "max_retry_delay": timedelta(minutes=2),
    # What only the operator can mend does not get better by trying.
    "retry_policy": ExceptionRetryPolicy(
        rules=[RetryRule(exception=["pipeline.errors.BadInput", "pipeline.errors.TooNew"], action=RetryAction.FAIL)]
    ),
    "execution_timeout": timedelta(minutes=10),
    "on_failure_callback": report_failed_task,
}
