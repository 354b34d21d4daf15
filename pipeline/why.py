"""What became of an article for each analyst, and if nothing, why: for the command and the web page alike."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from pipeline.errors import BadInput
from pipeline.identity import canonical_url
from pipeline.index.interface import ArticleIndex
from pipeline.policy.model import Policy
from pipeline.policy.outcome import Standing
from pipeline.records.alert import Alert
from pipeline.records.article import EnrichedArticle, Origin
from pipeline.rules.explain import Finding
from pipeline.rules.explain import explain as explain_query
from pipeline.rules.facts import facts_of
from pipeline.rules.rule import Rule
from pipeline.rules.tell import finding_json, plain, tree
from pipeline.signals.counting import tallies_of
from pipeline.signals.model import Kind, Signal
from pipeline.state.interface import Delivery, DeliveryState, OutcomeRow, State
from pipeline.text.document import Document

FEW = 10
"""So many rules that did not match are told of down to their clauses; of more, those alone that are asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing that can be said, as plain values and in lines of words."""

    row: dict[str, Any]
    lines: list[str]


def answers(
    article: str,
    rule: str | None,
    analyst: str | None,
    policy: Policy,
    rules: Callable[[], Sequence[Rule]],
    index: Callable[[], AbstractContextManager[ArticleIndex]],
    state: State,
) -> Iterator[Answer]:
    """Say who was told of an article, given by its id or address, who was not, and why.

    `rules` and `index` are opened when they are asked for. Raises BadInput for an article, rule or analyst that is not known.
    """
    if analyst is not None and policy.analyst(analyst) is None:
        people = ", ".join(one.id for one in policy.analysts)
        raise BadInput(f"the policy has no analyst {analyst}; it has {people}")
    identity = _identity(article, state)
    alerts = state.ledger.alerts_of_article(identity)
    alerts = [alert for alert in alerts if rule in (None, alert.rule)]
    for alert in alerts:
        deliveries = state.ledger.deliveries(alert.id)
        for row in state.ledger.outcomes(alert.id):
            if analyst in (None, row.analyst):
                yield _outcome(alert, identity, row, [one for one in deliveries if one.recipient == row.analyst])
    if not alerts or rule is None:
        raised = {alert.rule for alert in alerts}
        yield from _without_alert(identity, article, rule, raised, policy.signals, rules, index)


def _identity(article: str, state: State) -> str:
    canonical = canonical_url(article)
    found = state.stories.named(f"url:{canonical}") if canonical else None
    return found or article


def _outcome(alert: Alert, identity: str, row: OutcomeRow, deliveries: list[Delivery]) -> Answer:
    became, told = _became(row, deliveries)
    article = next((one for one in alert.articles if identity in (one.id, one.url)), None)
    no_more = article.matches_no_more if article else None
    fields = {
        "alert": alert.id,
        "rule": alert.rule,
        "analyst": row.analyst,
        "outcome": became,
        "why": row.why,
        "until": row.until,
        "route": row.route,
        "channels": list(row.channels),
        "mute": row.mute,
        "matches_no_more": no_more,
        "told": [
            {"channel": one.channel, "update": one.update, "reasons": one.reasons, "state": one.state}
            for one in deliveries
        ],
    }
    until = f", until {row.until:%Y-%m-%d %H:%M} UTC" if row.until else ""
    lines = [f"{alert.rule} → {row.analyst}: {became}{until}", f"    {plain(row.why)}", *told]
    if no_more:
        lines.append(
            f"    since {no_more:%Y-%m-%d %H:%M} UTC the article matches the rule no more: its outlet changed it"
        )
    return Answer(fields, lines)


def _told(delivery: Delivery) -> dict[str, Any]:
    return {
        "channel": delivery.channel,
        "update": delivery.update,
        "reasons": list(delivery.reasons),
        "state": delivery.state,
    }


def _updated(delivery: Delivery) -> str:
    """Say which update a delivery told, and why."""
    if not delivery.update:
        return ""
    reasons = f" ({', '.join(delivery.reasons)})" if delivery.reasons else ""
    return f" update {delivery.update}{reasons}"


def _became(row: OutcomeRow, deliveries: list[Delivery]) -> tuple[str, list[str]]:
    """Put an outcome into one word, and what its channels did into lines."""
    told = [
        f"    {one.channel}:{_updated(one)} {one.state}{f' at {one.sent:%Y-%m-%d %H:%M:%S} UTC' if one.sent else ''}"
        f"{f' ({plain(one.error)})' if one.error else ''}"
        for one in deliveries
    ]
    if row.standing is not Standing.DUE:
        return _WORDS[row.standing], told
    states = {one.state for one in deliveries}
    if not states:
        return "not routed", [*told, "    it has no channel"]
    if DeliveryState.DUE in states:
        return "being sent", told
    return ("failed" if DeliveryState.FAILED in states else "sent"), told


_WORDS = {
    Standing.GROUPED: "waiting in a group",
    Standing.QUIET: "held in quiet hours",
    Standing.THROTTLED: "held by a throttle",
    Standing.DIGEST: "held for a digest",
    Standing.MUTED: "muted",
    Standing.UNROUTED: "not routed",
}


def _without_alert(
    identity: str,
    article: str,
    rule: str | None,
    alerted: set[str],
    signals: Sequence[Signal],
    rules: Callable[[], Sequence[Rule]],
    index: Callable[[], AbstractContextManager[ArticleIndex]],
) -> Iterator[Answer]:
    """Say of the rules that raised no alert why they did not."""
    with index() as opened:
        found = opened.article(identity)
    if found is None:
        if not alerted:
            raise BadInput(
                f"no article is known under {article}: it was never polled, or is dropped by now; `harmattan search` finds ids"
            )
        return
    signal = next((one for one in signals if one.id == rule and rule not in alerted), None)
    if signal is not None:
        yield _unsignalled(found, signal)
        return
    asked = [one for one in rules() if one.id not in alerted and rule in (None, one.id)]
    if rule is not None and not asked and rule not in alerted:
        raise BadInput(f"there is no rule {rule}; see `harmattan rules list`")
    document, facts = Document(found.article.title, found.article.text, found.article.language), facts_of(found.article)
    for one in asked:
        finding = explain_query(one.meaning, document, facts)
        yield _silent(found, one, finding, document, in_full=len(asked) <= FEW)


def _unsignalled(found: EnrichedArticle, signal: Signal) -> Answer:
    """Say why a signal raised no alert on an article."""
    if signal.kind in (Kind.BURST, Kind.SILENCE):
        reason = "this signal tells of hours, not of articles; `harmattan signals` shows what it counts"
    elif found.article.origin is not Origin.LIVE:
        reason = f"the article came as {found.article.origin}, and only live ones alert"
    elif not any(True for _ in tallies_of(replace(found, revision=1), [signal.of])):
        reason = f"the article names no {signal.of}"
    else:
        reason = (
            "nothing that it watches was new in the article's first version; `harmattan signals` shows what it knew"
        )
    row = {"rule": signal.id, "outcome": "no alert", "why": reason, "article": found.id}
    return Answer(row, [f"{signal.id}: no alert: {reason}"])


def _silent(found: EnrichedArticle, rule: Rule, finding: Finding, document: Document, *, in_full: bool) -> Answer:
    matched = next((match for match in found.article.matches if match.rule == rule.id), None)
    if not finding.holds:
        reason = "the rule does not match"
    elif matched is None:
        reason = "the rule matches now, and did not when the article came: it was changed since; `harmattan replay` asks again"
    elif found.article.origin is not Origin.LIVE:
        reason = f"the article came as {found.article.origin}, and only live ones alert"
    else:
        reason = "an earlier article of its story raised the alert, or its step has not reached it yet"
    row = {
        "rule": rule.id,
        "outcome": "no alert",
        "why": reason,
        "article": found.id,
        "explained": finding_json(finding),
    }
    lines = [f"{rule.id}: no alert: {reason}"]
    if in_full or finding.holds:
        lines += [f"    {line}" for line in tree(finding, document)]
    return Answer(row, lines)
