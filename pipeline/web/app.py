"""The web application: which address shows what, and what happens when a part can't be reached."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pipeline.errors import HarmattanError
from pipeline.health import Health
from pipeline.index.interface import ArticleIndex
from pipeline.state.interface import State
from pipeline.web.alert_pages import AlertPages
from pipeline.web.answers import page, sentence
from pipeline.web.article_pages import ArticlePages
from pipeline.web.hub_pages import HubPages
from pipeline.web.rendering import STATIC
from pipeline.web.safety import HEADERS, Safety
from pipeline.web.status_pages import StatusPages
from pipeline.websub import PATH, HubKeys

_REASONS = {404: "There is nothing at this address.", 405: "This address can only be read."}


def create_app(
    index: ArticleIndex,
    state: State,
    health: Callable[[], Health],
    *,
    rules: Mapping[str, str] | None = None,
    base_url: str | None = None,
    hubs: HubKeys | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """Make the application.

    `health` reports on every part; `rules` are the ids and names offered in the search form; `base_url` is the page's
    public address, whose host it answers to beside localhost and IP addresses. No request changes anything, but what hubs
    deliver at /websub/ is kept, where `hubs` has the keys to know them.
    """
    articles = ArticlePages(index, rules or {}, now)
    alerts = AlertPages(state.ledger)
    hub_pages = HubPages(state.subscriptions, hubs)
    status = StatusPages(index, state, health)
    return Starlette(
        routes=[
            Route("/", articles.search),
            Route("/articles/{article}", articles.article),
            Route("/alerts", alerts.list),
            Route("/alerts/{alert}", alerts.alert),
            Route("/status", status.status),
            Route("/health", status.health),
            Route(f"{PATH}{{key}}", hub_pages.endpoint, methods=["GET", "POST"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(Safety, base_url=base_url)],
        exception_handlers={HTTPException: _not_there, HarmattanError: _out_of_reach, Exception: _fault},
    )


async def _not_there(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    detail = _REASONS.get(status, "This can't be answered.")
    return page(request, "error.html", status=status, headers=headers, title="Not found", detail=detail)


async def _out_of_reach(request: Request, error: Exception) -> Response:
    return page(request, "error.html", status=503, title="Out of reach for now", detail=sentence(str(error)))


async def _fault(request: Request, error: Exception) -> Response:
    detail = "Harmattan failed to make this page; its log says why."
    return page(request, "error.html", status=500, headers=HEADERS, title="Something went wrong", detail=detail)
