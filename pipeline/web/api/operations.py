"""How a request becomes a call, and its result an answer: one table of operations makes the routes and their description."""

import logging
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.errors import BadInput, CannotHandle, HarmattanError
from pipeline.state.interface import Accounts, ApiScope
from pipeline.web.answers import sentence
from pipeline.web.api.shapes import NoFields
from pipeline.web.guard import OURS
from pipeline.web.problems import UNKEPT, problem
from pipeline.web.visitors import API, HERE, Visitor, visitor_of

MOST_BYTES = 1_000_000
JSON = "application/json"

logger = logging.getLogger(__name__)


class NotYours(Exception):
    """What was asked for is another analyst's matter; the message says what would be needed."""


class NotThere(Exception):
    """What was asked for is not there; the text says so as a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that was understood: who asks, the names in its path, its query and body, and what tells it from others."""

    visitor: Visitor
    path: Mapping[str, str]
    query: Any = None
    body: Any = None
    mark: str = ""

    @property
    def who(self) -> str:
        """Give whom the audit trail names."""
        return self.visitor.name or HERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Something the API does. `answer` is the type of its result, None where there is nothing to say.

    `problems` are the statuses of its errors beside those that any operation may have.
    """

    id: str
    method: str
    path: str
    summary: str
    scope: ApiScope
    act: Callable[[Call], Any]
    answer: Any = None
    query: type[Any] | None = None
    body: type[Any] | None = None
    problems: Sequence[int] = field(default=())

    @property
    def names(self) -> list[str]:
        """Give the names in the path."""
        return re.findall(r"\{(\w+)\}", self.path)


class _Unreadable(Exception):
    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


def routes(operations: Sequence[Operation], accounts: Accounts) -> list[Route]:
    """Give the routes of operations; what is under the same path follows one another."""
    return [
        Route(f"{API}{one.path}", _Endpoint(one, accounts), methods=[one.method], name=one.id, include_in_schema=False)
        for one in operations
    ]


class _Endpoint:
    """Answers the requests of one operation."""

    def __init__(self, operation: Operation, accounts: Accounts) -> None:
        self._operation = operation
        self._accounts = accounts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        answer = await self._answer(request)
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        visitor = visitor_of(request)
        if not visitor.may(self._operation.scope):
            return await run_in_threadpool(self._refuse, visitor)
        if request.method not in ("GET", "HEAD") and request.headers.get("sec-fetch-site", "") not in OURS:
            logger.warning("a request to the API was refused: another site made it")
            return problem(403, "Nothing was changed", "Another site made this request; it can't be told from a trick.")
        try:
            call = await self._read(request, visitor)
        except _Unreadable as error:
            return problem(error.status, "Not understood", sentence(str(error)))
        except ClientDisconnect:
            return problem(400, "Not understood", "The connection ended within the request.")
        return await run_in_threadpool(self._carry_out, call)

    def _refuse(self, visitor: Visitor) -> Response:
        scope, role = self._operation.scope, self._operation.scope.role
        self._accounts.note("refused", visitor.name or HERE, f"{self._operation.id} needs the scope {scope}")
        logger.warning("%s was refused to %s, who has no scope %s", self._operation.id, visitor.name or HERE, scope)
        detail = (
            f"This needs the role {role}, and for a token the scope {scope}; who runs this Harmattan can give both."
        )
        return problem(403, "Not for you", detail)

    def _carry_out(self, call: Call) -> Response:
        try:
            result = self._operation.act(call)
        except NotYours as error:
            who = call.visitor.name or HERE
            self._accounts.note("refused", who, f"{self._operation.id}: {error}")
            logger.warning("%s was refused to %s: %s", self._operation.id, who, error)
            return problem(403, "Not for you", sentence(str(error)))
        except NotThere as error:
            return problem(404, "Not found", sentence(str(error)))
        except CannotHandle:
            return problem(400, "Not understood", UNKEPT)
        except BadInput as error:
            return problem(400, "Not understood", sentence(str(error)))
        except HarmattanError as error:
            return problem(503, "Out of reach for now", sentence(str(error)))
        if self._operation.answer is None:
            return Response(status_code=204, headers={"Cache-Control": "no-store"})
        body = msgspec.json.encode(result, enc_hook=str)
        return Response(body, media_type=JSON, headers={"Cache-Control": "no-store"})

    async def _read(self, request: Request, visitor: Visitor) -> Call:
        operation = self._operation
        return Call(
            visitor=visitor,
            path={name: _storable(value) for name, value in request.path_params.items()},
            query=_query(request, operation.query or NoFields),
            body=await _body(request, operation.body) if operation.body else None,
            mark=request.headers.get("idempotency-key", "")[:200] or secrets.token_hex(16),
        )


def _query(request: Request, kind: type[Any]) -> Any:
    given = request.query_params.multi_items()
    names = [name for name, _ in given]
    for name in names:
        if names.count(name) > 1:
            raise _Unreadable(400, f"the parameter {name[:100]!r} is given more than once")
    try:
        return msgspec.convert(dict(given), kind, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise _Unreadable(400, f"a parameter can't be used: {error}") from None


async def _body(request: Request, kind: type[Any]) -> Any:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise _Unreadable(415, f"send the body as {JSON}")
    body = bytearray()
    async for data in request.stream():
        body += data
        if len(body) > MOST_BYTES:
            raise _Unreadable(413, f"the body is larger than {MOST_BYTES:,} bytes")
    try:
        return msgspec.json.decode(bytes(body), type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _Unreadable(400, f"the body can't be used: {error}") from None


def _storable(text: str) -> str:
    """Keep what no database takes from reaching one."""
    if "\0" in text:
        raise _Unreadable(404, "nothing has a name with NUL in it")
    return text
