"""What a person sees while the pipeline runs: live figures on a terminal, a line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Mapping

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pipeline.health import GROUPS

Counts = Mapping[str, Mapping[str, int]]

EVERY_LINE = 5.0


class Display:
    """Shows the crew's counters until it is left; `show` prints an alert above them."""

    def __init__(self, counts: Callable[[], Counts], address: str | None) -> None:
        self._counts = counts
        self._address = address
        self._console = Console(highlight=False)
        self._live = (
            Live(console=self._console, get_renderable=self._panel, refresh_per_second=4) if _on_terminal() else None
        )
        self._last_line = ""
        self._last_time = 0.0

    def __enter__(self) -> "Display":
        if self._live:
            self._live.start()
        elif self._address:
            self._console.print(f"web page: {self._address}")
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()
        self.line(at_once=True)

    def show(self, text: str) -> None:
        """Print text above the live figures."""
        self._console.print(Text(text), soft_wrap=True)

    def line(self, *, at_once: bool = False) -> None:
        """Where there is no terminal, print the figures as a line when they have changed."""
        if self._live and not at_once:
            return
        if not at_once and time.monotonic() - self._last_time < EVERY_LINE:
            return
        self._last_time = time.monotonic()
        text = " · ".join(f"{name} {value}" for name, value in self._figures())
        if text != self._last_line:
            self._last_line = text
            self._console.print(text, soft_wrap=True)

    def _figures(self) -> list[tuple[str, str]]:
        counts = self._counts()

        def of(step: str, name: str = "handled") -> int:
            return counts.get(step, {}).get(name, 0)

        figures = [
            ("feeds polled", str(of("poll"))),
            ("failed", str(of("poll", "failed"))),
            ("articles new", str(of("poll", "new"))),
            ("enriched", str(of("enrich"))),
            ("indexed", str(of("index", "articles"))),
            ("alerts", str(of("alert", "raised"))),
        ]
        dead = sum(of(step, "failed") for step in GROUPS)
        return figures + ([("dead letters", str(dead))] if dead else [])

    def _panel(self) -> Panel:
        table = Table.grid(padding=(0, 3))
        figures = self._figures()
        table.add_row(*(Text(value, style="bold") for _, value in figures))
        table.add_row(*(Text(name, style="dim") for name, _ in figures))
        subtitle = f"{self._address}   Ctrl-C ends" if self._address else "Ctrl-C ends"
        return Panel(table, title="Harmattan", subtitle=subtitle, title_align="left", subtitle_align="left")


def _on_terminal() -> bool:
    return sys.stdout.isatty()
