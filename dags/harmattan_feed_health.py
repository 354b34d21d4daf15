"""Checks every hour that feeds, log, index, state and workers are well, and fails with what is wrong.

A task that failed is tried again after two minutes, so that a moment's trouble is no alarm.
"""

from datetime import timedelta

from airflow.sdk import dag, task
from harmattan_common import DEFAULTS, STARTED, report_stuck_run


@dag(
    schedule="17 * * * *",
    start_date=STARTED,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(minutes=30),
    default_args={**DEFAULTS, "retries": 1, "retry_delay": timedelta(minutes=2)},
    on_failure_callback=report_stuck_run,
    doc_md=__doc__,
    tags=["harmattan"],
)
def harmattan_feed_health() -> None:
    """Fail when a part needs the operator."""

    @task(execution_timeout=timedelta(minutes=5))
    def check() -> dict[str, int]:
        from pipeline.tasks import check_everything

        return check_everything()

    check()


harmattan_feed_health()
