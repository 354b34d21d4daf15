"""The pages of feeds: the list with their health, one feed, and the way to a new one; operators change them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import BadInput
from pipeline.poll.check import FeedReport
from pipeline.poll.discover import Discovery
from pipeline.poll.feeds_file import spec_for
from pipeline.state.interface import FeedSpec, FeedState, FeedStatus, Gap, State
from pipeline.web.answers import page, sentence
from pipeline.web.forms import Forms
from pipeline.web.guard import Guard
from pipeline.web.tools import FeedTools
from pipeline.web.visitors import HERE

PAGE = 200
PREVIEWED = 5
ORDERS = {"": "trouble first", "new": "latest new first", "quiet": "longest without new", "name": "by name"}
_WORST_FIRST = (FeedState.INVALID, FeedState.GONE, FeedState.FAILING, FeedState.HELD, FeedState.NEW)
_NEW = "a new feed"
_SAID = {
    "added": "Added. It is polled within seconds.",
    "enabled": "It is polled again.",
    "disabled": "It is polled no more; what is known of it stays.",
    "changed": "Changed.",
    "due": "It is due now, and polled within seconds.",
}


class SourcePages:
    """Shows feeds and how they are."""

    def __init__(self, state: State, guard: Guard, forms: Forms, tools: FeedTools | None) -> None:
        self._state = state
        self._guard = guard
        self._forms = forms
        self._tools = tools

    def list(self, request: Request) -> Response:
        """Show the feeds that are asked for, in the order that is asked for, a page at a time."""
        asked = {name: request.query_params.get(name, "").strip()[:200] for name in ("state", "tag", "q", "order")}
        gaps = self._state.gaps.by_feed()
        every = self._state.feeds.list()
        wanted = sorted((feed for feed in every if _is_wanted(feed, asked)), key=_order(asked["order"], gaps))
        number = request.query_params.get("page", "")
        at = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 0
        return page(
            request,
            "feeds.html",
            feeds=wanted[at * PAGE : (at + 1) * PAGE],
            total=len(wanted),
            of=len(every),
            at=at,
            pages=-(-len(wanted) // PAGE),
            first=at * PAGE,
            gaps=gaps,
            asked=asked,
            states=[state.value for state in FeedState],
            tags=sorted({tag for feed in every for tag in feed.spec.tags}),
            orders=ORDERS,
            may_change=self._forms.open_to(request),
        )

    # ------------------------------------------------------------------------------------------------- one feed

    async def feed(self, request: Request) -> Response:
        """Show a feed with all that is known of it; on a POST change what is said of it, or look at it now."""
        return await self._forms.handle(request, _subject(request), self._show, self._change)

    def _show(
        self, request: Request, report: FeedReport | None = None, problem: str | None = None, status: int = 200
    ) -> Response:
        feed = self._feed(request)
        subscription = self._state.subscriptions.by_feed().get(feed.id)
        return page(
            request,
            "feed.html",
            status=status,
            feed=feed,
            gaps=self._state.gaps.by_feed().get(feed.id, ()),
            push=subscription,
            form=self._forms.token(request, _subject(request)),
            may_look=self._tools is not None,
            report=report,
            problem=problem,
            said=_SAID.get(request.query_params.get("done", "")),
        )

    def _change(self, request: Request, fields: Mapping[str, str]) -> Response:
        feed, deed = self._feed(request), fields.get("do", "")
        if deed == "check" and self._tools:
            return self._show(request, report=self._tools.check(feed.spec.url, feed.spec.login))
        try:
            done = change_feed(self._state, feed, deed, fields.get("tags"), self._who(request))
        except BadInput as error:
            return self._show(request, problem=sentence(str(error)), status=400)
        return RedirectResponse(f"{feed.id}?done={done}", 303)

    def _feed(self, request: Request) -> FeedStatus:
        found = next((one for one in self._state.feeds.list() if one.id == request.path_params["feed"]), None)
        if found is None:
            raise HTTPException(404)
        return found

    # ------------------------------------------------------------------------------------------------ a new feed

    async def new(self, request: Request) -> Response:
        """Show the form for a new feed; on a POST look for a site's feeds, or add one that was found."""
        return await self._forms.handle(request, _NEW, self._begin, self._add)

    def _begin(self, request: Request) -> Response:
        if not self._forms.open_to(request):
            return self._forms.refusal(request)
        return self._form(request, {})

    def _add(self, request: Request, fields: Mapping[str, str]) -> Response:
        address = fields.get("url", "").strip()
        try:
            if fields.get("do") == "add":
                feed = add_feed(self._state, new_spec(fields), self._who(request))
                return RedirectResponse(f"{feed.id}?done=added", 303)
            if not address:
                raise BadInput("write the address of a feed, or of any page of a site")
            return self._form(request, fields, self._look(address))
        except BadInput as error:
            return self._form(request, fields, problem=sentence(str(error)))

    def _look(self, address: str) -> Discovery:
        if self._tools is None:
            raise BadInput("this page can't look at other sites; `harmattan feeds add` does")
        return self._tools.discover(address)

    def _form(
        self, request: Request, fields: Mapping[str, str], found: Discovery | None = None, problem: str | None = None
    ) -> Response:
        known = {feed.spec.url: feed.id for feed in self._state.feeds.list(only=_addresses(found))} if found else {}
        names = ("url", "title", "tags", "country", "language")
        return page(
            request,
            "feed_new.html",
            status=400 if problem else 200,
            form=self._forms.token(request, _NEW),
            given={name: fields.get(name, "") for name in names},
            found=found,
            reason=sentence(found.problem) if found and found.problem else None,
            known=known,
            addable=not spec_for(fields.get("url", "")).problem,
            previewed=PREVIEWED,
            problem=problem,
        )

    def _who(self, request: Request) -> str:
        return self._guard.user(request) or HERE


