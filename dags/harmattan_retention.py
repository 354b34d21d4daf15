"""Removes once a day what is older than it is to be kept: articles, what is remembered of them, and Airflow's own run history.

Articles go after HARMATTAN_RETENTION, runs and their logs after two weeks: a DAG of every minute leaves 1,440 of them a day.
"""

from datetime import timedelta

from airflow.sdk import dag, task
from harmattan_common import DEFAULTS, STARTED, report_stuck_run

RUNS_KEPT = timedelta(days=14)


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
        from harmattan_run_history import remove_runs

        remove_runs(RUNS_KEPT)

    @task(execution_timeout=timedelta(minutes=30))
    def remove_old_logs() -> int:
        from harmattan_run_history import remove_logs

        return remove_logs(RUNS_KEPT)

    remove_old_articles()
    remove_old_runs()
    remove_old_logs()


harmattan_retention()
