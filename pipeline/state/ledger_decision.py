"""One transaction of the alert step."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from pipeline.policy.model import Mute
from pipeline.policy.outcome import Standing
from pipeline.records.alert import Alert, AlertArticle, AlertState
from pipeline.records.article import RuleMatch, Severity
from pipeline.state.alert_rows import URGENCY, storable_article
from pipeline.state.alerts_in_hand import AlertInHand, AlertsInHand, renewed
from pipeline.state.decision import DatabaseDecision
from pipeline.state.interface import AlertFacets, ArticleFacets, ArticleStanding, DeliveryState, OutcomeRow, WantedAlert
from pipeline.state.interface_signals import Finding, Seen, Tally
from pipeline.state.outcome_rows import (
    MOST_FACETS,
    current_mutes,
    due_outcomes,
    made_since,
    save_messages,
    waiting_since,
)
from pipeline.state.signals import add_tallies, finding_of, save_finding

MOST_WORDS = 100
"""How many different words an alert names."""

_TURN = 7_283_119_446
"""The number of the advisory lock that lets one decision at a time look for alerts and raise them."""

_Group = tuple[str, str, str]


class DatabaseLedgerDecision(DatabaseDecision):
    """See the port.

    From its first look at the alerts to its commit, no other decision looks: two that meet in several stories can neither
    raise one alert twice nor wait for each other crosswise. Decisions without matches don't wait.

    What it reads it keeps, and what it changes is written at its end, all rows of a table in one go.
    """

    def __init__(self, connection: Connection, step: str, consumer: str) -> None:
        super().__init__(connection, step, consumer)
        self._has_turn = False
        self._mutes: Sequence[Mute] | None = None
        self._in_hand = AlertsInHand(connection)
        self._groups: dict[_Group, datetime | None] = {}
        self._messages: dict[tuple[str, str, datetime], tuple[datetime, ...]] = {}
        self._new_messages: dict[str, tuple[str, str]] = {}

    def look_up(self, wanted: Iterable[WantedAlert]) -> None:
        """Read at once what decisions on these articles will ask for."""
        given = list(wanted)
        if not given:
            return
        self._take_turn()
        articles = [(one.rule, name) for one in given for name in (one.article, one.copy_of) if name]
        self._in_hand.look_up(articles, [(one.rule, one.story) for one in given])

    def alert_of(self, rule: str, article: str, story: str) -> Alert | None:
        """Give the alert under the rule that the article, or else the story, already belongs to."""
        self._take_turn()
        alert = self._alert_id(rule, article, story)
        return self._in_hand.get(alert).seen() if alert else None

    def raise_alert(self, match: RuleMatch, article: AlertArticle, story: str) -> Alert | None:
        """Found an alert; None when there is one for this rule and story, or for this rule and article."""
        self._take_turn()
        if self._alert_id(match.rule, article.id, story):
            return None
        identity = f"{match.rule}-{article.id}"
        alert = self._in_hand.add_alert({"id": identity, **_alert_values(match, story), "created": self.now})
        self._in_hand.add_article(alert, storable_article(article), position=0)
        self._in_hand.add_story(alert, story)
        return alert.seen()

    def join(self, alert: str, article: AlertArticle, story: str, words: Sequence[str], severity: Severity) -> Alert:
        """Add an article and its story to an alert; a story that belongs to another alert of the rule stays there."""
        held = self._get(alert)
        before = Severity(held.values["severity"])
        highest = max(before, severity, key=URGENCY.__getitem__)
        changes = {"matches": _united(held.values["matches"], words), "severity": highest.value}
        is_renewed = self._add_or_renew(held, storable_article(article), story, changes)
        self._in_hand.add_story(held, story)
        if highest is not before:
            self._in_hand.hurry(held, URGENCY[severity])
        return self._in_hand.settle(held, changes, renewed=is_renewed)

    def part(self, alert: str, article: str, story: str, parted: Collection[str]) -> Alert | None:
        """Have an alert stay with those parts of its story of which it has shown an article."""
        held = self._get(alert)
        shown = {name for name, its in held.articles.items() if its.position == 0 or held.was_shown(its.position)}
        went = shown.intersection(parted)
        if went == shown:
            self._in_hand.remove_story(held, story)
        if article not in held.articles or (went if article in parted else shown - went):
            return None
        self._in_hand.remove_article(held, article)
        return self._in_hand.settle(held, {}, renewed=True)

    def standing(self, article: str) -> list[ArticleStanding]:
        """Give how an article stands in its alerts."""
        self._take_turn()
        return [
            ArticleStanding(
                alert=held.seen(), article=held.articles[article].article, position=held.articles[article].position
            )
            for held in self._in_hand.with_article(article)
        ]

    def plan(
        self,
        alert: str,
        update: int,
        recipient: str,
        channel: str,
        delay: timedelta,
        bundle: str | None = None,
        reasons: Sequence[str] = (),
    ) -> Alert:
        """Plan a delivery, due after the delay; one that is there already stays as it is."""
        held = self._get(alert)
        planned = {
            "id": f"{alert}/{update}/{recipient}/{channel}",
            "alert": alert,
            "update": update,
            "recipient": recipient,
            "channel": channel,
            "urgency": URGENCY[Severity(held.values["severity"])],
            "state": DeliveryState.DUE.value,
            "attempts": 0,
            "due": self.now + delay,
            "maybe_repeat": False,
            "bundle": bundle,
            "reasons": list(reasons) or None,
        }
        self._in_hand.add_delivery(held, planned)
        return self._in_hand.settle(held, {})

    def facets(
        self, alert: str, add: tuple[str, ArticleFacets] | None = None, *, founding: bool = False
    ) -> AlertFacets:
        """Give an alert's facets, with those of an article joined to them."""
        held = self._get(alert)
        if add:
            self._join_facets(held, *add)
        known: dict[str, list[str]] = held.values["facets"] or {}
        return AlertFacets(
            countries=tuple(known.get("countries", ())),
            languages=tuple(known.get("languages", ())),
            places=tuple(known.get("places", ())),
            kinds=tuple(known.get("kinds", ())),
            tolls=tuple(known.get("tolls", ())),
            rules=tuple(known.get("rules", ())),
            denied=bool(known.get("denied")),
            outlets=1 if founding else max(1, len(held.sources())),
        )

    def current_mutes(self) -> Sequence[Mute]:
        """Give the mutes that have not ended."""
        if self._mutes is None:
            self._mutes = current_mutes(self._connection, self.now)
        return self._mutes

    def outcome(self, alert: str, analyst: str) -> OutcomeRow | None:
        """Give what became of an alert for an analyst."""
        held = self._find(alert)
        return held.outcomes.get(analyst) if held else None

    def put_outcome(self, row: OutcomeRow) -> Alert | None:
        """Save what becomes of an alert for an analyst, in place of what there was."""
        held = self._get(row.alert)
        if row.articles_told == len(held.seen().articles):
            row = replace(row, articles_told=held.shown_up_to())
        self._regroup(held.outcomes.get(row.analyst), row)
        self._in_hand.put_outcome(row)
        if row.standing is Standing.DUE and row.channels:
            return None
        return self._in_hand.settle(held, {})

    def outcomes_due(self, most: int) -> list[OutcomeRow]:
        """Give outcomes that are to be asked about again; no other transaction gets them."""
        self._take_turn()
        rows = due_outcomes(self._connection, self.now, most)
        self._in_hand.read(row.alert for row in rows)
        return rows

    def group_since(self, analyst: str, route: str, rule: str) -> datetime | None:
        """Give when the group of a rule's alerts that waits for an analyst began."""
        group = (analyst, route, rule)
        if group not in self._groups:
            self._in_hand.flush()
            self._groups[group] = waiting_since(self._connection, *group)
        return self._groups[group]

    def messages_since(self, analyst: str, route: str, since: datetime) -> tuple[datetime, ...]:
        """Give the times of the messages that were made for an analyst over a route since then."""
        wanted = (analyst, route, since)
        if wanted not in self._messages:
            self._messages[wanted] = made_since(self._connection, *wanted)
        new = [self.now for to in self._new_messages.values() if to == (analyst, route) and self.now > since]
        return (*self._messages[wanted], *new)

    def add_message(self, message: str, analyst: str, route: str) -> None:
        """Count a message for an analyst over a route."""
        self._new_messages[message] = (analyst, route)

    def acknowledged(self, alert: str) -> bool:
        """Tell whether anybody has acknowledged the alert."""
        held = self._find(alert)
        return held is not None and held.acknowledged

    def alert(self, alert: str) -> Alert | None:
        """Give one alert as this transaction sees it."""
        held = self._find(alert)
        return held.seen() if held else None

    def tally(self, tallies: Sequence[Tally]) -> Mapping[tuple[str, str], Seen]:
        """Count what articles name; give when each was seen before."""
        if not tallies:
            return {}
        self._take_turn()
        return add_tallies(self._connection, tallies, self.now)

    def finding(self, signal: str, name: str) -> Finding | None:
        """Give what a signal last found of a name."""
        self._take_turn()
        return finding_of(self._connection, signal, name)

    def put_finding(self, finding: Finding) -> None:
        """Save what a signal has found of a name."""
        save_finding(self._connection, finding)

    def finish(self) -> None:
        """Write what was decided, covered and published."""
        self._in_hand.flush()
        save_messages(self._connection, self._new_messages, self.now)
        super().finish()

    def _take_turn(self) -> None:
        if not self._has_turn and self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
        self._has_turn = True

    def _find(self, alert: str) -> AlertInHand | None:
        self._take_turn()
        return self._in_hand.find(alert)

    def _get(self, alert: str) -> AlertInHand:
        self._take_turn()
        return self._in_hand.get(alert)

    def _alert_id(self, rule: str, article: str, story: str) -> str | None:
        return self._in_hand.of_article(rule, article) or self._in_hand.of_story(rule, story)

    def _add_or_renew(self, held: AlertInHand, article: AlertArticle, story: str, changes: dict[str, Any]) -> bool:
        """Add the article, or renew what the alert says of it; tell whether it was renewed."""
        belongs_to = self._in_hand.of_article(held.values["rule"], article.id)
        if belongs_to is None:
            self._in_hand.add_article(held, article, position=held.values["size"])
            changes["size"] = held.values["size"] + 1
            return False
        if belongs_to != held.id:
            return False
        known = held.articles[article.id]
        if article.revision < known.article.revision:
            return False  # it was held up on its way, and is older than what the alert says
        if known.position == 0:
            changes["story"] = story
        is_renewed = renewed(known.article, article)
        self._in_hand.change_article(held, article.id, article=article)
        return is_renewed

    def _join_facets(self, held: AlertInHand, article: str, add: ArticleFacets) -> None:
        known: dict[str, list[str]] = held.values["facets"] or {}
        given = {
            "countries": add.countries,
            "languages": (add.language,),
            "places": add.places,
            "kinds": add.kinds,
            "tolls": (add.toll,) if add.toll else (),
            "rules": add.rules,
            "denied": ("yes",) if add.denied else (),
        }
        united = {
            name: list(dict.fromkeys([*known.get(name, []), *values]))[:MOST_FACETS]
            for name, values in given.items()
            if values or name in known
        }
        self._in_hand.change(held, {"facets": united})
        if article in held.articles:
            origin = self._origin(held.values["rule"], add.copy_of) or add.source_of
            self._in_hand.change_article(held, article, source_of=origin, kinds=list(add.kinds))

    def _origin(self, rule: str, original: str | None) -> str | None:
        """Give whose report the article is that another one repeats, where an alert of the rule has it."""
        alert = self._in_hand.of_article(rule, original) if original else None
        if alert is None or original is None:
            return None
        return self._in_hand.get(alert).articles[original].source_of

    def _regroup(self, known: OutcomeRow | None, row: OutcomeRow) -> None:
        """Keep what is known of the groups' beginnings true."""
        if known is not None and known.standing is Standing.GROUPED:
            self._groups.pop((known.analyst, known.route or "", known.rule), None)
        group = (row.analyst, row.route or "", row.rule)
        if row.standing is Standing.GROUPED and group in self._groups:
            began = self._groups[group]
            self._groups[group] = min(began, row.decided) if began else row.decided


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
