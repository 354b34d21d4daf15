"""What is muted, by whom and until when, and what signals have found in the numbers of articles."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import BadInput
from pipeline.policy.model import Policy
from pipeline.state.interface import Finding, State
from pipeline.web.answers import page, sentence
from pipeline.web.forms import Forms
from pipeline.web.guard import Guard
from pipeline.web.visitors import HERE, visitor_of

logger = logging.getLogger(__name__)

MOST_FINDINGS = 500
_FORM = "mutes"


class DeskPages:
    """Shows mutes, which analysts end here, and findings of signals."""

    def __init__(
        self, state: State, policy: Callable[[], Policy], guard: Guard, forms: Forms, now: Callable[[], datetime]
    ) -> None:
        self._state = state
        self._policy = policy
        self._guard = guard
        self._forms = forms
        self._now = now

    async def mutes(self, request: Request) -> Response:
        """Show what is muted; on a POST end a mute."""
        return await self._forms.handle(request, _FORM, self._show, self._unmute)

    def _show(self, request: Request) -> Response:
        return page(
            request,
            "mutes.html",
            mutes=self._state.ledger.mutes(),
            form=self._forms.token(request, _FORM),
            ended=request.query_params.get("done") == "ended",
        )

    def _unmute(self, request: Request, fields: Mapping[str, str]) -> Response:
        mute = fields.get("mute", "")[:200]
        visitor = visitor_of(request)
        theirs = next((one for one in self._state.ledger.mutes() if one.id == mute), None)
        if theirs and theirs.by != visitor.name and not visitor.answers_for(theirs.analyst):
            who = visitor.name or HERE
            logger.warning("to end a mute of another analyst was refused to %s", who)
            self._state.accounts.note("refused", who, f"to end the mute {mute} of {theirs.analyst}")
            detail = f"This mute is {theirs.analyst}'s own. They can end it, and so can operators."
            return page(request, "error.html", status=403, title="Not for you", detail=detail)
        if not self._state.ledger.unmute(mute, self._guard.user(request) or HERE):
            detail = "This mute is over already, or never was."
            return page(request, "error.html", status=404, title="Nothing was changed", detail=detail)
        return RedirectResponse("mutes?done=ended", 303)

    def signals(self, request: Request) -> Response:
        """Show the signals that the policy asks for, and what they last found; what lasts comes first."""
        problem = None
        signals: tuple[object, ...] = ()
        try:
            signals = tuple(self._policy().signals)
        except BadInput as error:
            problem = sentence(str(error))
        now = self._now()
        found = sorted(self._state.signals.findings(), key=lambda one: _order(one, now))
        return page(
            request,
            "signals.html",
            signals=signals,
            findings=[(one, one.ends is None or one.ends > now) for one in found[:MOST_FINDINGS]],
            problem=problem,
        )


def _order(finding: Finding, now: datetime) -> tuple[bool, float]:
    return finding.ends is not None and finding.ends <= now, -finding.began.timestamp()
