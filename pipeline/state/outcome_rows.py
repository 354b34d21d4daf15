"""What became of alerts for analysts, mutes and acknowledgements, in columns."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select

from pipeline.policy.model import Mute
from pipeline.policy.outcome import Standing
from pipeline.state.interface import Acknowledgement, AlertFacets, ArticleFacets, OutcomeRow
from pipeline.state.sql import insert_into
from pipeline.state.tables import (
    acknowledgements,
    alert_articles,
    alert_messages,
    alerts,
    mutes,
    outcomes,
)

MOST_FACETS = 200
"""How many places an alert is known by."""


def joined_facets(connection: Connection, alert: str, article: str, add: ArticleFacets) -> None:
    """Join an article's facets to its alert's."""
    row = connection.execute(select(alerts.c.facets, alerts.c.rule).where(alerts.c.id == alert)).one()
    known: dict[str, list[str]] = row.facets or {}
    given = {"countries": add.countries, "languages": (add.language,), "places": add.places}
    united = {
        name: list(dict.fromkeys([*known.get(name, []), *values]))[:MOST_FACETS] for name, values in given.items()
    }
    if united != known:
        connection.execute(alerts.update().where(alerts.c.id == alert).values(facets=united))
    is_it = (alert_articles.c.rule == row.rule) & (alert_articles.c.article == article)
    original = (alert_articles.c.rule == row.rule) & (alert_articles.c.article == add.copy_of)
    origin = connection.execute(select(alert_articles.c.source_of).where(original)).scalar() if add.copy_of else None
    values = {"source_of": origin or add.source_of, "corrected": add.corrected}
    connection.execute(alert_articles.update().where(is_it, alert_articles.c.alert == alert).values(values))


def first_facets(connection: Connection, alert: str, article: str, add: ArticleFacets) -> AlertFacets:
    """Save the facets of the article that has just founded an alert as the alert's."""
    found = AlertFacets(
        countries=add.countries, languages=(add.language,), places=add.places, corrected=int(add.corrected)
    )
    known = {"countries": list(found.countries), "languages": list(found.languages), "places": list(found.places)}
    connection.execute(alerts.update().where(alerts.c.id == alert).values(facets=known))
    founder = (alert_articles.c.alert == alert) & (alert_articles.c.position == 0)
    values = {"source_of": add.source_of, "corrected": add.corrected}
    connection.execute(alert_articles.update().where(founder).values(values))
    return found


def facets_of(connection: Connection, alert: str) -> AlertFacets:
    """Give an alert's facets."""
    known: dict[str, list[str]] = (
        connection.execute(select(alerts.c.facets).where(alerts.c.id == alert)).scalar_one_or_none() or {}
    )
    mine = alert_articles.c.alert == alert
    outlets = connection.execute(
        select(func.count(func.distinct(func.coalesce(alert_articles.c.source_of, alert_articles.c.source)))).where(
            mine
        )
    ).scalar_one()
    corrected = connection.execute(
        select(func.count()).select_from(alert_articles).where(mine, alert_articles.c.corrected.is_(True))
    ).scalar_one()
    return AlertFacets(
        countries=tuple(known.get("countries", ())),
        languages=tuple(known.get("languages", ())),
        places=tuple(known.get("places", ())),
        outlets=max(1, outlets),
        corrected=corrected,
    )


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


def save_outcome(connection: Connection, row: OutcomeRow) -> None:
    """Save an outcome in place of the one there was."""
    values = {
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
    }
    saved = insert_into(connection, outcomes).values(values)
    changed = {name: value for name, value in values.items() if name not in ("alert", "analyst")}
    connection.execute(saved.on_conflict_do_update(index_elements=["alert", "analyst"], set_=changed))


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


def count_message(connection: Connection, message: str, analyst: str, route: str, now: datetime) -> None:
    """Count a message; one that was counted stays as it is."""
    values = {"id": message, "analyst": analyst, "route": route, "made": now}
    connection.execute(insert_into(connection, alert_messages).values(values).on_conflict_do_nothing())


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
    )
