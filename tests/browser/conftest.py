"""The page in a real browser, filled with articles in several languages, and what looks for barriers in it."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, ViewportSize, expect, sync_playwright

from pipeline.records.alert import Alert
from pipeline.records.article import Severity
from tests.builders import NOON, enriched, match, minutes
from tests.web.conftest import site, stores
from tests.web.site import Site

__all__ = ["site", "stores"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE = ViewportSize(width=390, height=844)
DESKTOP = ViewportSize(width=1280, height=900)
ARABIC = "عناصر مجموعة فاغنر يوقفون قافلة وقود قرب كيدال"
expect.set_options(timeout=30_000)  # the machine is shared with other tests

GRAVE = ("serious", "critical")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, which `.ci/run` installs."""
    if CHROMIUM is None:
        need = "these tests need Chromium (Debian's package chromium)"
        if os.environ.get("HARMATTAN_TEST_REQUIRE_SERVERS") == "1":
            pytest.fail(need, pytrace=False)
        pytest.skip(need)
    with sync_playwright() as playwright:
        opened = _launch(playwright, CHROMIUM)
        yield opened
        opened.close()


def _launch(playwright: Playwright, path: str) -> Browser:
    # a container's root has no sandbox to give, and its shared memory may be small
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Page]:
    """A page as wide as a phone's."""
    yield from _page(browser, site, PHONE)


@pytest.fixture
def desktop(browser: Browser, site: Site) -> Iterator[Page]:
    """A page as wide as a desktop's."""
    yield from _page(browser, site, DESKTOP)


def _page(browser: Browser, site: Site, size: ViewportSize) -> Iterator[Page]:
    context = browser.new_context(base_url=site.address, viewport=size)
    asked: list[str] = []
    problems: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if _is_fault(said) else None)
    yield page
    context.close()
    assert [url for url in asked if not url.startswith((site.address, "data:"))] == [], "a request left the site"
    assert problems == []


def _is_fault(said: ConsoleMessage) -> bool:
    """Tell whether the browser complains of the page; it notes each answer of 400 or 404, too."""
    return said.type == "error" and "responded with a status of 40" not in said.text


@pytest.fixture
def barriers() -> Callable[[Page], list[str]]:
    """Give what axe-core finds on a page that keeps people from using it."""

    def find(page: Page) -> list[str]:
        found = Axe().run(page).response["violations"]
        return [
            f"{rule['id']}: {rule['help']}: {node['html'][:200]}"
            for rule in found
            if rule["impact"] in GRAVE
            for node in rule["nodes"]
        ]

    return find


@pytest.fixture
def filled(site: Site) -> dict[str, Alert]:
    """Articles in four languages and their alerts, by language."""
    alerts = {}
    for number, (language, title, text) in enumerate(
        (
            ("en", "Convoy of fuel trucks stopped near Kidal", "A convoy of fuel trucks was stopped on Sunday."),
            ("fr", "Un convoi de carburant arrêté près de Kidal", "Un convoi a été arrêté dimanche."),
            ("ar", ARABIC, f"{ARABIC}. وقال شهود إن القافلة كانت متجهة إلى غاو."),
            ("zh", "基达尔附近车队被拦", "周日，一支运油车队在基达尔附近被拦下。"),
        )
    ):
        article = enriched(
            f"a{number}",
            title=title,
            text=text,
            language=language,
            published=NOON + minutes(number),
            matches=(match("convoys", "Convoys", severity=Severity.HIGH),),
        )
        site.publish(article)
        alerts[language] = site.raise_alert(match("convoys", "Convoys", severity=Severity.HIGH), article, "console")
    return alerts
