"""The port to the web: feeds and pages, which are hostile."""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from pipeline.fetch.addresses import authority
from pipeline.fetch.cache_control import read_max_age


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A GET, or with `form` a POST of its fields. `timeout` is for the whole exchange in seconds, redirects included.

    `limit` bounds the decompressed body in bytes. `credentials` are headers for the server that `url` names and for no
    other: they are not sent on after a redirect to another host, port or scheme. A POST follows 307 and 308 alone, and none
    from https to http. With `robots`, the site's robots.txt is asked first.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    accept: str = "*/*"
    limit: int = 15_000_000
    timeout: float = 30.0
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    robots: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class Response:
    """An answer, of whatever status. `url` is where the redirects ended; header names are in lower case.

    `body` is decompressed, and empty unless the status is one of success (2xx). `truncated` tells that it was cut at the
    request's limit. `moved` is where the redirects have led that are permanent (301, 308), all of them from the first on.
    """

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    truncated: bool = False
    moved: str | None = None

    @property
    def server(self) -> str:
        """The server that gave the answer: its host, and its port where that is an unusual one."""
        return authority(self.url)

    @property
    def max_age(self) -> timedelta | None:
        """For how long Cache-Control says that the answer holds from now on (RFC 9111); None where it says nothing."""
        return read_max_age(self.headers)

    @property
    def etag(self) -> str | None:
        """The entity tag, to be sent back as it is."""
        return self.headers.get("etag")

    @property
    def last_modified(self) -> str | None:
        """The Last-Modified header, to be sent back as it is."""
        return self.headers.get("last-modified")


class FetchError(Exception):
    """There is no answer: the name, the connection, TLS, a time-out, a broken body, too many redirects."""


class Unreached(FetchError):
    """Nothing came from the server, nor from a proxy before it: no address, no connection, or no answer in time."""


class HostHeld(FetchError):
    """The host has asked, in answer to another request, to be left alone; it was not asked. `wait` is the time left."""

    def __init__(self, message: str, wait: timedelta) -> None:
        super().__init__(message)
        self.wait = wait


class TooManyRedirects(FetchError):
    """The redirects did not come to an end."""


class RobotsRefused(FetchError):
    """The site's robots.txt asks robots to keep away from this address, or can't be had; the address was not asked."""


class AddressRefused(FetchError):
    """The address must not be asked: another scheme, or a private network that the operator has not allowed."""


class Fetcher(Protocol):
    """Fetches many addresses at a time, with few connections to any one host."""

    def submit(self, request: Request) -> Future[Response]:
        """Start a request. The future gives the response, or raises FetchError with a sentence that names no credentials.

        Cancelling the future ends the exchange.
        """

    def retry_after(self, response: Response) -> timedelta | None:
        """Read a Retry-After header, seconds or a date; None where there is none that can be read."""

    def close(self) -> None:
        """End all exchanges."""
