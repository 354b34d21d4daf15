"""A proxy before a real Elasticsearch node that can refuse for a while, as a node under pressure or a gateway does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

REFUSAL = (
    b'{"error":{"type":"es_rejected_execution_exception","reason":"rejected execution of coordinating operation"}}'
)


class RefusingProxy(ThreadingHTTPServer):
    """Answers bulk requests with `status` as long as `refusals` lasts, and passes everything else on."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target).netloc
        self.status = 429
        self.refusals = 0
        self.refused = 0
        self.hide_product = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def refuses(self, path: str) -> bool:
        if not path.startswith("/_bulk") or not self.refusals:
            return False
        self.refusals -= 1
        self.refused += 1
        return True


@contextmanager
def refusing_proxy(target: str) -> Iterator[RefusingProxy]:
    with RefusingProxy(target) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield proxy
        proxy.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: RefusingProxy
    protocol_version = "HTTP/1.1"

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.server.refuses(self.path):
            self._answer(self.server.status, [("content-type", "application/json")], REFUSAL)
            return
        connection = HTTPConnection(self.server.target)
        connection.request(self.command, self.path, body, dict(self.headers))
        response = connection.getresponse()
        hidden = {"content-length", "transfer-encoding"} | (
            {"x-elastic-product"} if self.server.hide_product else set()
        )
        headers = [(name, value) for name, value in response.getheaders() if name.lower() not in hidden]
        self._answer(response.status, headers, response.read())
        connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _pass_on  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output quiet."""
