"""Each page as people meet it: on a phone and a desktop, by keyboard alone, from right to left, and without barriers."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from pipeline.records.alert import Alert
from tests.builders import enriched, match
from tests.web.site import Site

Barriers = Callable[[Page], list[str]]

PAGES = {
    "search": "/",
    "a search": "/?q=convoy",
    "a faulty search": "/?q=(convoy",
    "an article": "/articles/a0",
    "an article in Arabic": "/articles/a2",
    "a story": "/stories/a0",
    "alerts": "/alerts",
    "an alert": "/alerts/convoys-a0",
    "an alert in Arabic": "/alerts/convoys-a2",
    "rules": "/rules",
    "a rule": "/rules/convoys",
    "feeds": "/feeds",
    "mutes": "/mutes",
    "signals": "/signals",
    "why": "/why?article=a0",
    "kept searches": "/searches",
    "status": "/status",
    "nothing there": "/nothing",
}


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_the_screen(
    phone: Page, desktop: Page, filled: dict[str, Alert], barriers: Barriers, path: str
) -> None:
    for page in (phone, desktop):
        page.goto(path)
        assert barriers(page) == []
        widest = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert widest <= 0, "the page scrolls sideways"


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_colours_can_be_told_apart_by_day_and_night(
    desktop: Page, filled: dict[str, Alert], barriers: Barriers, scheme: str
) -> None:
    desktop.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in ("/alerts", "/alerts/convoys-a0", "/?q=convoy"):
        desktop.goto(path)
        assert barriers(desktop) == []


def test_the_page_in_french_is_as_wide_as_a_phone_and_without_barriers(
    phone: Page, filled: dict[str, Alert], barriers: Barriers
) -> None:
    phone.goto("/alerts?speak=fr")
    for path in ("/alerts", "/alerts/convoys-a2", "/articles/a2", "/rules", "/feeds", "/?q=convoi", "/status"):
        phone.goto(path)
        assert phone.evaluate("document.documentElement.lang") == "fr", "the choice stays"
        assert barriers(phone) == []
        assert phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_an_article_in_arabic_is_written_from_right_to_left(desktop: Page, filled: dict[str, Alert]) -> None:
    desktop.goto("/articles/a2")
    title = desktop.locator("h1")
    expect(title).to_have_text(filled["ar"].articles[0].title)
    assert title.evaluate("element => getComputedStyle(element).direction") == "rtl"
    assert title.evaluate("element => element.closest('[lang]').lang") == "ar"


def test_from_an_alert_to_its_article_and_back_to_useful_by_keyboard_alone(
    phone: Page, site: Site, filled: dict[str, Alert]
) -> None:
    phone.goto("/alerts")
    tab_to(phone, "Convoy of fuel trucks stopped near Kidal")
    phone.keyboard.press("Enter")
    expect(phone).to_have_url(re.compile("/alerts/convoys-a0$"))
    tab_to(phone, "Convoy of fuel trucks stopped near Kidal")
    phone.keyboard.press("Enter")
    expect(phone).to_have_url(re.compile("/articles/a0$"))
    phone.go_back()
    tab_to(phone, "Your name")
    phone.keyboard.type("Awa")
    tab_to(phone, "Useful")
    phone.keyboard.press("Enter")
    expect(phone.locator("main")).to_contain_text("Noted as useful.")
    (said,) = site.state.ledger.feedback("convoys-a0")
    assert said.verdict.value == "useful"


def test_whoever_comes_by_keyboard_may_skip_what_each_page_begins_with(desktop: Page, filled: dict[str, Alert]) -> None:
    desktop.goto("/alerts")
    desktop.keyboard.press("Tab")
    assert focused(desktop) == "Skip to the content"
    desktop.keyboard.press("Enter")
    assert desktop.evaluate("document.activeElement.id") == "content"


def test_what_has_the_focus_can_be_seen(desktop: Page, filled: dict[str, Alert]) -> None:
    desktop.goto("/alerts")
    for _ in range(25):
        desktop.keyboard.press("Tab")
        seen = desktop.evaluate(
            """() => { const on = document.activeElement, style = getComputedStyle(on);
            return on === document.body || style.outlineStyle !== "none" || style.boxShadow !== "none"; }"""
        )
        assert seen, focused(desktop)


def test_a_search_is_typed_and_sent_without_a_mouse(desktop: Page, filled: dict[str, Alert]) -> None:
    desktop.goto("/")
    desktop.locator("input[name=q]").focus()
    desktop.keyboard.type("convoi")
    desktop.keyboard.press("Enter")
    expect(desktop.locator(".hit h2")).to_have_text(["Un convoi de carburant arrêté près de Kidal"])


def test_everything_works_without_scripts(desktop: Page, site: Site, filled: dict[str, Alert]) -> None:
    assert desktop.context.browser
    context = desktop.context.browser.new_context(base_url=site.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/alerts/convoys-a0")
    page.get_by_label("Your name").fill("Awa")
    page.get_by_role("button", name="Useful").click()
    expect(page.locator("main")).to_contain_text("Noted as useful.")
    context.close()


def test_a_new_alert_comes_to_an_open_page_by_itself_and_is_announced(
    desktop: Page, site: Site, filled: dict[str, Alert]
) -> None:
    desktop.goto("/alerts")
    with desktop.expect_response("**/newest-alert"):
        pass  # the page knows what was the newest before
    site.raise_alert(match("floods", "Floods"), enriched("a9"), "console")
    expect(desktop.locator(".hit").first).to_contain_text("Floods")
    expect(desktop.locator("#live")).to_contain_text("1 new")


def test_a_list_that_somebody_walks_by_keyboard_stays_and_says_that_there_is_more(
    desktop: Page, site: Site, filled: dict[str, Alert]
) -> None:
    desktop.goto("/alerts")
    with desktop.expect_response("**/newest-alert"):
        pass
    tab_to(desktop, "Convoy of fuel trucks stopped near Kidal")
    site.raise_alert(match("floods", "Floods"), enriched("a9"), "console")
    expect(desktop.locator("#live")).to_contain_text("something new")
    assert focused(desktop) == "Convoy of fuel trucks stopped near Kidal"
    desktop.evaluate("document.activeElement.blur()")
    expect(desktop.locator(".hit").first).to_contain_text("Floods")


def test_a_printed_page_has_the_article_and_nothing_to_press(desktop: Page, filled: dict[str, Alert]) -> None:
    desktop.goto("/articles/a0")
    desktop.emulate_media(media="print")
    expect(desktop.locator("h1")).to_be_visible()
    expect(desktop.locator("header.site nav")).to_be_hidden()


def tab_to(page: Page, text: str) -> None:
    """Press Tab until the focus is on what says that."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if focused(page) == text:
            return
    raise AssertionError(f"no way by Tab to {text}")


def focused(page: Page) -> str:
    """Give the text of what has the focus; of a field, its label's."""
    return str(page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()"))
