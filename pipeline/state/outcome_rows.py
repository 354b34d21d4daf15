"""What became of alerts for analysts, mutes and acknowledgements, in columns."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select

from pipeline.policy.model import Mute
from pipeline.policy.outcome import Standing
from pipeline.state.interface import Acknowledgement, OutcomeRow
from pipeline.state.sql import insert_into
from pipeline.state.tables import (
    acknowledgements,
    alert_messages,
    mutes,
    outcomes,
)

MOST_FACETS = 200
"""How many places an alert is known by."""


def outcome_rows(connection: Connection, *conditions: Any) -> list[OutcomeRow]:
    """Give the outcomes that fulfil the conditions."""
    wanted = select(outcomes).where(*conditions).order_by(outcomes.c.alert, outcomes.c.analyst)
    return [_outcome(row) for row in connection.execute(wanted)]


def due_outcomes(connection: Connection, now: datetime, most: int) -> list[OutcomeRow]:
    """Give outcomes that are to be asked about again, locked; those that another transaction holds are left to it."""
    wanted = (
        select(outcomes).where(_due(now)).order_by(outcomes.c.until, outcomes.c.alert, outcomes.c.analyst).limit(most)
    )
    return [_outcome(row) for row in connection.execute(wanted.with_for_update(skip_locked=True))]


def any_due(connection: Connection, now: datetime) -> bool:
    """Tell whether any outcome is to be asked about again."""
    return connection.execute(select(outcomes.c.alert).where(_due(now)).limit(1)).first() is not None


def outcome_values(row: OutcomeRow) -> dict[str, Any]:
    """Give the columns of an outcome."""
    return {
        "alert": row.alert,
        "analyst": row.analyst,
        "rule": row.rule,
        "standing": row.standing.value,
        "why": row.why,
        "until": row.until,
        "route": row.route,
        "channels": list(row.channels),
        "mute": row.mute,
        "update": row.update,
        "told": row.told,
        "outlets_told": row.outlets_told,
        "decided": row.decided,
        "escalate": row.escalate,
        "escalations": row.escalations,
        "reasons": list(row.reasons) or None,
        "articles_told": row.articles_told,
    }


def waiting_since(connection: Connection, analyst: str, route: str, rule: str) -> datetime | None:
    """Give when the group that waits for an analyst began."""
    is_it = (
        (outcomes.c.analyst == analyst)
        & (outcomes.c.route == route)
        & (outcomes.c.rule == rule)
        & (outcomes.c.standing == Standing.GROUPED.value)
    )
    began: datetime | None = connection.execute(select(func.min(outcomes.c.decided)).where(is_it)).scalar()
    return began


def made_since(connection: Connection, analyst: str, route: str, since: datetime) -> tuple[datetime, ...]:
    """Give the times of messages for an analyst over a route."""
    is_it = (alert_messages.c.analyst == analyst) & (alert_messages.c.route == route)
    return tuple(
        connection.execute(select(alert_messages.c.made).where(is_it, alert_messages.c.made > since)).scalars()
    )


def save_messages(connection: Connection, messages: Mapping[str, tuple[str, str]], now: datetime) -> None:
    """Count messages, each with its analyst and route; one that was counted stays as it is."""
    rows = [{"id": name, "analyst": to, "route": route, "made": now} for name, (to, route) in messages.items()]
    if rows:
        connection.execute(insert_into(connection, alert_messages).on_conflict_do_nothing(), rows)


def current_mutes(connection: Connection, now: datetime) -> list[Mute]:
    """Give the mutes that have not ended."""
    rows = connection.execute(select(mutes).where(mutes.c.until > now).order_by(mutes.c.until, mutes.c.id))
    return [
        Mute(
            id=row.id,
            by=row.by,
            reason=row.reason,
            since=row.since,
            until=row.until,
            analyst=row.analyst,
            rule=row.rule,
            story=row.story,
            digest=row.digest,
        )
        for row in rows
    ]


def acknowledgements_of(connection: Connection, alert: str) -> Sequence[Acknowledgement]:
    """Give an alert's acknowledgements in their order."""
    wanted = select(acknowledgements).where(acknowledgements.c.alert == alert).order_by(acknowledgements.c.number)
    return [Acknowledgement(alert=row.alert, by=row.by, at=row.at, note=row.note) for row in connection.execute(wanted)]


def _due(now: datetime) -> Any:
    return or_(outcomes.c.until <= now, outcomes.c.escalate <= now)


def _outcome(row: Any) -> OutcomeRow:
    return OutcomeRow(
        alert=row.alert,
        analyst=row.analyst,
        rule=row.rule,
        standing=Standing(row.standing),
        why=row.why,
        decided=row.decided,
        until=row.until,
        route=row.route,
        channels=tuple(row.channels),
        mute=row.mute,
        update=row.update,
        told=row.told,
        outlets_told=row.outlets_told,
        escalate=row.escalate,
        escalations=row.escalations,
        reasons=tuple(row.reasons or ()),
        articles_told=row.articles_told,
    )
