"""What a scheduler runs: short functions with plain arguments and results, each safe to repeat.

Airflow's DAGs and `harmattan housekeeping` call them; the settings come from the environment.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from pipeline.bootstrap import (
    digest_channels,
    load_notifiers,
    open_fetcher,
    open_log,
    open_parts,
    open_state,
    poll_step,
)
from pipeline.errors import HarmattanError
from pipeline.health import check_health
from pipeline.housekeeping import drop_old
from pipeline.notify.digest import make_digest, send_digest
from pipeline.poll.feeds_file import list_name, load_feeds
from pipeline.poll.rounds import poll_all_due
from pipeline.settings import Settings, load_settings
from pipeline.work.crew import owner_name

logger = logging.getLogger(__name__)

BATCH = 50
MOST_DUE = 5000


class Unhealthy(HarmattanError):
    """Something is wrong with a part; the message lists everything."""


def due_batches(settings: Settings | None = None) -> list[list[str]]:
    """Give the addresses of the feeds that are due, in batches; with HARMATTAN_FEEDS, its list is read first."""
    settings = settings or load_settings()
    with open_state(settings) as state:
        if settings.feeds:
            state.feeds.put(load_feeds(settings.feeds), listed_in=list_name(settings.feeds))
        due = list(state.feeds.due(MOST_DUE))
    return [due[start : start + BATCH] for start in range(0, len(due), BATCH)]


def poll_batch(urls: Sequence[str], settings: Settings | None = None) -> dict[str, int]:
    """Poll those of the feeds that are still due."""
    settings = settings or load_settings()
    with open_log(settings) as log, open_state(settings) as state, open_fetcher(settings) as fetcher:
        total = poll_all_due(poll_step(log, state, settings, fetcher), owner_name(), only=urls)
    return {"polled": total.polled, "new": total.new, "failed": total.failed}


def check_everything(settings: Settings | None = None) -> dict[str, int]:
    """Give the number of feeds in each state. Raises Unhealthy when any part needs the operator."""
    with open_parts(settings or load_settings()) as parts:
        health = check_health(parts.log, parts.index, parts.state)
    if health.problems:
        raise Unhealthy("; ".join(health.problems))
    return dict(health.feeds)


def apply_retention(settings: Settings | None = None) -> dict[str, int]:
    """Remove articles, what is remembered of them and records of the log that are older than HARMATTAN_RETENTION."""
    settings = settings or load_settings()
    with open_parts(settings) as parts:
        return drop_old(parts.log, parts.index, parts.state.stories, datetime.now(UTC) - settings.retention)


def daily_digest(
    day: date | None = None, settings: Settings | None = None, show: Callable[[str], None] = logger.info
) -> dict[str, int]:
    """Send the digest of a day (UTC; yesterday unless named) over the channels that ask for one, once a channel."""
    settings = settings or load_settings()
    wanted = day or (datetime.now(UTC) - timedelta(days=1)).date()
    with open_state(settings) as state:
        digest = make_digest(wanted, state.ledger, settings.base_url)
        sent = send_digest(digest, state.ledger, load_notifiers(settings, show), digest_channels(settings))
    return {"alerts": len(digest.alerts), "channels": sent}


def report_failure(what: str, reason: str) -> None:
    """Tell the operator in the log, a line a failure, that scheduled work failed for good."""
    logger.error("%s failed: %s", what, " ".join(reason.split()))
