"""Name resolution whose every answer is judged before anybody connects to it."""

import asyncio
import socket
from collections.abc import Sequence

from aiohttp.abc import AbstractResolver, ResolveResult

from pipeline.fetch.addresses import Network, is_allowed, literal, refusal
from pipeline.fetch.interface import AddressRefused, FetchError, Unreached

_REMEMBERED = 60.0  # seconds that an answer is used again
_MOST = 20_000  # answers kept
_ASK_AGAIN = {socket.EAI_AGAIN}


class JudgingResolver(AbstractResolver):
    """Resolves names in the loop's threads and keeps the answers for a minute."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed
        self._known: dict[str, tuple[float, list[str]]] = {}

    async def addresses(self, host: str) -> list[str]:
        """Give the host's addresses that may be connected to.

        Raises AddressRefused when it has others only, FetchError when it has none.
        """
        ip = literal(host)
        found = [str(ip)] if ip else await self._look_up(host)
        open_ = [address for address in found if not refusal(address, self._allowed)]
        if not open_:
            raise AddressRefused(refused(host, found[0], self._allowed))
        return open_

    def opened(self, addresses: Sequence[str]) -> bool:
        """Tell whether these lie in networks that the operator has opened."""
        return all(is_allowed(address, self._allowed) for address in addresses)

    async def _look_up(self, host: str) -> list[str]:
        loop = asyncio.get_running_loop()
        until, known = self._known.get(host, (0.0, []))
        if loop.time() < until:
            return known
        try:
            infos = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        except (OSError, UnicodeError) as error:
            raise Unreached(_unresolved(host, error)) from error
        found = list(dict.fromkeys(str(info[4][0]) for info in infos))
        if not found:
            raise FetchError(f"the name {host} has no address; check the address for a typing error")
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[host] = (loop.time() + _REMEMBERED, found)
        return found

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Answer aiohttp's connector."""
        try:
            addresses = await self.addresses(host)
        except FetchError as error:
            raise Refused(str(error)) from error
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Forget everything."""
        self._known.clear()


class Refused(OSError):
    """What a refusal looks like to the connector, which understands OSError alone."""


def refused(host: str, address: str, allowed: Sequence[Network]) -> str:
    """Say that an address must not be asked, and what opens it."""
    where = host if host == address else f"{host} is at {address}, which"
    return (
        f"{where} belongs to {refusal(address, allowed)} and is not asked;"
        " if it is meant, add its network to HARMATTAN_ALLOW_NETWORKS"
    )


def _unresolved(host: str, error: Exception) -> str:
    if isinstance(error, socket.gaierror) and error.errno in _ASK_AGAIN:
        return f"the name {host} can't be looked up at the moment; check this machine's network and DNS"
    return f"the name {host} is not known; check the address for a typing error, and this machine's DNS"