def new_spec(fields: Mapping[str, str]) -> FeedSpec:
    """Describe the feed that a form or a request asks for. Raises BadInput for an address or code that can't be used."""
    spec = spec_for(
        fields.get("url", ""),
        title=fields.get("title", ""),
        tags=_tags(fields.get("tags", "")),
        country=fields.get("country", "").strip() or None,
        language=fields.get("language", "").strip() or None,
    )
    if spec.problem:
        raise BadInput(f"{spec.problem}; only addresses of http and https on public servers are polled")
    return spec


def add_feed(state: State, spec: FeedSpec, who: str) -> FeedStatus:
    """Add a feed. Raises BadInput for one that is known already."""
    if state.feeds.list(only=[spec.url]):
        raise BadInput("this feed is here already; its page changes what is said of it")
    state.feeds.put([spec])
    state.accounts.note("feed added", who, spec.url)
    [feed] = state.feeds.list(only=[spec.url])
    return feed


def change_feed(state: State, feed: FeedStatus, deed: str, tags: str | None, who: str) -> str:
    """Enable or disable a feed, tag it, or have it polled now; give what was done. Raises BadInput."""
    url = feed.spec.url
    if deed in ("enable", "disable"):
        state.feeds.enable(url, enabled=deed == "enable")
        state.accounts.note(f"feed {deed}d", who, url)
        return f"{deed}d"
    if deed == "tag":
        if feed.listed_in:
            raise BadInput(f"it stands in {feed.listed_in}: change its tags there")
        spec = replace(feed.spec, tags=spec_for(url, tags=_tags(tags or "")).tags)
        state.feeds.put([spec])
        state.accounts.note("feed changed", who, f"{url}: tags {', '.join(spec.tags) or 'none'}")
        return "changed"
    if deed == "poll":
        if not state.feeds.hasten(url):
            raise BadInput(
                "it can't be polled now: it is disabled, gone, or its server asked to be left alone for a while"
            )
        state.accounts.note("feed polled on demand", who, url)
        return "due"
    raise BadInput("no button was pressed: choose one of those on the page")


def _tags(text: str) -> Sequence[str]:
    return [tag for one in text.replace(";", ",").split(",") if (tag := one.strip())]


def _addresses(found: Discovery) -> Sequence[str]:
    return [candidate.url for candidate in found.candidates]


def _subject(request: Request) -> str:
    return f"the feed {request.path_params['feed']}"


def _is_wanted(feed: FeedStatus, asked: Mapping[str, str]) -> bool:
    words = asked["q"].casefold()
    return (
        asked["state"] in ("", feed.state.value)
        and (not asked["tag"] or asked["tag"] in feed.spec.tags)
        and words in f"{feed.title} {feed.spec.title} {feed.spec.url} {feed.error or ''}".casefold()
    )


def _name(feed: FeedStatus) -> str:
    return (feed.title or feed.spec.title or feed.spec.url).casefold()


def _order(order: str, gaps: Mapping[int, Sequence[Gap]]) -> Callable[[FeedStatus], tuple[float, float, str]]:
    def trouble(feed: FeedStatus) -> tuple[float, float, str]:
        place = _WORST_FIRST.index(feed.state) if feed.state in _WORST_FIRST else len(_WORST_FIRST)
        return place, 0 if feed.id in gaps else 1, _name(feed)

    def by_new(feed: FeedStatus) -> tuple[float, float, str]:
        at = _stamp(feed.last_new)
        return (-at if order == "new" else at), 0, _name(feed)

    if order == "name":
        return lambda feed: (0, 0, _name(feed))
    return by_new if order in ("new", "quiet") else trouble


def _stamp(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
