"""The endpoint that hubs speak to (W3C WebSub, sections 5.3 and 7): the one address that takes something in.

Everybody can reach it. A key that nobody can guess stands in each subscription's address; without it there is nothing here.
What is delivered is believed only with the hub's signature, is bounded in size, time and number, and is only kept: the poller
reads it. What is wrong with a delivery is not told: a hub can do nothing about it, and a stranger should learn nothing.
"""

import asyncio
import logging
from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from pipeline.state.interface import Subscription, Subscriptions, SubscriptionState
from pipeline.websub import MOST_PUSHED, HubKeys, is_key

AT_ONCE = 8
"""Deliveries that are read at a time; the others are told to come again, as hubs do."""

READ_WITHIN = 30.0
DENIED_FOR = timedelta(days=1)
_LONGEST_LEASE = timedelta(days=365)
_USUAL_LEASE = timedelta(days=1)
_RENEWED_AT = 0.75
_SOONEST = timedelta(minutes=1)
_LONGEST_CHALLENGE = 2_000
_WANTED = (SubscriptionState.PENDING, SubscriptionState.ACTIVE, SubscriptionState.DENIED)
_UNWANTED = (SubscriptionState.ENDING, SubscriptionState.ENDED)
_HEADERS = {"Cache-Control": "no-store"}

logger = logging.getLogger(__name__)


class HubPages:
    """Verifies subscriptions and takes deliveries; without `keys`, WebSub is off and nothing is here."""

    def __init__(self, subscriptions: Subscriptions, keys: HubKeys | None) -> None:
        self._subscriptions = subscriptions
        self._keys = keys
        self._reading = 0

    async def endpoint(self, request: Request) -> Response:
        """Answer a hub."""
        key = request.path_params["key"]
        found = await run_in_threadpool(self._subscriptions.get, key) if self._keys and is_key(key) else None
        if found is None:
            return _answer(404)
        if request.method == "POST":
            return await self._delivery(request, found)
        return await run_in_threadpool(self._verification, request, found)

    def _verification(self, request: Request, found: Subscription) -> Response:
        asked = request.query_params
        mode, challenge = asked.get("hub.mode", ""), asked.get("hub.challenge", "")
        if asked.get("hub.topic") != found.topic:
            return _answer(404)
        if mode == "denied" and found.state in _WANTED:
            reason = " ".join(asked.get("hub.reason", "").split())[:200]
            self._subscriptions.denied(found.key, f"the hub denies it{f': {reason}' if reason else ''}", DENIED_FOR)
            return _answer(200)
        if not 0 < len(challenge) <= _LONGEST_CHALLENGE:
            return _answer(404)
        if mode == "subscribe" and found.state in _WANTED:
            lease = _lease(asked.get("hub.lease_seconds", ""))
            self._subscriptions.verified(found.key, lease, max(lease * _RENEWED_AT, _SOONEST))
            return _answer(200, challenge)
        if mode == "unsubscribe" and found.state in _UNWANTED:
            self._subscriptions.ended(found.key)
            return _answer(200, challenge)
        return _answer(404)

    async def _delivery(self, request: Request, found: Subscription) -> Response:
        if found.state in _UNWANTED:
            return _answer(410)
        if self._reading >= AT_ONCE:
            return PlainTextResponse("", 503, {"Retry-After": "30"})
        self._reading += 1
        try:
            async with asyncio.timeout(READ_WITHIN):
                body = await _body(request)
            return await run_in_threadpool(self._take, request, found, body)
        except (TimeoutError, ClientDisconnect):
            return _answer(408)
        finally:
            self._reading -= 1

    def _take(self, request: Request, found: Subscription, body: bytes | None) -> Response:
        if body is None:
            return _answer(413)
        if self._keys is None or not self._keys.confidential(found.hub):
            # No secret could be agreed on, so the content is not believed: the feed itself is asked instead.
            self._subscriptions.ping(found.key)
        elif self._keys.signed(found.key, request.headers.get("x-hub-signature", ""), body):
            self._subscriptions.receive(found.key, request.headers.get("content-type", "")[:200], body)
        else:
            logger.warning("a delivery in the name of the hub %s has no right signature; it is left out", found.hub)
        return _answer(202)


async def _body(request: Request) -> bytes | None:
    """Read a body; None when it is too large, or packed, which no hub is asked to do."""
    if request.headers.get("content-encoding", "identity") != "identity":
        return None
    body = bytearray()
    async for data in request.stream():
        body += data
        if len(body) > MOST_PUSHED:
            return None
    return bytes(body)


def _lease(seconds: str) -> timedelta:
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 12):
        return _USUAL_LEASE
    return min(timedelta(seconds=int(seconds)), _LONGEST_LEASE)


def _answer(status: int, text: str = "") -> Response:
    return PlainTextResponse(text, status, _HEADERS)
