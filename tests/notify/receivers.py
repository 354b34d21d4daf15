"""Real receivers on loopback: an HTTP server and a mail server that keep what they get, and can be told to misbehave."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.process import free_port


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


class HttpReceiver:
    """Answers each POST with `status` and `headers`; `hang` reads the request and never answers."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.status = 204
        self.headers: dict[str, str] = {}
        self.hang = False
        self.drip = False
        self._over = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.requests.append(Request(self.path, headers, body))
                if receiver.hang:
                    receiver._over.wait(30)
                    self.close_connection = True
                    return
                if receiver.drip:
                    self._drip()
                    return
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def _drip(self) -> None:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not receiver._over.wait(0.05):
                    try:
                        self.wfile.write(b"a")
                    except OSError:
                        return

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "HttpReceiver":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@dataclass
class MailReceiver:
    """Takes mail; `answer` is said after a text, `refusals` to single readers."""

    password: str | None = None
    tls: Any = None
    mails: list[bytes] = field(default_factory=list)
    readers: list[str] = field(default_factory=list)
    answer: str = "250 OK"
    refusals: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    port: int = 0

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        self.mails.append(content if isinstance(content, bytes) else (content or "").encode())
        self.readers += envelope.rcpt_tos
        if self.hang:
            import asyncio

            await asyncio.sleep(30)
        return self.answer

    def _sign_in(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        given = data.password.decode() if isinstance(data, LoginPassword) else None
        return AuthResult(success=given == self.password, handled=False)

    @contextmanager
    def serving(self) -> Iterator["MailReceiver"]:
        self.port = free_port()
        more: dict[str, Any] = {"authenticator": self._sign_in, "auth_required": True} if self.password else {}
        if self.tls:
            more |= {"tls_context": self.tls, "require_starttls": True}
        controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=20, **more)
        controller.start()
        try:
            yield self
        finally:
            controller.stop(no_assert=True)


def eventually(condition: Any, within: float = 30.0) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())
