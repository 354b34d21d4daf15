"""A server of feeds for benchmarks, in a process of its own: as lean as can be, so that the poller is what is measured.

    python benchmarks/feed_server.py [--tls CERTIFICATE KEY] [--keep-alive]

Prints its port. `/feed/N` is an RSS feed of 30 entries and 40 kB with an ETag; `/hostile/N` sends what takes memory.
`/control/publish/TENTH` gives every feed whose number ends so three new entries; `/control/counts` tells in JSON how many
requests came since it was asked last, how many of them were answered 304, and how many bytes were sent.
"""

import argparse
import asyncio
import gzip
import json
import ssl
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

ENTRIES = 30
SIZE = 40_000
NOW = datetime.now(UTC)

_WORDS = (
    "convoy",
    "market",
    "council",
    "river",
    "school",
    "harvest",
    "border",
    "election",
    "bridge",
    "clinic",
    "minister",
)
_TEXT = " ".join(_WORDS[(n * 7 + n // 15) % len(_WORDS)] for n in range(1000))
_ITEM = (
    "<item><title>Feed %(feed)d, entry %(entry)d: council and market</title><link>https://outlet%(feed)d.example/%(entry)d</link>"
    "<guid>https://outlet%(feed)d.example/%(entry)d</guid><pubDate>%(date)s</pubDate>"
    "<description>&lt;p&gt;Entry %(entry)d of %(feed)d. "
    + _TEXT[: SIZE // ENTRIES - 360]
    + "&lt;/p&gt;</description></item>"
)
_BOMB = gzip.compress(bytes(200_000_000))
_HEADERS = b"".join(b"X-%d: %s\r\n" % (n, b"x" * 16_000) for n in range(100))


class Server:
    """Answers; `published` is how many entries each feed of a tenth has beyond the first 30."""

    def __init__(self, keep_alive: bool) -> None:
        self._connection = b"" if keep_alive else b"Connection: close\r\n"
        self._keep_alive = keep_alive
        self._published = [0] * 10
        self._counts = {"requests": 0, "not_modified": 0, "bytes": 0}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode()
                answer = self._answer(path, head)
                writer.write(answer)
                if not path.startswith("/control"):
                    self._counts["bytes"] += len(answer)
                if path.startswith("/hostile") or not self._keep_alive:
                    await writer.drain()
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, path: str, head: bytes) -> bytes:
        _, kind, which, *rest = f"{path}//".split("/")
        if kind == "control":
            return self._controlled(which, rest)
        self._counts["requests"] += 1
        if not which.isdigit():  # some ask for a site's picture
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n%s\r\n" % self._connection
        number = int(which)
        if kind == "hostile":
            return hostile(number)
        published = self._published[number % 10]
        etag = b'"%d-%d"' % (number, published)
        if etag in head:
            self._counts["not_modified"] += 1
            return b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n%s\r\n" % (etag, self._connection)
        body = document(number, published)
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: %s\r\n%sContent-Length: %d\r\n\r\n%s" % (
            etag,
            self._connection,
            len(body),
            body,
        )

    def _controlled(self, which: str, rest: list[str]) -> bytes:
        if which == "publish":
            self._published[int(rest[0])] += 3
            body = b"{}"
        else:
            body = json.dumps(self._counts).encode()
            self._counts = dict.fromkeys(self._counts, 0)
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n%s" % (len(body), self._connection, body)


def document(feed: int, published: int) -> bytes:
    """Give a feed whose newest entries are the published ones."""
    items = "".join(
        _ITEM % {"feed": feed, "entry": entry, "date": format_datetime(NOW - timedelta(hours=2 * (ENTRIES - entry)))}
        for entry in range(published + ENTRIES, published, -1)
    )
    return f'<rss version="2.0"><channel><title>Outlet {feed}</title>{items}</channel></rss>'.encode()


def hostile(number: int) -> bytes:
    """Give an answer that would take a lot of memory: a large body, a bomb, or headers."""
    kind = number % 3
    if kind == 0:
        return (
            b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<rss><channel>" + b"<item><title>x</title></item>" * 300_000
        )
    if kind == 1:
        return b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\n\r\n" + _BOMB
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + _HEADERS + b"\r\n" + b"<rss>" * 1_000_000


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tls", nargs=2)
    arguments.add_argument("--keep-alive", action="store_true")
    given = arguments.parse_args()
    context = None
    if given.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*given.tls)
    answers = Server(given.keep_alive)
    server = await asyncio.start_server(answers.serve, "127.0.0.1", 0, ssl=context, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
