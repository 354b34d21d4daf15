"""What stands around every page: which host names it answers to, and what browsers may do with it."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Nothing is loaded from elsewhere, nothing runs inline, and no other site may frame the pages or learn of them."""


class Safety:
    """Adds the headers to every answer, and answers only under the host names that this page has.

    A foreign name that leads here is how another site would read the page through a visitor's browser. An IP address in
    the address bar can't be made to lead elsewhere, so any will do.
    """

    def __init__(self, app: ASGIApp, base_url: str | None) -> None:
        self._app = app
        public = urlsplit(base_url).hostname if base_url else None
        self._names = {"localhost", public.casefold()} if public else {"localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        name = _host_name(Headers(scope=scope).get("host", ""))
        app = self._app if name and self._is_ours(name) else _REFUSAL
        await app(scope, receive, send_safely)

    def _is_ours(self, name: str) -> bool:
        if name in self._names:
            return True
        try:
            ip_address(name)
        except ValueError:
            return False
        return True


_REFUSAL = PlainTextResponse(
    "This page does not answer under this name. If it should, set HARMATTAN_BASE_URL to the page's address.\n", 421
)


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
