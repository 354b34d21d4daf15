"""Carries out the policy: asks what must come out for each analyst, notes it in the ledger, and plans what is due.

Without a policy file, one recipient stands for all readers of the channels, and alerts go out at once; mutes hold for it, too.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from pipeline.policy.facts import facts_of, reasons_of
from pipeline.policy.model import FOR_GOOD, OWED, Analyst, Escalation, Policy, Reason, Route
from pipeline.policy.outcome import AlertFacts, History, Outcome, Standing, decide, muted_by
from pipeline.policy.quiet import quiet_until
from pipeline.records.alert import Alert
from pipeline.records.article import Severity
from pipeline.state.interface import AlertFacets, Ledger, LedgerDecision, OutcomeRow

EVERYONE = "everyone"
"""The recipient of channels that serve all their readers alike: the only one where there is no policy file."""
DIGEST = "digest"
"""How the name of a bundle begins that is a digest: one message, though it holds one alert."""
AT_ONCE = timedelta(0)
MOST = 500
"""Outcomes that are asked about again in one transaction."""
OWED_WHY = "they were told of it before its outlet changed it"
HELD = frozenset({Standing.GROUPED, Standing.QUIET, Standing.THROTTLED, Standing.DIGEST})


def simple_policy(channels: Sequence[str]) -> Policy:
    """Give the policy of an installation without a file.

    Every alert goes out at once over its rule's channels, and no update but what whoever was told is owed.
    """
    everyone = Analyst(id=EVERYONE, name=EVERYONE, channels=tuple(channels), zone=ZoneInfo("UTC"))
    return Policy(analysts=(everyone,), routes=(Route(name="every channel", to=(EVERYONE,)),))


@dataclass(frozen=True, slots=True)
class Owed:
    """What those are owed who were told of an article that its outlet has changed; `position` is its place in the alert."""

    reason: Reason
    position: int

    def told(self, row: OutcomeRow) -> bool:
        """Tell whether the analyst was sent a message when the article stood in the alert."""
        return row.told is not None and (row.articles_told is None or self.position < row.articles_told)


@dataclass(frozen=True, slots=True)
class _Due:
    """An alert that goes out to an analyst now."""

    alert: Alert
    update: int


class Desk:
    """Decides for every analyst. It keeps nothing: what it goes by is in the ledger, the policy and the clock."""

    def __init__(self, policy: Callable[[], Policy]) -> None:
        """Take the policy that is in force whenever it is asked for."""
        self._policy = policy

    def policy(self) -> Policy:
        """Give the policy that is in force now."""
        return self._policy()

    def raised(self, decision: LedgerDecision, alert: Alert, facets: AlertFacets, channels: Sequence[str]) -> Alert:
        """Decide on a new alert; `channels` are those that its rule names, or all. Give the alert as it then stands."""
        facts = facts_of(alert, facets)
        for analyst in self._policy().analysts:
            alert = self._decide(decision, alert, facts, analyst, channels, None) or alert
        return alert

    def grown(
        self,
        decision: LedgerDecision,
        alert: Alert,
        before: AlertFacets,
        facets: AlertFacets,
        severity: Severity,
        owed: Owed | None = None,
    ) -> Alert:
        """Decide on an alert that an article has joined, or in which one has changed; `before` and `severity` are as they were.

        `owed` says what those are owed who were told of that article.
        """
        reasons = frozenset(reasons_of(alert, before, facets, severity))
        stands = (facets.outlets, facets.countries, facets.kinds) == (before.outlets, before.countries, before.kinds)
        if not reasons and not owed and stands:
            return alert
        policy = self._policy()
        for row in _rows(decision, alert, policy):
            analyst = policy.analyst(row.analyst)
            if analyst is not None:
                its_own = reasons | {owed.reason} if owed and owed.told(row) else reasons
                # to whom no route led it is new when one does
                update = 0 if row.standing is Standing.UNROUTED and row.route is None else row.update + 1
                facts = replace(facts_of(alert, facets), update=update, reasons=its_own, outlets_told=row.outlets_told)
                alert = self._decide(decision, alert, facts, analyst, row.channels, row) or alert
        return alert

    def release(self, ledger: Ledger) -> int:
        """Ask again about what was held and has come due, and escalate; give how many outcomes were looked at."""
        if not ledger.held_due():
            return 0
        with ledger.release() as decision:
            rows = decision.outcomes_due(MOST)
            due: dict[tuple[str, tuple[str, ...], str], list[tuple[_Due, Outcome, OutcomeRow]]] = {}
            for row in rows:
                self._again(decision, row, due)
            for (analyst, channels, route), alerts in due.items():
                self._send(decision, analyst, channels, route, alerts)
        return len(rows)

    def _decide(
        self,
        decision: LedgerDecision,
        alert: Alert,
        facts: AlertFacts,
        analyst: Analyst,
        channels: Sequence[str],
        known: OutcomeRow | None,
    ) -> Alert | None:
        """Decide for one analyst and plan what is due; None when nothing new was decided."""
        if known is not None and _is_held(known):
            # it goes out as it stands when its time has come
            known = replace(known, reasons=_united(known.reasons, facts.reasons & OWED))
            return self._hurried(decision, alert, facts, analyst, known) or decision.put_outcome(known)
        told = known is not None and known.told is not None
        outcome = self._asked(decision, facts, analyst, History(told=told))
        if known is not None and outcome.route is None and facts.reasons & OWED:
            outcome = _without_route(decision, facts, analyst, known, OWED_WHY)
        if told and facts.reasons & OWED:
            outcome = _waiting(decision, outcome)
            facts = replace(facts, reasons=facts.reasons & OWED) if outcome.standing is Standing.MUTED else facts
        if known is not None and outcome.until is None and outcome.standing in (Standing.UNROUTED, Standing.MUTED):
            return None  # what it was told before stays what became of it
        outcome = replace(outcome, channels=_channels(outcome, analyst, channels))
        update = facts.update if told else 0
        row = self._row(decision, alert, analyst, outcome, update, facts.outlets, known)
        row = replace(row, reasons=_united((), facts.reasons) if update else ())
        stands = decision.put_outcome(row)
        if outcome.standing is not Standing.DUE:
            return stands
        self._count(decision, f"{alert.id}/{update}/{analyst.id}", analyst.id, outcome.route)
        for channel in outcome.channels:
            alert = decision.plan(alert.id, update, analyst.id, channel, AT_ONCE, reasons=row.reasons)
        return alert

    def _hurried(
        self, decision: LedgerDecision, alert: Alert, facts: AlertFacts, analyst: Analyst, known: OutcomeRow
    ) -> Alert | None:
        """Plan at once what was held and has become critical; None for what is not, or is muted by now."""
        if facts.severity is not Severity.CRITICAL:
            return None
        outcome = self._asked_again(decision, facts, analyst, History(told=known.told is not None), known)
        if outcome.standing is not Standing.DUE:
            return None
        outcome = replace(outcome, channels=_channels(outcome, analyst, known.channels))
        row = self._row(decision, alert, analyst, outcome, known.update, facts.outlets, known)
        row = replace(row, reasons=known.reasons)
        decision.put_outcome(row)
        self._count(decision, f"{alert.id}/{row.update}/{analyst.id}", analyst.id, outcome.route)
        for channel in outcome.channels:
            alert = decision.plan(alert.id, row.update, analyst.id, channel, AT_ONCE, reasons=row.reasons)
        return alert

    def _asked(self, decision: LedgerDecision, facts: AlertFacts, analyst: Analyst, history: History) -> Outcome:
        policy, now = self._policy(), decision.now
        first = decide(facts, analyst, policy, decision.current_mutes(), history, now)
        route = next((route for route in policy.routes if route.name == first.route), None)
        if route is None or not (route.throttle or route.group):
            return first
        since = now - route.throttle.per if route.throttle else now
        full = replace(
            history,
            sent=decision.messages_since(analyst.id, route.name, since) if route.throttle else (),
            group_since=decision.group_since(analyst.id, route.name, facts.rule) if route.group else None,
        )
        return decide(facts, analyst, policy, decision.current_mutes(), full, now)

    def _asked_again(
        self, decision: LedgerDecision, facts: AlertFacts, analyst: Analyst, history: History, known: OutcomeRow
    ) -> Outcome:
        """Ask about what was held. What an update asked for was answered when it was first held.

        Whom no route leads to, and who was to be told all the same, is asked about without one.
        """
        owed = known.told is not None and bool(OWED & set(known.reasons))
        outcome = self._asked(decision, replace(facts, update=0), analyst, history)
        if outcome.route is None:
            led = next((route.to for route in self._policy().routes if route.name == known.route), None)
            if owed or (led is not None and analyst.id not in led):
                outcome = _without_route(decision, facts, analyst, known, known.why)
        return _waiting(decision, outcome) if owed else outcome

    def _row(
        self,
        decision: LedgerDecision,
        alert: Alert,
        analyst: Analyst,
        outcome: Outcome,
        update: int,
        outlets: int,
        known: OutcomeRow | None,
    ) -> OutcomeRow:
        sent = outcome.standing is Standing.DUE
        steps = self._steps(outcome.route)
        taken = known.escalations if known else 0
        escalate = known.escalate if known else None
        if sent and escalate is None and taken < len(steps) and not decision.acknowledged(alert.id):
            escalate = decision.now + steps[taken].after
        return OutcomeRow(
            alert=alert.id,
            analyst=analyst.id,
            rule=alert.rule,
            standing=outcome.standing,
            why=outcome.why,
            decided=decision.now,
            until=outcome.until,
            route=outcome.route,
            channels=outcome.channels,
            mute=outcome.mute,
            update=update,
            told=update if sent else (known.told if known else None),
            outlets_told=outlets if sent else (known.outlets_told if known else 1),
            escalate=escalate,
            escalations=taken,
            reasons=known.reasons if known else (),
            articles_told=len(alert.articles) if sent else (known.articles_told if known else None),
        )

    def _again(
        self,
        decision: LedgerDecision,
        row: OutcomeRow,
        due: dict[tuple[str, tuple[str, ...], str], list[tuple[_Due, Outcome, OutcomeRow]]],
    ) -> None:
        alert = decision.alert(row.alert)
        analyst = self._policy().analyst(row.analyst)
        if alert is None or analyst is None:
            gone = f"{row.analyst} is in the policy file no more"
            decision.put_outcome(replace(row, standing=Standing.UNROUTED, why=gone, until=None, escalate=None))
            return
        if row.escalate is not None and row.escalate <= decision.now:
            row = self._escalate(decision, alert, row)
        if row.until is None or row.until > decision.now or not _is_held(row):
            decision.put_outcome(row)
            return
        facets = decision.facets(alert.id)
        history = History(
            told=row.told is not None,
            digested=row.standing not in (Standing.GROUPED, Standing.MUTED),
            grouped=True,  # what was held comes with what was held beside it
        )
        outcome = self._asked_again(decision, facts_of(alert, facets), analyst, history, row)
        outcome = replace(outcome, channels=_channels(outcome, analyst, row.channels))
        if outcome.standing is Standing.DUE:
            key = (analyst.id, outcome.channels, outcome.route or "")
            due.setdefault(key, []).append((_Due(alert, row.update), replace(outcome, why=_held(row)), row))
            return
        decision.put_outcome(self._row(decision, alert, analyst, outcome, row.update, facets.outlets, row))

    def _send(
        self,
        decision: LedgerDecision,
        analyst_id: str,
        channels: tuple[str, ...],
        route: str,
        alerts: Sequence[tuple[_Due, Outcome, OutcomeRow]],
    ) -> None:
        """Plan the messages of one analyst: what comes due together goes out together."""
        analyst = self._policy().analyst(analyst_id)
        if analyst is None:
            return
        kind = DIGEST if self._is_digest(route) else "bundle"
        bundle = f"{kind}/{secrets.token_hex(8)}/{analyst_id}" if len(alerts) > 1 or kind == DIGEST else None
        for due, outcome, row in alerts:
            facets = decision.facets(due.alert.id)
            decision.put_outcome(self._row(decision, due.alert, analyst, outcome, due.update, facets.outlets, row))
            for channel in channels:
                in_bundle = f"{bundle}/{channel}" if bundle else None
                decision.plan(due.alert.id, due.update, analyst_id, channel, AT_ONCE, in_bundle, row.reasons)
        first = alerts[0][0]
        self._count(decision, bundle or f"{first.alert.id}/{first.update}/{analyst_id}", analyst_id, route)

    def _escalate(self, decision: LedgerDecision, alert: Alert, row: OutcomeRow) -> OutcomeRow:
        """Tell the next analysts of an alert that nobody has acknowledged; give the row with its next step."""
        steps = self._steps(row.route)
        if row.escalations >= len(steps) or decision.acknowledged(alert.id):
            return replace(row, escalate=None)
        step = steps[row.escalations]
        for analyst_id in step.to:
            self._tell(decision, alert, analyst_id, row, step)
        taken = row.escalations + 1
        later = decision.now + steps[taken].after if taken < len(steps) else None
        return replace(row, escalations=taken, escalate=later)

    def _tell(self, decision: LedgerDecision, alert: Alert, analyst_id: str, row: OutcomeRow, step: Escalation) -> None:
        analyst = self._policy().analyst(analyst_id)
        known = decision.outcome(alert.id, analyst_id)
        if analyst is None or (known is not None and known.told is not None):
            return
        facets = decision.facets(alert.id)
        mute = muted_by(facts_of(alert, facets), analyst, decision.current_mutes(), decision.now)
        minutes = int(step.after.total_seconds() // 60)
        why = f"nobody had acknowledged it {minutes} minutes after {row.analyst} was told"
        quiet = quiet_until(analyst.quiet, analyst.zone, decision.now)
        outcome = Outcome(standing=Standing.DUE, why=why, channels=analyst.channels, route=row.route)
        if mute is not None:
            outcome = replace(
                outcome, standing=Standing.MUTED, why=f"{why}; muted by {mute.by}: {mute.reason}", mute=mute.id
            )
        elif quiet and alert.severity is not Severity.CRITICAL:
            outcome = replace(outcome, standing=Standing.QUIET, why=why, until=quiet)
        told = OutcomeRow(
            alert=alert.id,
            analyst=analyst_id,
            rule=alert.rule,
            standing=outcome.standing,
            why=outcome.why,
            decided=decision.now,
            until=outcome.until,
            route=outcome.route,
            channels=outcome.channels,
            mute=outcome.mute,
            told=0 if outcome.standing is Standing.DUE else None,
            outlets_told=facets.outlets,
            articles_told=len(alert.articles) if outcome.standing is Standing.DUE else None,
        )
        decision.put_outcome(told)
        if outcome.standing is Standing.DUE:
            for channel in outcome.channels:
                decision.plan(alert.id, 0, analyst_id, channel, AT_ONCE)

    def _count(self, decision: LedgerDecision, message: str, analyst: str, route: str | None) -> None:
        """Count a message where the route has a throttle."""
        if any(known.name == route and known.throttle for known in self._policy().routes):
            decision.add_message(message, analyst, route or "")

    def _is_digest(self, route: str) -> bool:
        return any(known.name == route and known.digest for known in self.policy().routes)

    def _steps(self, route: str | None) -> tuple[Escalation, ...]:
        return next((known.escalate for known in self._policy().routes if known.name == route), ())


def _channels(outcome: Outcome, analyst: Analyst, rule_channels: Sequence[str]) -> tuple[str, ...]:
    """Everyone's channels are those that the rule names; an analyst's are the route's or their own."""
    return tuple(rule_channels) if analyst.id == EVERYONE else outcome.channels


