"""Alerts as an Atom feed (RFC 4287), all of them or those of one rule, for feed readers and other systems."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from lxml import etree
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline.notify.interface import Message
from pipeline.notify.media import TEXT, clean
from pipeline.notify.texts import PLAIN
from pipeline.records.alert import Alert
from pipeline.records.alert_json import iso_time
from pipeline.records.links import web_link
from pipeline.state.interface import Ledger, Spread
from pipeline.web.atom import add, answer, new_feed, spoken

MOST = 50


class FeedPages:
    """Gives the newest alerts as a feed. Its links need an absolute address: the page's own, or the one that was asked."""

    def __init__(
        self, ledger: Ledger, rules: Mapping[str, str], base_url: str | None, now: Callable[[], datetime]
    ) -> None:
        self._ledger = ledger
        self._rules = rules
        self._base = base_url.rstrip("/") if base_url else None
        self._now = now

    def all(self, request: Request) -> Response:
        """Give the feed of all alerts."""
        return self._feed(request, "Harmattan: alerts", "alerts.atom", self._ledger.alerts(limit=MOST))

    def of_rule(self, request: Request) -> Response:
        """Give the feed of one rule's alerts; a rule that is neither in the file nor has any is not there."""
        rule = request.path_params["rule"]
        alerts = self._ledger.alerts(rule=rule, limit=MOST)
        if not alerts and rule not in self._rules:
            raise HTTPException(404)
        name = self._rules.get(rule) or alerts[0].rule_name or rule
        return self._feed(request, f"Harmattan: {name}", f"rules/{quote(rule, safe='')}.atom", alerts)

    def _feed(self, request: Request, title: str, path: str, alerts: Sequence[Alert]) -> Response:
        base = self._base or str(request.base_url).rstrip("/")
        spreads = self._ledger.spread([alert.id for alert in alerts])
        updated = max((_updated(alert) for alert in alerts), default=self._now())
        feed = new_feed(title, base, path, "alerts", updated)
        for alert in alerts:
            _entry(feed, alert, spreads.get(alert.id, Spread()), base)
        return answer(request, feed, lasting=bool(alerts))


def _entry(feed: etree._Element, alert: Alert, spread: Spread, base: str) -> None:
    page = f"{base}/alerts/{quote(alert.id, safe='')}"
    message = Message(alert=alert, update=0, link=page, maybe_repeat=False, spread=spread)
    entry = add(feed, "entry")
    add(entry, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, f'harmattan alert {alert.id}')}")
    add(entry, "title", PLAIN.subject(message))
    add(entry, "published", iso_time(alert.created))
    add(entry, "updated", iso_time(_updated(alert)))
    add(entry, "link", rel="alternate", type="text/html", href=page)
    add(entry, "category", term=alert.rule, label=clean(alert.rule_name))
    add(entry, "category", term=alert.severity.value)
    for article in alert.articles[:1]:
        author = add(entry, "author")
        add(author, "name", clean(article.source, 100) or "-")
        if address := web_link(article.url):
            add(entry, "link", rel="related", href=address)
        if article.passage:
            summary = add(entry, "summary", TEXT.foreign(" ".join(article.passage.text.split())))
            spoken(summary, article.language)
    if not alert.articles:
        add(add(entry, "author"), "name", "Harmattan")
    content = add(entry, "content", PLAIN.body(message))
    content.set("type", "text")


def _updated(alert: Alert) -> datetime:
    """Give when the alert's news last grew, as far as its articles tell; none of them is later than now by their claims."""
    return max(
        [alert.created, *(one.published for one in alert.articles if one.published and one.published > alert.created)]
    )
