"""Looks every minute at feeds, figures and alerts, and has them written to where Kibana shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipeline.health import Health, check_health
from pipeline.index.interface import ArticleIndex
from pipeline.index.interface_overview import FeedHealth, Figures, Overview, Told
from pipeline.log.interface import EventLog
from pipeline.policy.outcome import Standing
from pipeline.records.alert import Alert
from pipeline.state.interface import (
    AlertVerdict,
    FeedState,
    FeedStatus,
    Gap,
    Spread,
    State,
    SubscriptionState,
    WorkerStatus,
)

LOOK_EVERY = timedelta(minutes=1)
WHOLE_EVERY = timedelta(hours=1)
"""How often everything is written again, whether or not it has changed, and what is no more is removed."""
ALERTS_FOR = timedelta(days=2)
"""Alerts of that time are looked at every minute."""
ALERTS_FOR_LONG = timedelta(days=30)
"""Alerts of that time are looked at every hour: something may be said of one that is weeks old."""
MOST_ALERTS = 10_000
QUIET_AT_LEAST = timedelta(days=1)
QUIET_TIMES = 10.0
"""A feed is silent after so many times what lies between its entries. By chance that happens once in 22,000 such times."""


class OverviewLook:
    """Sees to it that Kibana shows what is. Several may look at once: what they write is the same."""

    def __init__(self, log: EventLog, index: ArticleIndex, state: State, overview: Overview) -> None:
        """Take the parts; the first look writes everything."""
        self._log = log
        self._index = index
        self._state = state
        self._overview = overview
        self._whole: datetime | None = None
        self._feeds: dict[str, FeedHealth] = {}
        self._alerts: dict[str, tuple[int, Told]] = {}
        self._counts: Mapping[tuple[str, str], Mapping[str, int]] | None = None
        self._counted: datetime | None = None

    def look(self) -> None:
        """Look once. Raises OutOfReach."""
        now = datetime.now(UTC)
        whole = self._whole is None or now - self._whole >= WHOLE_EVERY
        self._look_at_alerts(now - (ALERTS_FOR_LONG if whole else ALERTS_FOR), whole)
        self._look_at_feeds(now, whole)
        self._look_at_figures(now)
        if whole:
            self._whole = now

    def _look_at_feeds(self, now: datetime, whole: bool) -> None:
        pushed = {
            feed for feed, one in self._state.subscriptions.by_feed().items() if one.state is SubscriptionState.ACTIVE
        }
        gaps = self._state.gaps.by_feed()
        feeds = {
            feed.known_as: feed_health(feed, now, gaps.get(feed.id, ()), feed.id in pushed)
            for feed in self._state.feeds.list()
        }
        news = [feed for name, feed in feeds.items() if whole or _changed(self._feeds.get(name), feed)]
        self._overview.write_feeds(news)
        if whole:
            self._overview.forget_feeds(now)
        self._feeds = feeds if whole else self._feeds | {feed.id: feed for feed in news}

    def _look_at_alerts(self, since: datetime, whole: bool) -> None:
        verdicts = {one.alert: one for one in self._state.ledger.verdicts(since)}
        alerts = self._state.ledger.alerts(since=since, limit=MOST_ALERTS)
        spreads = self._state.ledger.spread([alert.id for alert in alerts])
        news: list[tuple[Alert, Told]] = []
        for alert in alerts:
            told = told_of(spreads.get(alert.id, Spread()), verdicts.get(alert.id))
            if self._alerts.get(alert.id) != (alert.revision, told):
                news.append((alert, told))
        self._overview.write_told(news)
        known = {alert.id: (alert.revision, told) for alert, told in news}
        listed = {alert.id for alert in alerts}
        kept = {name: held for name, held in self._alerts.items() if name in listed} if whole else self._alerts
        self._alerts = kept | known

    def _look_at_figures(self, now: datetime) -> None:
        health = check_health(self._log, self._index, self._state)
        counts = {(one.worker, one.step): one.detail for one in health.workers}
        rates: Mapping[str, Mapping[str, float]] = {}
        if self._counts is not None and self._counted is not None:
            rates = by_the_minute(self._counts, counts, (now - self._counted).total_seconds() / 60)
        self._counts, self._counted = counts, now
        minute = now.replace(second=0, microsecond=0)
        self._overview.write_figures([*_of_steps(minute, health, rates), _of_all(minute, health)])


def feed_health(feed: FeedStatus, now: datetime, gaps: Sequence[Gap] = (), pushed: bool = False) -> FeedHealth:
    """Give how a feed is."""
    quiet = now - feed.last_new if feed.last_new else None
    return FeedHealth(
        looked=now,
        id=feed.known_as,
        url=feed.spec.url,
        title=feed.title or feed.spec.title or feed.spec.url,
        state=feed.state.value,
        tags=feed.spec.tags,
        country=feed.spec.country,
        language=feed.spec.language,
        error=feed.error,
        entries=feed.entries,
        failures=feed.failures,
        interval=feed.interval.total_seconds() / 60 if feed.interval else None,
        quiet=quiet.total_seconds() / 3600 if quiet else None,
        silent=feed.state is FeedState.OK and quiet is not None and quiet > _longest_quiet(feed),
        last_new=feed.last_new,
        last_success=feed.last_success,
        last_polled=feed.last_polled,
        next_due=feed.next_due,
        missed=len(gaps),
        recovered=sum(gap.recovered for gap in gaps),
        pushed=pushed,
    )


def _longest_quiet(feed: FeedStatus) -> timedelta:
    rate = feed.memory.rate
    return max(QUIET_AT_LEAST, timedelta(hours=min(QUIET_TIMES / rate, 24 * 365)) if rate else 30 * QUIET_AT_LEAST)


def _changed(before: FeedHealth | None, feed: FeedHealth) -> bool:
    """Tell whether more has changed than the time that has gone by."""
    return before is None or replace(before, looked=feed.looked, quiet=feed.quiet) != feed


def told_of(spread: Spread, verdict: AlertVerdict | None) -> Told:
    """Give what came of an alert."""
    useful, false = (verdict.useful, verdict.false) if verdict else (0, 0)
    standings = verdict.outcomes if verdict else {}
    told, muted = standings.get(Standing.DUE, 0), standings.get(Standing.MUTED, 0)
    return Told(
        outlets=spread.outlets,
        origins=spread.origins,
        countries=spread.countries,
        places=spread.places,
        source_kinds=tuple(sorted({kind for kinds in spread.kinds.values() for kind in kinds})),
        useful=useful,
        false_alarms=false,
        usefulness=useful / (useful + false) if useful + false else None,
        acknowledged=verdict.acknowledged if verdict else None,
        told=told,
        waiting=sum(standings.values()) - told - muted - standings.get(Standing.UNROUTED, 0),
        muted=muted,
    )


Counts = Mapping[tuple[str, str], Mapping[str, int]]


def by_the_minute(before: Counts, now: Counts, minutes: float) -> Mapping[str, Mapping[str, float]]:
    """Give how much each step handled, and how much failed, by the minute, from its workers' counters.

    The counters begin with the worker: of one that was not there before, all is counted.
    """
    rates: dict[str, dict[str, float]] = {}
    for (worker, step), counts in now.items():
        earlier = before.get((worker, step), {})
        rate = rates.setdefault(step, {"handled": 0.0, "failed": 0.0})
        for name in rate:
            rate[name] += max(counts.get(name, 0) - earlier.get(name, 0), 0) / max(minutes, 1 / 60)
    return rates


def _of_steps(minute: datetime, health: Health, rates: Mapping[str, Mapping[str, float]]) -> list[Figures]:
    steps = dict.fromkeys((*health.lag, *(worker.step for worker in health.workers)))
    return [
        Figures(
            time=minute,
            step=step,
            workers=_alive(health.workers, step),
            lag=health.lag.get(step),
            handled=rates.get(step, {}).get("handled"),
            failed=rates.get(step, {}).get("failed"),
        )
        for step in steps
    ]


def _alive(workers: Sequence[WorkerStatus], step: str) -> int:
    return sum(worker.step == step for worker in workers)


def _of_all(minute: datetime, health: Health) -> Figures:
    return Figures(
        time=minute,
        dead_letters=health.dead_letters,
        due=health.due,
        rechecks=health.rechecks,
        feeds=sum(health.feeds.values()),
        failing=len(health.failing),
        problems=tuple(problem[:1000] for problem in health.problems),
    )