def _is_held(row: OutcomeRow) -> bool:
    """Tell whether it goes out later: also a correction, which waits for the end of a mute."""
    return row.standing in HELD or (row.standing is Standing.MUTED and row.until is not None)


def _waiting(decision: LedgerDecision, outcome: Outcome) -> Outcome:
    """Let what somebody is owed wait for the end of the mute that keeps it from them, if it has one."""
    mute = next((one for one in decision.current_mutes() if one.id == outcome.mute), None)
    return replace(outcome, until=mute.until) if mute and mute.until < FOR_GOOD else outcome


def _held(row: OutcomeRow) -> str:
    return f"{row.why}; that is over"


def _rows(decision: LedgerDecision, alert: Alert, policy: Policy) -> Iterable[OutcomeRow]:
    rows = (decision.outcome(alert.id, analyst.id) for analyst in policy.analysts)
    return [row for row in rows if row is not None]


def _united(known: Iterable[str], reasons: Iterable[Reason]) -> tuple[str, ...]:
    return tuple(sorted({*known, *(reason.value for reason in reasons)}))


def _without_route(
    decision: LedgerDecision, facts: AlertFacts, analyst: Analyst, known: OutcomeRow, why: str
) -> Outcome:
    """Say when somebody is told whom no route leads to now: who is told when nobody acknowledged, or is owed a correction."""
    outcome = Outcome(standing=Standing.DUE, why=why, channels=known.channels, route=known.route)
    mute = muted_by(facts, analyst, decision.current_mutes(), decision.now)
    quiet = quiet_until(analyst.quiet, analyst.zone, decision.now)
    if mute is not None:
        return replace(outcome, standing=Standing.MUTED, why=f"muted by {mute.by}: {mute.reason}", mute=mute.id)
    if quiet and facts.severity is not Severity.CRITICAL:
        return replace(outcome, standing=Standing.QUIET, until=quiet)
    return outcome
