"""One transaction of the alert step."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from pipeline.policy.model import Mute
from pipeline.policy.outcome import Standing
from pipeline.records.alert import Alert, AlertArticle, AlertState
from pipeline.records.article import RuleMatch, Severity
from pipeline.state.alert_rows import URGENCY, alert_by_id, article_values, locked_alert, settle
from pipeline.state.decision import DatabaseDecision
from pipeline.state.interface import AlertFacets, ArticleFacets, DeliveryState, OutcomeRow
from pipeline.state.outcome_rows import (
    acknowledgements_of,
    count_message,
    current_mutes,
    due_outcomes,
    facets_of,
    first_facets,
    joined_facets,
    made_since,
    outcome_rows,
    save_outcome,
    waiting_since,
)
from pipeline.state.sql import insert_into
from pipeline.state.tables import alert_articles, alert_stories, alerts, deliveries, outcomes

MOST_WORDS = 100
"""How many different words an alert names."""

_TURN = 7_283_119_446
"""The number of the advisory lock that lets one decision at a time look for alerts and raise them."""


class DatabaseLedgerDecision(DatabaseDecision):
    """See the port.

    From its first look at the alerts to its commit, no other decision looks: two that meet in several stories can neither
    raise one alert twice nor wait for each other crosswise. Decisions without matches don't wait.
    """

    def __init__(self, connection: Connection, step: str, consumer: str) -> None:
        super().__init__(connection, step, consumer)
        self._has_turn = False
        self._mutes: Sequence[Mute] | None = None

    def alert_of(self, rule: str, article: str, story: str) -> Alert | None:
        """Give the alert under the rule that the article, or else the story, already belongs to."""
        self._take_turn()
        alert = self._alert_id(rule, article, story)
        return alert_by_id(self._connection, alert) if alert else None

    def raise_alert(self, match: RuleMatch, article: AlertArticle, story: str) -> Alert | None:
        """Found an alert; None when there is one for this rule and story, or for this rule and article."""
        self._take_turn()
        if self._alert_id(match.rule, article.id, story):
            return None
        identity = f"{match.rule}-{article.id}"
        self._connection.execute(alerts.insert().values(id=identity, **_alert_values(match, story), created=self.now))
        self._add(identity, match.rule, article, position=0)
        self._add_story(identity, match.rule, story)
        return alert_by_id(self._connection, identity)

    def join(self, alert: str, article: AlertArticle, story: str, words: Sequence[str], severity: Severity) -> Alert:
        """Add an article and its story to an alert; a story that belongs to another alert of the rule stays there."""
        row = locked_alert(self._connection, alert)
        changes = {
            "matches": _united(row.matches, words),
            "severity": max(Severity(row.severity), severity, key=URGENCY.__getitem__).value,
        }
        renewed = self._add_or_renew(row, article, story, changes)
        self._add_story(alert, row.rule, story)
        if changes["severity"] != row.severity:
            self._hurry(alert, severity)
        return settle(self._connection, row, changes, renewed=renewed)

    def plan(
        self, alert: str, update: int, recipient: str, channel: str, delay: timedelta, bundle: str | None = None
    ) -> Alert:
        """Plan a delivery, due after the delay; one that is there already stays as it is."""
        row = locked_alert(self._connection, alert)
        planned = insert_into(self._connection, deliveries).values(
            id=f"{alert}/{update}/{recipient}/{channel}",
            alert=alert,
            update=update,
            recipient=recipient,
            channel=channel,
            urgency=URGENCY[Severity(row.severity)],
            state=DeliveryState.DUE.value,
            attempts=0,
            due=self.now + delay,
            maybe_repeat=False,
            bundle=bundle,
        )
        self._connection.execute(planned.on_conflict_do_nothing(index_elements=[deliveries.c.id]))
        return settle(self._connection, row, {})

    def facets(
        self, alert: str, add: tuple[str, ArticleFacets] | None = None, *, founding: bool = False
    ) -> AlertFacets:
        """Give an alert's facets, with those of an article joined to them."""
        if add and founding:
            return first_facets(self._connection, alert, *add)
        if add:
            joined_facets(self._connection, alert, *add)
        return facets_of(self._connection, alert)

    def current_mutes(self) -> Sequence[Mute]:
        """Give the mutes that have not ended."""
        if self._mutes is None:
            self._mutes = current_mutes(self._connection, self.now)
        return self._mutes

    def outcome(self, alert: str, analyst: str) -> OutcomeRow | None:
        """Give what became of an alert for an analyst."""
        is_it = (outcomes.c.alert == alert, outcomes.c.analyst == analyst)
        return next(iter(outcome_rows(self._connection, *is_it)), None)

    def put_outcome(self, row: OutcomeRow) -> Alert | None:
        """Save what becomes of an alert for an analyst, in place of what there was."""
        if row.standing is Standing.DUE and row.channels:
            save_outcome(self._connection, row)
            return None
        alert = locked_alert(self._connection, row.alert)
        save_outcome(self._connection, row)
        return settle(self._connection, alert, {})

    def outcomes_due(self, most: int) -> list[OutcomeRow]:
        """Give outcomes that are to be asked about again; no other transaction gets them."""
        self._take_turn()
        return due_outcomes(self._connection, self.now, most)

    def group_since(self, analyst: str, route: str, rule: str) -> datetime | None:
        """Give when the group of a rule's alerts that waits for an analyst began."""
        return waiting_since(self._connection, analyst, route, rule)

    def messages_since(self, analyst: str, route: str, since: datetime) -> tuple[datetime, ...]:
        """Give the times of the messages that were made for an analyst over a route since then."""
        return made_since(self._connection, analyst, route, since)

    def add_message(self, message: str, analyst: str, route: str) -> None:
        """Count a message for an analyst over a route."""
        count_message(self._connection, message, analyst, route, self.now)

    def acknowledged(self, alert: str) -> bool:
        """Tell whether anybody has acknowledged the alert."""
        return bool(acknowledgements_of(self._connection, alert))

    def alert(self, alert: str) -> Alert | None:
        """Give one alert as this transaction sees it."""
        return alert_by_id(self._connection, alert)

    def _take_turn(self) -> None:
        if not self._has_turn and self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
        self._has_turn = True

    def _alert_id(self, rule: str, article: str, story: str) -> str | None:
        own, its_story = alert_articles.c, alert_stories.c
        by_article = select(own.alert).where(own.rule == rule, own.article == article)
        by_story = select(its_story.alert).where(its_story.rule == rule, its_story.story == story)
        for wanted in (by_article, by_story):
            found: str | None = self._connection.execute(wanted).scalar()
            if found:
                return found
        return None

    def _add_or_renew(self, row: Any, article: AlertArticle, story: str, changes: dict[str, Any]) -> bool:
        """Add the article, or renew what the alert says of it; tell whether it was renewed."""
        is_it = (alert_articles.c.rule == row.rule) & (alert_articles.c.article == article.id)
        known = self._connection.execute(select(alert_articles).where(is_it)).one_or_none()
        if known is None:
            self._add(row.id, row.rule, article, position=row.size)
            changes["size"] = row.size + 1
            return False
        if known.alert != row.id:
            return False
        if article.revision < known.revision:  # it was held up on its way, and is older than what the alert says
            return False
        if known.position == 0:
            changes["story"] = story
        values = article_values(article)
        changed = any(getattr(known, name) != value for name, value in values.items() if name != "revision")
        if changed or article.revision != known.revision:
            self._connection.execute(alert_articles.update().where(is_it).values(values))
        return changed

    def _add(self, alert: str, rule: str, article: AlertArticle, *, position: int) -> None:
        values = article_values(article) | {"rule": rule, "article": article.id, "alert": alert, "position": position}
        self._connection.execute(alert_articles.insert().values(values))

    def _add_story(self, alert: str, rule: str, story: str) -> None:
        added = insert_into(self._connection, alert_stories).values(rule=rule, story=story, alert=alert)
        self._connection.execute(added.on_conflict_do_nothing())

    def _hurry(self, alert: str, severity: Severity) -> None:
        due = (deliveries.c.alert == alert) & (deliveries.c.state == DeliveryState.DUE.value)
        self._connection.execute(deliveries.update().where(due).values(urgency=URGENCY[severity]))


def _united(known: Sequence[str], words: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*known, *words]))[:MOST_WORDS]


def _alert_values(match: RuleMatch, story: str) -> dict[str, Any]:
    return {
        "rule": match.rule,
        "rule_name": match.name,
        "rule_version": match.version,
        "severity": match.severity.value,
        "story": story,
        "state": AlertState.UNROUTED.value,
        "revision": 1,
        "matches": _united((), [span.text for span in match.spans]),
        "size": 1,
    }
