"""How alerts, their articles and their deliveries are kept in columns."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update

from pipeline.records.alert import Alert, AlertArticle, AlertState
from pipeline.records.article import Severity
from pipeline.records.change import Change
from pipeline.records.passage import Passage
from pipeline.state.interface import Delivery, DeliveryState
from pipeline.state.sql import one_of
from pipeline.state.tables import alert_articles, alerts, deliveries, outcomes
from pipeline.state.types import storable

MOST_ARTICLES = 50
"""How many articles an alert names; it may stand on more."""

URGENCY: Mapping[Severity, int] = {
    severity: number
    for number, severity in enumerate((Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL))
}


def alerts_of(connection: Connection, rows: Iterable[Any]) -> list[Alert]:
    """Give the alerts of rows of the table, with their articles, in the rows' order."""
    found = list(rows)
    named: dict[str, list[AlertArticle]] = {row.id: [] for row in found}
    wanted = (
        select(alert_articles)
        .where(alert_articles.c.alert.in_(one_of(connection, named)), alert_articles.c.position < MOST_ARTICLES)
        .order_by(alert_articles.c.alert, alert_articles.c.position)
    )
    for row in connection.execute(wanted) if found else ():
        named[row.alert].append(article_of_row(row))
    return [alert_of_row(row._mapping, named[row.id]) for row in found]


def alert_by_id(connection: Connection, alert: str) -> Alert | None:
    """Give one alert."""
    rows = connection.execute(select(alerts).where(alerts.c.id == alert)).all()
    return next(iter(alerts_of(connection, rows)), None)


def locked_alert(connection: Connection, alert: str) -> Any:
    """Give an alert's row as it stands now, locked. Raises LookupError."""
    row = connection.execute(select(alerts).where(alerts.c.id == alert).with_for_update()).one_or_none()
    if row is None:
        raise LookupError(f"there is no alert {alert}")
    return row


def settle(connection: Connection, row: Any, changes: Mapping[str, Any], *, renewed: bool = False) -> Alert:
    """Change a locked alert, derive its state from its deliveries anew, and count its revision up if anything changed.

    `renewed` tells that one of its articles did.
    """
    values = {**changes, "state": _state(connection, row.id).value}
    if renewed or any(getattr(row, name) != value for name, value in values.items()):
        values["revision"] = row.revision + 1
        connection.execute(update(alerts).where(alerts.c.id == row.id).values(values))
    alert = alert_by_id(connection, row.id)
    assert alert is not None, "its row is locked"
    return alert


def article_values(article: AlertArticle) -> dict[str, Any]:
    """Give the columns of an alert's article that may change."""
    plain = {name: getattr(article, name) for name in ("url", "title", "source", "language", "published", "revision")}
    found = article.passage
    passage = {"text": found.text, "marks": [list(mark) for mark in found.marks]} if found else None
    changes = msgspec.to_builtins(article.changes) or None
    return plain | {"passage": passage, "changes": changes, "matches_no_more": article.matches_no_more}


def to_delivery(row: Any) -> Delivery:
    """Give a delivery."""
    return Delivery(
        id=row.id,
        alert=row.alert,
        update=row.update,
        recipient=row.recipient,
        channel=row.channel,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        due=row.due,
        error=row.error,
        sent=row.sent,
        maybe_repeat=row.maybe_repeat,
        bundle=row.bundle,
        reasons=tuple(row.reasons or ()),
    )


def state_of(states: Iterable[str], *, held: bool) -> AlertState:
    """Derive an alert's state from those of its deliveries, and from whether anything is held for an analyst."""
    states = set(states)
    if DeliveryState.DUE in states or held:
        return AlertState.WAITING
    if not states:
        return AlertState.UNROUTED
    return AlertState.FAILED if DeliveryState.FAILED in states else AlertState.SENT


def storable_article(article: AlertArticle) -> AlertArticle:
    """Give an alert's article as the database will give it back."""
    url = None if article.url is None else storable(article.url)
    return replace(article, url=url, title=storable(article.title), source=storable(article.source))


def _state(connection: Connection, alert: str) -> AlertState:
    wanted = select(deliveries.c.state).where(deliveries.c.alert == alert).distinct()
    return state_of(connection.execute(wanted).scalars(), held=_is_held(connection, alert))


def _is_held(connection: Connection, alert: str) -> bool:
    held = (outcomes.c.alert == alert) & outcomes.c.until.is_not(None)
    return connection.execute(select(outcomes.c.alert).where(held).limit(1)).first() is not None


def article_of_row(row: Any) -> AlertArticle:
    """Give an alert's article."""
    return AlertArticle(
        id=row.article,
        url=row.url,
        title=row.title,
        source=row.source,
        language=row.language,
        published=row.published,
        revision=row.revision,
        passage=_passage(row.passage),
        changes=msgspec.convert(row.changes or (), tuple[Change, ...]),
        matches_no_more=row.matches_no_more,
    )


def _passage(kept: Mapping[str, Any] | None) -> Passage | None:
    return Passage(kept["text"], tuple((start, end) for start, end in kept["marks"])) if kept else None


def alert_of_row(row: Mapping[str, Any], articles: Iterable[AlertArticle]) -> Alert:
    """Give an alert with the articles that it names."""
    return Alert(
        id=row["id"],
        rule=row["rule"],
        rule_name=row["rule_name"],
        rule_version=row["rule_version"],
        severity=Severity(row["severity"]),
        story=row["story"],
        created=row["created"],
        state=AlertState(row["state"]),
        revision=row["revision"],
        articles=tuple(articles),
        matches=tuple(row["matches"]),
    )
