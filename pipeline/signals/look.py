"""Looks, again and again, for bursts and silences, and raises their alerts in the ledger.

It keeps nothing that counts: what is known of the past, and what was found, is in the state. An alert's id is the signal, the
name, and the hour (of a silence, when the name was last seen), so two who look at once, or anew after a crash, raise one.
"""

import logging
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.policy.desk import Desk
from pipeline.policy.model import Policy
from pipeline.records import topics
from pipeline.records.alert import AlertArticle, AlertEvent
from pipeline.records.article import RuleMatch, Span
from pipeline.records.codec import encode
from pipeline.records.passage import passage_of
from pipeline.signals.counting import asked_for, kinds_of
from pipeline.signals.model import LEARN, WINDOW, Kind, Of, Signal
from pipeline.signals.rates import Source, Usual, learn, longest_gap, nothing, tail
from pipeline.state.interface import (
    ArticleFacets,
    FeedState,
    FeedStatus,
    Finding,
    Ledger,
    LedgerDecision,
    Seen,
    Signals,
)

logger = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
LOOK_BACK = 6
"""Hours whose counts may still grow: a backlog is counted in the hours in which its articles were first seen."""
SHORTEST_SILENCE = 6
"""Hours. No silence is told of before."""
LONGER = 1.5
"""A silence is so many times as long as the longest before."""
FORGET_EVERY = timedelta(hours=6)
MOST_FEEDS = 5
"""Feeds that an alert names."""
STANDSTILL = timedelta(hours=2)
_TROUBLES = {
    FeedState.FAILING: "fails",
    FeedState.GONE: "is gone for good",
    FeedState.HELD: "is held back by its server",
    FeedState.INVALID: "can't be polled",
}


@dataclass(frozen=True, slots=True)
class _Found:
    signal: Signal
    name: str
    label: str
    country: str | None
    window: str
    text: str
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class Measure:
    """An hour's articles, those that were expected, and the probability of so many or more.

    `naming` of the `sources` that have a past brought them.
    """

    observed: int
    expected: float
    chance: float
    naming: int
    sources: int


@dataclass(frozen=True, slots=True)
class FeedsNow:
    """The feeds that should bring something, by the addresses that articles know them by, and what keeps some from it."""

    active: frozenset[str]
    troubles: Mapping[str, str]


