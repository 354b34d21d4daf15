"""Signing in and out."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from pipeline.accounts import LONGEST_NAME, Passwords, Refused, SignIn, digest
from pipeline.errors import BadInput
from pipeline.state.interface import Accounts
from pipeline.state.interface_accounts import LONGEST
from pipeline.web.actions import read_fields
from pipeline.web.answers import page, sentence
from pipeline.web.guard import Guard
from pipeline.web.rendering import up_from
from pipeline.web.visitors import COOKIE, Access, address_of, visitor_of

_LONGEST_PATH = 1000
_FORM = "sign-in"
SIGN_OUT = "sign-out"
"""The subject of the form that signs out."""


class SignInPages:
    """Lets people in, and out again."""

    def __init__(
        self, accounts: Accounts, guard: Guard, access: Access, now: Callable[[], datetime], provider: str | None = None
    ) -> None:
        """Take the host of the OpenID Connect provider beside what is kept here, if there is one."""
        self._accounts = accounts
        self._sign_in = SignIn(accounts, Passwords())
        self._guard = guard
        self._access = access
        self._now = now
        self._provider = provider

    async def sign_in(self, request: Request) -> Response:
        """Show the form; on a POST let in who is known."""
        if request.method != "POST":
            return await run_in_threadpool(self.show, request, request.query_params.get("next", ""))
        try:
            fields = await read_fields(request)
        except (BadInput, ClientDisconnect) as error:
            detail = sentence(str(error) or "No form")
            return page(request, "error.html", status=400, title="Not understood", detail=detail)
        return await run_in_threadpool(self._enter, request, fields)

    async def sign_out(self, request: Request) -> Response:
        """End the visitor's session."""
        try:
            fields = await read_fields(request)
        except (BadInput, ClientDisconnect):
            fields = {}
        return await run_in_threadpool(self._leave, request, fields)

    def show(self, request: Request, back: str, name: str = "", said: str | None = None, status: int = 200) -> Response:
        """Show the ways to sign in, and what was said of the last try."""
        nobody = self._access.passwords and not self._provider and not self._accounts.list()
        return page(
            request,
            "sign_in.html",
            status=status,
            form=self._guard.token(request, _FORM, self._now()),
            back=back if is_own(back) else "",
            passwords=self._access.passwords,
            provider=self._provider,
            left=request.query_params.get("left") == "1",
            name=name,
            longest=LONGEST_NAME,
            nobody=nobody,
            problem=said,
        )

    def _enter(self, request: Request, fields: Mapping[str, str]) -> Response:
        back, name = fields.get("next", ""), fields.get("name", "").strip()[: LONGEST_NAME + 1]
        if not self._guard.is_ours(request, _FORM, fields.get("form", ""), self._now()):
            return self.show(request, back, name, "This form stood open too long. Please sign in once more.", 403)
        if not self._access.passwords:
            return self.show(request, back, said="Passwords are not used here.", status=403)
        try:
            self._sign_in.check(name, fields.get("password", ""), address_of(request, self._access))
        except Refused as error:
            return self.show(request, back, name, str(error), 403)
        return self.let_in(request, name, back)

    def let_in(self, request: Request, name: str, back: str) -> Response:
        """Begin a session of an account in place of any other in this browser, and lead on to a path of this page."""
        key = self._sign_in.open(name)
        if before := request.cookies.get(COOKIE):
            self._accounts.end_session(digest(before))
        up = up_from(request.url.path)
        # behind this, nothing is a scheme or a host
        target = f"{up}{quote(back[1:], safe='/?&=%')}" if is_own(back) else up
        answer = RedirectResponse(target, 303, {"Cache-Control": "no-store"})
        self.set_cookie(request, answer, COOKIE, key, LONGEST)
        return answer

    def set_cookie(self, request: Request, answer: Response, name: str, value: str, lasting: timedelta) -> None:
        """Give a browser a cookie for this page alone."""
        https = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", ""))
        answer.set_cookie(
            name,
            value,
            max_age=int(lasting.total_seconds()),
            path="/",
            secure=https or self._access.https,
            httponly=True,
            # a link in a message leads to a page that is signed in
            samesite="lax",
        )

    def _leave(self, request: Request, fields: Mapping[str, str]) -> Response:
        if not self._guard.is_ours(request, SIGN_OUT, fields.get("form", ""), self._now()):
            detail = "This form did not come from the page, or stood open too long. Open the page again."
            return page(request, "error.html", status=403, title="Nothing was changed", detail=detail)
        if session := visitor_of(request).session:
            self._accounts.end_session(session)
        answer = RedirectResponse("./sign-in?left=1", 303, {"Cache-Control": "no-store"})
        answer.delete_cookie(COOKIE, path="/")
        return answer


def is_own(path: str) -> bool:
    """Tell whether it is a path of this page, and nothing that a browser takes for another site's address."""
    return (
        path.startswith("/")
        and not path.startswith("//")
        and len(path) <= _LONGEST_PATH
        and path.isprintable()
        and "\\" not in path
    )
