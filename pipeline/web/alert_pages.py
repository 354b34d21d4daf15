"""The pages of alerts: the list, and one alert with its deliveries."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline.records.alert import AlertState
from pipeline.state.interface import Ledger
from pipeline.web.answers import page
from pipeline.web.requests import LONGEST, MOST, PAGE, read_limit


class AlertPages:
    """Shows what the ledger holds."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def list(self, request: Request) -> Response:
        """Show alerts, the newest first; of one rule or in one state, where that is asked for."""
        limit = read_limit(request.query_params.get("limit", ""))
        rule = request.query_params.get("rule", "").strip()[:LONGEST]
        state = request.query_params.get("state", "")
        state = state if state in list(AlertState) else ""
        alerts = self._ledger.alerts(rule=rule or None, state=AlertState(state) if state else None, limit=limit + 1)
        return page(
            request,
            "alerts.html",
            alerts=alerts[:limit],
            asked={"rule": rule, "state": state},
            states=[state.value for state in AlertState],
            more=min(limit + PAGE, MOST) if len(alerts) > limit and limit < MOST else None,
        )

    def alert(self, request: Request) -> Response:
        """Show an alert: what matched, in which articles, and who was told."""
        alert = self._ledger.alert(request.path_params["alert"])
        if alert is None:
            raise HTTPException(404)
        return page(request, "alert.html", alert=alert, deliveries=self._ledger.deliveries(alert.id))
