"""Removes once a day what is older than it is to be kept: articles, what is remembered of them, and Airflow's own run history.

Articles go after HARMATTAN_RETENTION, runs after two weeks: a DAG of every minute leaves 1,440 of them a day.
"""

from datetime import timedelta

from airflow.sdk import dag, task
from harmattan_common import DEFAULTS, STARTED, report_stuck_run


@dag(
    schedule="41 2 * * *",
    start_date=STARTED,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=3),
    default_args={**DEFAULTS, "retry_delay": timedelta(minutes=1), "max_retry_delay": timedelta(minutes=10)},
    on_failure_callback=report_stuck_run,
    doc_md=__doc__,
    tags=["harmattan"],
)
def harmattan_retention() -> None:
    """Remove what is too old."""

    @task(execution_timeout=timedelta(hours=1))
    def remove_old_articles() -> dict[str, int]:
        from pipeline.tasks import apply_retention

        return apply_retention()

    @task(execution_timeout=timedelta(hours=1))
    def remove_old_runs() -> None:
        from harmattan_run_history import clean_run_history

        clean_run_history(timedelta(days=14))

    remove_old_articles()
    remove_old_runs()


harmattan_retention()
