"""What a scheduler runs: short functions with plain arguments and results, each safe to repeat.

Airflow's DAGs and `harmattan housekeeping` call them; the settings come from the environment.
"""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from pipeline.bootstrap import (
    digest_channels,
    leave_links,
    load_notifiers,
    open_log,
    open_parts,
    open_poller,
    open_state,
)
from pipeline.errors import HarmattanError
from pipeline.health import check_health
from pipeline.heartbeat import Heartbeat
from pipeline.notify.digest import make_digest, send_digest
from pipeline.poll.feeds_file import list_name, load_feeds
from pipeline.poll.rounds import poll_some_due
from pipeline.poll.step import GIVE_BACK
from pipeline.settings import Settings, load_settings
from pipeline.upkeep import drop_all_old
from pipeline.work.crew import owner_name

logger = logging.getLogger(__name__)

BATCH = 200
MOST_TASKS = 16
MOST_DUE = 10_000


class Unhealthy(HarmattanError):
    """Something is wrong with a part; the message lists everything."""


def due_batches(settings: Settings | None = None) -> list[int]:
    """Share the feeds that are due out among tasks: give how many each is to poll. HARMATTAN_FEEDS is read first.

    A task has BATCH feeds; from MOST_TASKS tasks on, they have more instead.
    """
    settings = settings or load_settings()
    with open_state(settings) as state:
        if settings.feeds:
            state.feeds.put(load_feeds(settings.feeds), listed_in=list_name(settings.feeds))
        due = len(state.feeds.due(MOST_DUE))
    tasks = min(-(-due // BATCH), MOST_TASKS)
    return [due // tasks + (number < due % tasks) for number in range(tasks)]


def poll_batch(most: int, settings: Settings | None = None) -> dict[str, int]:
    """Poll up to so many of the feeds that are due and that no other task has taken."""
    settings = settings or load_settings()
    owner = owner_name()
    with (
        open_log(settings) as log,
        open_state(settings) as state,
        open_poller(log, state, settings, owner) as poller,
    ):
        total = poll_some_due(poller.step, owner, most, GIVE_BACK.total_seconds())
    total.tell(logger)
    return {"polled": total.polled, "new": total.new, "failed": total.failed}


def follow_feeds(settings: Settings | None = None) -> dict[str, int]:
    """Ask the hubs whose turn it is, read what was pushed, and look into what was missed; give how much there was."""
    settings = settings or load_settings()
    with (
        open_log(settings) as log,
        open_state(settings) as state,
        open_poller(log, state, settings, owner_name()) as poller,
    ):
        return {"handled": poller.follow_once()}


def check_everything(settings: Settings | None = None) -> dict[str, int]:
    """Give the number of feeds in each state, and call the monitor that HARMATTAN_HEARTBEAT_URL names, if any.

    Raises Unhealthy when any part needs the operator, and HeartbeatMissed when the monitor can't be told that none does.
    """
    settings = settings or load_settings()
    with open_parts(settings) as parts:
        health = check_health(parts.log, parts.index, parts.state)
    if health.problems:
        raise Unhealthy("; ".join(health.problems))
    if settings.heartbeat_url:
        Heartbeat(settings.heartbeat_url, lambda: health, settings.allow_networks).beat()
    return dict(health.feeds)


def apply_retention(settings: Settings | None = None) -> dict[str, int]:
    """Remove articles, what is remembered of them and records of the log that are older than HARMATTAN_RETENTION.

    In Elasticsearch alerts and figures, too, by HARMATTAN_RETENTION_ALERTS and HARMATTAN_RETENTION_FIGURES.
    """
    settings = settings or load_settings()
    with open_parts(settings) as parts:
        return drop_all_old(parts, settings)


def daily_digest(
    day: date | None = None, settings: Settings | None = None, show: Callable[[str], None] = logger.info
) -> dict[str, int]:
    """Send the digest of a day (UTC; yesterday unless named) over the channels that ask for one, once a channel."""
    settings = settings or load_settings()
    wanted = day or (datetime.now(UTC) - timedelta(days=1)).date()
    with open_state(settings) as state:
        digest = make_digest(wanted, state.ledger, settings.base_url)
        notifiers, channels = load_notifiers(settings, show), digest_channels(settings)
        sent = send_digest(digest, state.ledger, notifiers, channels, leave_links(settings))
    return {"alerts": len(digest.alerts), "channels": sent}


def report_failure(what: str, reason: str) -> None:
    """Tell the operator in the log, a line a failure, that scheduled work failed for good."""
    logger.error("%s failed: %s", what, " ".join(reason.split()))
