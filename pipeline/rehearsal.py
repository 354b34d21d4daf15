"""Whom a time of the past would have brought which alerts: the log once more, through alert step and policy, by its own time.

The records of `articles.enriched` are decided on in the order in which they were appended, each at that time, by the code that
decides on them live, in a ledger that is thrown away. What is held is asked about again when it comes due, on the next whole
second, as notify does. Mutes and acknowledgements are those of the live ledger, at their times. So a recorded time comes out
as it did, as long as rules and policy were those of now, but for what milliseconds decide. What signals found is told again
as they found it then.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import merge

import msgspec

from pipeline.alert.step import AlertStep
from pipeline.errors import CannotHandle
from pipeline.log.interface import EventLog, LogRecord
from pipeline.policy.desk import HELD, MOST, Desk
from pipeline.policy.model import Mute, Policy
from pipeline.policy.outcome import Standing
from pipeline.records import topics
from pipeline.records.article import EnrichedArticle, RuleMatch
from pipeline.records.clues import Clues
from pipeline.records.codec import decode
from pipeline.rehearsal_signals import FoundThen
from pipeline.rules.facts import facts_of
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.state.interface import Delivery, Ledger, OutcomeRow
from pipeline.state.interface_rehearsal import RehearsalState
from pipeline.text.document import Document

WARM_UP = timedelta(days=14)
"""The time before that is gone through, too, and not counted: a story takes articles for so long, and is alerted once."""
AT_ONCE = timedelta(days=1)
"""The stretch of the log whose partitions are put into one order."""
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Trial:
    """A rule that is tried: what it matches now stands in place of what was recorded under its id.

    `found` are the ids of the articles that it matches in their latest version; other records are not read for it.
    """

    rule: Rule
    found: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """That somebody took an alert on, and when."""

    at: datetime
    alert: str
    by: str


@dataclass(slots=True, kw_only=True)
class Brought:
    """What the time would have brought an analyst.

    Of the alerts raised in it: `sent` were sent by its end, `waiting` are held then (by how), `muted` and `unrouted` are
    neither. `messages` counts, by channel, what was sent within the time, of whatever alerts: a bundle or a digest is one
    message. `updates` of these tell of nothing but what had been told before. `held` counts how often an alert, or an update
    of one, was held back within the time, by how.
    """

    analyst: str
    sent: int = 0
    waiting: Counter[Standing] = field(default_factory=Counter)
    muted: int = 0
    unrouted: int = 0
    messages: Counter[str] = field(default_factory=Counter)
    updates: int = 0
    held: Counter[Standing] = field(default_factory=Counter)


@dataclass(slots=True)
class Record:
    """How far a rehearsal is: `read` records of the log; `first` is when the oldest of them was appended."""

    read: int = 0
    first: datetime | None = None


class Rehearsal:
    """Goes through a time of the log once, and tells then what it brought."""

    def __init__(
        self,
        log: EventLog,
        state: RehearsalState,
        policy: Policy,
        channels: Sequence[str],
        *,
        since: datetime,
        until: datetime,
        trial: Trial | None = None,
    ) -> None:
        """Take the log, a ledger that holds nothing, the policy and all channels' names; `until` is exclusive."""
        self.record = Record()
        self._log = log
        self._state = state
        self._policy = policy
        self._desk = Desk(lambda: policy)
        self._step = AlertStep(state.ledger, state.outbox, log, channels, self._desk)
        self._since = since
        self._until = until
        self._trial = trial
        self._tried = RuleSet([trial.rule] if trial else [])
        self._channels = tuple(channels)
        self._signalled: dict[str, list[RuleMatch]] = {}
        self._held: dict[tuple[str, str, int, Standing], str] = {}

    def run(
        self,
        mutes: Iterable[Mute] = (),
        acknowledged: Iterable[Acknowledged] = (),
        found: Iterable[FoundThen] = (),
    ) -> Iterator[None]:
        """Go through the time; yields after each stretch of the log, so that progress can be told."""
        for mute in mutes:
            self._state.ledger.mute(mute)
        of_numbers = self._take_signals(found)
        said = sorted(
            (one for one in acknowledged if one.at >= self._since - WARM_UP), key=lambda one: (one.at, one.alert)
        )
        begin = self._since - WARM_UP
        while begin < self._until:
            end = min(begin + AT_ONCE, self._until)
            self._go_through(
                merge(
                    ((at, self._decided(enriched)) for at, enriched in self._articles(begin, end)),
                    ((one.at, self._taken(one)) for one in said if begin <= one.at < end),
                    ((at, self._told(one)) for at, one in of_numbers if begin <= at < end),
                    key=lambda happening: happening[0],
                )
            )
            self._release_until(end)
            begin = end
            yield

    def brought(self) -> list[Brought]:
        """Give what the time brought each analyst; of the rule that is tried, where there is one, and else of all."""
        rule = self._trial.rule.id if self._trial else None
        found = {analyst.id: Brought(analyst=analyst.id) for analyst in self._policy.analysts}
        raised = self._state.raised()
        for row in self._state.outcomes():
            if rule in (None, row.rule) and raised[row.alert] >= self._since and row.analyst in found:
                _count_outcome(found[row.analyst], row)
        for (analyst, _, _, standing), its_rule in self._held.items():
            if analyst in found and rule in (None, its_rule):
                found[analyst].held[standing] += 1
        _count_messages(found, self._messages(), rule)
        return list(found.values())

    def _messages(self) -> Iterator[tuple[str, Delivery]]:
        return ((rule, one) for rule, one in self._state.deliveries() if self._since <= one.due < self._until)

    # ------------------------------------------------------------------------------------ what happens

    def _go_through(self, happenings: Iterable[tuple[datetime, Callable[[], None]]]) -> None:
        for at, happen in happenings:
            self._release_until(at)
            self._state.set_time(at)
            happen()
            self._note()

    def _decided(self, enriched: EnrichedArticle) -> Callable[[], None]:
        def decide() -> None:
            with self._state.ledger.decide("rehearsal") as decision:
                self._step.decide(decision, enriched)

        return decide

    def _take_signals(self, found: Iterable[FoundThen]) -> list[tuple[datetime, FoundThen]]:
        """Note which articles signals took notice of; give what they found in numbers, in the order of time."""
        of_numbers = []
        for one in found:
            if one.in_articles:
                for article in one.alert.articles:
                    self._signalled.setdefault(article.id, []).append(one.match())
            else:
                of_numbers.append((one.alert.created, one))
        return sorted(of_numbers, key=lambda one: (one[0], one[1].alert.id))

    def _told(self, one: FoundThen) -> Callable[[], None]:
        def tell() -> None:
            with self._state.ledger.decide("rehearsal") as decision:
                one.raise_again(decision, self._desk, self._channels)

        return tell

    def _taken(self, one: Acknowledged) -> Callable[[], None]:
        def take() -> None:
            self._state.ledger.acknowledge(one.alert, one.by, "")

        return take

    def _release_until(self, moment: datetime) -> None:
        """Ask again about what was held, at each time that something comes due."""
        while (due := self._state.next_due()) and (at := _next_second(due)) <= moment:
            self._state.set_time(at)
            looked_at = self._desk.release(self._state.ledger)
            self._note()
            if looked_at < MOST and self._state.next_due() == due:
                return  # it is asked about again at the next time: nothing may go round for ever

    def _note(self) -> None:
        for row in self._state.noted():
            if row.standing in HELD and row.decided >= self._since:
                self._held[row.analyst, row.alert, row.update, row.standing] = row.rule

    # ------------------------------------------------------------------------------------ what is in the log

    def _articles(self, begin: datetime, end: datetime) -> list[tuple[datetime, EnrichedArticle]]:
        """Give what the alert step has to decide on, of all partitions, in the order of time; texts are dropped."""
        found = []
        for record in self._log.read(topics.ENRICHED, begin, end):
            self.record.read += 1
            if self.record.first is None or record.appended < self.record.first:
                self.record.first = record.appended
            enriched = self._article(record)
            if enriched:
                found.append(((record.appended, record.partition, record.offset), enriched))
        found.sort(key=lambda one: one[0])
        return [(place[0], enriched) for place, enriched in found]

    def _article(self, record: LogRecord) -> EnrichedArticle | None:
        trial = self._trial
        is_found = trial is not None and record.key in trial.found
        if not is_found and record.key not in self._signalled and not _may_matter(record.value):
            return None
        with suppress(CannotHandle):  # it is among the dead letters
            enriched = decode(record.value, EnrichedArticle)
            article = enriched.article
            # a signal takes notice of an article when it is first seen, after the rules
            matches = (*self._matches(enriched, found=is_found), *self._signalled.pop(record.key, ()))
            if matches or enriched.changes:
                clues = Clues(numbers=article.clues.numbers) if article.clues else None
                slim = replace(article, text="", signature=b"", clues=clues, matches=matches)
                return replace(enriched, article=slim)
        return None

    def _matches(self, enriched: EnrichedArticle, *, found: bool) -> tuple[RuleMatch, ...]:
        """Give the recorded matches, with those of the rule that is tried in place of what was recorded of it."""
        article, trial = enriched.article, self._trial
        if trial is None:
            return article.matches
        recorded = tuple(
            match for match in article.matches if match.rule != trial.rule.id or match.version == trial.rule.version
        )
        if not found or any(match.rule == trial.rule.id for match in recorded):
            return recorded
        document = Document(article.title, article.text, article.language)
        return (*recorded, *self._tried.match_document(document, facts_of(article)))


