"""An open page in a real browser, where the machine has one."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import html
from lxml.html import HtmlElement
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from pipeline.health import Health
from pipeline.index.tantivy import TantivyIndex
from pipeline.state.database import DatabaseState
from pipeline.web.app import create_app
from pipeline.web.server import listening
from tests.builders import enriched, match
from tests.web.site import Site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def seen_after(url: str, milliseconds: int, profile: Path) -> str:
    """What the page holds when its own clock has run for so long."""
    clock = f"--virtual-time-budget={milliseconds}"
    command = [str(CHROMIUM), *QUIET, f"--user-data-dir={profile}", clock, "--dump-dom", url]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
def test_a_new_alert_appears_on_an_open_page_and_is_announced(
    stores: tuple[TantivyIndex, DatabaseState, object], tmp_path: Path
) -> None:
    index, state, _ = stores
    site = Site("", index, state)
    app = create_app(index, state, lambda: Health(problems=()))
    later: list[Callable[[], object]] = [lambda: site.raise_alert(match("floods"), enriched("a2"), "console")]

    async def app_with_news(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].endswith("live.js") and later:  # the page itself has been sent by then
            await run_in_threadpool(later.pop())
        await app(scope, receive, send)

    site.raise_alert(match("convoys"), enriched("a1"), "console")
    with listening(app_with_news, "127.0.0.1", 0) as address:
        page: HtmlElement = html.fromstring(seen_after(f"{address}/alerts", 8000, tmp_path / "profile"))

    rules = [alert.cssselect(".byline a")[0].text_content() for alert in page.cssselect(".alert")]
    assert rules == ["Floods", "Convoys"]
    assert page.cssselect("#live")[0].text_content().startswith("1 new at ")
