"""What analysts made of alerts, for all alerts of a time."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from pipeline.state.interface import AlertVerdict, Verdict
from pipeline.state.tables import acknowledgements, alerts, feedback, outcomes


def verdicts_since(connection: Connection, since: datetime, rule: str | None) -> list[AlertVerdict]:
    """Give every alert raised since then, in the order of time, with its verdicts and its first acknowledgement."""
    wanted = alerts.c.created >= since
    if rule is not None:
        wanted &= alerts.c.rule == rule
    first = select(acknowledgements.c.alert, func.min(acknowledgements.c.at).label("at"))
    taken = {
        row.alert: row.at
        for row in connection.execute(
            first.join(alerts, alerts.c.id == acknowledgements.c.alert).where(wanted).group_by(acknowledgements.c.alert)
        )
    }
    said: dict[str, list[tuple[Verdict, str]]] = {}
    given = select(feedback.c.alert, feedback.c.verdict, feedback.c.note).join(alerts, alerts.c.id == feedback.c.alert)
    for row in connection.execute(given.where(wanted).order_by(feedback.c.number)):
        said.setdefault(row.alert, []).append((Verdict(row.verdict), row.note))
    standings: dict[str, dict[str, int]] = {}
    decided = select(outcomes.c.alert, outcomes.c.standing, func.count().label("analysts"))
    decided = decided.join(alerts, alerts.c.id == outcomes.c.alert).where(wanted)
    for row in connection.execute(decided.group_by(outcomes.c.alert, outcomes.c.standing)):
        standings.setdefault(row.alert, {})[row.standing] = row.analysts
    columns = (alerts.c.id, alerts.c.rule, alerts.c.created, alerts.c.matches)
    return [
        AlertVerdict(
            alert=row.id,
            rule=row.rule,
            created=row.created,
            matches=tuple(row.matches),
            useful=sum(verdict is Verdict.USEFUL for verdict, _ in said.get(row.id, ())),
            false=sum(verdict is Verdict.FALSE for verdict, _ in said.get(row.id, ())),
            acknowledged=taken.get(row.id),
            notes=tuple(note for verdict, note in said.get(row.id, ()) if verdict is Verdict.FALSE and note),
            outcomes=standings.get(row.id, {}),
        )
        for row in connection.execute(select(*columns).where(wanted).order_by(alerts.c.created, alerts.c.id))
    ]
