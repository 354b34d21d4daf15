"""The state of every part, for people and for health checks."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline.errors import HarmattanError
from pipeline.health import Health
from pipeline.index.interface import ArticleIndex
from pipeline.state.interface import FeedState, FeedStatus, Gap, State
from pipeline.web.answers import page, sentence

MOST_FEEDS = 500
_WORST_FIRST = (FeedState.INVALID, FeedState.GONE, FeedState.FAILING, FeedState.HELD, FeedState.NEW)


class StatusPages:
    """Shows health, feeds and workers."""

    def __init__(self, index: ArticleIndex, state: State, health: Callable[[], Health]) -> None:
        self._index = index
        self._state = state
        self._health = health

    def status(self, request: Request) -> Response:
        """Show the health of every part; a part that can't be asked is named as a problem."""
        health = self._health()
        feeds: list[FeedStatus] = []
        missed: dict[int, Gap] = {}
        problems = [sentence(problem) for problem in health.problems]
        try:
            missed = {feed: gaps[0] for feed, gaps in self._state.gaps.by_feed().items() if gaps}
            feeds = sorted(self._state.feeds.list(), key=lambda feed: _rank(feed, missed=feed.id in missed))
        except HarmattanError as error:
            problems = list(dict.fromkeys([*problems, sentence(str(error))]))
        shown = feeds[:MOST_FEEDS]
        return page(
            request,
            "status.html",
            health=health,
            problems=problems,
            feeds=shown,
            feeds_in_all=len(feeds),
            missed=missed,
        )

    def health(self, request: Request) -> Response:
        """Tell a health check whether this page has what it needs: 200, or 503 and why."""
        parts = {"state": _ask(self._state.check), "index": _ask(self._index.check)}
        healthy = all(answer == "ok" for answer in parts.values())
        return JSONResponse({"healthy": healthy, **parts}, 200 if healthy else 503, {"Cache-Control": "no-store"})


def _ask(check: Callable[[], None]) -> str:
    try:
        check()
    except HarmattanError as error:
        return str(error)
    return "ok"


def _rank(feed: FeedStatus, *, missed: bool) -> tuple[int, bool, str]:
    place = _WORST_FIRST.index(feed.state) if feed.state in _WORST_FIRST else len(_WORST_FIRST)
    return place, not missed, (feed.title or feed.spec.title or feed.spec.url).casefold()
