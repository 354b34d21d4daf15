"""Sends the digest of the day before, once a day, over the channels that ask for one.

The day follows from the run and not from the clock, so that a run that is late or repeated sends what was meant.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task
from harmattan_common import DEFAULTS, STARTED, report_stuck_run


@dag(
    schedule="0 5 * * *",
    start_date=STARTED,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    default_args={
        **DEFAULTS,
        "retries": 4,
        "retry_delay": timedelta(minutes=1),
        "max_retry_delay": timedelta(minutes=15),
    },
    on_failure_callback=report_stuck_run,
    doc_md=__doc__,
    tags=["harmattan"],
)
def harmattan_digest() -> None:
    """Send yesterday's digest."""

    @task
    def send(dag_run: Any = None) -> dict[str, int]:
        from pipeline.tasks import daily_digest

        return daily_digest((dag_run.run_after - timedelta(days=1)).date())

    send()


harmattan_digest()
