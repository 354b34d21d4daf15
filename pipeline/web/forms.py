"""The way of a form: who may send it, whether it is the page's own, and what happens then."""

from collections.abc import Callable, Mapping
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from pipeline.errors import BadInput
from pipeline.state.interface import Role
from pipeline.web.actions import MOST_BYTES, read_fields
from pipeline.web.answers import page, sentence
from pipeline.web.guard import Guard

Show = Callable[[Request], Response]
Act = Callable[[Request, Mapping[str, str]], Response]


class Forms:
    """Takes what the forms of a page send; `role` is who may send them."""

    def __init__(self, guard: Guard, now: Callable[[], datetime], role: Role) -> None:
        self._guard = guard
        self._now = now
        self._role = role

    def token(self, request: Request, subject: str) -> str | None:
        """Give what a form about a subject carries; None to who may not send it."""
        return self._guard.token(request, subject, self._now()) if self.open_to(request) else None

    def open_to(self, request: Request) -> bool:
        """Tell whether the visitor may send these forms."""
        return self._guard.open_to(request, self._role)

    async def handle(self, request: Request, subject: str, show: Show, act: Act, most: int = MOST_BYTES) -> Response:
        """Show the page, or on a POST of its form do what that says."""
        if request.method != "POST":
            return await run_in_threadpool(show, request)
        try:
            fields = await read_fields(request, most)
        except (BadInput, ClientDisconnect) as error:
            detail = sentence(str(error) or "No form")
            return page(request, "error.html", status=400, title="Not understood", detail=detail)
        return await run_in_threadpool(self._sent, request, subject, act, fields)

    def refusal(self, request: Request) -> Response:
        """Answer who may not do this."""
        who = "operators" if self._role is Role.OPERATOR else "analysts and operators"
        detail = f"This is for {who}. Who runs this Harmattan can give you that role."
        return page(request, "error.html", status=403, title="Not for you", detail=detail)

    def _sent(self, request: Request, subject: str, act: Act, fields: Mapping[str, str]) -> Response:
        if not self.open_to(request):
            return self.refusal(request)
        if not self._guard.is_ours(request, subject, fields.get("form", ""), self._now()):
            detail = "This form did not come from this page, or stood open too long. Open the page and press again."
            return page(request, "error.html", status=403, title="Nothing was changed", detail=detail)
        return act(request, fields)
