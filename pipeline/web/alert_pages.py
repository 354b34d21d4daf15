"""The pages of alerts: the list, and one alert with its deliveries, what became of it for whom, and its buttons."""

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from pipeline.errors import BadInput
from pipeline.notify.content import own_finding
from pipeline.notify.kibana_link import discover_link
from pipeline.records.alert import AlertState
from pipeline.state.interface import Ledger, Spread
from pipeline.web.actions import LENGTHS, SCOPES, carry_out, read_action, read_fields
from pipeline.web.answers import page, sentence
from pipeline.web.guard import Guard
from pipeline.web.requests import LONGEST, MOST, PAGE, read_limit

_SAID = {
    "acknowledge": "Acknowledged: it is not escalated to anybody else.",
    "mute": "Muted. `harmattan alerts mutes` lists what is muted, and `unmute` ends it.",
    "useful": "Noted as useful.",
    "false": "Noted as a false alarm. Whoever keeps the rule sees it, with the words that matched.",
}


class AlertPages:
    """Shows what the ledger holds."""

    def __init__(self, ledger: Ledger, guard: Guard, kibana: str | None, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._guard = guard
        self._kibana = kibana
        self._now = now

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

    def newest(self, _: Request) -> Response:
        """Name the newest alert: pages that are open ask three times a second, and take in what is new when it changes."""
        newest = self._ledger.alerts(limit=1)
        return PlainTextResponse(newest[0].id if newest else "", headers={"Cache-Control": "no-store"})

    async def alert(self, request: Request) -> Response:
        """Show an alert; on a POST from its buttons do what they say."""
        if request.method != "POST":
            return await run_in_threadpool(self._show, request)
        try:
            fields = await read_fields(request)
        except (BadInput, ClientDisconnect) as error:
            return page(
                request, "error.html", status=400, title="Not understood", detail=sentence(str(error) or "No form")
            )
        return await run_in_threadpool(self._act, request, fields)

    def _show(self, request: Request, problem: str | None = None) -> Response:
        alert = self._ledger.alert(request.path_params["alert"])
        if alert is None:
            raise HTTPException(404)
        may_act = self._guard.open_to(request)
        return page(
            request,
            "alert.html",
            status=400 if problem else 200,
            alert=alert,
            deliveries=self._ledger.deliveries(alert.id),
            spread=self._ledger.spread([alert.id]).get(alert.id, Spread()),
            outcomes=self._ledger.outcomes(alert.id),
            acknowledged=self._ledger.acknowledgements(alert.id),
            feedback=self._ledger.feedback(alert.id),
            kibana=discover_link(self._kibana, alert) if self._kibana and not own_finding(alert) else None,
            own=own_finding(alert),
            form=self._guard.token(request, alert.id, self._now()) if may_act else None,
            user=self._guard.user(request),
            lengths={name: words for name, (words, _) in LENGTHS.items()},
            scopes=SCOPES,
            said=_SAID.get(request.query_params.get("done", "")),
            problem=problem,
        )

    def _act(self, request: Request, fields: Mapping[str, str]) -> Response:
        alert = self._ledger.alert(request.path_params["alert"])
        if alert is None:
            raise HTTPException(404)
        if not self._guard.open_to(request):
            detail = "The buttons are for analysts and operators. Who runs this Harmattan can give you that role."
            return page(request, "error.html", status=403, title="Not for you", detail=detail)
        token, now = fields.get("form", ""), self._now()
        if not self._guard.is_ours(request, alert.id, token, now):
            detail = (
                "This form did not come from the alert's page, or stood open too long. Open the alert and press again."
            )
            return page(request, "error.html", status=403, title="Nothing was changed", detail=detail)
        try:
            by = self._guard.user(request) or fields.get("by", "")
            action = read_action(fields, by, fields.get("to") or None, token)
        except BadInput as error:
            return self._show(request, problem=sentence(str(error)))
        carry_out(self._ledger, alert, action, now)
        # Relative, so that it leads back wherever a proxy has put the page.
        return RedirectResponse(f"{quote(alert.id, safe='')}?done={action.deed}", 303)
