"""What stands in an article's place on its page is told from an article, so that the feed's own text is used."""

import pytest
from lxml import html

from pipeline.enrich.barriers import judge
from tests.enrich.entries import ARTICLE, SENTENCES

TEASER = " ".join(SENTENCES[:2])
ADDRESS = "https://news.example/mali/lorries"


def kind(text: str, head: str = "", *, body: str = "", asked: str = ADDRESS, url: str = ADDRESS) -> str:
    page = f"<html><head>{head}</head><body>{body or f'<article><p>{text}</p></article>'}</body></html>"
    return judge(page.encode(), html.fromstring(page), text, asked, url)


def test_a_whole_article_is_an_article() -> None:
    assert kind(ARTICLE, "<title>Lorries leave the camp</title>") == "article"


@pytest.mark.parametrize(
    "text",
    [
        TEASER + " Subscribe to continue reading.",
        TEASER + " Cet article est réservé aux abonnés.",
        TEASER + " Il vous reste 82 % de cet article à lire.",
        TEASER + " Nur für Abonnenten.",
        TEASER + " Contenido exclusivo para suscriptores.",
        TEASER + " Материал доступен только по подписке.",
        TEASER + " この記事は有料会員限定です。",
    ],
)
def test_a_teaser_before_a_paywall_is_no_article(text: str) -> None:
    assert kind(text) == "paywall"


def test_a_page_that_declares_itself_closed_is_believed() -> None:
    data = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": "False"}</script>'

    assert kind(ARTICLE, data) == "paywall"
    assert kind(ARTICLE, '<meta property="article:content_tier" content="locked">') == "paywall"
    assert kind(ARTICLE, '<script type="application/ld+json">{"isAccessibleForFree": true}</script>') == "article"


def test_a_redirect_to_a_consent_page_is_no_article() -> None:
    assert kind(ARTICLE, url="https://consent.news.example/collect?session=1") == "consent"
    assert kind("We and our partners store cookies. Accept all cookies to go on.") == "consent"
    assert kind("Wir verwenden Cookies. Alle akzeptieren oder Cookies akzeptieren.") == "consent"


def test_a_page_that_is_gone_though_it_answers_is_told() -> None:
    assert kind("Sorry.", "<title>404 – Page not found</title>") == "gone"
    assert kind("Désolé.", "<title>Page introuvable</title>") == "gone"
    assert kind(TEASER, "<title>News</title>", url="https://news.example/") == "gone"


def test_a_page_with_hardly_a_text_is_a_stub() -> None:
    assert kind("Photo: a lorry.") == "stub"


@pytest.mark.parametrize(
    "about",
    [
        "The newspaper will be for subscribers only from May, its owners said.",
        "Regulators fined the company because users could not refuse: accept cookies, the banner said.",
    ],
)
def test_an_article_about_barriers_is_an_article(about: str) -> None:
    assert kind(f"{about} {ARTICLE} {ARTICLE}") == "article"
