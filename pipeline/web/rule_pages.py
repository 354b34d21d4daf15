"""The page of a rule: what it asks, what analysts made of its alerts, and the latest of them."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline.errors import BadInput
from pipeline.policy.usefulness import usefulness
from pipeline.rules.rule import Rule
from pipeline.state.interface import Ledger
from pipeline.web.answers import page

PERIOD = timedelta(days=90)
LATEST = 10


class RulePages:
    """Shows rules, and signals, by what the ledger holds of their alerts."""

    def __init__(self, ledger: Ledger, read_rules: Callable[[], Sequence[Rule]], now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._read_rules = read_rules
        self._now = now

    def rule(self, request: Request) -> Response:
        """Show a rule that is in force, or one that has raised alerts."""
        name = request.path_params["rule"]
        rule = next((one for one in self._rules() if one.id == name), None)
        alerts = self._ledger.alerts(rule=name, limit=LATEST)
        if rule is None and not alerts:
            raise HTTPException(404)
        found = usefulness(self._ledger.verdicts(self._now() - PERIOD, name))
        return page(
            request,
            "rule.html",
            id=name,
            name=rule.name if rule else alerts[0].rule_name or name,
            rule=rule,
            stats=found[0] if found else None,
            days=PERIOD.days,
            alerts=alerts,
        )

    def _rules(self) -> Sequence[Rule]:
        try:
            return self._read_rules()
        except BadInput:
            return ()  # what analysts said of its alerts can be told without the file
