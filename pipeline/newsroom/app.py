"""The newsroom as a web application."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pipeline.newsroom.content import Unavailable
from pipeline.newsroom.documents import respond
from pipeline.newsroom.newsroom import Newsroom


def newsroom_app(newsroom: Newsroom) -> Starlette:
    """Make the application that answers with the newsroom's feeds and pages."""

    async def answer(request: Request) -> Response:
        found = newsroom.answer(request.url.path)
        if found is None:
            return PlainTextResponse("There is nothing at this address.\n", status_code=404)
        if isinstance(found, Unavailable):
            headers = {"Retry-After": str(found.retry_after)}
            return PlainTextResponse("Too many requests at the moment.\n", found.status, headers)
        return respond(request, found)

    return Starlette(routes=[Route("/{path:path}", answer)])
