"""Every operation of the API."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.index.interface import SearchResult
from pipeline.state.interface import Accounts, ApiScope, SavedSearch
from pipeline.web.api import shapes
from pipeline.web.api.description import describe
from pipeline.web.api.desk import Desk
from pipeline.web.api.operations import JSON, Operation, routes
from pipeline.web.api.reading import Reading
from pipeline.web.visitors import API

_READ, _ANALYSE, _OPERATE = ApiScope


def api_routes(reading: Reading, desk: Desk, accounts: Accounts, base_url: str | None) -> list[Route]:
    """Give the API's routes, its description's included."""
    operations = [*_of_reading(reading), *_of_alerts(desk), *_of_desk(desk)]
    body = msgspec.json.encode(describe(operations, base_url))

    def description(request: Request) -> Response:
        return Response(body, media_type=JSON, headers={"Cache-Control": "no-cache"})

    return [*routes(operations, accounts), Route(f"{API}openapi.json", description, methods=["GET"])]


def _of_reading(reading: Reading) -> list[Operation]:
    return [
        Operation(
            id="search",
            method="GET",
            path="search",
            summary="Search the articles",
            scope=_READ,
            act=reading.search,
            query=shapes.SearchAsked,
            answer=SearchResult,
        ),
        Operation(
            id="article",
            method="GET",
            path="articles/{article}",
            summary="An article, with every version its outlet made of it",
            scope=_READ,
            act=reading.article,
            answer=shapes.ArticleShown,
        ),
        Operation(
            id="story",
            method="GET",
            path="stories/{story}",
            summary="A story, with its outlets, origins and alerts",
            scope=_READ,
            act=reading.story,
            answer=shapes.StoryShown,
        ),
        Operation(
            id="rules",
            method="GET",
            path="rules",
            summary="The rules in force",
            scope=_READ,
            act=reading.rules,
            answer=shapes.RulesShown,
        ),
        Operation(
            id="checkQuery",
            method="POST",
            path="rules/check",
            summary="Say whether a rule's query can be used, and where it is wrong",
            scope=_READ,
            act=reading.check_query,
            body=shapes.QueryToCheck,
            answer=shapes.QueryChecked,
        ),
        Operation(
            id="feeds",
            method="GET",
            path="feeds",
            summary="Feeds, and how they are",
            scope=_READ,
            act=reading.feeds,
            query=shapes.FeedsAsked,
            answer=shapes.FeedsShown,
        ),
        Operation(
            id="status",
            method="GET",
            path="status",
            summary="How every part is",
            scope=_READ,
            act=reading.status,
            answer=shapes.StatusShown,
        ),
    ]


def _of_alerts(desk: Desk) -> list[Operation]:
    return [
        Operation(
            id="alerts",
            method="GET",
            path="alerts",
            summary="Alerts, the newest first",
            scope=_READ,
            act=desk.alerts,
            query=shapes.AlertsAsked,
            answer=shapes.AlertsShown,
        ),
        Operation(
            id="alert",
            method="GET",
            path="alerts/{alert}",
            summary="An alert, and what became of it",
            scope=_READ,
            act=desk.alert,
            answer=shapes.AlertShown,
        ),
        Operation(
            id="acknowledge",
            method="POST",
            path="alerts/{alert}/acknowledge",
            summary="Take an alert on: it is not escalated",
            scope=_ANALYSE,
            act=desk.acknowledge,
            body=shapes.Note,
            answer=shapes.Done,
        ),
        Operation(
            id="mute",
            method="POST",
            path="alerts/{alert}/mute",
            summary="Mute an alert's story or rule; an Idempotency-Key makes a repeated request one",
            scope=_ANALYSE,
            act=desk.mute,
            body=shapes.MuteAsked,
            answer=shapes.Done,
        ),
        Operation(
            id="feedback",
            method="POST",
            path="alerts/{alert}/feedback",
            summary="Call an alert useful or false; what one says last counts",
            scope=_ANALYSE,
            act=desk.judge,
            body=shapes.Judgement,
            answer=shapes.Done,
        ),
        Operation(
            id="why",
            method="GET",
            path="why",
            summary="Why somebody was or was not told of an article",
            scope=_READ,
            act=desk.why,
            query=shapes.WhyAsked,
            answer=shapes.Reasons,
        ),
    ]


def _of_desk(desk: Desk) -> list[Operation]:
    return [
        Operation(
            id="searches",
            method="GET",
            path="searches",
            summary="The searches that are kept",
            scope=_READ,
            act=desk.searches,
            answer=shapes.SearchesShown,
        ),
        Operation(
            id="keptSearch",
            method="GET",
            path="searches/{name}",
            summary="A search that is kept",
            scope=_READ,
            act=desk.search,
            answer=SavedSearch,
        ),
        Operation(
            id="keepSearch",
            method="PUT",
            path="searches/{name}",
            summary="Keep a search under a name",
            scope=_ANALYSE,
            act=desk.keep,
            body=shapes.SearchToKeep,
            answer=SavedSearch,
        ),
        Operation(
            id="forgetSearch",
            method="DELETE",
            path="searches/{name}",
            summary="Forget a search",
            scope=_ANALYSE,
            act=desk.forget,
        ),
        Operation(
            id="enableFeed",
            method="POST",
            path="feeds/enable",
            summary="Let a feed be polled",
            scope=_OPERATE,
            act=desk.enable,
            body=shapes.FeedNamed,
            answer=shapes.Done,
            problems=(404,),
        ),
        Operation(
            id="disableFeed",
            method="POST",
            path="feeds/disable",
            summary="Let a feed not be polled, and keep what is known of it",
            scope=_OPERATE,
            act=desk.disable,
            body=shapes.FeedNamed,
            answer=shapes.Done,
            problems=(404,),
        ),
    ]
