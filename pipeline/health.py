"""How every part is: what `harmattan status`, the status page and the health DAG report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pipeline.errors import HarmattanError
from pipeline.index.interface import ArticleIndex
from pipeline.log.interface import EventLog
from pipeline.records import topics
from pipeline.records.alert import AlertState
from pipeline.signals.model import Kind
from pipeline.state.interface import FeedState, FeedStatus, State, SubscriptionState, WorkerStatus
from pipeline.work.dead_letters import DeadLetters

GROUPS: Mapping[str, Sequence[str]] = {
    "enrich": (topics.RAW,),
    "relate": (topics.PREPARED,),
    "alert": (topics.ENRICHED,),
    "index": (topics.ENRICHED, topics.ALERTS),
}
"""The consumer groups in the order of an article's way, and what they read."""

FRESH = timedelta(days=2)
"""An alert that was not delivered is a problem to mend for that long; later it is history."""

SILENT = timedelta(seconds=60)
"""A worker without a sign of life for that long counts as gone."""

RECENT = timedelta(days=7)
"""How long missed entries are told of."""

OVERDUE = timedelta(minutes=15)
"""A feed that waits for its poll for that long is not being polled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state of every part. `problems` are sentences; without any, all is well.

    `missed` counts the feeds that entries were missed of in the last week, `recovered` those entries that were found
    elsewhere since, `pushed` the feeds that hubs push, and `rechecks` the pages that are to be asked for again. `silences` says
    what signals find gone quiet, in sentences.
    """

    problems: tuple[str, ...]
    lag: Mapping[str, int] = field(default_factory=dict)
    workers: tuple[WorkerStatus, ...] = ()
    feeds: Mapping[str, int] = field(default_factory=dict)
    failing: tuple[FeedStatus, ...] = ()
    missed: int = 0
    recovered: int = 0
    pushed: int = 0
    due: int = 0
    rechecks: int = 0
    dead_letters: int = 0
    silences: tuple[str, ...] = ()


def check_health(log: EventLog, index: ArticleIndex, state: State) -> Health:
    """Ask every part how it is. What can't be asked becomes a problem, and the rest is still reported."""
    problems: list[str] = []

    def ask(question: Callable[[], None]) -> None:
        try:
            question()
        except HarmattanError as error:
            problems.append(str(error))

    facts: dict[str, object] = {}
    ask(index.check)
    ask(lambda: facts.update(_of_state(state, problems)))
    ask(lambda: facts.update(_of_log(log, facts, problems)))
    return Health(problems=tuple(dict.fromkeys(problems)), **facts)  # type: ignore[arg-type]


def _of_state(state: State, problems: list[str]) -> dict[str, object]:
    state.check()
    feeds = state.feeds.list()
    failing = tuple(feed for feed in feeds if feed.state in (FeedState.FAILING, FeedState.HELD, FeedState.GONE))
    polled = [feed for feed in feeds if feed.state not in (FeedState.DISABLED, FeedState.NEW, FeedState.INVALID)]
    if polled and all(feed.state in (FeedState.FAILING, FeedState.GONE) for feed in polled):
        problems.append(f"all {len(polled)} polled feeds fail: see `harmattan feeds list`")
    if late := overdue(feeds, datetime.now(UTC)):
        problems.append(
            f"{late} feeds have been due for over {OVERDUE.seconds // 60} minutes: start `harmattan work poll`, or see what"
            " keeps Airflow's DAG harmattan_poll"
        )
    failed = state.ledger.alerts(state=AlertState.FAILED, since=datetime.now(UTC) - FRESH, limit=1000)
    if failed:
        problems.append(
            f"{len(failed)} alerts of the last {FRESH.days} days could not be delivered: see"
            " `harmattan alerts list --state failed`; `harmattan alerts retry --failed` sends them again"
        )
    counts = {name.value: sum(feed.state is name for feed in feeds) for name in FeedState}
    return {
        "workers": tuple(worker for worker in state.workers() if worker.age < SILENT),
        "feeds": {name: count for name, count in counts.items() if count},
        "failing": failing,
        **_of_gaps(state),
        "pushed": sum(one.state is SubscriptionState.ACTIVE for one in state.subscriptions.by_feed().values()),
        "due": state.ledger.due(),
        "rechecks": state.rechecks.waiting(),
        "silences": tuple(
            found.text for found in state.signals.findings() if found.kind == Kind.SILENCE and found.ends is None
        ),
    }


def _of_gaps(state: State) -> dict[str, object]:
    since = datetime.now(UTC) - RECENT
    recent = [[gap for gap in gaps if gap.found > since] for gaps in state.gaps.by_feed().values()]
    found = sum(gap.recovered for gaps in recent for gap in gaps)
    return {"missed": sum(bool(gaps) for gaps in recent), "recovered": found}


def overdue(feeds: Sequence[FeedStatus], now: datetime) -> int:
    """Give how many feeds should have been polled long ago; those that are held back or disabled are not due."""
    return sum(feed.next_due is not None and now - feed.next_due > OVERDUE for feed in feeds)


def _of_log(log: EventLog, facts: Mapping[str, object], problems: list[str]) -> dict[str, object]:
    lag = {group: sum(log.lag(group, read).values()) for group, read in GROUPS.items()}
    workers = facts.get("workers", ())
    alive = {worker.step for worker in workers} if isinstance(workers, tuple) else set()
    problems += [
        f"{group} has {behind} records waiting and no worker: start `harmattan work {group}`"
        for group, behind in lag.items()
        if behind and group not in alive
    ]
    if facts.get("due") and "notify" not in alive:
        problems.append("deliveries are due and no worker sends them: start `harmattan work notify`")
    letters = len(DeadLetters(log).waiting())
    if letters:
        problems.append(f"{letters} dead letters are waiting: see `harmattan dead-letters list`")
    return {"lag": lag, "dead_letters": letters}
