"""The alerts that a decision works on: read once with all that hangs on them, changed in memory, written back together.

A batch of articles that raise or join alerts so costs some twenty statements, however many they are, and not twenty each.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, select

from pipeline.records.alert import Alert, AlertArticle, AlertState
from pipeline.state.alert_rows import MOST_ARTICLES, alert_of_row, article_of_row, article_values, state_of
from pipeline.state.interface import OutcomeRow
from pipeline.state.outcome_rows import outcome_rows, outcome_values
from pipeline.state.sql import insert_into, one_of, text_pairs
from pipeline.state.tables import acknowledgements, alert_articles, alert_stories, alerts, deliveries, outcomes

Values = dict[str, Any]


@dataclass(slots=True)
class ArticleInHand:
    """An alert's article, with what the alert counts by it."""

    article: AlertArticle
    position: int
    source_of: str | None = None
    kinds: Sequence[str] | None = None


@dataclass(slots=True)
class AlertInHand:
    """An alert, whose row is locked, as it will be saved."""

    values: Values
    articles: dict[str, ArticleInHand] = field(default_factory=dict)
    deliveries: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, OutcomeRow] = field(default_factory=dict)
    acknowledged: bool = False

    @property
    def id(self) -> str:
        """Give its identity."""
        return str(self.values["id"])

    def seen(self) -> Alert:
        """Give the alert as everybody sees it."""
        shown = [held.article for held in self.articles.values() if held.position < MOST_ARTICLES]
        return alert_of_row(self.values, shown)

    def state(self) -> AlertState:
        """Derive its state from its deliveries and from what is held of it."""
        held = any(row.until is not None for row in self.outcomes.values())
        return state_of(self.deliveries.values(), held=held)

    def shown_up_to(self) -> int:
        """Give the position behind the last article that a message shows now; those of articles that left stay empty."""
        return max((held.position for held in self.articles.values() if held.position < MOST_ARTICLES), default=-1) + 1

    def was_shown(self, position: int) -> bool:
        """Tell whether anybody was sent a message when the article at that position stood in the alert."""
        told = [row.articles_told for row in self.outcomes.values() if row.told is not None]
        return any(articles is None or position < articles for articles in told)

    def sources(self) -> set[str]:
        """Give whose reports its articles are: independent origins."""
        return {held.source_of or held.article.source for held in self.articles.values()}


