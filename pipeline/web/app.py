"""The web application: which address shows what, and what happens when a part can't be reached."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pipeline.answer_links import LinkKeys
from pipeline.errors import CannotHandle, HarmattanError
from pipeline.health import Health
from pipeline.index.interface import ArticleIndex
from pipeline.index.query import ReaderSource, plain_reader
from pipeline.oidc import Provider
from pipeline.policy.desk import simple_policy
from pipeline.policy.model import Policy
from pipeline.rules.rule import Rule
from pipeline.state.interface import Role, State
from pipeline.web.alert_pages import AlertPages
from pipeline.web.answer_pages import AnswerPages
from pipeline.web.answers import page, sentence
from pipeline.web.api.desk import Desk
from pipeline.web.api.reading import Reading
from pipeline.web.api.table import api_routes
from pipeline.web.article_pages import ArticlePages
from pipeline.web.bench import Bench
from pipeline.web.desk_pages import DeskPages
from pipeline.web.feed_pages import FeedPages
from pipeline.web.forms import Forms
from pipeline.web.guard import Guard
from pipeline.web.hub_pages import HubPages
from pipeline.web.openid_pages import OpenIdPages
from pipeline.web.problems import UNKEPT, problem
from pipeline.web.rendering import STATIC
from pipeline.web.rule_edit_pages import RuleEditPages
from pipeline.web.rule_pages import RulePages
from pipeline.web.safety import HEADERS, Safety
from pipeline.web.search_pages import SearchPages
from pipeline.web.sign_in_pages import SIGN_OUT, SignInPages
from pipeline.web.source_pages import SourcePages
from pipeline.web.status_pages import StatusPages
from pipeline.web.story_pages import StoryPages
from pipeline.web.tools import FeedTools, RuleTools
from pipeline.web.turns import TakingTurns
from pipeline.web.visitors import API, Access, Door
from pipeline.web.why_pages import WhyPages
from pipeline.websub import PATH, HubKeys

_REASONS = {404: "There is nothing at this address.", 405: "Nothing can be done here in that way."}


def create_app(
    index: ArticleIndex,
    state: State,
    health: Callable[[], Health],
    *,
    rules: Mapping[str, str] | None = None,
    base_url: str | None = None,
    hubs: HubKeys | None = None,
    keys: LinkKeys | None = None,
    kibana: str | None = None,
    access: Access | None = None,
    provider: Provider | None = None,
    policy: Callable[[], Policy] = lambda: simple_policy(()),
    read_rules: Callable[[], Sequence[Rule]] = tuple,
    reader: ReaderSource = plain_reader,
    rule_tools: RuleTools | None = None,
    feed_tools: FeedTools | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """Make the application.

    `health` reports on every part; `rules` are the ids and names offered in the search form; `base_url` is the page's
    public address, whose host it answers to beside localhost and IP addresses. `keys` are those of messages' links; without
    them nobody's links are known. `provider` signs people in elsewhere. `kibana` is Kibana's address for
    readers, `access` says how visitors are known, `policy` and `read_rules` are what /why and /rules go by, `reader` what
    reads searches. `rule_tools` and `feed_tools` are what rules are edited and feeds are tried with; without them they are
    shown alone.
    No GET changes anything, but for the one by which a provider sends people back. A POST does at alerts, /mutes, /rules,
    /feeds and /searches, where people sign in and out, behind a message's link, and at /websub/, where what hubs deliver
    is kept if `hubs` has the keys to know them.
    """
    index = TakingTurns(index)
    names = rules or {}
    keys = keys or LinkKeys(secrets.token_bytes(32))
    access = access or Access(base_url=base_url)
    guard = Guard(keys)
    sign_in = SignInPages(state.accounts, guard, access, now, provider.host if provider else None)
    openid = OpenIdPages(provider, state.accounts, keys, sign_in, access, now) if provider else None
    analysts, operators = Forms(guard, now, Role.ANALYST), Forms(guard, now, Role.OPERATOR)
    search = SearchPages(
        index, state.searches, state.accounts, names, reader, guard, base_url, now, may_edit=rule_tools is not None
    )
    articles = ArticlePages(index, state.versions)
    alerts = AlertPages(state.ledger, guard, kibana, now)
    answers = AnswerPages(state.ledger, keys, policy, now)
    feeds = FeedPages(state.ledger, names, base_url, now)
    bench = Bench(index, state, policy, rule_tools) if rule_tools else None
    rule_pages = RulePages(index, state.ledger, read_rules, now, analysts, rule_tools, bench)
    edits = RuleEditPages(state.searches, state.accounts, reader, guard, analysts, rule_tools, bench, now)
    sources = SourcePages(state, guard, operators, feed_tools)
    desk = DeskPages(state, policy, guard, analysts, now)
    stories = StoryPages(index, state.ledger)
    why = WhyPages(index, state, names, policy, read_rules)
    hub_pages = HubPages(state.subscriptions, hubs)
    status = StatusPages(index, state, health)
    api = api_routes(
        Reading(index, state, health, read_rules, reader, now),
        Desk(index, state, policy, read_rules, reader, now),
        state.accounts,
        base_url,
    )
    return Starlette(
        routes=[
            Route("/", search.search),
            Route("/search.csv", search.csv),
            Route("/search.atom", search.atom),
            Route("/searches", search.kept, methods=["GET", "POST"]),
            Route("/articles/{article}", articles.article),
            Route("/alerts", alerts.list),
            Route("/newest-alert", alerts.newest),
            Route("/alerts/{alert}", alerts.alert, methods=["GET", "POST"]),
            Route("/alerts.atom", feeds.all),
            Route("/rules/{rule}.atom", feeds.of_rule),
            Route("/rules", rule_pages.list),
            Route("/rules/new", edits.edit, methods=["GET", "POST"]),
            Route("/rules/{rule}", rule_pages.rule),
            Route("/rules/{rule}/edit", edits.edit, methods=["GET", "POST"]),
            Route("/mutes", desk.mutes, methods=["GET", "POST"]),
            Route("/signals", desk.signals),
            Route("/feeds", sources.list),
            Route("/feeds/new", sources.new, methods=["GET", "POST"]),
            Route("/feeds/{feed:int}", sources.feed, methods=["GET", "POST"]),
            Route("/stories/{story}", stories.story),
            Route("/why", why.why),
            Route("/answer/{token}", answers.answer, methods=["GET", "POST"]),
            Route("/unsubscribe/{token}", answers.unsubscribe, methods=["GET", "POST"]),
            Route("/sign-in", sign_in.sign_in, methods=["GET", "POST"]),
            *(
                (
                    Route("/sign-in/openid", openid.begin),
                    Route("/sign-in/openid/answer", openid.answer),
                    Route("/sign-in/openid/leave", openid.leave),
                )
                if openid
                else ()
            ),
            Route("/sign-out", sign_in.sign_out, methods=["POST"]),
            Route("/status", status.status),
            Route("/health", status.health),
            Route(f"{PATH}{{key}}", hub_pages.endpoint, methods=["GET", "POST"]),
            *api,
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[
            Middleware(Safety, base_url=base_url),
            Middleware(
                Door, access=access, accounts=state.accounts, form=lambda asked: guard.token(asked, SIGN_OUT, now())
            ),
        ],
        exception_handlers={HTTPException: _not_there, HarmattanError: _out_of_reach, Exception: _fault},
    )


async def _not_there(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    detail = _REASONS.get(status, "This can't be answered.")
    if request.url.path.startswith(API):
        return problem(status, "Not found" if status == 404 else "Not answered", detail, headers)
    return page(request, "error.html", status=status, headers=headers, title="Not found", detail=detail)


async def _out_of_reach(request: Request, error: Exception) -> Response:
    if isinstance(error, CannotHandle):
        return page(request, "error.html", status=400, title="Not understood", detail=UNKEPT)
    if request.url.path.startswith(API):
        return problem(503, "Out of reach for now", sentence(str(error)))
    return page(request, "error.html", status=503, title="Out of reach for now", detail=sentence(str(error)))


async def _fault(request: Request, error: Exception) -> Response:
    detail = "Harmattan failed to make this page; its log says why."
    if request.url.path.startswith(API):
        return problem(500, "Something went wrong", detail, HEADERS)
    return page(request, "error.html", status=500, headers=HEADERS, title="Something went wrong", detail=detail)
