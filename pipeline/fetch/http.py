"""The adapter to the web: aiohttp in one background thread, with limits on everything that a server could make large."""

import asyncio
import re
import threading
import weakref
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urldefrag, urljoin

import aiohttp
from yarl import URL

from pipeline.fetch.addresses import Network, authority, loses_encryption, url_problem, without_credentials
from pipeline.fetch.bodies import Body, BrokenBody
from pipeline.fetch.client import LONG_HEADER, Connections
from pipeline.fetch.interface import AddressRefused, FetchError, Request, Response, TooManyRedirects, Unreached
from pipeline.fetch.limits import HostLimit
from pipeline.fetch.pace import Pace
from pipeline.fetch.proxies import NO_PROXIES, Proxies
from pipeline.fetch.resolver import JudgingResolver
from pipeline.fetch.retry_after import read_retry_after
from pipeline.fetch.robots import Robots
from pipeline.fetch.sentences import fetch_error

MAX_REDIRECTS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_SAME_METHOD = frozenset((307, 308))
_PERMANENT = frozenset((301, 308))
_HOLDS = frozenset((429, 503))
_NAME_THREADS = 16  # names looked up at a time; a look-up blocks its thread
_MOST_HEADERS = 64  # that are kept of an answer
_LONGEST_HEADER = 4_096
_LARGE = 256 * 1024  # bytes; what is larger waits for one of the places for large bodies
_LARGE_PLACES = 4
_LONGEST_HELD = 300.0  # seconds that a place is kept for a response that nobody lets go
_MOST_WORDY = 1_000
_WELL_FORMED = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(?:[/?][A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]*)?")


@dataclass(frozen=True, slots=True)
class _Redirect:
    to: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class _Hop:
    """One address on the way of a request; `moved` is where permanent redirects have led so far."""

    url: URL
    request: Request
    budget: "_Budget"
    moved: str | None

    @property
    def host(self) -> str:
        return (self.url.raw_host or "").rstrip(".").lower()


