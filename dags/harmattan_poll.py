"""Polls the feeds that are due, every minute, and appends what is new to the event log.

The first task counts the feeds that are due and shares them out, so that the number of the second's mapped tasks follows the
load: none, one for 200 feeds, 16 at most. Each of these takes its share of due feeds by leases in the state. One run at a time:
while a run takes longer than a minute, no other begins, and what it missed is due in the next. Workers take the articles on
from the log. Beside them, a third task subscribes with hubs, reads what these have pushed, and looks for missed entries.
"""

from datetime import timedelta

from airflow.sdk import dag, task
from harmattan_common import DEFAULTS, POLL_POOL, STARTED, report_stuck_run


@dag(
    schedule="* * * * *",
    start_date=STARTED,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(minutes=10),
    default_args={**DEFAULTS, "pool": POLL_POOL},
    on_failure_callback=report_stuck_run,
    doc_md=__doc__,
    tags=["harmattan"],
)
def harmattan_poll() -> None:
    """Poll the feeds that are due, and do what else is to be done for feeds."""

    @task(execution_timeout=timedelta(minutes=1))
    def list_due() -> list[int]:
        from pipeline.tasks import due_batches

        return due_batches()

    # A task begins no feed and gives those back whose host's turn has not come after four minutes, and each request ends
    # within one.
    @task(execution_timeout=timedelta(minutes=6))
    def poll(most: int) -> dict[str, int]:
        from pipeline.tasks import poll_batch

        return poll_batch(most)

    @task(execution_timeout=timedelta(minutes=8))
    def follow() -> dict[str, int]:
        from pipeline.tasks import follow_feeds

        return follow_feeds()

    poll.expand(most=list_due())
    follow()


harmattan_poll()
