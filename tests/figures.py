"""Figures that tests measure and people want to see, also where they are good enough: told at the end of the run."""

from collections.abc import Callable, Iterator

import pytest

NAME = "figures"
Tell = Callable[[str], None]


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Takes lines for the run's summary; they reach it from whichever process runs the test."""
    return lambda line: record_property(NAME, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = list(_told(terminalreporter))
    if lines:
        terminalreporter.section("figures")
    for line in lines:
        terminalreporter.write_line(line)


def _told(reporter: pytest.TerminalReporter) -> Iterator[str]:
    for outcome in ("passed", "failed"):
        for report in reporter.stats.get(outcome, []):
            if report.when == "call":
                yield from (str(line) for name, line in report.user_properties if name == NAME)
