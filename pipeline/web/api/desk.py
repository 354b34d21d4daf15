"""What analysts and operators do by the API: alerts, why, kept searches, and which feeds are polled."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from pipeline.errors import BadInput
from pipeline.index.interface import ArticleIndex
from pipeline.index.query import ReaderSource
from pipeline.index.saved import saved_search
from pipeline.policy.model import Policy
from pipeline.records.alert import Alert, AlertState
from pipeline.rules.rule import Rule
from pipeline.state.interface import SavedSearch, Spread, State
from pipeline.web.actions import carry_out, read_action
from pipeline.web.api.operations import Call, NotThere, NotYours
from pipeline.web.api.shapes import AlertShown, AlertsShown, Done, Reason, Reasons, SearchesShown
from pipeline.web.requests import SearchForm, moment_of, search_query
from pipeline.why import answers


class Desk:
    """Shows alerts, and takes what is said of them."""

    def __init__(
        self,
        index: ArticleIndex,
        state: State,
        policy: Callable[[], Policy],
        rules: Callable[[], Sequence[Rule]],
        reader: ReaderSource,
        now: Callable[[], datetime],
    ) -> None:
        self._index = index
        self._state = state
        self._policy = policy
        self._rules = rules
        self._reader = reader
        self._now = now

    # --------------------------------------------------------------------------------------------------- alerts

    def alerts(self, call: Call) -> AlertsShown:
        """Show alerts."""
        asked = call.query
        found = self._state.ledger.alerts(
            rule=asked.rule or None,
            state=AlertState(asked.state) if asked.state else None,
            since=moment_of(asked.since, self._now()),
            until=moment_of(asked.until, self._now()),
            limit=asked.limit + 1,
        )
        return AlertsShown(alerts=tuple(found[: asked.limit]), more=len(found) > asked.limit)

    def alert(self, call: Call) -> AlertShown:
        """Show an alert with what became of it."""
        alert = self._alert(call)
        ledger = self._state.ledger
        return AlertShown(
            alert=alert,
            deliveries=tuple(ledger.deliveries(alert.id)),
            spread=ledger.spread([alert.id]).get(alert.id, Spread()),
            outcomes=tuple(ledger.outcomes(alert.id)),
            acknowledgements=tuple(ledger.acknowledgements(alert.id)),
            feedback=tuple(ledger.feedback(alert.id)),
        )

    def acknowledge(self, call: Call) -> Done:
        """Take an alert on."""
        return self._do(call, {"do": "acknowledge"})

    def mute(self, call: Call) -> Done:
        """Mute an alert's story or rule."""
        if not call.visitor.answers_for(call.body.analyst or None):
            raise NotYours(
                "to mute something for another analyst needs the role operator, and for a token the scope operate"
            )
        return self._do(call, {"do": "mute", "for": call.body.length, "what": call.body.what}, call.body.analyst)

    def judge(self, call: Call) -> Done:
        """Call an alert useful or false."""
        return self._do(call, {"do": call.body.verdict.value})

    def _do(self, call: Call, fields: dict[str, str], mute_for: str | None = None) -> Done:
        alert = self._alert(call)
        by = call.visitor.name or call.body.by
        action = read_action({**fields, "note": call.body.note}, by, mute_for or None, call.mark)
        return Done(said=carry_out(self._state.ledger, alert, action, self._now()))

    def _alert(self, call: Call) -> Alert:
        alert = self._state.ledger.alert(call.path["alert"])
        if alert is None:
            raise NotThere("there is no alert of this id")
        return alert

    def why(self, call: Call) -> Reasons:
        """Say why somebody was or was not told of an article."""
        asked = call.query
        found = answers(
            asked.article,
            asked.rule or None,
            asked.to or None,
            self._policy(),
            self._rules,
            lambda: nullcontext(self._index),
            self._state,
        )
        return Reasons(answers=tuple(Reason(lines=tuple(one.lines), facts=one.row) for one in found))

    # ------------------------------------------------------------------------------------------------- searches

    def searches(self, call: Call) -> SearchesShown:
        """Show the searches that are kept."""
        return SearchesShown(searches=tuple(self._state.searches.list()))

    def search(self, call: Call) -> SavedSearch:
        """Show a search that is kept."""
        kept = self._state.searches.get(call.path["name"])
        if kept is None:
            raise NotThere("no search of this name is kept")
        return kept

    def keep(self, call: Call) -> SavedSearch:
        """Keep a search under a name, in the place of the one that has it."""
        given: dict[str, Any] = {name: getattr(call.body, name).strip() for name in call.body.__struct_fields__}
        query = search_query(SearchForm(**given), self._now())
        name = call.path["name"]
        made = saved_search(name, query, given["since"] or None, self._reader(), call.visitor.name or None)
        self._state.searches.save(made)
        self._state.accounts.note("search kept", call.who, name)
        return self._state.searches.get(name) or made

    def forget(self, call: Call) -> None:
        """Forget a search."""
        name = call.path["name"]
        if not self._state.searches.remove(name):
            raise NotThere("no search of this name is kept")
        self._state.accounts.note("search forgotten", call.who, name)

    # ---------------------------------------------------------------------------------------------------- feeds

    def enable(self, call: Call) -> Done:
        """Let a feed be polled."""
        return self._polled(call, enabled=True)

    def disable(self, call: Call) -> Done:
        """Let a feed not be polled, and keep what is known of it."""
        return self._polled(call, enabled=False)

    def _polled(self, call: Call, *, enabled: bool) -> Done:
        url = call.body.url
        if not url.isprintable():
            raise BadInput("a feed's address is printable")
        if not self._state.feeds.enable(url, enabled=enabled):
            raise NotThere("there is no feed of this address")
        self._state.accounts.note(f"feed {'enabled' if enabled else 'disabled'}", call.who, url)
        return Done(said=f"The feed will {'' if enabled else 'not '}be polled.")
