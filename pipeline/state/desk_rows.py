"""What analysts say of alerts, how far alerts have spread, what is to be sent again, and the audit trail of it all."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from pipeline.records import topics
from pipeline.records.alert import AlertEvent
from pipeline.records.codec import encode
from pipeline.state.account_tables import changes
from pipeline.state.accounts import noted_changes
from pipeline.state.alert_rows import locked_alert, settle
from pipeline.state.interface import AuditEntry, DeliveryState, Feedback, Spread, Verdict
from pipeline.state.leases import ENDED
from pipeline.state.sql import insert_into, now_of, one_of
from pipeline.state.tables import (
    acknowledgements,
    alert_articles,
    alerts,
    deliveries,
    feedback,
    mutes,
    outbox,
    outcomes,
)

TELLS = "notify"
"""The step whose outbox tells of the alerts that change here."""


def save_feedback(connection: Connection, alert: str, by: str, verdict: Verdict, note: str) -> bool:
    """Save what somebody says of an alert, in place of what they said before."""
    if connection.execute(select(alerts.c.id).where(alerts.c.id == alert)).first() is None:
        return False
    values = {"at": now_of(connection), "verdict": verdict.value, "note": note}
    saved = insert_into(connection, feedback).values(alert=alert, by=by, **values)
    connection.execute(saved.on_conflict_do_update(index_elements=["alert", "by"], set_=values))
    return True


def feedback_of(connection: Connection, alert: str) -> list[Feedback]:
    """Give what was said of an alert, in the order of time."""
    wanted = select(feedback).where(feedback.c.alert == alert).order_by(feedback.c.at, feedback.c.number)
    return [
        Feedback(alert=row.alert, by=row.by, at=row.at, verdict=Verdict(row.verdict), note=row.note)
        for row in connection.execute(wanted)
    ]


def spread_of(connection: Connection, ids: Collection[str]) -> dict[str, Spread]:
    """Count who carries alerts, and whose reports these are."""
    if not ids:
        return {}
    named = one_of(connection, ids)
    facets = {
        row.id: row.facets or {}
        for row in connection.execute(select(alerts.c.id, alerts.c.facets).where(alerts.c.id.in_(named)))
    }
    origin = func.coalesce(alert_articles.c.source_of, alert_articles.c.source)
    mine = alert_articles.c.alert.in_(named)
    counted = select(
        alert_articles.c.alert,
        func.count(func.distinct(alert_articles.c.source)).label("outlets"),
        func.count(func.distinct(origin)).label("origins"),
    ).where(mine)
    counts = {row.alert: row for row in connection.execute(counted.group_by(alert_articles.c.alert))}
    kinds: dict[str, dict[str, tuple[str, ...]]] = {}
    known = select(alert_articles.c.alert, alert_articles.c.source, alert_articles.c.kinds).where(mine)
    for row in connection.execute(known.where(alert_articles.c.kinds.is_not(None))):
        if row.kinds:
            kinds.setdefault(row.alert, {})[row.source] = tuple(row.kinds)
    return {
        alert: Spread(
            outlets=counts[alert].outlets if alert in counts else 1,
            origins=counts[alert].origins if alert in counts else 1,
            places=tuple(found.get("places", ())),
            languages=tuple(found.get("languages", ())),
            kinds=kinds.get(alert, {}),
            countries=tuple(found.get("countries", ())),
        )
        for alert, found in facets.items()
    }


def end_mute(connection: Connection, mute: str, by: str) -> bool:
    """End a mute now, and let go what waits for its end; False when there is none of that id."""
    now = now_of(connection)
    ended = update(mutes).where(mutes.c.id == mute, mutes.c.until > now)
    if not connection.execute(ended.values(until=now)).rowcount:
        return False
    waiting = update(outcomes).where(outcomes.c.mute == mute, outcomes.c.until > now)
    connection.execute(waiting.values(until=now))
    _note(connection, "unmuted", by, f"the mute {mute}")
    return True


def _note(connection: Connection, what: str, who: str, detail: str) -> None:
    """Put into the audit trail what no row of its own tells."""
    connection.execute(changes.insert().values(at=now_of(connection), what=what, who=who, detail=detail))


def make_due_again(connection: Connection, alert: str | None, channel: str | None, by: str) -> int:
    """Make failed deliveries due again, and tell of the alerts that wait for them from now on."""
    failed = deliveries.c.state == DeliveryState.FAILED.value
    for column, value in ((deliveries.c.alert, alert), (deliveries.c.channel, channel)):
        failed &= column == value if value is not None else True
    named = select(deliveries.c.alert).where(failed).distinct().order_by(deliveries.c.alert)
    again = 0
    for found in list(connection.execute(named).scalars()):
        row = locked_alert(connection, found)
        values: dict[str, Any] = {
            **ENDED,
            "state": DeliveryState.DUE.value,
            "due": now_of(connection),
            "attempts": 0,
        }
        again += connection.execute(
            update(deliveries).where(failed, deliveries.c.alert == found).values(values)
        ).rowcount
        changed = settle(connection, row, {})
        if changed.revision != row.revision:
            event = {"step": TELLS, "topic": topics.ALERTS, "key": found}
            connection.execute(outbox.insert().values(**event, value=encode(AlertEvent(alert=changed))))
    if again:
        which = [alert and f"of {alert}", channel and f"over {channel}"]
        what = " ".join(part for part in which if part) or "everything"
        _note(connection, "sent again", by, f"what had failed, {what}: {again}")
    return again


def audit_entries(connection: Connection, since: datetime, until: datetime) -> list[AuditEntry]:
    """Give what was sent and said in a time, in its order."""
    found = [*_sent(connection, since, until), *_said(connection, since, until), *_muted(connection, since, until)]
    found.sort(key=lambda entry: (entry.at, entry.key or "", entry.what))
    # Changes have an order of their own, which holds within one tick of the clock, too.
    return sorted([*found, *noted_changes(connection, since, until)], key=lambda entry: entry.at)


def _within(column: ColumnElement[Any], since: datetime, until: datetime) -> ColumnElement[bool]:
    return (column >= since) & (column < until)


_ABOUT = (alerts.c.rule, alerts.c.severity, alert_articles.c.title)
_FOUNDER = (alert_articles.c.alert == alerts.c.id) & (alert_articles.c.position == 0)


def _about(row: Row[Any]) -> dict[str, Any]:
    return {"alert": row.alert, "rule": row.rule, "severity": row.severity, "title": row.title}


def _sent(connection: Connection, since: datetime, until: datetime) -> Iterator[AuditEntry]:
    when = func.coalesce(deliveries.c.sent, deliveries.c.due)
    wanted = (
        select(deliveries, *_ABOUT)
        .join(alerts, alerts.c.id == deliveries.c.alert)
        .outerjoin(alert_articles, _FOUNDER)
        .where(_within(when, since, until))
    )
    for row in connection.execute(wanted):
        yield AuditEntry(
            at=row.sent or row.due,
            what=row.state,
            who=row.recipient,
            update=row.update,
            channel=row.channel,
            key=row.id,
            maybe_repeat=row.maybe_repeat,
            detail=row.error or "",
            **_about(row),
        )


def _said(connection: Connection, since: datetime, until: datetime) -> Iterator[AuditEntry]:
    for table in (acknowledgements, feedback):
        wanted = (
            select(table, *_ABOUT)
            .join(alerts, alerts.c.id == table.c.alert)
            .outerjoin(alert_articles, _FOUNDER)
            .where(_within(table.c.at, since, until))
        )
        for row in connection.execute(wanted):
            what = row.verdict if table is feedback else "acknowledged"
            yield AuditEntry(at=row.at, what=what, who=row.by, detail=row.note, **_about(row))


def _muted(connection: Connection, since: datetime, until: datetime) -> Iterator[AuditEntry]:
    for row in connection.execute(select(mutes).where(_within(mutes.c.since, since, until))):
        what = [
            row.rule and f"rule {row.rule}",
            row.story and f"story {row.story}",
            row.digest and f"digest {row.digest}",
        ]
        covers = ", ".join(part for part in what if part) or "everything"
        ends = f"until {row.until:%Y-%m-%d %H:%M} UTC" if row.until.year < 9999 else "for good"
        detail = f"{covers} for {row.analyst or 'everybody'}, {ends}: {row.reason}"
        yield AuditEntry(at=row.since, what="muted", who=row.by, rule=row.rule, key=row.id, detail=detail)