class AlertsInHand:
    """Finds alerts by article, story or id, keeps them until the decision's end, and writes what has changed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._alerts: dict[str, AlertInHand | None] = {}
        self._of_article: dict[tuple[str, str], str | None] = {}
        self._of_story: dict[tuple[str, str], str | None] = {}
        self._inserts: dict[Table, list[Values]] = {}
        self._changed: dict[str, AlertInHand] = {}
        self._changed_articles: dict[tuple[str, str], ArticleInHand] = {}
        self._urgency: dict[str, int] = {}
        self._outcomes: dict[tuple[str, str], OutcomeRow] = {}

    # -------------------------------------------------------------------------------------------- reading

    def look_up(self, articles: Iterable[tuple[str, str]], stories: Iterable[tuple[str, str]]) -> None:
        """Read which alerts these articles and stories belong to, and those alerts; each pair begins with a rule."""
        found = self._ids(alert_articles, alert_articles.c.article, articles, self._of_article)
        found |= self._ids(alert_stories, alert_stories.c.story, stories, self._of_story)
        self.read(found)

    def of_article(self, rule: str, article: str) -> str | None:
        """Give the alert under the rule that the article belongs to."""
        if (rule, article) not in self._of_article:
            self.look_up([(rule, article)], [])
        return self._of_article[rule, article]

    def of_story(self, rule: str, story: str) -> str | None:
        """Give the alert under the rule that the story belongs to."""
        if (rule, story) not in self._of_story:
            self.look_up([], [(rule, story)])
        return self._of_story[rule, story]

    def with_article(self, article: str) -> list[AlertInHand]:
        """Give the alerts, of whatever rules, that an article stands in."""
        self.flush()
        wanted = (
            select(alert_articles.c.alert).where(alert_articles.c.article == article).order_by(alert_articles.c.alert)
        )
        ids = list(self._connection.execute(wanted).scalars())
        self.read(ids)
        return [held for name in ids if (held := self._alerts[name])]

    def find(self, alert: str) -> AlertInHand | None:
        """Give an alert by its id."""
        if alert not in self._alerts:
            self.read([alert])
        return self._alerts[alert]

    def get(self, alert: str) -> AlertInHand:
        """Give an alert by its id. Raises LookupError."""
        found = self.find(alert)
        if found is None:
            raise LookupError(f"there is no alert {alert}")
        return found

    def read(self, ids: Iterable[str]) -> None:
        """Read alerts by id and lock them; then nobody records a delivery or an acknowledgement of them meanwhile."""
        wanted = [alert for alert in dict.fromkeys(ids) if alert not in self._alerts]
        if not wanted:
            return
        self._alerts |= dict.fromkeys(wanted)
        rows = select(alerts).where(alerts.c.id.in_(one_of(self._connection, wanted))).order_by(alerts.c.id)
        found: dict[str, AlertInHand] = {}
        for row in self._connection.execute(rows.with_for_update()):
            found[row.id] = AlertInHand(dict(row._mapping))
        if found:
            self._read_what_hangs_on(found)
            self._alerts |= found

    def _read_what_hangs_on(self, found: Mapping[str, AlertInHand]) -> None:
        def rows(table: Table, *columns: Any) -> Any:
            return select(*columns).where(table.c.alert.in_(one_of(self._connection, found)))

        wanted = rows(alert_articles, alert_articles).order_by(alert_articles.c.alert, alert_articles.c.position)
        for row in self._connection.execute(wanted):
            held = ArticleInHand(article_of_row(row), row.position, row.source_of, row.kinds)
            found[row.alert].articles[row.article] = held
        for row in self._connection.execute(rows(deliveries, deliveries.c.alert, deliveries.c.id, deliveries.c.state)):
            found[row.alert].deliveries[row.id] = row.state
        for outcome in outcome_rows(self._connection, outcomes.c.alert.in_(one_of(self._connection, found))):
            found[outcome.alert].outcomes[outcome.analyst] = outcome
        for row in self._connection.execute(rows(acknowledgements, acknowledgements.c.alert).distinct()):
            found[row.alert].acknowledged = True

    def _ids(
        self, table: Table, column: Any, keys: Iterable[tuple[str, str]], known: dict[tuple[str, str], str | None]
    ) -> set[str]:
        new = [key for key in dict.fromkeys(keys) if key not in known]
        if not new:
            return set()
        known |= dict.fromkeys(new)
        given = text_pairs(self._connection, new)
        wanted = select(table.c.rule, column, table.c.alert).where(
            table.c.rule == given.c.first, column == given.c.second
        )
        found = {(rule, second): alert for rule, second, alert in self._connection.execute(wanted)}
        known |= found
        return set(found.values())

    # ------------------------------------------------------------------------------------------- changing

    def add_alert(self, values: Values) -> AlertInHand:
        """Take a new alert; `values` are the columns of its row."""
        added = AlertInHand({"facets": None} | values)
        self._alerts[added.id] = added
        self._insert(alerts, added.values)
        return added

    def add_article(self, alert: AlertInHand, article: AlertArticle, position: int) -> None:
        """Add an article to an alert."""
        rule = alert.values["rule"]
        held = ArticleInHand(article, position)
        alert.articles[article.id] = held
        self._of_article[rule, article.id] = alert.id
        # the object, so that what is learnt of it before the end is written with it
        self._insert(alert_articles, {"rule": rule, "article": article.id, "alert": alert.id, "held": held})

    def remove_article(self, alert: AlertInHand, name: str) -> None:
        """Take an article out of an alert. Its position stays empty."""
        self.flush()
        rule = alert.values["rule"]
        del alert.articles[name]
        self._of_article[rule, name] = None
        its = alert_articles.c
        self._connection.execute(delete(alert_articles).where(its.rule == rule, its.article == name))

    def change_article(self, alert: AlertInHand, name: str, **changes: Any) -> None:
        """Change what an alert says of one of its articles."""
        held = alert.articles[name]
        for column, value in changes.items():
            if getattr(held, column) != value:
                setattr(held, column, value)
                self._changed_articles[alert.values["rule"], name] = held

    def add_story(self, alert: AlertInHand, story: str) -> None:
        """Give a story to an alert; one that belongs to another alert of the rule stays there."""
        rule = alert.values["rule"]
        if self.of_story(rule, story) is None:
            self._of_story[rule, story] = alert.id
            self._insert(alert_stories, {"rule": rule, "story": story, "alert": alert.id})

    def remove_story(self, alert: AlertInHand, story: str) -> None:
        """Take a story from an alert; one that belongs to another alert of the rule stays there."""
        rule = alert.values["rule"]
        if self.of_story(rule, story) == alert.id:
            self.flush()
            self._of_story[rule, story] = None
            its = alert_stories.c
            self._connection.execute(delete(alert_stories).where(its.rule == rule, its.story == story))

    def add_delivery(self, alert: AlertInHand, values: Values) -> None:
        """Plan a delivery; one that is there already stays as it is."""
        if values["id"] not in alert.deliveries:
            alert.deliveries[values["id"]] = values["state"]
            self._insert(deliveries, values)

    def hurry(self, alert: AlertInHand, urgency: int) -> None:
        """Give all deliveries that are due another urgency."""
        self._urgency[alert.id] = urgency

    def put_outcome(self, row: OutcomeRow) -> None:
        """Save what became of an alert for an analyst."""
        self.get(row.alert).outcomes[row.analyst] = row
        self._outcomes[row.alert, row.analyst] = row

    def change(self, alert: AlertInHand, changes: Mapping[str, Any]) -> None:
        """Change columns of an alert without counting its revision up."""
        if any(alert.values[name] != value for name, value in changes.items()):
            alert.values.update(changes)
            self._changed[alert.id] = alert

    def settle(self, alert: AlertInHand, changes: Mapping[str, Any], *, renewed: bool = False) -> Alert:
        """Change an alert, derive its state anew, and count its revision up if anything changed."""
        values = {**changes, "state": alert.state().value}
        if renewed or any(alert.values[name] != value for name, value in values.items()):
            self.change(alert, {**values, "revision": alert.values["revision"] + 1})
        return alert.seen()

    # -------------------------------------------------------------------------------------------- writing

    def flush(self) -> None:
        """Write everything that has changed since the last time."""
        new = {values["id"] for values in self._inserts.get(alerts, ())}
        self._write_inserts()
        self._write_alerts([held.values for name, held in self._changed.items() if name not in new])
        self._write_articles()
        self._write_urgencies()
        if self._outcomes:
            self._write_outcomes(list(self._outcomes.values()))
        for written in (self._inserts, self._changed, self._changed_articles, self._urgency, self._outcomes):
            written.clear()

    def _insert(self, table: Table, values: Values) -> None:
        self._inserts.setdefault(table, []).append(values)

    def _write_inserts(self) -> None:
        for table in (alerts, alert_articles, alert_stories, deliveries):
            rows = self._inserts.get(table)
            if rows and table is alert_articles:
                for values in rows:
                    self._changed_articles.pop((values["rule"], values["article"]), None)
                rows = [_article_row(values.pop("held"), values) for values in rows]
            if rows:
                self._connection.execute(table.insert(), rows)

    def _write_alerts(self, rows: Sequence[Values]) -> None:
        if not rows:
            return
        columns = ("severity", "story", "state", "revision", "matches", "size", "facets")
        changed = alerts.update().where(alerts.c.id == bindparam("its_id"))
        changed = changed.values({name: bindparam(f"new_{name}") for name in columns})
        given = [{"its_id": row["id"]} | {f"new_{name}": row[name] for name in columns} for row in rows]
        self._connection.execute(changed, given)

    def _write_articles(self) -> None:
        if not self._changed_articles:
            return
        given = [
            {"its_rule": rule, "its_article": article}
            | {f"new_{name}": value for name, value in _article_row(held, {}).items()}
            for (rule, article), held in sorted(self._changed_articles.items())
        ]
        names = [name.removeprefix("new_") for name in given[0] if name.startswith("new_")]
        is_it = (alert_articles.c.rule == bindparam("its_rule")) & (
            alert_articles.c.article == bindparam("its_article")
        )
        changed = alert_articles.update().where(is_it).values({name: bindparam(f"new_{name}") for name in names})
        self._connection.execute(changed, given)

    def _write_urgencies(self) -> None:
        if not self._urgency:
            return
        due = (deliveries.c.alert == bindparam("its_alert")) & (deliveries.c.state == bindparam("still"))
        hurried = deliveries.update().where(due).values(urgency=bindparam("new_urgency"))
        given = [
            {"its_alert": alert, "still": "due", "new_urgency": urgency}
            for alert, urgency in sorted(self._urgency.items())
        ]
        self._connection.execute(hurried, given)

    def _write_outcomes(self, rows: Sequence[OutcomeRow]) -> None:
        given = [outcome_values(row) for row in rows]
        saved = insert_into(self._connection, outcomes)
        changed = {name: saved.excluded[name] for name in given[0] if name not in ("alert", "analyst")}
        self._connection.execute(saved.on_conflict_do_update(index_elements=["alert", "analyst"], set_=changed), given)


def _article_row(held: ArticleInHand, values: Values) -> Values:
    own = {"position": held.position, "source_of": held.source_of, "kinds": held.kinds}
    return {**values, **article_values(held.article), **own}


def renewed(known: AlertArticle, article: AlertArticle) -> bool:
    """Tell whether an article says something else than the alert says of it; a revision alone is nothing to say."""
    return replace(known, revision=0) != replace(article, revision=0)
