"""The part of Elasticsearch's security API that the service `credentials` uses, as far as its answers go.

No node with security is at hand, so this only proves what is asked for and what is done with the answers.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "/_security/service/elastic/kibana/credential/token/harmattan"


@dataclass
class Node:
    """What the node knows: keys, Kibana's token, roles, users; and how often it is still not ready."""

    password: str
    unready: int = 0
    address: str = ""
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    token: str | None = None
    roles: dict[str, Any] = field(default_factory=dict)
    users: dict[str, Any] = field(default_factory=dict)
    made: int = 0

    def valid(self, name: str) -> list[str]:
        return [key for key, value in self.keys.items() if value["name"] == name and not value["invalidated"]]

    def answer(self, method: str, address: str, authorization: str, body: Any) -> tuple[int, dict[str, Any]]:
        path = urlsplit(address).path
        if path == "/_security/_authenticate":
            return (200, {"username": "elastic/kibana"}) if authorization == f"Bearer {self.token}" else (401, {})
        if authorization != "Basic " + base64.b64encode(f"elastic:{self.password}".encode()).decode():
            return 401, {"error": {"reason": "unable to authenticate user [elastic]"}}
        if path == "/_cluster/health":
            self.unready -= 1
            return (503, {}) if self.unready >= 0 else (200, {"status": "yellow"})
        if path == "/_security/api_key":
            return self._keys(method, parse_qs(urlsplit(address).query), body)
        if path == TOKEN:
            return self._token(method)
        kind, name = path.removeprefix("/_security/").split("/")
        known = {"role": self.roles, "user": self.users}[kind]
        if method == "PUT":
            known[name] = body
        return (200, {name: known[name]}) if name in known else (404, {})

    def _keys(self, method: str, query: dict[str, list[str]], body: Any) -> tuple[int, dict[str, Any]]:
        if method == "GET":
            found = [{"id": key, **value} for key, value in self.keys.items() if value["name"] == query["name"][0]]
            return 200, {"api_keys": found}
        if method == "DELETE":
            for key in body["ids"]:
                self.keys[key]["invalidated"] = True
            return 200, {}
        self.made += 1
        key = f"id{self.made}"
        self.keys[key] = {"invalidated": False, **body}
        return 200, {"id": key, "encoded": base64.b64encode(f"{key}:secret{self.made}".encode()).decode()}

    def _token(self, method: str) -> tuple[int, dict[str, Any]]:
        if method == "DELETE":
            gone, self.token = self.token is None, None
            return (404, {"found": False}) if gone else (200, {"found": True})
        if self.token:
            return 409, {}
        self.made += 1
        self.token = f"token{self.made}"
        return 200, {"token": {"name": "harmattan", "value": self.token}}


@contextmanager
def open_node(password: str) -> Iterator[Node]:
    """A node on the loopback."""
    node = Node(password)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, answer = node.answer(
                self.command, self.path, self.headers.get("Authorization", ""), json.loads(body) if body else None
            )
            said = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    node.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield node
    finally:
        server.shutdown()
        server.server_close()
