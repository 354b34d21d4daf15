"""The connections: aiohttp's sessions, one that judges every address and one that goes through a proxy."""

import socket
from collections.abc import Sequence

import aiohttp

from pipeline.fetch.addresses import Network, refusal
from pipeline.fetch.bodies import ACCEPTED
from pipeline.fetch.resolver import JudgingResolver, Refused, refused

LONG_HEADER = 32_768
"""The limit of a header line, in bytes, for the few servers whose security policies are longer than others' headers."""

_HEADER_LIMIT = 8_190  # bytes of one header line
_MOST_HEADERS = 96
_BUFFER = 65_536  # bytes read ahead on a connection
_KEPT_OPEN = 2.0  # seconds that a connection waits for the next exchange with its host


class Connections:
    """Opens sessions when they are first used; to be used inside one event loop."""

    def __init__(self, agent: str, allowed: Sequence[Network], resolver: JudgingResolver) -> None:
        self._agent = agent
        self._allowed = tuple(allowed)
        self._resolver = resolver
        self._direct: aiohttp.ClientSession | None = None
        self._proxied: aiohttp.ClientSession | None = None

    def direct(self) -> aiohttp.ClientSession:
        """Give the session that connects to addresses that may be asked, and to no other."""
        if self._direct is None:
            self._direct = self._session(
                aiohttp.TCPConnector(
                    limit=0,  # Pace counts, and lets those wait who are to wait
                    resolver=self._resolver,
                    use_dns_cache=False,
                    socket_factory=self._socket,
                    keepalive_timeout=_KEPT_OPEN,
                )
            )
        return self._direct

    def proxied(self) -> aiohttp.ClientSession:
        """Give the session for requests through a proxy: it connects to the proxy only, wherever that is."""
        if self._proxied is None:
            self._proxied = self._session(aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT_OPEN))
        return self._proxied

    async def close(self) -> None:
        """End all connections."""
        for session in (self._direct, self._proxied):
            if session:
                await session.close()

    def _session(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            headers={"User-Agent": self._agent, "Accept-Encoding": ACCEPTED},
            max_line_size=_HEADER_LIMIT,
            max_field_size=_HEADER_LIMIT,
            max_headers=_MOST_HEADERS,
            read_bufsize=_BUFFER,
        )

    def _socket(self, info: tuple[int, int, int, str, tuple[str | int, ...]]) -> socket.socket:
        """Make the socket for a connection: the last place where the real address is seen, and the one nobody gets around."""
        address = str(info[4][0])
        if refusal(address, self._allowed):
            raise Refused(refused(address, address, self._allowed))
        return socket.socket(info[0], info[1], info[2])