class HttpFetcher:
    """Fetches many addresses at a time, `in_flight` at most.

    `limits` say how many exchanges go on with one host, and how far apart they begin; see Pace. Hosts in `allow_networks`,
    the private networks that may be asked at all, have no limit unless one is set. A host that answers 429 or 503 with
    Retry-After is left alone. `contact` tells the asked where to complain. With `proxies`, an address is judged here before
    the proxy is asked for it. Of large bodies only a few are in memory at a time, until their responses are let go.
    """

    def __init__(
        self,
        *,
        contact: str | None,
        version: str,
        allow_networks: Sequence[Network] = (),
        limits: Mapping[str, HostLimit] | None = None,
        proxies: Proxies = NO_PROXIES,
        in_flight: int = 64,
    ) -> None:
        agent = f"Harmattan/{version}" + (f" (+{' '.join(contact.split())})" if contact else "")
        self._pace = Pace(limits or {}, in_flight)
        self._resolver = JudgingResolver(allow_networks)
        self._connections = Connections(agent, allow_networks, self._resolver)
        self._proxies = proxies
        self._robots = Robots(self._follow)
        self._large = asyncio.Semaphore(_LARGE_PLACES)
        self._wordy: set[str] = set()
        self._closing = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="fetcher", daemon=True)
        self._thread.start()

    def submit(self, request: Request) -> Future[Response]:
        """Start a request; see the port. Cancelling the future ends the exchange."""
        if self._closing:
            closed: Future[Response] = Future()
            closed.set_exception(FetchError("not asked: the fetcher was closed"))
            return closed
        return asyncio.run_coroutine_threadsafe(self._fetch(request), self._loop)

    def retry_after(self, response: Response) -> timedelta | None:
        """Read the answer's Retry-After header; None where there is none that can be read."""
        return read_retry_after(response.headers.get("retry-after"), datetime.now(UTC))

    def close(self) -> None:
        """End all exchanges, the connections and the thread; safe to repeat."""
        if self._closing:
            return
        self._closing = True
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_default_executor(ThreadPoolExecutor(_NAME_THREADS, thread_name_prefix="fetcher-names"))
        self._loop.run_forever()

    async def _shut(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._connections.close()
        await self._loop.shutdown_default_executor()

    async def _fetch(self, request: Request) -> Response:
        try:
            return await self._follow(request)
        except asyncio.CancelledError:
            if self._closing:
                raise FetchError("no answer: the fetcher was closed") from None
            raise

    async def _follow(self, request: Request) -> Response:
        budget = _Budget(request.timeout)
        address, moved, still_permanent = request.url, None, True
        for _ in range(MAX_REDIRECTS + 1):
            if problem := url_problem(address):
                raise AddressRefused(f"the address {without_credentials(address)[:200]} {problem}")
            url = _url(address)
            if request.robots:
                await self._robots.check(url)
            answer = await self._turn(_Hop(url, request, budget, moved))
            if isinstance(answer, Response):
                return self._noted(answer)
            if request.form is not None and loses_encryption(address, answer.to):
                raise FetchError(
                    f"{url.host} redirects to an address without TLS, where a form with a secret is not sent"
                )
            address = answer.to
            still_permanent = still_permanent and answer.permanent
            moved = urldefrag(address).url if still_permanent else moved
        raise TooManyRedirects(f"{url.host} redirects more than {MAX_REDIRECTS} times; check the address in a browser")

    def _noted(self, response: Response) -> Response:
        """Note when a host wants to be left alone."""
        if response.status in _HOLDS and (wait := self.retry_after(response)):
            self._pace.hold(response.server, wait)
        return response

    async def _turn(self, hop: _Hop) -> Response | _Redirect:
        """Make one exchange when its turn has come; give the response, or the address that it points to."""
        async with hop.budget.spend(hop.host):
            addresses = await self._resolver.addresses(hop.host)
        opened = self._resolver.opened(addresses)
        async with (
            self._pace.turn(hop.host, authority(str(hop.url)), opened=opened) as others_wait,
            hop.budget.spend(hop.host),
        ):
            try:
                return await self._exchange(hop, keep_open=others_wait)
            except (aiohttp.ClientError, OSError, ValueError, BrokenBody) as error:
                if isinstance(error, TimeoutError):
                    raise
                raise fetch_error(error, hop.host) from error

    async def _exchange(self, hop: _Hop, *, keep_open: bool) -> Response | _Redirect:
        """Ask; one that answers with longer headers than most is asked again, and holds a place for large answers."""
        if hop.host not in self._wordy:
            try:
                return await self._ask(hop, None, keep_open=keep_open)
            except aiohttp.ClientResponseError as error:
                if not error.message.startswith("Got more than"):
                    raise
            if len(self._wordy) >= _MOST_WORDY:
                self._wordy.clear()
            self._wordy.add(hop.host)
        async with _Place(self._large, hop.budget) as place:
            await place.take()
            return await self._ask(hop, LONG_HEADER, keep_open=keep_open, place=place)

    async def _ask(
        self, hop: _Hop, limit: int | None, *, keep_open: bool, place: "_Place | None" = None
    ) -> Response | _Redirect:
        url, request = hop.url, hop.request
        method, follow = ("GET", _REDIRECTS) if request.form is None else ("POST", _SAME_METHOD)
        proxy = self._proxies.of(url.scheme, url.raw_host or "", url.explicit_port)
        session = self._connections.proxied() if proxy else self._connections.direct()
        asked = session.request(
            method,
            url,
            headers=_headers(request, url, keep_open=keep_open),
            data=request.form,
            allow_redirects=False,
            proxy=proxy,
            max_line_size=limit,
            max_field_size=limit,
        )
        async with asked as answer:
            headers = _kept(answer.headers)
            location = headers.get("location")
            if answer.status in follow and location:
                return _Redirect(_target(url, location), answer.status in _PERMANENT)
            bare = Response(url=str(url), status=answer.status, headers=headers, moved=hop.moved)
            if not 200 <= answer.status < 300:
                return bare
            async with place or _Place(self._large, hop.budget) as room:
                body = await _read(answer, Body(headers.get("content-encoding", ""), request.limit), room)
                response = replace(bare, body=body.finish(), truncated=body.truncated)
                if room.pass_on():
                    let_go = weakref.finalize(response, self._let_go)
                    let_go.atexit = False
                    self._loop.call_later(_LONGEST_HELD, let_go)  # it lets go once
                return response

    def _let_go(self) -> None:
        """Free a large body's place, from whatever thread let the response go."""
        if not self._closing:
            self._loop.call_soon_threadsafe(self._large.release)


class _Place:
    """One of the places for large answers, once it is taken; given back at the end, unless it is passed on."""

    def __init__(self, places: asyncio.Semaphore, budget: "_Budget") -> None:
        self._places = places
        self._budget = budget
        self._taken = False

    async def take(self) -> None:
        if not self._taken:
            async with self._budget.unspent():
                self._taken = await self._places.acquire()

    def pass_on(self) -> bool:
        """Leave it to somebody else to give the place back; tell whether there is one."""
        taken, self._taken = self._taken, False
        return taken

    async def __aenter__(self) -> "_Place":
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.pass_on():
            self._places.release()


async def _read(answer: aiohttp.ClientResponse, body: Body, place: _Place) -> Body:
    """Read a body; one that proves to be large waits for a place."""
    async for data in answer.content.iter_any():
        for _ in body.write(data):
            if body.size > _LARGE:
                await place.take()
        if body.truncated:
            break
    return body


class _Budget:
    """The time that an exchange may take, counted while it is at work and not while it waits for its turn."""

    def __init__(self, seconds: float) -> None:
        self._whole = seconds
        self._left = seconds
        self._running: asyncio.Timeout | None = None

    @asynccontextmanager
    async def spend(self, host: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._left) as self._running:
                yield
        except TimeoutError as error:
            raise Unreached(f"{host} gave no complete answer within {self._whole:g} s") from error
        finally:
            self._left = self._left_now()
            self._running = None

    @asynccontextmanager
    async def unspent(self) -> AsyncIterator[None]:
        """Stop the clock while this waits for others."""
        left, running = self._left_now(), self._running
        if running is not None:
            running.reschedule(None)
        try:
            yield
        finally:
            if running is not None and not running.expired():
                running.reschedule(asyncio.get_running_loop().time() + left)

    def _left_now(self) -> float:
        until = self._running.when() if self._running else None
        return self._left if until is None else max(0.0, until - asyncio.get_running_loop().time())


def _headers(request: Request, url: URL, *, keep_open: bool) -> dict[str, str]:
    own = not request.credentials or url.origin() == _url(request.url).origin()
    headers = {"Accept": request.accept, **(request.credentials if own else {})}
    if not keep_open:
        headers["Connection"] = "close"
    if request.etag:
        headers["If-None-Match"] = request.etag
    if request.last_modified:
        headers["If-Modified-Since"] = request.last_modified
    return headers


def _url(address: str) -> URL:
    """Take a well-formed address as it is, for re-quoting may change what a server signed; quote what must be quoted."""
    try:
        address = urldefrag(address).url
        return URL(address, encoded=bool(_WELL_FORMED.fullmatch(address)))
    except ValueError as error:
        raise FetchError(f"the address {address[:200]} can't be read; check it for a typing error") from error


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    """Give what is kept of an answer's headers, their names in lower case."""
    fit = ((name.lower(), value) for name, value in headers.items() if len(value) <= _LONGEST_HEADER)
    return {name: _printable(value) for (name, value), _ in zip(fit, range(_MOST_HEADERS), strict=False)}


def _printable(value: str) -> str:
    """Leave out control characters and what was no text: headers are stored and sent back."""
    return value if value.isprintable() else "".join(filter(str.isprintable, value))


def _target(url: URL, location: str) -> str:
    try:
        return urljoin(str(url), location)
    except ValueError as error:
        raise FetchError(f"{url.host} redirects to something that is no address; check it in a browser") from error
