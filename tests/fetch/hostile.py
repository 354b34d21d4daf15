"""A web server on loopback that does whatever a test tells it to, well or badly."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    path: str
    headers: Mapping[str, str]
    at: float


Send = Callable[[bytes], Awaitable[None]]
Behaviour = Callable[[Asked, Send], Awaitable[None]]


@dataclass
class HostileServer:
    """Answers each path by its behaviour; everything else with 404."""

    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    port: int = 0

    def __enter__(self) -> "HostileServer":
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve(started))
        self._loop.close()

    async def _serve(self, started: threading.Event) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await self._stop.wait()
        server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def send(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        try:
            first = await reader.readexactly(1)
            if first == b"\x16":  # the beginning of TLS, which this server does not speak
                await send(head(400))
                return
            rest = await reader.readuntil(b"\r\n\r\n")
            asked = _asked((first + rest).decode("latin-1"))
            self.asked.append(asked)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            try:
                await self.behaviours.get(asked.path, answer(status=404))(asked, send)
            finally:
                self.at_once -= 1
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def _asked(head: str) -> Asked:
    first, *lines = head.split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Asked(first.split(" ")[1], headers, time.monotonic())


def answer(body: bytes = b"", status: int = 200, **headers: str) -> Behaviour:
    """Answer as a decent server does. Underscores in header names become hyphens."""

    async def behave(asked: Asked, send: Send) -> None:
        await send(head(status, content_length=str(len(body)), **headers) + body)

    return behave


def head(status: int = 200, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def redirect(to: str, status: int = 302) -> Behaviour:
    return answer(status=status, location=to)


def with_etag(body: bytes, etag: str, **headers: str) -> Behaviour:
    """Answer 304 to those who have this version."""

    async def behave(asked: Asked, send: Send) -> None:
        if asked.headers.get("if-none-match") == etag:
            await send(head(304, etag=etag))
        else:
            await answer(body, 200, etag=etag, **headers)(asked, send)

    return behave


def dripping(byte: bytes = b"x", every: float = 0.05) -> Behaviour:
    """Send one byte now and then, for ever."""

    async def behave(asked: Asked, send: Send) -> None:
        await send(head())
        while True:
            await send(byte)
            await asyncio.sleep(every)

    return behave


def endless(start: bytes = b"", **headers: str) -> Behaviour:
    """Send as much as is taken, for ever."""

    async def behave(asked: Asked, send: Send) -> None:
        await send(head(200, **headers) + start)
        while True:
            await send(b"x" * 65536)

    return behave


def raw(data: bytes) -> Behaviour:
    """Send exactly these bytes and hang up."""

    async def behave(asked: Asked, send: Send) -> None:
        await send(data)

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Behave in these ways one after the other; the last one stays."""
    left = list(behaviours)

    async def behave(asked: Asked, send: Send) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(asked, send)

    return behave


def after(seconds: float, then: Behaviour) -> Behaviour:
    async def behave(asked: Asked, send: Send) -> None:
        await asyncio.sleep(seconds)
        await then(asked, send)

    return behave
