"""The page speaks English and French: as the browser asks, or as the reader chose."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment

from pipeline.web import rendering
from pipeline.web.words import chosen_language, english, in_language
from tests.builders import NOON, enriched, match
from tests.web.site import Site

TEMPLATES = sorted((Path(rendering.__file__).parent / "templates").glob("*.html"))
SAID = re.compile(r"""say\((?:"([^"]*)"|'([^']*)')\)|counted\([^"]*"([^"]*)", "([^"]*)"\)""")
TAG = re.compile(r"<[^>]*>|&\w+;", re.DOTALL)
NAMES = {"Harmattan", "GeoNames", "CC", "BY", "UTC", "Natural", "Earth"}
"""What is called the same in every language."""


def sentences() -> Iterator[tuple[str, str]]:
    for path in TEMPLATES:
        for found in SAID.finditer(path.read_text(encoding="utf-8")):
            yield from ((path.name, text) for text in found.groups() if text)


def test_every_sentence_of_a_page_has_its_french() -> None:
    french = in_language("fr")
    same = {text for _, text in sentences() if french(text) == text}
    assert same <= {
        "Message",
        "Messages",
        "Pages",
        "Articles",
        "Version",
        "Versions",
        "Note",
        "version",
        "article",
        "articles",
        "Original",
    }


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_words_that_are_not_put_into_the_readers_language(path: Path) -> None:
    text = re.sub(r"<(code|style|svg)\b.*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    data = " ".join(token for _, kind, token in Environment().lex(text) if kind == "data")
    left = set(re.findall(r"[A-Za-z]{2,}", TAG.sub(" ", data)))
    left |= set(re.findall(r'(?:aria-label|placeholder)="([A-Z][a-z]+ [^"{]*)"', text))
    assert left <= NAMES | {"lang", "dir"}, "put these into say(...)"


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("fr-ML,fr;q=0.9,en;q=0.8", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("de,fr;q=0.5,en;q=0.3", "fr"),
        ("ar", "en"),
        ("", "en"),
        ("fr;q=nonsense, en;q=0.1", "en"),
        ("fr;q=1e9", "en"),
    ],
)
def test_the_page_speaks_what_the_browser_likes_best_of_what_it_speaks(asked: str, language: str) -> None:
    assert chosen_language(asked) == language


def test_a_page_in_french_has_french_words_dates_and_names_of_languages(site: Site) -> None:
    site.publish(enriched("a1", title="Convoi arrêté", language="fr", published=NOON, matches=(match("convoys"),)))
    answer = site.get("/articles/a1", **{"Accept-Language": "fr"})
    assert answer.page.get("lang") == "fr"
    seen = answer.seen()
    for words in ("Règles qui ont répondu", "français", "15 nov. 2026", "Tout le sujet", "Vu d'abord"):
        assert words in seen, words


def test_a_reader_who_chose_a_language_keeps_it_from_page_to_page(site: Site) -> None:
    chosen = site.get("/alerts?rule=convoys&speak=fr", **{"Accept-Language": "en"})
    assert "Alertes" in chosen.seen("h1")
    cookie = chosen.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    kept = site.get("/status", Cookie=cookie.partition(";")[0])
    assert "Tout va bien." in kept.seen() or "Quelque chose ne va pas" in kept.seen()
    switch = {link for link in chosen.links("footer a") if "speak=" in link}
    assert switch == {"./alerts?rule=convoys&speak=en", "./alerts?rule=convoys&speak=fr"}


def test_a_language_that_the_page_does_not_speak_is_passed_over(site: Site) -> None:
    answer = site.get("/alerts?speak=xx", Cookie="speak=yy")
    assert answer.page.get("lang") == "en"
    assert "set-cookie" not in answer.headers


def test_what_is_said_in_english_stays_as_it_is() -> None:
    assert english("100 % {x}") == "100 % {x}"
