"""`harmattan alerts why`: what became of an article for each analyst, and if nothing, why."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from pipeline.bootstrap import open_index, open_state
from pipeline.cli.options import data_option, file_option, json_option, print_json, settings_for
from pipeline.cli.rules_articles import load
from pipeline.cli.rules_tree import finding_json, plain, tree
from pipeline.errors import BadInput
from pipeline.identity import canonical_url
from pipeline.policy.in_force import policy_in_force
from pipeline.policy.outcome import Standing
from pipeline.records.alert import Alert
from pipeline.records.article import EnrichedArticle, Origin
from pipeline.rules.explain import Finding
from pipeline.rules.explain import explain as explain_query
from pipeline.rules.facts import facts_of
from pipeline.rules.rule import Rule
from pipeline.settings import Settings
from pipeline.state.interface import Delivery, DeliveryState, OutcomeRow, State
from pipeline.text.document import Document


@click.command(epilog="\b\nExample:\n  harmattan alerts why https://outlet.example/news/17 --rule sahel --to awa")
@click.argument("article")
@click.option("--rule", help="Only this rule. [default: those that matched, or all when none did]")
@click.option("--to", "analyst", help="Only this analyst.")
@file_option("--policy", "Policy (YAML). [default: HARMATTAN_POLICY]")
@file_option("--rules", "Watch rules (YAML). [default: HARMATTAN_RULES, or the stock rules]")
@json_option
@data_option
def why(
    article: str,
    rule: str | None,
    analyst: str | None,
    policy: Path | None,
    rules: Path | None,
    as_json: bool,
    data: Path | None,
) -> None:
    """Say who was told of ARTICLE, who was not, and why, down to the clause of the rule that did not match.

    ARTICLE is the id or the address of an article.
    """
    settings = settings_for(data, policy=policy, rules=rules)
    known = policy_in_force(settings)
    if analyst is not None and known.analyst(analyst) is None:
        people = ", ".join(one.id for one in known.analysts)
        raise BadInput(f"the policy has no analyst {analyst}; it has {people}")
    with open_state(settings) as state:
        answers = list(_answers(article, rule, analyst, settings, state))
    if as_json:
        print_json(answer.row for answer in answers)
        return
    for answer in answers:
        click.echo("\n".join(answer.lines))


class _Answer:
    """One thing that can be said, as a JSON object and in words."""

    def __init__(self, row: dict[str, Any], lines: list[str]) -> None:
        self.row = row
        self.lines = lines


def _answers(
    article: str, rule: str | None, analyst: str | None, settings: Settings, state: State
) -> Iterator[_Answer]:
    identity = _identity(article, state)
    alerts = state.ledger.alerts_of_article(identity)
    alerts = [alert for alert in alerts if rule in (None, alert.rule)]
    for alert in alerts:
        deliveries = state.ledger.deliveries(alert.id)
        for row in state.ledger.outcomes(alert.id):
            if analyst in (None, row.analyst):
                yield _outcome(alert, row, [one for one in deliveries if one.recipient == row.analyst])
    if not alerts or rule is None:
        yield from _without_alert(identity, article, rule, {alert.rule for alert in alerts}, settings)


def _identity(article: str, state: State) -> str:
    canonical = canonical_url(article)
    found = state.stories.named(f"url:{canonical}") if canonical else None
    return found or article


def _outcome(alert: Alert, row: OutcomeRow, deliveries: list[Delivery]) -> _Answer:
    became, told = _became(row, deliveries)
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
    }
    until = f", until {row.until:%Y-%m-%d %H:%M} UTC" if row.until else ""
    lines = [f"{alert.rule} → {row.analyst}: {became}{until}", f"    {plain(row.why)}", *told]
    return _Answer(fields, lines)


def _became(row: OutcomeRow, deliveries: list[Delivery]) -> tuple[str, list[str]]:
    """Put an outcome into one word, and what its channels did into lines."""
    told = [
        f"    {one.channel}: {one.state}{f' at {one.sent:%Y-%m-%d %H:%M:%S} UTC' if one.sent else ''}"
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
    identity: str, article: str, rule: str | None, alerted: set[str], settings: Settings
) -> Iterator[_Answer]:
    """Say of the rules that raised no alert why they did not."""
    with open_index(settings) as index:
        found = index.article(identity)
    if found is None:
        if not alerted:
            raise BadInput(
                f"no article is known under {article}: it was never polled, or is dropped by now; `harmattan search` finds ids"
            )
        return
    asked = [one for one in load(settings).rules.rules if one.id not in alerted and rule in (None, one.id)]
    if rule is not None and not asked and rule not in alerted:
        raise BadInput(f"there is no rule {rule}; see `harmattan rules list`")
    document, facts = Document(found.article.title, found.article.text, found.article.language), facts_of(found.article)
    for one in asked:
        finding = explain_query(one.meaning, document, facts)
        yield _silent(found, one, finding, document, in_full=rule is not None)


def _silent(found: EnrichedArticle, rule: Rule, finding: Finding, document: Document, *, in_full: bool) -> _Answer:
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
    return _Answer(row, lines)
