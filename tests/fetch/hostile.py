"""A web server on loopback that does whatever a test tells it to, well or badly."""

import asyncio
import gzip
import itertools
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


def lying_304(first: bytes, later: bytes) -> Behaviour:
    """Say "not modified" for ever to those who ask whether it is; show the later document to the others, once asked."""
    left = [first]

    async def behave(asked: Asked, send: Send) -> None:
        if "if-none-match" in asked.headers or "if-modified-since" in asked.headers:
            await send(head(304, etag='"always"'))
        else:
            await answer(left.pop() if left else later, etag='"always"')(asked, send)

    return behave


def wrong_length(body: bytes, length: int) -> Behaviour:
    """Announce another length than is sent."""
    return raw(head(200, content_length=str(length)) + body)


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> Behaviour:
    """Send a body in chunks, and what is given for its end."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return raw(head(200, transfer_encoding="chunked") + body + end)


def dripping_headers(every: float = 0.05) -> Behaviour:
    """Send one header after the other, slowly and for ever."""

    async def behave(asked: Asked, send: Send) -> None:
        await send(b"HTTP/1.1 200 OK\r\n")
        for number in itertools.count():
            await send(b"X-%d: x\r\n" % number)
            await asyncio.sleep(every)

    return behave


def every_kind(good: bytes) -> dict[str, Behaviour]:
    """Name a behaviour for each way to misbehave; `good` is a document that some of them mistreat."""
    squeezed = gzip.compress(good)
    bomb = gzip.compress(bytes(50_000_000))
    return {
        "drips-body": dripping(),
        "drips-headers": dripping_headers(),
        "closes-at-once": raw(b""),
        "closes-in-headers": raw(b"HTTP/1.1 200 OK\r\nContent-Ty"),
        "closes-in-body": wrong_length(good[: len(good) // 2], len(good)),
        "length-too-short": wrong_length(good, len(good) // 2),
        "length-too-long": wrong_length(good, len(good) + 1000),
        "length-no-number": raw(head(200, content_length="many") + good),
        "chunks-break-off": chunked(good, end=b""),
        "chunks-broken": raw(head(200, transfer_encoding="chunked") + b"zz\r\n" + good),
        "redirects-to-itself": redirect("./redirects-to-itself", 301),
        "redirects-to-file": redirect("file:///etc/passwd"),
        "redirects-inside": redirect("http://169.254.169.254/latest/meta-data/"),
        "redirects-nowhere": redirect("http://[/"),
        "endless": endless(b"<rss><channel>"),
        "gzip-in-gzip": answer(gzip.compress(squeezed), content_encoding="gzip"),
        "gzip-twice": answer(gzip.compress(squeezed), content_encoding="gzip, gzip"),
        "gzip-not": answer(good, content_encoding="gzip"),
        "gzip-breaks-off": answer(squeezed[: len(squeezed) // 2], content_encoding="gzip"),
        "bomb": answer(bomb, content_encoding="gzip"),
        "bomb-in-bomb": answer(gzip.compress(bomb), content_encoding="gzip"),
        "unknown-coding": answer(good, content_encoding="lzma"),
        "mixed-encodings": answer(
            "<rss><channel><item><title>Gao é".encode("latin-1") + "é Кидаль".encode() + b"\xff\xfe"
        ),
        "wrong-charset": answer(good, content_type="text/xml; charset=utf-16"),
        "unknown-charset": answer(good, content_type="text/xml; charset=klingon"),
        "page": answer(b"<html><body>Under construction</body></html>", content_type="text/html"),
        "nothing": answer(b""),
        "zeros": answer(bytes(100_000)),
        "entities": answer(
            b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
            b"<rss><channel><title>&b;</title></channel></rss>"
        ),
        "external-entity": answer(
            b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            b"<rss><channel><item><title>&x;</title></item></channel></rss>"
        ),
        "deep": answer(b"<rss><channel>" + b"<a>" * 100_000),
        "no-http": raw(b"220 mail.example ESMTP\r\n"),
        "long-header": answer(good, x_long="x" * 100_000),
        "many-headers": answer(good, **{f"x_{n}": "x" for n in range(1000)}),
        "header-of-bytes": raw(b"HTTP/1.1 200 \xff\xfe\r\nETag: \xff\x01\r\nConnection: close\r\n\r\n" + good),
        "status-999": answer(status=999),
        "status-304": answer(status=304),
        "retry-after-nonsense": answer(status=503, retry_after="soon"),
        "gone": answer(status=410),
        "login": answer(status=401),
        "forbidden": answer(status=403),
        "not-found": answer(status=404),
        "broken": answer(status=500),
    }
