"""Keeping to robots.txt (RFC 9309).

A file is kept for a day at most (section 2.4) and read up to 500 KiB (2.5). Where there is none (4xx, or redirects without
end) everything may be asked (2.3.1.3); while it can't be had (5xx, no connection) nothing may (2.3.1.4), and it is tried
again after ten minutes. 429 counts as the latter, for it says nothing about what robots may do.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from protego import Protego
from yarl import URL

from pipeline.fetch.interface import FetchError, Request, Response, RobotsRefused, TooManyRedirects

NAME = "Harmattan"
"""The name by which robots.txt files speak to this program."""

_KEPT = 86_400.0
_TRIED_AGAIN = 600.0
_LARGEST = 500 * 1024
_MOST_TEXT = 16_000_000  # characters kept, of all sites
_PATIENCE = 10.0  # seconds
# The library's time grows with the square of the number of groups: those for other robots become one.
_OTHERS = re.compile(rf"(?im)^[ \t]*user[- ]?agent[ \t]*[: \t](?![ \t]*\*|.*{NAME}).*$")


@dataclass(frozen=True, slots=True)
class _Site:
    """What is known of a site until then, by the loop's clock: its rules, or why there are none to be had."""

    until: float
    rules: str
    trouble: str | None = None


class Robots:
    """Tells whether addresses may be asked; to be used inside one event loop. `get` makes a request."""

    def __init__(self, get: Callable[[Request], Awaitable[Response]]) -> None:
        self._get = get
        self._sites: OrderedDict[str, _Site] = OrderedDict()
        self._asking: dict[str, asyncio.Task[_Site]] = {}
        self._text = 0

    async def check(self, url: URL) -> None:
        """Raise RobotsRefused when the site does not want robots at this address, or can't be asked what it wants."""
        origin = str(url.origin())
        site = self._known(origin) or await self._ask(origin)
        if site.trouble:
            raise RobotsRefused(
                f"{url.host} could not be asked what robots may do ({site.trouble}); its pages are left alone"
            )
        if site.rules and not await asyncio.to_thread(_allows, site.rules, str(url)):
            raise RobotsRefused(f"the robots.txt of {url.host} asks robots to leave this page alone")

    def _known(self, origin: str) -> _Site | None:
        site = self._sites.get(origin)
        if site is None or site.until < asyncio.get_running_loop().time():
            return None
        self._sites.move_to_end(origin)
        return site

    async def _ask(self, origin: str) -> _Site:
        """Ask once, however many wait for the answer, and though one that waits is cancelled."""
        task = self._asking.get(origin)
        if task is None:
            task = self._asking[origin] = asyncio.create_task(self._fetch(origin))
            task.add_done_callback(lambda _: self._asking.pop(origin, None))
        return await asyncio.shield(task)

    async def _fetch(self, origin: str) -> _Site:
        now = asyncio.get_running_loop().time()
        try:
            request = Request(url=f"{origin}/robots.txt", accept="text/plain", limit=_LARGEST, timeout=_PATIENCE)
            response = await self._get(request)
        except TooManyRedirects:
            site = _Site(now + _KEPT, "")
        except FetchError as error:
            site = _Site(now + _TRIED_AGAIN, "", str(error))
        else:
            site = _site(response, now)
        self._keep(origin, site)
        return site

    def _keep(self, origin: str, site: _Site) -> None:
        if before := self._sites.pop(origin, None):
            self._text -= _weight(before)
        self._sites[origin] = site
        self._text += _weight(site)
        while self._text > _MOST_TEXT:
            _, oldest = self._sites.popitem(last=False)
            self._text -= _weight(oldest)


def _site(response: Response, now: float) -> _Site:
    if 200 <= response.status < 300:
        return _Site(now + _KEPT, _OTHERS.sub("User-agent: another", response.body.decode("utf-8", "replace")))
    if response.status == 429 or response.status >= 500:
        return _Site(now + _TRIED_AGAIN, "", f"it answers {response.status} to /robots.txt")
    return _Site(now + _KEPT, "")


def _allows(rules: str, url: str) -> bool:
    return bool(Protego.parse(rules).can_fetch(url, NAME))


def _weight(site: _Site) -> int:
    return 200 + len(site.rules)
