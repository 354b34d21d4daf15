"""What the page weighs, how soon it is ready in a browser with an empty cache, and how soon a new alert is on an open one.

    python benchmarks/web_page.py [--articles 2000] [--times 10]

Needs Chromium (Debian's package chromium). Articles and alerts stand in embedded stores; the browser is on the same machine.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from pipeline.health import Health
from pipeline.index.tantivy import TantivyIndex
from pipeline.state.database import DatabaseState
from pipeline.web.app import create_app
from pipeline.web.server import listening
from tests.builders import NOON, enriched, match, minutes
from tests.web.site import Site

PAGES = ("/", "/?q=convoy", "/alerts", "/alerts/convoys-a7", "/articles/a7", "/rules", "/feeds", "/status")
TEXT = "A convoy of fuel trucks was stopped near Kidal on Sunday, witnesses said. "
READY = "performance.getEntriesByType('navigation')[0].loadEventEnd"
WEIGHT = "performance.getEntries().reduce((sum, one) => sum + (one.transferSize || 0), 0)"


def main() -> None:
    """Print a line for each page, and how long new alerts took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--times", type=int, default=10)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        closing(TantivyIndex(Path(name) / "index")) as index,
        closing(DatabaseState.embedded(Path(name) / "state.db")) as state,
    ):
        index.setup()
        state.setup()
        site = Site("", index, state)
        fill(site, given.articles)
        app = create_app(index, state, lambda: Health(problems=()), rules={"convoys": "Convoys"})
        with listening(app, "127.0.0.1", 0) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for path in PAGES:
                measure(browser, f"{address}{path}", path, given.times)
            alerts(browser, site, f"{address}/alerts", given.times)
            browser.close()


def fill(site: Site, count: int) -> None:
    """Publish articles, of which one in twenty has an alert."""
    articles = [
        enriched(
            f"a{number}",
            title=f"Convoy number {number} stopped near Kidal",
            text=TEXT * 40,
            published=NOON + minutes(number),
            matches=(match("convoys", "Convoys"),),
        )
        for number in range(count)
    ]
    site.publish(*articles)
    for article in articles[7::20]:
        site.raise_alert(article.article.matches[0], article, "console")


def measure(browser: Browser, url: str, path: str, times: int) -> None:
    """Open a page as somebody does who never was there, and tell the median and the longest time."""
    took, weights = [], []
    for _ in range(times):
        context = browser.new_context()
        page = context.new_page()
        page.goto(url, wait_until="load")
        page.wait_for_function(f"{READY} > 0")
        took.append(page.evaluate(READY))
        weights.append(page.evaluate(WEIGHT))
        context.close()
    print(
        f"{path:24} {max(weights) / 1000:6.1f} kB   ready in {statistics.median(took):5.0f} ms, at most {max(took):.0f}"
    )


def alerts(browser: Browser, site: Site, url: str, times: int) -> None:
    """Tell how long alerts took from their decision to their place on an open page."""
    page = browser.new_page()
    page.goto(url, wait_until="load")
    with page.expect_response("**/newest-alert"):
        pass
    took = []
    for number in range(times):
        time.sleep(0.37 * (number % 3))  # at different moments between two looks
        site.raise_alert(match(f"r{number}", f"Rule {number}"), enriched(f"n{number}"), "console")
        begun = time.monotonic()
        page.locator(f"[data-id=r{number}-n{number}]").wait_for()
        took.append(time.monotonic() - begun)
    print(
        f"a new alert on an open page after {statistics.median(took):.2f} s, at most {max(took):.2f} ({times} alerts)"
    )


if __name__ == "__main__":
    main()
