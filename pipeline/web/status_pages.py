"""The state of every part, for people and for health checks."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline.errors import HarmattanError
from pipeline.health import Health
from pipeline.index.interface import ArticleIndex
from pipeline.state.interface import FeedState, FeedStatus, State
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
        problems = [sentence(problem) for problem in health.problems]
        try:
            feeds = sorted(self._state.feeds.list(), key=_rank)
        except HarmattanError as error:
            problems = list(dict.fromkeys([*problems, sentence(str(error))]))
        return page(
            request, "status.html", health=health, problems=problems, feeds=feeds[:MOST_FEEDS], feeds_in_all=len(feeds)
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


def _rank(feed: FeedStatus) -> tuple[int, str]:
    place = _WORST_FIRST.index(feed.state) if feed.state in _WORST_FIRST else len(_WORST_FIRST)
    return place, (feed.title or feed.spec.title or feed.spec.url).casefold()
