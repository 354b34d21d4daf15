"""A hub that the tests run (W3C WebSub): it verifies what is asked of it, and delivers with a signature."""

import hmac
import http.client
import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit


@dataclass
class Subscriber:
    """What the hub knows of a subscription."""

    topic: str
    secret: str | None
    lease: int


@dataclass
class Hub:
    """Takes subscriptions as long as `willing`; grants leases of `lease` seconds."""

    willing: bool = True
    lease: int = 3600
    topic: str | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    subscribers: dict[str, Subscriber] = field(default_factory=dict)
    verified: list[tuple[str, int, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                hub.asked.append(form)
                self.send_response(202 if hub.willing else 503)
                self.send_header("Content-Length", "0")
                self.end_headers()
                if hub.willing:
                    threading.Thread(target=hub.verify, args=[form], daemon=True).start()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def verify(self, form: dict[str, str]) -> int:
        """Ask the subscriber whether it meant that, and do it if so."""
        challenge = secrets.token_hex(8)
        mode, topic, callback = form["hub.mode"], self.topic or form["hub.topic"], form["hub.callback"]
        asked = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge}
        if mode == "subscribe":
            asked["hub.lease_seconds"] = str(self.lease)
        status, answer = request("GET", f"{callback}?{urlencode(asked)}")
        self.verified.append((mode, status, answer))
        if status == 200 and answer == challenge:
            if mode == "subscribe":
                self.subscribers[callback] = Subscriber(topic, form.get("hub.secret"), self.lease)
            else:
                self.subscribers.pop(callback, None)
        return status

    def deny(self, callback: str, reason: str) -> int:
        denied = {"hub.mode": "denied", "hub.topic": self.subscribers[callback].topic, "hub.reason": reason}
        return request("GET", f"{callback}?{urlencode(denied)}")[0]

    def push(self, body: bytes, *, method: str = "sha256", signature: str | None = None) -> list[int]:
        """Deliver to all; give their answers."""
        statuses = []
        for callback, subscriber in self.subscribers.items():
            right = hmac.new((subscriber.secret or "").encode(), body, method).hexdigest()
            headers = {"X-Hub-Signature": f"{method}={right}" if signature is None else signature}
            statuses.append(request("POST", callback, body, headers)[0])
        return statuses


def request(method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> tuple[int, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request(method, f"{parts.path}?{parts.query}", body or None, headers or {})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()
