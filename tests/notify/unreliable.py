"""An HTTP receiver that does to each request what a test says, and counts what it took by idempotency key."""

import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

SLOW = 0.3
"""Seconds; the notifiers of these tests wait for 1.5, and stand for half a minute's wait of a slow channel."""


@dataclass
class Taken:
    """A message that the receiver has read as a whole; `answered` is whether its answer said so."""

    key: str
    path: str
    maybe_repeat: bool
    answered: bool


@dataclass
class UnreliableReceiver:
    """`conduct` names what is done to the request of a key and path, the first, second ... of that key.

    `ok`, `slow`, a status such as `503`, `429`; `unread`: closed before the request was read; `unanswered`: read and closed;
    `halfway`: closed in the middle of the answer; `silent`: read, and nothing said. `before` is called with the path when a
    connection is taken, `during` when the request was read, `after` when it was answered.
    """

    conduct: Callable[[str, int], str] = lambda key, number: "ok"
    before: Callable[[str], None] = lambda path: None
    during: Callable[[str], None] = lambda path: None
    after: Callable[[str], None] = lambda path: None
    taken: list[Taken] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/desk"

    @property
    def keys(self) -> set[str]:
        return {one.key for one in self.taken if one.answered}

    @contextmanager
    def serving(self) -> Iterator["UnreliableReceiver"]:
        server = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = server.getsockname()[1]
        self._tried: Counter[str] = Counter()
        self._over = threading.Event()
        thread = threading.Thread(target=self._accept, args=(server,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            server.close()

    def _accept(self, server: socket.socket) -> None:
        while not self._over.is_set():
            with suppress(OSError):
                link, _ = server.accept()
                threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        with link, suppress(OSError, ValueError):
            link.settimeout(10)
            path, headers, rest = self._head(link)
            key = headers["idempotency-key"]
            self._tried[key] += 1
            how = self.conduct(key, self._tried[key])
            self.before(path)
            if how == "unread":
                self._reset(link)
                return
            body = rest
            while len(body) < int(headers["content-length"]):
                piece = link.recv(65536)
                if not piece:
                    return
                body += piece
            self.during(path)
            self._answer(link, how, Taken(key, path, json.loads(body).get("mayberepeat", False), answered=False))
            self.after(path)

    def _answer(self, link: socket.socket, how: str, taken: Taken) -> None:
        if how.isdigit():
            after = "Retry-After: 1\r\n" if how == "429" else ""
            link.sendall(f"HTTP/1.1 {how} No\r\n{after}Content-Length: 0\r\n\r\n".encode())
            return
        self.taken.append(taken)
        if how == "halfway":
            link.sendall(b"HTTP/1.1 20")
        elif how == "silent":
            self._over.wait(3)
        elif how != "unanswered":
            self._over.wait(SLOW if how == "slow" else 0)
            taken.answered = True
            link.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    def _head(self, link: socket.socket) -> tuple[str, dict[str, str], bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = link.recv(4096)
            if not piece:
                raise OSError("closed")
            data += piece
        head, _, rest = data.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return first.split()[1], headers, rest

    def _reset(self, link: socket.socket) -> None:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
