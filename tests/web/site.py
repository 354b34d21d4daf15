"""The page as a visitor meets it, and ways to fill the stores behind it."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from lxml import html
from lxml.html import HtmlElement

from pipeline.index.interface import ArticleIndex
from pipeline.records.alert import Alert, AlertArticle
from pipeline.records.article import EnrichedArticle, RuleMatch
from pipeline.records.passage import passage_of
from pipeline.state.interface import State


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def page(self) -> HtmlElement:
        return html.fromstring(self.text)

    def seen(self, selector: str = "main") -> str:
        """What a visitor reads in that part of the page."""
        return " ".join(" ".join(" ".join(part.itertext()).split()) for part in self.page.cssselect(selector))

    def links(self, selector: str = "a") -> list[str]:
        return [str(link.get("href")) for link in self.page.cssselect(selector)]


@dataclass
class Site:
    address: str
    index: ArticleIndex
    state: State

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        return self._ask(method, path, None, headers)

    def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        try:
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            body = response.read().decode("utf-8")
            given: dict[str, str] = {}
            for name, value in response.getheaders():
                # cookies come one a line
                given[name.lower()] = f"{given[name.lower()]}\n{value}" if name.lower() in given else value
            return Answer(response.status, given, body)
        finally:
            connection.close()

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        given = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self._ask("POST", path, urlencode(fields), given)

    def publish(self, *articles: EnrichedArticle) -> None:
        assert self.index.write(articles) == []
        self.index.refresh()

    def raise_alert(self, match: RuleMatch, article: EnrichedArticle, *channels: str) -> Alert:
        with self.state.ledger.decide("tests") as decision:
            alert = decision.raise_alert(
                match, replace(alert_article(article), passage=passage_of(match)), article.story
            )
            assert alert
            for channel in channels:
                alert = decision.plan(alert.id, 0, "everyone", channel, timedelta(0))
            return alert


def alert_article(enriched: EnrichedArticle) -> AlertArticle:
    article = enriched.article
    return AlertArticle(
        id=enriched.id,
        url=article.url,
        title=article.title,
        source=article.source.name,
        language=article.language,
        published=article.published,
    )