def acknowledgements(ledger: Ledger, since: datetime, until: datetime) -> Iterator[Acknowledged]:
    """Give who took which alert on, with the time before that a rehearsal goes through."""
    for entry in ledger.audit(since - WARM_UP, until):
        if entry.what == "acknowledged" and entry.alert is not None:
            yield Acknowledged(at=entry.at, alert=entry.alert, by=entry.who)


class _Matches(msgspec.Struct):
    matches: list[msgspec.Raw] = []


class _Related(msgspec.Struct):
    article: _Matches
    changes: list[msgspec.Raw] = []


class _Peek(msgspec.Struct):
    record: _Related


_peek = msgspec.json.Decoder(_Peek).decode


def _may_matter(value: bytes) -> bool:
    """Tell, without reading all of it, whether a record has matches or changes. What can't be told may."""
    try:
        related = _peek(value).record
    except (msgspec.DecodeError, UnicodeDecodeError):
        return True
    return bool(related.article.matches or related.changes)


def _next_second(moment: datetime) -> datetime:
    whole = moment.replace(microsecond=0)
    return whole if whole == moment else whole + _SECOND


def _count_outcome(brought: Brought, row: OutcomeRow) -> None:
    if row.told is not None:
        brought.sent += 1
    elif row.standing in HELD:
        brought.waiting[row.standing] += 1
    elif row.standing is Standing.MUTED:
        brought.muted += 1
    else:
        brought.unrouted += 1


def _count_messages(found: Mapping[str, Brought], deliveries: Iterable[tuple[str, Delivery]], rule: str | None) -> None:
    """Count what goes out: deliveries of one bundle are one message, an update where all of them are."""
    messages: dict[tuple[str, str, str], bool] = {}
    for its_rule, one in deliveries:
        if rule in (None, its_rule) and one.recipient in found:
            key = (one.recipient, one.channel, one.bundle or one.id)
            messages[key] = messages.get(key, True) and one.update > 0
    for (analyst, channel, _), is_update in messages.items():
        found[analyst].messages[channel] += 1
        found[analyst].updates += is_update
