"""The alerts, their articles, and every delivery with what became of it."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, or_, select, update

from pipeline.errors import LeaseLost
from pipeline.policy.model import FOR_GOOD, Mute
from pipeline.records import topics
from pipeline.records.alert import Alert, AlertEvent, AlertState
from pipeline.records.codec import encode
from pipeline.state.alert_rows import alert_by_id, alerts_of, locked_alert, settle, to_delivery
from pipeline.state.desk_rows import audit_entries, end_mute, feedback_of, make_due_again, save_feedback, spread_of
from pipeline.state.engine import Database
from pipeline.state.interface import (
    Acknowledgement,
    AlertVerdict,
    Attempt,
    AuditEntry,
    ClaimedDelivery,
    Delivery,
    DeliveryState,
    Feedback,
    OutcomeRow,
    Spread,
    Verdict,
)
from pipeline.state.leases import ENDED, free, lasting, new_token
from pipeline.state.ledger_decision import DatabaseLedgerDecision
from pipeline.state.outcome_rows import acknowledgements_of, any_due, current_mutes, outcome_rows
from pipeline.state.sql import insert_into, now_of, one_of
from pipeline.state.tables import acknowledgements, alert_articles, alerts, deliveries, digests, mutes, outbox, outcomes
from pipeline.state.verdict_rows import verdicts_since

DECIDES = "alert"
RECORDS = "notify"


class DatabaseLedger:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def decide(self, consumer: str) -> Iterator[DatabaseLedgerDecision]:
        """Open a transaction of the alert step; leaving it commits."""
        with self._database.write() as connection:
            decision = DatabaseLedgerDecision(connection, DECIDES, consumer)
            yield decision
            decision.finish()

    @contextmanager
    def release(self) -> Iterator[DatabaseLedgerDecision]:
        """Open a transaction that asks again about what was held; leaving it commits."""
        with self._database.write() as connection:
            decision = DatabaseLedgerDecision(connection, RECORDS, RECORDS)
            yield decision
            decision.finish()

    def held_due(self) -> bool:
        """Tell whether anything that was held is to be asked about again, or to be escalated."""
        with self._database.read() as connection:
            return any_due(connection, now_of(connection))

    def outcomes(self, alert: str) -> list[OutcomeRow]:
        """Give what became of an alert for each analyst."""
        with self._database.read() as connection:
            return outcome_rows(connection, outcomes.c.alert == alert)

    def mute(self, mute: Mute) -> bool:
        """Save a mute; False when there is or was one of that id."""
        with self._database.write() as connection:
            saved = insert_into(connection, mutes).values(asdict(mute)).on_conflict_do_nothing()
            return connection.execute(saved.returning(mutes.c.id)).first() is not None

    def unmute(self, mute: str, by: str = "") -> bool:
        """End a mute now; False when there is none of that id."""
        with self._database.write() as connection:
            return end_mute(connection, mute, by)

    def mutes(self, since: datetime | None = None) -> list[Mute]:
        """Give the mutes that have not ended, or had not then; those that end first before the others."""
        with self._database.read() as connection:
            return current_mutes(connection, since or now_of(connection))

    def acknowledge(self, alert: str, by: str, note: str) -> bool:
        """Save that somebody has taken the alert on; False when there is no such alert."""
        with self._database.write() as connection:
            if connection.execute(select(alerts.c.id).where(alerts.c.id == alert)).first() is None:
                return False
            values = {"alert": alert, "by": by, "at": now_of(connection), "note": note}
            connection.execute(acknowledgements.insert().values(values))
            connection.execute(update(outcomes).where(outcomes.c.alert == alert).values(escalate=None))
            return True

    def acknowledgements(self, alert: str) -> list[Acknowledgement]:
        """Give an alert's acknowledgements in their order."""
        with self._database.read() as connection:
            return list(acknowledgements_of(connection, alert))

    def say(self, alert: str, by: str, verdict: Verdict, note: str = "") -> bool:
        """Save what somebody says of an alert; False when there is no such alert."""
        with self._database.write() as connection:
            return save_feedback(connection, alert, by, verdict, note)

    def feedback(self, alert: str) -> list[Feedback]:
        """Give what was said of an alert, in the order of time."""
        with self._database.read() as connection:
            return feedback_of(connection, alert)

    def spread(self, alerts: Collection[str]) -> dict[str, Spread]:
        """Count how far alerts have spread."""
        with self._database.read() as connection:
            return spread_of(connection, alerts)

    def retry(self, *, alert: str | None = None, channel: str | None = None, by: str = "") -> int:
        """Make failed deliveries due again, with the keys they had."""
        with self._database.write() as connection:
            return make_due_again(connection, alert, channel, by)

    def audit(self, since: datetime, until: datetime | None = None) -> list[AuditEntry]:
        """Give the audit trail of a time."""
        with self._database.read() as connection:
            return audit_entries(connection, since, until or FOR_GOOD)

    def verdicts(self, since: datetime, rule: str | None = None) -> list[AlertVerdict]:
        """Give every alert raised since then with what analysts made of it."""
        with self._database.read() as connection:
            return verdicts_since(connection, since, rule)

    def alerts_of_article(self, address: str) -> list[Alert]:
        """Give the alerts that an article stands in, by its id or its address."""
        named = select(alert_articles.c.alert).where(
            or_(alert_articles.c.article == address, alert_articles.c.url == address)
        )
        with self._database.read() as connection:
            wanted = select(alerts).where(alerts.c.id.in_(named)).order_by(alerts.c.created, alerts.c.id)
            return alerts_of(connection, connection.execute(wanted))

    def claim_due(self, owner: str, most: int, lease: timedelta, *, but: Collection[str] = ()) -> list[ClaimedDelivery]:
        """Claim deliveries that are due, the most severe first, then the oldest."""
        if not self._any_due():
            return []
        with self._database.write() as connection:
            now = now_of(connection)
            wanted = (
                select(deliveries.c.id)
                .where(_is_due(now), free(deliveries), deliveries.c.channel.not_in(one_of(connection, but)))
                .order_by(deliveries.c.urgency.desc(), deliveries.c.due, deliveries.c.number)
                .limit(most)
                .with_for_update(skip_locked=True)
            )
            ids = _with_bundles(connection, list(connection.execute(wanted).scalars()))
            token = new_token(owner)
            _take(connection, ids, {"token": token, **lasting(now, lease)})
            return _claimed(connection, ids, token)

    def record(self, claim: ClaimedDelivery, attempt: Attempt) -> Alert:
        """Save what came of it, end the lease and tell of the alert's change; saying it again changes nothing."""
        with self._database.write() as connection:
            row = locked_alert(connection, claim.delivery.alert)
            wanted = select(deliveries).where(deliveries.c.id == claim.delivery.id).with_for_update()
            delivery = connection.execute(wanted).one()
            if delivery.token != claim.token:
                raise LeaseLost(f"delivery {claim.delivery.id} was taken by another process when its lease had ended")
            if delivery.lease_ends is not None:
                changes = _changes(delivery, attempt, now_of(connection))
                connection.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(changes))
            alert = settle(connection, row, {})
            if alert.revision != row.revision:
                event = {"step": RECORDS, "topic": topics.ALERTS, "key": alert.id}
                connection.execute(outbox.insert().values(**event, value=encode(AlertEvent(alert=alert))))
            return alert

    def begin_digest(self, key: str, lease: timedelta) -> bool:
        """Claim a digest; False when it was sent, or while another process sends it."""
        with self._database.write() as connection:
            connection.execute(insert_into(connection, digests).values(key=key).on_conflict_do_nothing())
            is_it = digests.c.key == key
            connection.execute(select(digests.c.key).where(is_it).with_for_update())
            now = now_of(connection)
            begun = update(digests).where(is_it, digests.c.sent.is_(None), free(digests))
            return connection.execute(begun.values(**lasting(now, lease))).rowcount == 1

    def end_digest(self, key: str, *, sent: bool) -> None:
        """Note that a digest was sent, or give the claim back."""
        with self._database.write() as connection:
            ended: dict[str, Any] = {**ENDED, "sent": now_of(connection)} if sent else {**ENDED}
            connection.execute(update(digests).where(digests.c.key == key).values(ended))

    def due(self) -> int:
        """Give how many deliveries are due now, claimed ones included."""
        with self._database.read() as connection:
            counted = select(func.count()).select_from(deliveries).where(_is_due(now_of(connection)))
            return int(connection.execute(counted).scalar_one())

    def _any_due(self) -> bool:
        with self._database.read() as connection:
            wanted = select(deliveries.c.id).where(_is_due(now_of(connection))).limit(1)
            return connection.execute(wanted).first() is not None

    def alerts(
        self,
        *,
        rule: str | None = None,
        state: AlertState | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> list[Alert]:
        """Give alerts, the newest first."""
        wanted = select(alerts).order_by(alerts.c.created.desc(), alerts.c.id).limit(limit)
        if rule is not None:
            wanted = wanted.where(alerts.c.rule == rule)
        if state is not None:
            wanted = wanted.where(alerts.c.state == state.value)
        if since is not None:
            wanted = wanted.where(alerts.c.created >= since)
        if until is not None:
            wanted = wanted.where(alerts.c.created < until)
        with self._database.read() as connection:
            return alerts_of(connection, connection.execute(wanted))

    def alert(self, alert_id: str) -> Alert | None:
        """Give one alert."""
        with self._database.read() as connection:
            return alert_by_id(connection, alert_id)

    def deliveries(self, alert_id: str) -> list[Delivery]:
        """Give an alert's deliveries, in the order they were planned."""
        wanted = select(deliveries).where(deliveries.c.alert == alert_id).order_by(deliveries.c.number)
        with self._database.read() as connection:
            return [to_delivery(row) for row in connection.execute(wanted)]


def _with_bundles(connection: Connection, ids: list[str]) -> list[str]:
    """Add what goes out with any of the deliveries in one message. Who holds one of a bundle holds its first, too."""
    if not ids:
        return ids
    of_them = select(deliveries.c.bundle).where(
        deliveries.c.id.in_(one_of(connection, ids)), deliveries.c.bundle.is_not(None)
    )
    bundles = list(connection.execute(of_them.distinct()).scalars())
    if not bundles:
        return ids
    due = deliveries.c.state == DeliveryState.DUE.value
    others = select(deliveries.c.id).where(deliveries.c.bundle.in_(one_of(connection, bundles)), due, free(deliveries))
    rows = connection.execute(others.order_by(deliveries.c.number).with_for_update()).scalars()
    return list(dict.fromkeys([*ids, *rows]))


def _is_due(now: datetime) -> ColumnElement[bool]:
    return (deliveries.c.state == DeliveryState.DUE.value) & (deliveries.c.due <= now)


def _take(connection: Connection, ids: list[str], lease: dict[str, Any]) -> None:
    """Give the deliveries a new lease. One whose last lease was never given back may have arrived by now."""
    if not ids:
        return
    abandoned = deliveries.c.lease_ends.is_not(None)
    taken = update(deliveries).where(deliveries.c.id.in_(one_of(connection, ids)))
    counted = case((abandoned, deliveries.c.attempts + 1), else_=deliveries.c.attempts)
    connection.execute(taken.values(maybe_repeat=deliveries.c.maybe_repeat | abandoned, attempts=counted, **lease))


def _claimed(connection: Connection, ids: list[str], token: str) -> list[ClaimedDelivery]:
    wanted = select(deliveries).where(deliveries.c.id.in_(one_of(connection, ids)))
    found = {row.id: to_delivery(row) for row in connection.execute(wanted)}
    names = {delivery.alert for delivery in found.values()}
    rows = connection.execute(select(alerts).where(alerts.c.id.in_(one_of(connection, names))))
    by_id = {alert.id: alert for alert in alerts_of(connection, rows)}
    return [ClaimedDelivery(delivery=found[i], alert=by_id[found[i].alert], token=token) for i in ids]


def _changes(delivery: Any, attempt: Attempt, now: datetime) -> dict[str, Any]:
    """Give the columns that an attempt changes."""
    ended = {**ENDED, "attempts": delivery.attempts + 1, "error": attempt.error}
    if attempt.sent:
        return {**ended, "state": DeliveryState.SENT.value, "sent": now}
    if attempt.retry is not None:
        return {**ended, "due": now + attempt.retry, "maybe_repeat": attempt.maybe_repeat}
    return {**ended, "state": DeliveryState.FAILED.value}
