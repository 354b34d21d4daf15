"""The adapter to the web: aiohttp in one background thread, with limits on everything that a server could make large."""

import asyncio
import re
import socket
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urldefrag, urljoin

import aiohttp
from yarl import URL

from pipeline.fetch.addresses import Network, refusal, url_problem, without_credentials
from pipeline.fetch.bodies import ACCEPTED, Body, BrokenBody
from pipeline.fetch.interface import AddressRefused, FetchError, Request, Response
from pipeline.fetch.pace import Pace
from pipeline.fetch.resolver import JudgingResolver, Refused, refused
from pipeline.fetch.retry_after import read_retry_after
from pipeline.fetch.sentences import fetch_error

MAX_REDIRECTS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_SAME_METHOD = frozenset((307, 308))
_NAME_THREADS = 16  # names looked up at a time; a look-up blocks its thread
_HEADER_LIMIT = 32_768  # bytes of one header line: security policies are long
_WELL_FORMED = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(?:[/?][A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]*)?")


class HttpFetcher:
    """Fetches many addresses at a time.

    At most `per_host` exchanges go on with one host, and they begin at least `spacing` apart; hosts in `allow_networks`,
    the private networks that may be asked at all, wait for nothing but one of the `in_flight` places. `contact` tells
    the asked where to complain. The environment's proxies are not used.
    """

    def __init__(
        self,
        *,
        contact: str | None,
        version: str,
        allow_networks: Sequence[Network] = (),
        per_host: int = 2,
        spacing: timedelta = timedelta(seconds=1),
        in_flight: int = 64,
    ) -> None:
        self._agent = f"Harmattan/{version}" + (f" (+{' '.join(contact.split())})" if contact else "")
        self._allowed = tuple(allow_networks)
        self._pace = Pace(per_host, spacing.total_seconds(), in_flight)
        self._resolver = JudgingResolver(self._allowed)
        self._session: aiohttp.ClientSession | None = None
        self._closing = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="fetcher", daemon=True)
        self._thread.start()

    def submit(self, request: Request) -> Future[Response]:
        """Start a GET; see the port. Cancelling the future ends the exchange."""
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
        if self._session:
            await self._session.close()
        await self._loop.shutdown_default_executor()

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=0,  # Pace counts, and lets those wait who are to wait
                resolver=self._resolver,
                use_dns_cache=False,
                socket_factory=self._socket,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
                headers={"User-Agent": self._agent, "Accept-Encoding": ACCEPTED},
                max_line_size=_HEADER_LIMIT,
                max_field_size=_HEADER_LIMIT,
            )
        return self._session

    def _socket(self, info: tuple[int, int, int, str, tuple[str | int, ...]]) -> socket.socket:
        """Make the socket for a connection: the last place where the real address is seen, and the one nobody gets around."""
        address = str(info[4][0])
        if refusal(address, self._allowed):
            raise Refused(refused(address, address, self._allowed))
        return socket.socket(info[0], info[1], info[2])

    async def _fetch(self, request: Request) -> Response:
        try:
            return await self._follow(request)
        except asyncio.CancelledError:
            if self._closing:
                raise FetchError("no answer: the fetcher was closed") from None
            raise

    async def _follow(self, request: Request) -> Response:
        budget = _Budget(request.timeout)
        address = request.url
        for _ in range(MAX_REDIRECTS + 1):
            if problem := url_problem(address):
                raise AddressRefused(f"the address {without_credentials(address)[:200]} {problem}")
            url = _url(address)
            answer = await self._turn(url, request, budget)
            if isinstance(answer, Response):
                return answer
            address = answer
        raise FetchError(f"{url.host} redirects more than {MAX_REDIRECTS} times; check the address in a browser")

    async def _turn(self, url: URL, request: Request, budget: "_Budget") -> Response | str:
        """Make one exchange when its turn has come; give the response, or the address that it points to."""
        host = (url.raw_host or "").rstrip(".").lower()
        async with budget.spend(host):
            addresses = await self._resolver.addresses(host)
        async with self._pace.turn(host, paced=not self._resolver.opened(addresses)), budget.spend(host):
            try:
                return await self._get(url, request)
            except (aiohttp.ClientError, OSError, ValueError, BrokenBody) as error:
                if isinstance(error, TimeoutError):
                    raise
                raise fetch_error(error, host) from error

    async def _get(self, url: URL, request: Request) -> Response | str:
        method, follow = ("GET", _REDIRECTS) if request.form is None else ("POST", _SAME_METHOD)
        asked = self._client().request(
            method, url, headers=_headers(request, url), data=request.form, allow_redirects=False
        )
        async with asked as answer:
            headers = {name.lower(): _printable(value) for name, value in answer.headers.items()}
            location = headers.get("location")
            if answer.status in follow and location:
                return _target(url, location)
            body, truncated = b"", False
            if 200 <= answer.status < 300:
                body, truncated = await _read(answer, headers.get("content-encoding", ""), request.limit)
            return Response(url=str(url), status=answer.status, headers=headers, body=body, truncated=truncated)


class _Budget:
    """The time that an exchange may take, counted while it is at work and not while it waits for its turn."""

    def __init__(self, seconds: float) -> None:
        self._whole = seconds
        self._left = seconds

    @asynccontextmanager
    async def spend(self, host: str) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(self._left):
                yield
        except TimeoutError as error:
            raise FetchError(f"{host} gave no complete answer within {self._whole:g} s") from error
        finally:
            self._left = max(0.0, self._left - (loop.time() - began))


async def _read(answer: aiohttp.ClientResponse, coding: str, limit: int) -> tuple[bytes, bool]:
    body = Body(coding, limit)
    async for data in answer.content.iter_any():
        if not body.write(data):
            break
    return body.finish(), body.truncated


def _headers(request: Request, url: URL) -> dict[str, str]:
    own = url.origin() == _url(request.url).origin()
    headers = {"Accept": request.accept, **(request.credentials if own else {})}
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


def _printable(value: str) -> str:
    """Leave out control characters and what was no text: headers are stored and sent back."""
    return "".join(character for character in value if character.isprintable())


def _target(url: URL, location: str) -> str:
    try:
        return urljoin(str(url), location)
    except ValueError as error:
        raise FetchError(f"{url.host} redirects to something that is no address; check it in a browser") from error
