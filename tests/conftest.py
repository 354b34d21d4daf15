import os
import tempfile
from importlib.util import find_spec
from typing import Any

import hypothesis
import pytest

from tests.servers.summary import Outcomes, skip_reasons

pytest_plugins = ["tests.servers.fixtures", "tests.stores", "tests.figures"]
# Airflow has an environment of its own, in which `make test` runs these.
collect_ignore = [] if find_spec("airflow") else ["airflow"]

# How long an example takes says nothing where several processes share the machine; each test has its time limit.
hypothesis.settings.register_profile("harmattan", deadline=None)
hypothesis.settings.load_profile("harmattan")

OUTCOMES = "harmattan_outcomes"


def pytest_configure(config: pytest.Config) -> None:
    config.stash[Outcomes.key] = Outcomes()
    # The cache of whoever runs the tests is left alone; the processes of a run share one.
    if "HARMATTAN_CACHE" not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="harmattan-cache-")
        config.add_cleanup(folder.cleanup)
        os.environ["HARMATTAN_CACHE"] = folder.name


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[OUTCOMES] = session.config.stash[Outcomes.key].as_plain()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take in what a process of the run has told; one that crashed has told nothing, and that is a failure anyway."""
    told = getattr(node, "workeroutput", {}).get(OUTCOMES)
    if told:
        node.config.stash[Outcomes.key].add(told)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    outcomes = terminalreporter.config.stash[Outcomes.key]
    lines = outcomes.lines(skip_reasons(terminalreporter))
    if lines:
        terminalreporter.section("real servers")
        for line in lines:
            terminalreporter.write_line(line)
