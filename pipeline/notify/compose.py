"""From deliveries that were claimed to what is sent: the alert as it stands, counted, with its links, for its reader."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from pipeline.answer_links import ANSWERABLE, LEAVABLE, LinkKeys, Purpose
from pipeline.notify.content import own_finding
from pipeline.notify.interface import ANYBODY, NO_LINKS, Digest, Links, Message, Reader
from pipeline.notify.kibana_link import discover_link
from pipeline.policy.desk import DIGEST
from pipeline.policy.model import RANK, Policy
from pipeline.records.alert import Alert
from pipeline.state.interface import ClaimedDelivery, Ledger


def leave_link(base_url: str | None, keys: LinkKeys | None, digest: str, reader: str, now: datetime) -> str | None:
    """Give the address by which a reader takes leave of a digest; None where the page has no address, or nothing is signed."""
    if not (base_url and keys):
        return None
    return f"{base_url.rstrip('/')}/unsubscribe/{keys.sign(Purpose.UNSUBSCRIBE, digest, reader, now + LEAVABLE)}"


class Composer:
    """Composes messages. Without `base_url` they link nowhere on the page, without `keys` they can't be answered."""

    def __init__(
        self,
        ledger: Ledger,
        policy: Callable[[], Policy],
        base_url: str | None,
        keys: LinkKeys | None = None,
        kibana: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._ledger = ledger
        self._policy = policy
        self._base = base_url.rstrip("/") if base_url else None
        self._keys = keys
        self._kibana = kibana
        self._now = now

    def message(self, claim: ClaimedDelivery) -> Message:
        """Give the message of one delivery."""
        alert, delivery = claim.alert, claim.delivery
        return Message(
            alert=alert,
            update=delivery.update,
            link=self._page("alerts", alert.id),
            maybe_repeat=delivery.maybe_repeat,
            spread=self._ledger.spread([alert.id]).get(alert.id),
            reader=self._reader(delivery.recipient),
            links=self._links(alert, delivery.recipient),
            first_key=f"{alert.id}/0/{delivery.recipient}/{delivery.channel}",
            reasons=delivery.reasons,
        )

    def digest(self, claims: Sequence[ClaimedDelivery]) -> Digest:
        """Give the one message of several deliveries to one reader."""
        delivery = claims[0].delivery
        alerts = sorted((claim.alert for claim in claims), key=lambda alert: (-RANK[alert.severity], alert.created))
        reader = self._reader(delivery.recipient)
        kind, leave = None, None
        if (delivery.bundle or "").startswith(f"{DIGEST}/"):
            kind, leave = self._route(claims[0])
        return Digest(
            day=self._now().astimezone(reader.zone).date(),
            alerts=tuple(alerts),
            link=f"{self._base}/alerts" if self._base else None,
            waited=True,
            kind=kind,
            spreads=self._ledger.spread([alert.id for alert in alerts]),
            pages={alert.id: page for alert in alerts if (page := self._page("alerts", alert.id))},
            reader=reader,
            unsubscribe=leave_link(self._base, self._keys, leave, delivery.recipient, self._now()) if leave else None,
        )

    def _route(self, claim: ClaimedDelivery) -> tuple[str | None, str | None]:
        """Give how often the digest comes that a delivery belongs to, and the route that it comes by."""
        outcomes = self._ledger.outcomes(claim.alert.id)
        name = next((row.route for row in outcomes if row.analyst == claim.delivery.recipient), None)
        route = next((route for route in self._policy().routes if route.name == name), None)
        return (route.digest.value, route.name) if route and route.digest else (None, None)

    def _reader(self, recipient: str) -> Reader:
        analyst = self._policy().analyst(recipient)
        if analyst is None:
            return ANYBODY
        return Reader(name=analyst.name, zone=analyst.zone, language=analyst.language)

    def _page(self, *parts: str) -> str | None:
        return "/".join([self._base, *(quote(part, safe="") for part in parts)]) if self._base else None

    def _links(self, alert: Alert, recipient: str) -> Links:
        links = NO_LINKS
        if not own_finding(alert):
            kibana = discover_link(self._kibana, alert) if self._kibana else None
            links = Links(story=self._page("stories", alert.story), kibana=kibana)
        if not (self._base and self._keys):
            return links
        token = self._keys.sign(Purpose.ANSWER, alert.id, recipient, self._now() + ANSWERABLE)
        answer = f"{self._base}/answer/{token}"
        return Links(
            story=links.story,
            kibana=links.kibana,
            answer=answer,
            **{name: f"{answer}?do={name}" for name in ("acknowledge", "mute", "useful", "false")},
        )
