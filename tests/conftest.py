from importlib.util import find_spec

import pytest

from tests.servers.summary import Outcomes, skip_reasons

pytest_plugins = ["tests.servers.fixtures", "tests.stores"]
# Airflow has an environment of its own, in which `make test` runs these.
collect_ignore = [] if find_spec("airflow") else ["airflow"]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[Outcomes.key] = Outcomes()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    outcomes = terminalreporter.config.stash[Outcomes.key]
    lines = outcomes.lines(skip_reasons(terminalreporter))
    if lines:
        terminalreporter.section("real servers")
        for line in lines:
            terminalreporter.write_line(line)
