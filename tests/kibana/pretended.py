"""A server that answers as Kibana does to the requests of an import. No Kibana itself is at hand for the tests."""

import email
import email.policy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from pipeline.kibana.content import ndjson

IMPORT = "/s/harmattan/api/saved_objects/_import?overwrite=true"
ROLE = "/api/security/role/"
COUNT = len(ndjson().splitlines())


@dataclass
class Kibana:
    """What this Kibana has and says, and what it was sent."""

    spaces: dict[str, Any] = field(default_factory=dict)
    roles: dict[str, Any] = field(default_factory=dict)
    role_answer: tuple[int, Any] = (204, b"")
    said: tuple[int, Any] = (200, {"success": True, "successCount": COUNT})
    imported: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    address: str = ""
    key: str = "aWQ6c2VjcmV0"

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any]:
        self.asked.append(f"{method} {path}")
        if headers["Authorization"] != f"ApiKey {self.key}":
            return 401, {"statusCode": 401, "error": "Unauthorized", "message": "[security_exception] wrong key"}
        if method in ("POST", "PUT") and not headers["kbn-xsrf"]:
            return 400, {"statusCode": 400, "message": "Request must contain a kbn-xsrf header."}
        if path.startswith("/api/spaces/space"):
            return self._space(method, path, body)
        if path.startswith(ROLE):
            assert method == "PUT"
            if self.role_answer[0] == 204:
                self.roles[path.removeprefix(ROLE)] = json.loads(body)
            return self.role_answer
        assert path == IMPORT
        if "harmattan" not in self.spaces:
            return 404, {"statusCode": 404, "message": "Saved object [space/harmattan] not found"}
        if self.said[0] == 200:
            self.imported.append(_file_in(headers["Content-Type"], body))
        return self.said

    def _space(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        if method == "POST":
            space = json.loads(body)
            self.spaces[space["id"]] = space
            return 200, space
        space = self.spaces.get(path.rpartition("/")[2])
        return (200, space) if space else (404, {"statusCode": 404, "message": "Not Found"})


@contextmanager
def open_kibana() -> Iterator[Kibana]:
    kibana = Kibana()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, answer = kibana.answer(self.command, self.path, self.headers, body)
            said = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_PUT = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    kibana.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield kibana
    finally:
        server.shutdown()
        server.server_close()


def _file_in(content_type: str, body: bytes) -> str:
    """The uploaded file, as a server that knows multipart reads it."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    (part,) = email.message_from_bytes(head + body, policy=email.policy.HTTP).iter_parts()
    assert part.get_param("name", header="Content-Disposition") == "file"
    assert str(part.get_filename()).endswith(".ndjson")
    content: bytes = part.get_payload(decode=True)
    return content.decode()