class SignalLook:
    """Evaluates the signals of the policy in force."""

    def __init__(
        self,
        signals: Signals,
        ledger: Ledger,
        desk: Desk,
        policy: Callable[[], Policy],
        feeds: Callable[[], FeedsNow | None],
        caught_up: Callable[[], bool],
        channels: Sequence[str],
    ) -> None:
        """Take the ports.

        `feeds` gives those that should bring something, and what keeps some from it; None when no feed is polled at all.
        `caught_up` tells whether everything that was polled has been counted. `channels` are all that there are.
        """
        self._signals = signals
        self._ledger = ledger
        self._desk = desk
        self._policy = policy
        self._feeds = feeds
        self._caught_up = caught_up
        self._channels = tuple(channels)
        self._known: dict[tuple[str, str, datetime], int] = {}
        self._not_before: dict[tuple[str, str, datetime], datetime] = {}
        self._looked_at_silences: datetime | None = None
        self._forgot: datetime | None = None

    def look(self) -> int:
        """Look once; give how many alerts were raised."""
        signals = self._policy().signals
        self._signals.keep(kinds_of(signals), {signal.id for signal in signals})
        if not signals:
            return 0
        now = self._signals.now()
        raised = [self._raise(found) for found in self._bursts(signals, now)]
        if self._looked_at_silences is None or not HOUR / 6 > now - self._looked_at_silences >= timedelta(0):
            self._looked_at_silences = now
            raised += [self._raise(found) for found in self._silences(signals, now)]
        if self._forgot is None or abs(now - self._forgot) > FORGET_EVERY:
            self._forgot = now
            self._not_before.clear()
            self._signals.forget_before(now - WINDOW - timedelta(days=1))
        return sum(raised)

    # ---------------------------------------------------------------------------------------------- bursts

    def _bursts(self, signals: Sequence[Signal], now: datetime) -> Iterable[_Found]:
        watching = [signal for signal in signals if signal.kind is Kind.BURST]
        hour = _hour(now)
        self._known = {key: count for key, count in self._known.items() if key[2] >= hour - LOOK_BACK * HOUR}
        for of in sorted({signal.of for signal in watching}):
            mine = [signal for signal in watching if signal.of is of]
            counts = self._signals.hours(of, hour - LOOK_BACK * HOUR)
            full = [one for one in counts if one.count >= min(signal.least for signal in mine) and one.hour <= hour]
            seen = {one.name: one for one in self._signals.seen(of, {count.name for count in full})} if full else {}
            for one in full:
                key = (of, one.name, one.hour)
                if one.name in seen and self._known.get(key) != one.count:
                    self._known[key] = one.count
                    yield from self._burst(mine, seen[one.name], one.hour)

    def measure(self, of: str, name: str, hour: datetime) -> Measure | None:
        """Compare an hour, given by its beginning, with the past; None where no source has one."""
        past, number = self._past(of, name, hour), _number(hour)
        if not past:
            return None
        usual = learn(past, number, WINDOW // HOUR)
        observed = sum(source.counts.get(number, 0) for source in past.values())
        expected = usual.after_outages(number)
        chance = tail(observed, expected, usual.dispersion)
        naming = sum(1 for source in past.values() if source.counts.get(number, 0))
        return Measure(observed, expected, chance, naming, len(past))

    def _burst(self, signals: Sequence[Signal], seen: Seen, hour: datetime) -> Iterable[_Found]:
        mine = [signal for signal in signals if signal.takes(asked_for(seen), seen.country)]
        found = self.measure(seen.kind, seen.name, hour) if mine else None
        if found is None:
            return
        for signal in mine:
            if found.observed < max(signal.least, signal.times * found.expected) or found.chance >= signal.chance:
                continue
            text = (
                f"{seen.label}: {found.observed} articles in the hour from {hour:%H:%M} UTC on {_day(hour)},"
                f" {_amount(found.expected)} expected (probability {_power(found.chance)}), from {found.naming} of the"
                f" {found.sources} sources that have a past"
            )
            yield _found(signal, seen, f"{hour:%Y%m%d%H}", text, hour + signal.pause)

    # -------------------------------------------------------------------------------------------- silences

    def _silences(self, signals: Sequence[Signal], now: datetime) -> Iterable[_Found]:
        watching = [signal for signal in signals if signal.kind is Kind.SILENCE]
        feeds = self._feeds() if watching and self._caught_up() else None
        if feeds is None:
            return
        lasting = {(one.signal, one.name) for one in self._signals.findings() if one.kind == "silence" and not one.ends}
        for of in sorted({signal.of for signal in watching}):
            shortest = min(signal.after or SHORTEST_SILENCE * HOUR for signal in watching if signal.of is of)
            for seen in self._signals.seen(of):
                if now - seen.last < min(shortest, SHORTEST_SILENCE * HOUR):
                    continue
                for signal in watching:
                    if signal.of is of and (signal.id, seen.name) not in lasting:
                        yield from self._silence(signal, seen, now, feeds)

    def _silence(self, signal: Signal, seen: Seen, now: datetime, feeds: FeedsNow) -> Iterable[_Found]:
        waits = self._not_before.get((signal.id, seen.name, seen.last), now)
        if not signal.takes(asked_for(seen), seen.country) or now < max(waits, seen.last + (signal.after or HOUR)):
            return
        # of a feed that the operator has removed or disabled, nothing is missed
        past = {
            name: source
            for name, source in self._past(seen.kind, seen.name, seen.last + HOUR, learnt=signal.after is None).items()
            if name in feeds.active
        }
        if not past:
            return
        begun, until = _number(seen.last) + 1, _number(now)
        usual = learn(past, begun, WINDOW // HOUR)
        expected = {name: sum(usual.of_source(name, hour) for hour in range(begun, until)) for name in past}
        chance = nothing(sum(expected.values()), usual.dispersion)
        shortest = _shortest(usual)
        if signal.after is None and (chance >= signal.chance or until - begun < shortest):
            # looked at again after half the time that it takes by the mean rate: some hours are busier
            hours = max(
                shortest - (until - begun), math.log(max(chance, 1e-300) / signal.chance) / sum(usual.means.values())
            )
            self._not_before[signal.id, seen.name, seen.last] = now + min(hours, 48) * HOUR / 2
        else:
            failing = {name: why for name, why in feeds.troubles.items() if name in past}
            text = _of_silence(seen, now, expected, chance) + _of_feeds(signal, usual, expected, failing)
            yield _found(signal, seen, f"{seen.last:%Y%m%d%H%M%S}", text, None)

    # ---------------------------------------------------------------------------------------------- common

    def _past(self, of: str, name: str, until: datetime, *, learnt: bool = True) -> Mapping[str, Source]:
        """Give the past of each source that has one; `learnt` leaves out those that were not watched for long enough."""
        since = until - WINDOW - HOUR
        counts: dict[str, dict[int, int]] = {}
        for one in self._signals.past(of, [name], since):
            counts.setdefault(one.source, {})[_number(one.hour)] = one.count
        totals: dict[str, dict[int, int]] = {source: {} for source in counts}
        for one in self._signals.past(Of.SOURCE, counts, since):
            totals[one.name][_number(one.hour)] = one.count
        watched = self._signals.watched_since()
        begun = max((watched[kind] for kind in (of, Of.SOURCE) if kind in watched), default=until)
        past = {}
        for seen in self._signals.seen(Of.SOURCE, counts):
            first = max(seen.first, begun)
            if not learnt or first <= until - LEARN:
                past[seen.name] = Source(_number(first) + 1, counts[seen.name], totals[seen.name])
        return past

    def _raise(self, found: _Found) -> bool:
        signal = found.signal
        with self._ledger.release() as decision:
            known = decision.finding(signal.id, found.name)
            if known is not None and (known.ends is None or decision.now < known.ends <= decision.now + signal.pause):
                return False
            match, article = _as_match(found), f"{found.name}@{found.window}"
            about = AlertArticle(
                id=article, url=None, title=found.text, source="Harmattan", language="en", passage=passage_of(match)
            )
            alert = decision.raise_alert(match, about, article)
            if alert is None:
                return False
            countries = (found.country,) if found.country else ()
            facets = ArticleFacets(countries=countries, language="en", source_of="Harmattan")
            known_as = decision.facets(alert.id, (article, facets), founding=True)
            channels = [name for name in signal.channels or self._channels if name in self._channels]
            alert = self._desk.raised(decision, alert, known_as, channels)
            decision.put_finding(_finding(found, alert.id, decision))
            decision.publish(topics.ALERTS, alert.id, encode(AlertEvent(alert=alert)))
        logger.info("signal %s: %s", signal.id, found.text)
        return True


def _finding(found: _Found, alert: str, decision: LedgerDecision) -> Finding:
    return Finding(
        signal=found.signal.id,
        name=found.name,
        kind=found.signal.kind.value,
        label=found.label,
        text=found.text,
        alert=alert,
        began=decision.now,
        ends=found.ends,
    )


def _found(signal: Signal, seen: Seen, window: str, text: str, ends: datetime | None) -> _Found:
    return _Found(signal, seen.name, seen.label, seen.country, window, text, ends)


def _as_match(found: _Found) -> RuleMatch:
    signal = found.signal
    return RuleMatch(
        rule=signal.id,
        name=signal.name,
        version=signal.version,
        severity=signal.severity,
        channels=signal.channels,
        spans=(Span(0, len(found.label), found.label),),
        passage=Span(0, len(found.text), found.text),
    )


def _shortest(usual: Usual) -> float:
    """Give how many hours a silence must last: longer than any before."""
    hours = {hour for source in usual.sources.values() for hour in source.counts if hour < usual.until}
    return max(SHORTEST_SILENCE, LONGER * longest_gap(hours))


def _of_silence(seen: Seen, now: datetime, expected: Mapping[str, float], chance: float) -> str:
    hours = int((now - seen.last) / HOUR)
    return (
        f"{seen.label}: nothing for {hours} hours, since {seen.last:%H:%M} UTC on {_day(seen.last)};"
        f" {_amount(sum(expected.values()))} articles were expected (probability {_power(chance)})"
    )


def _of_feeds(signal: Signal, usual: Usual, expected: Mapping[str, float], failing: Mapping[str, str]) -> str:
    """Tell a broken feed from a silent country: whether those that still work should have brought something."""
    if not failing:
        return "; its feed answers and has nothing new" if signal.of is Of.SOURCE else "; all its feeds answer"
    named = "; ".join(f"{feed} {why}" for feed, why in sorted(failing.items())[:MOST_FEEDS])
    working = sum(number for name, number in expected.items() if name not in failing)
    if nothing(working, usual.dispersion) < signal.chance:
        return f"; {len(failing)} of its {len(expected)} feeds fail, but the others should have brought something ({named})"
    return f"; the reason may be that {len(failing)} of its {len(expected)} feeds fail ({named})"


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _number(moment: datetime) -> int:
    return int(moment.timestamp()) // 3600


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B}"


def _amount(number: float) -> str:
    return f"{number:.1f}" if number >= 0.05 else f"{number:.2g}"


def _power(chance: float) -> str:
    return f"{chance:.1g}" if chance > 1e-15 else "under 1e-15"


def feeds_now(feeds: Collection[FeedStatus], now: datetime) -> FeedsNow | None:
    """Give the feeds that should bring something, and what is wrong with those that can't.

    None when no feed was polled for STANDSTILL: then nothing comes because nothing is asked for, which is for the heartbeat
    and `harmattan status` to tell.
    """
    polled = [feed.last_polled for feed in feeds if feed.last_polled is not None]
    if not polled or now - max(polled) > STANDSTILL:
        return None
    active = [feed for feed in feeds if feed.state is not FeedState.DISABLED]
    troubles = {}
    for feed in active:
        if feed.state in _TROUBLES:
            troubles[feed.known_as] = f"{_TROUBLES[feed.state]}{f' ({feed.error})' if feed.error else ''}"
        elif feed.next_due is not None and now - feed.next_due > STANDSTILL:
            troubles[feed.known_as] = "is not polled"
    return FeedsNow(frozenset(feed.known_as for feed in active), troubles)
