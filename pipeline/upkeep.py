"""The wiring of what is done once in a while: retention, the daily digest, signs of life, and the look at signals."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from pipeline.bootstrap import Parts, digest_channels, leave_links, load_notifiers
from pipeline.drain import caught_up
from pipeline.errors import BadInput
from pipeline.health import check_health
from pipeline.heartbeat import EVERY, Heartbeat
from pipeline.housekeeping import (
    DIGEST_EVERY,
    RETENTION_EVERY,
    SIGNALS_EVERY,
    HousekeepingWorker,
    digest_in_the_morning,
    drop_old,
)
from pipeline.index.interface_overview import Overview
from pipeline.notify.channels_file import load_channels
from pipeline.notify.digest import make_digest, send_digest
from pipeline.overview import LOOK_EVERY, OverviewLook
from pipeline.policy.desk import Desk
from pipeline.policy.in_force import policy_source
from pipeline.seeds import seed
from pipeline.settings import Settings
from pipeline.signals.look import SignalLook, feeds_now
from pipeline.work.interface import Worker


def housekeeping_worker(parts: Parts, settings: Settings, show: Callable[[str], None]) -> Worker:
    """Wire the worker that applies retention and sends the daily digest where no scheduler does."""
    ledger = parts.state.ledger
    notifiers = load_notifiers(settings, show)
    channels = digest_channels(settings)

    def retention() -> object:
        return drop_all_old(parts, settings)

    def digest(day: date) -> object:
        made = make_digest(day, ledger, settings.base_url)
        return send_digest(made, ledger, notifiers, channels, leave_links(settings))

    tasks: dict[Callable[[], object], timedelta] = {
        retention: RETENTION_EVERY,
        lambda: digest_in_the_morning(digest): DIGEST_EVERY,
    }
    if settings.heartbeat_url:
        tasks[heartbeat(parts, settings).beat] = EVERY
    return HousekeepingWorker(tasks)


def workers_beside(step: str, parts: Parts, settings: Settings) -> list[Worker]:
    """Wire what runs in one process with a step's worker: the look at signals with notify, that for Kibana with index."""
    if step == "notify":
        return [signals_worker(parts, settings)]
    return [overview_worker(parts, parts.alert_index.overview)] if parts.alert_index else []


def signals_worker(parts: Parts, settings: Settings) -> Worker:
    """Wire the worker that looks for bursts and silences; any number of them raise one alert."""
    return HousekeepingWorker({signal_look(parts, settings).look: SIGNALS_EVERY}, step="signals")


def overview_worker(parts: Parts, overview: Overview) -> Worker:
    """Wire the worker that has Kibana show feeds, figures and what came of alerts; any number of them do no harm."""
    look = OverviewLook(parts.log, parts.index, parts.state, overview)
    return HousekeepingWorker({look.look: LOOK_EVERY}, step="overview")


def drop_all_old(parts: Parts, settings: Settings) -> dict[str, int]:
    """Apply retention to every part; give how much of what was removed."""
    now = datetime.now(UTC)
    removed = drop_old(parts.log, parts.index, parts.state.stories, now - settings.retention)
    if parts.alert_index:
        alerts, figures = now - (settings.retention_alerts or settings.retention), now - settings.retention_figures
        removed |= parts.alert_index.overview.drop_before(alerts, figures)
    return removed


def signal_look(parts: Parts, settings: Settings) -> SignalLook:
    """Wire the look at signals. Raises BadInput for a policy or channels file that can't be used."""
    state, policy = parts.state, policy_source(settings)
    return SignalLook(
        state.signals,
        state.ledger,
        Desk(policy),
        policy,
        lambda: feeds_now(state.feeds.list(), state.signals.now()),
        lambda: caught_up(parts.log),
        [channel.name for channel in load_channels(settings.channels or seed("channels.yaml"))],
    )


def heartbeat(parts: Parts, settings: Settings) -> Heartbeat:
    """Wire the sign of life. Raises BadInput when no address to call is set."""
    if not settings.heartbeat_url:
        raise BadInput("there is nobody to call: set HARMATTAN_HEARTBEAT_URL, or HARMATTAN_HEARTBEAT_URL_FILE")
    return Heartbeat(
        settings.heartbeat_url,
        lambda: check_health(parts.log, parts.index, parts.state),
        settings.allow_networks,
    )
