"""Politeness: few exchanges with one host at a time, and some time between their beginnings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Pace:
    """Gives exchanges their turn. To be used inside one event loop."""

    def __init__(self, per_host: int, spacing: float, in_flight: int) -> None:
        self._per_host = per_host
        self._spacing = spacing
        self._all = asyncio.Semaphore(in_flight)
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, *, paced: bool) -> AsyncIterator[None]:
        """Wait for the host's turn, where it is paced, and for a free place among all exchanges."""
        if not paced:
            async with self._all:
                yield
            return
        gate = self._hosts.get(host) or self._hosts.setdefault(host, _Host(self._per_host))
        gate.users += 1
        try:
            async with gate.places:
                await self._wait(gate)
                async with self._all:
                    yield
        finally:
            gate.users -= 1
            if not gate.users:
                self._forget_later(host, gate)

    async def _wait(self, gate: "_Host") -> None:
        now = asyncio.get_running_loop().time()
        begin = max(now, gate.free_at)
        gate.free_at = begin + self._spacing
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
