"""Alerts as an Atom feed (RFC 4287), all of them or those of one rule, for feed readers and other systems."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from lxml import etree
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline.notify.interface import Message
from pipeline.notify.media import TEXT, clean, harmless
from pipeline.notify.texts import PLAIN
from pipeline.records.alert import Alert
from pipeline.records.alert_json import iso_time
from pipeline.records.links import web_link
from pipeline.state.interface import Ledger, Spread

MOST = 50
_ATOM = "http://www.w3.org/2005/Atom"
_XML = "http://www.w3.org/XML/1998/namespace"


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
        feed = etree.Element(_name("feed"), nsmap={None: _ATOM})  # type: ignore[dict-item]
        _add(feed, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, f'{base}/{path}')}")
        _add(feed, "title", title)
        _add(feed, "updated", iso_time(max((_updated(alert) for alert in alerts), default=self._now())))
        _add(feed, "link", rel="self", type="application/atom+xml", href=f"{base}/{path}")
        _add(feed, "link", rel="alternate", type="text/html", href=f"{base}/alerts")
        _add(feed, "generator", "Harmattan")
        for alert in alerts:
            _entry(feed, alert, spreads.get(alert.id, Spread()), base)
        body = etree.tostring(feed, encoding="utf-8", xml_declaration=True)
        tag = f'"{sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if alerts and tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="application/atom+xml; charset=utf-8", headers=headers)


def _entry(feed: etree._Element, alert: Alert, spread: Spread, base: str) -> None:
    page = f"{base}/alerts/{quote(alert.id, safe='')}"
    message = Message(alert=alert, update=0, link=page, maybe_repeat=False, spread=spread)
    entry = _add(feed, "entry")
    _add(entry, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, f'harmattan alert {alert.id}')}")
    _add(entry, "title", PLAIN.subject(message))
    _add(entry, "published", iso_time(alert.created))
    _add(entry, "updated", iso_time(_updated(alert)))
    _add(entry, "link", rel="alternate", type="text/html", href=page)
    _add(entry, "category", term=alert.rule, label=clean(alert.rule_name))
    _add(entry, "category", term=alert.severity.value)
    for article in alert.articles[:1]:
        author = _add(entry, "author")
        _add(author, "name", clean(article.source, 100) or "-")
        if address := web_link(article.url):
            _add(entry, "link", rel="related", href=address)
        if article.passage:
            summary = _add(entry, "summary", TEXT.foreign(" ".join(article.passage.text.split())))
            if article.language != "und":
                summary.set(f"{{{_XML}}}lang", article.language)
    if not alert.articles:
        _add(_add(entry, "author"), "name", "Harmattan")
    content = _add(entry, "content", PLAIN.body(message))
    content.set("type", "text")


def _updated(alert: Alert) -> datetime:
    """Give when the alert's news last grew, as far as its articles tell; none of them is later than now by their claims."""
    return max(
        [alert.created, *(one.published for one in alert.articles if one.published and one.published > alert.created)]
    )


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    """Add an element. lxml escapes what markup is made of; control characters, which no XML takes, are taken out before."""
    child = etree.SubElement(parent, _name(name), {key: harmless(value) for key, value in attributes.items()})
    if text is not None:
        child.text = "\n".join(_allowed(line) for line in text.split("\n"))
    return child


def _allowed(line: str) -> str:
    """Keep what XML allows; unlike `harmless`, the isolates of our own texts stay."""
    return "".join(one for one in line if one >= " " and not "\ud800" <= one <= "\udfff" and one not in "\ufffe\uffff")


def _name(name: str) -> str:
    return f"{{{_ATOM}}}{name}"
