"""One POST over HTTP, to an address that is judged before it is connected to, within a time that is bounded in all."""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from time import monotonic
from urllib.parse import SplitResult, quote, urlsplit

from pipeline.fetch.addresses import Network, refusal

_KEPT_IN_PATH = "/%:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver answered; header names are in lower case. Its body is not read."""

    status: int
    headers: Mapping[str, str]


class NotAllowed(Exception):
    """The receiver is in a network that the operator has not opened."""


class NotSent(Exception):
    """Nothing was sent: the name, the connection or the TLS handshake failed."""


class NoAnswer(Exception):
    """Something was sent, and no whole answer came."""


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allowed: Sequence[Network],
    tls: ssl.SSLContext,
    timeout: float,
) -> Answer:
    """Send the body and give the answer, without following redirects.

    `timeout` is in seconds, for everything but the look-up of the name. Raises NotAllowed, NotSent or NoAnswer, none of
    which names more of the address than its host.
    """
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    addresses = _open_addresses(host, parts.port or (443 if secure else 80), allowed)
    deadline = monotonic() + timeout
    with _connected(addresses, deadline) as link:
        guard = _Guard(link, deadline)
        with guard:
            channel = _secured(link, host, tls, guard) if secure else link
            return _exchange(_connection(parts, channel), _target(parts), body, headers, guard)


def _open_addresses(host: str, port: int, allowed: Sequence[Network]) -> list[tuple[str, int]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent(f"the name {host} can't be looked up; check it, and this machine's DNS") from error
    addresses = list(dict.fromkeys((str(info[4][0]), port) for info in found))
    judged = [(address, refusal(address[0], allowed)) for address in addresses]
    open_ = [address for address, reason in judged if reason is None]
    if not open_:
        raise NotAllowed(
            f"{host} belongs to {judged[0][1]} and is not spoken to;"
            " if it is meant, add its network to HARMATTAN_ALLOW_NETWORKS"
        )
    return open_


@contextmanager
def _connected(addresses: Sequence[tuple[str, int]], deadline: float) -> Iterator[socket.socket]:
    failure: OSError | None = None
    for address in addresses:
        try:
            link = socket.create_connection(address, max(0.1, deadline - monotonic()))
        except OSError as error:
            failure = error
            continue
        with link:
            yield link
        return
    raise NotSent(f"no connection to port {addresses[0][1]} ({_why(failure)})") from failure


class _Guard:
    """Cuts the connection at the deadline, since a time-out for each read would let a slow receiver go on for ever."""

    def __init__(self, link: socket.socket, deadline: float) -> None:
        self._link = link
        self._timer = threading.Timer(max(0.1, deadline - monotonic()), self._cut)
        self._timer.daemon = True
        self.is_over = False

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        self.is_over = True
        try:
            self._link.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _secured(link: socket.socket, host: str, tls: ssl.SSLContext, guard: _Guard) -> socket.socket:
    try:
        # The wrapper takes the descriptor over; a copy stays with the guard, so that the cut reaches the connection.
        return tls.wrap_socket(link.dup(), server_hostname=host)
    except (OSError, ValueError) as error:
        raise NotSent(f"no TLS connection ({'it took too long' if guard.is_over else _why(error)})") from error


def _connection(parts: SplitResult, channel: socket.socket) -> HTTPConnection:
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port)
    connection.sock = channel
    connection.auto_open = 0
    return connection


def _exchange(
    connection: HTTPConnection, target: str, body: bytes, headers: Mapping[str, str], guard: _Guard
) -> Answer:
    try:
        connection.request("POST", target, body, dict(headers))
        response = connection.getresponse()
        if guard.is_over:  # the cut looks like the headers' end
            raise NoAnswer("it took too long")
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()})
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswer("it took too long" if guard.is_over else _why(error)) from error
    finally:
        connection.close()


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe=_KEPT_IN_PATH)
    return f"{path}?{quote(parts.query, safe=_KEPT_IN_PATH)}" if parts.query else path


def _why(error: Exception | None) -> str:
    """Say what failed without the library's own words, which may repeat an address or what the receiver sent."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "the connection ended early" if isinstance(error, (OSError, HTTPException)) else "no answer that can be read"
