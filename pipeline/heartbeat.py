"""A sign of life out of the pipeline, whose absence somebody else can notice.

A monitor elsewhere (a dead man's switch: Healthchecks, Uptime Kuma, an Alertmanager's, a cron job of one's own) is called at
regular times while all is well. When a part fails, when everything stands still, or when the machine is gone, the calls stop,
and the monitor says so: what is broken need not be able to tell of it.
"""

import json
import logging
import ssl
from collections.abc import Callable, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from pipeline.errors import HarmattanError
from pipeline.fetch.addresses import Network
from pipeline.health import Health
from pipeline.notify.http_post import NoAnswer, NotAllowed, NotSent, post

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
TIMEOUT = 10.0


class HeartbeatMissed(HarmattanError):
    """No sign of life was given; the message says why, and names of the address only its host."""


class Heartbeat:
    """Calls the monitor when all is well."""

    def __init__(self, url: str, check: Callable[[], Health], allowed: Sequence[Network] = ()) -> None:
        """Take the address to call, which is a secret, and the question how everything is."""
        self._url = url
        self._check = check
        self._allowed = tuple(allowed)
        self._tls = ssl.create_default_context()

    def beat(self) -> None:
        """Call the monitor. Raises HeartbeatMissed when something is wrong, or when the monitor can't be told."""
        health = self._check()
        if health.problems:
            raise HeartbeatMissed(f"no heartbeat was sent, since not all is well: {'; '.join(health.problems)}")
        host = urlsplit(self._url).hostname or "the monitor"
        body = json.dumps({"status": "ok", "lag": dict(health.lag), "feeds": dict(health.feeds)}).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "Harmattan", "Connection": "close"}
        try:
            answer = post(self._url, body, headers, allowed=self._allowed, tls=self._tls, timeout=TIMEOUT)
        except (NotAllowed, NotSent, NoAnswer) as error:
            raise HeartbeatMissed(f"the heartbeat did not reach {host}: {error}") from error
        if not 200 <= answer.status < 300:
            raise HeartbeatMissed(f"{host} answers the heartbeat with status {answer.status}; see its address and key")
