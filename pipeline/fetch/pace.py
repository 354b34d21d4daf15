"""Politeness: few exchanges with one host at a time, some time between their beginnings, and none while it wants peace."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from pipeline.fetch.interface import HostHeld
from pipeline.fetch.limits import HostLimit

LONGEST_HOLD = timedelta(hours=1)
"""A fetcher keeps no hold in mind for longer; the state does, for feeds."""

_MOST_HOLDS = 10_000


class Pace:
    """Gives exchanges their turn. To be used inside one event loop.

    `limits` are by host; `*.example.org` means that host and all below it, `*` every host that nothing else is said of. Hosts
    in networks that the operator has opened have no limit but one that is said of them.
    """

    def __init__(self, limits: Mapping[str, HostLimit], in_flight: int) -> None:
        self._limits = limits
        self._all = asyncio.Semaphore(in_flight)
        self._hosts: dict[str, _Host] = {}
        self._held: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, host: str, server: str, *, opened: bool) -> AsyncIterator[bool]:
        """Wait for the host's turn and for a free place among all exchanges; tells whether others wait for the host.

        Raises HostHeld while its `server` (the host, with an unusual port) wants to be left alone.
        """
        self._check(server)
        limit = self.limit(host, opened=opened)
        if limit is None:
            async with self._all:
                self._check(server)
                yield True
            return
        gate = self._hosts.get(host) or self._hosts.setdefault(host, _Host(limit.exchanges))
        gate.users += 1
        try:
            async with gate.places:
                await self._wait(gate, limit.spacing.total_seconds())
                async with self._all:
                    self._check(server)
                    yield gate.users > 1
        finally:
            gate.users -= 1
            if not gate.users:
                self._forget_later(host, gate)

    def hold(self, server: str, wait: timedelta) -> None:
        """Leave a server alone for so long, an hour at most."""
        if len(self._held) >= _MOST_HOLDS:
            self._held.clear()
        self._held[server] = asyncio.get_running_loop().time() + min(wait, LONGEST_HOLD).total_seconds()

    def limit(self, host: str, *, opened: bool) -> HostLimit | None:
        """Give the limit for a host; None for one without."""
        if host in self._limits:
            return self._limits[host]
        parts = host.split(".")
        for start in range(len(parts)):
            if found := self._limits.get("*." + ".".join(parts[start:])):
                return found
        return None if opened else self._limits.get("*", HostLimit())

    def _check(self, server: str) -> None:
        left = self._held.get(server, 0.0) - asyncio.get_running_loop().time()
        if left > 0:
            raise HostHeld(f"{server} has asked to be left alone for {left:.0f} s more", timedelta(seconds=left))
        self._held.pop(server, None)

    async def _wait(self, gate: "_Host", spacing: float) -> None:
        now = asyncio.get_running_loop().time()
        begin = max(now, gate.free_at)
        gate.free_at = begin + spacing
        if begin > now:
            await asyncio.sleep(begin - now)

    def _forget_later(self, host: str, gate: "_Host") -> None:
        """Forget a host once its spacing is over, lest ten thousand of them stay in memory."""

        def forget() -> None:
            if not gate.users and self._hosts.get(host) is gate:
                del self._hosts[host]

        asyncio.get_running_loop().call_at(gate.free_at, forget)


class _Host:
    def __init__(self, places: int) -> None:
        self.places = asyncio.Semaphore(places)
        self.free_at = 0.0
        self.users = 0
