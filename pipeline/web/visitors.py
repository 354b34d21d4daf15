"""Who a visitor is, and the door that nobody passes who may not read.

On loopback with the embedded stores the page is open to who sits at this machine. Everybody else is known by a session, a
token, or the header of a proxy that signs people in.
"""

import logging
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.accounts import LONGEST_NAME, digest
from pipeline.errors import HarmattanError
from pipeline.state.interface import Accounts, ApiScope, Role
from pipeline.web.answers import page, sentence
from pipeline.web.problems import problem
from pipeline.web.rendering import up_from

COOKIE = "harmattan_session"
HERE = "somebody at this machine"
"""What the audit trail calls who changes something on an open page."""
API = "/api/v1/"
PUBLIC = (
    "/health",
    "/sign-in",
    "/sign-in/openid",
    "/sign-in/openid/answer",
    "/sign-in/openid/leave",
    "/api/v1/openapi.json",
)
PUBLIC_BELOW = ("/static/", "/answer/", "/unsubscribe/", "/websub/")
"""What needs no sign-in: health checks, the sign-in itself, and what is signed or has a secret in its address."""

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_LONGEST_PATH = 1000

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How visitors are known.

    `open` is for a page on loopback with the embedded stores. `user_header` is the one in which a proxy names who is
    signed in; they have the role of the account of that name, or else `user_role`. `proxies` are the networks of proxies that
    are believed; without any, whoever sends the header is, and nobody who says for whom a request is forwarded.
    `passwords` tells whether accounts' own passwords count.
    """

    open: bool = True
    user_header: str | None = None
    user_role: Role = Role.READER
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    base_url: str | None = None
    passwords: bool = True

    @property
    def https(self) -> bool:
        """Tell whether the page's public address is one of https."""
        return bool(self.base_url and self.base_url.startswith("https://"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks; the name is empty on an open page. `scopes` None: all that the role allows; `session` is a key's digest."""

    name: str = ""
    role: Role = Role.READER
    scopes: tuple[ApiScope, ...] | None = None
    session: str | None = None

    def may(self, scope: ApiScope) -> bool:
        """Tell whether this visitor may do what needs the scope."""
        return self.role.covers(scope.role) and (self.scopes is None or scope in self.scopes)

    def answers_for(self, analyst: str | None) -> bool:
        """Tell whether this visitor may say what an analyst is told, or with None all: of another only operators may."""
        return analyst in (None, self.name) or self.may(ApiScope.OPERATE)


class BadToken(Exception):
    """The token is none of ours, or holds no more."""


def visitor_of(request: Request) -> Visitor:
    """Give who asks; somebody unknown is a reader of what needs no sign-in."""
    found: Visitor | None = getattr(request.state, "visitor", None)
    return found or Visitor()


def address_of(request: Request, access: Access) -> str:
    """Give the address that a request comes from, before the proxies that are believed."""
    address = request.client.host if request.client else ""
    forwarded = [one.strip() for one in request.headers.get("x-forwarded-for", "").split(",")]
    while forwarded and _within(address, access.proxies):
        try:
            address = str(ip_address(forwarded.pop()))
        except ValueError:
            break
    return address


class Door:
    """Finds out who asks, and turns away who may not read."""

    def __init__(self, app: ASGIApp, access: Access, accounts: Accounts, form: Callable[[Request], str]) -> None:
        """Take the application, how visitors are known, and what makes the token of the form that signs out."""
        self._app = app
        self._access = access
        self._accounts = accounts
        self._form = form
        public = urlsplit(access.base_url).hostname if access.base_url else None
        self._public_name = public if public and not is_here(public) else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or _is_public(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        refusal = await run_in_threadpool(self._look, request)
        await (refusal or self._app)(scope, receive, send)

    def _look(self, request: Request) -> Response | None:
        """Note who it is; give the answer to who may not come in."""
        try:
            visitor = self._visitor(request)
        except BadToken:
            logger.warning(
                "a token that is none of ours, or has ended, was refused at %s", address_of(request, self._access)
            )
            return _turn_away(request, "This token is none of ours, or has ended.")
        except HarmattanError as error:
            if request.url.path.startswith(API):
                return problem(503, "Out of reach for now", sentence(str(error)))
            return page(request, "error.html", status=503, title="Out of reach for now", detail=sentence(str(error)))
        if visitor is None:
            return _turn_away(request, "Sign in first.")
        if not request.url.path.startswith(API) and not visitor.may(ApiScope.READ):
            self._accounts.note("refused", visitor.name, f"{request.url.path[:100]} needs the scope read")
            return _turn_away(request, "This token is not for reading.")
        request.state.visitor = visitor
        if visitor.session:
            request.state.signed_in = {"name": visitor.name, "form": self._form(request)}
        return None

    def _visitor(self, request: Request) -> Visitor | None:
        token = _token(request)
        if token is not None:
            return self._by_token(token)
        if name := self._named(request):
            account = self._accounts.get(name)
            return Visitor(name=name, role=account.role if account else self._access.user_role)
        if key := request.cookies.get(COOKIE):
            session = digest(key)
            if account := self._accounts.session(session):
                return Visitor(name=account.name, role=account.role, session=session)
        if self._is_open_to(request):
            # where a proxy names people, the buttons are for those
            return Visitor(role=Role.READER if self._access.user_header else Role.OPERATOR)
        return None

    def _by_token(self, token: str) -> Visitor:
        found = self._accounts.token(digest(token))
        if found is None:
            raise BadToken
        account, kept = found
        return Visitor(name=account.name, role=account.role, scopes=kept.scopes)

    def _named(self, request: Request) -> str:
        if not self._access.user_header:
            return ""
        peer = request.client.host if request.client else ""
        if self._access.proxies and not _within(peer, self._access.proxies):
            return ""
        name = " ".join(request.headers.get(self._access.user_header, "").split())
        return name[:LONGEST_NAME] if name.isprintable() else ""

    def _is_open_to(self, request: Request) -> bool:
        """Tell whether a request comes from this machine, and not through a proxy that stands on it."""
        if not self._access.open or not request.client or not is_here(request.client.host):
            return False
        asked = urlsplit(f"//{request.headers.get('host', '')}").hostname
        return asked != self._public_name and not any(name in request.headers for name in _FORWARDED)


def sign_in_address(request: Request) -> str:
    """Give the address of the sign-in that leads back, relative, since a proxy may put the page anywhere."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = f"?next={quote(asked, safe='/')}" if 1 < len(asked) <= _LONGEST_PATH else ""
    return f"{up_from(request.url.path)}sign-in{back}"


def _turn_away(request: Request, detail: str) -> Response:
    path = request.url.path
    if path.startswith(API):
        return problem(401, "Who are you?", detail, {"WWW-Authenticate": 'Bearer realm="Harmattan"'})
    if path.endswith((".atom", ".csv")):
        # readers of feeds know no other way; the token is the password
        headers = {"WWW-Authenticate": 'Basic realm="Harmattan: a token as password"', "Cache-Control": "no-store"}
        return PlainTextResponse(f"{detail}\n", 401, headers)
    if request.method in ("GET", "HEAD"):
        return RedirectResponse(sign_in_address(request), 303, {"Cache-Control": "no-store"})
    return page(request, "error.html", status=401, title="Nothing was changed", detail=f"{detail} Then press again.")


def _token(request: Request) -> str | None:
    """Give the token that a request of the API, of a feed or of CSV carries."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    path = request.url.path
    export = path.endswith((".atom", ".csv"))
    if scheme.casefold() == "bearer" and (export or path.startswith(API)):
        return value.strip()
    if scheme.casefold() == "basic" and export:
        try:
            return b64decode(value, validate=True).decode("utf-8").partition(":")[2]
        except (NotBase64, ValueError):
            return ""
    return None


def _is_public(path: str) -> bool:
    return path in PUBLIC or path.startswith(PUBLIC_BELOW)


def is_here(host: str) -> bool:
    """Tell whether a host, by address or name, is this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def _within(address: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)
