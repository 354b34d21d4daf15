"""What became of the real servers in this test run, told at its end."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

import pytest

from tests.servers.process import RunningServer

KINDS = ("Kafka", "Elasticsearch", "PostgreSQL")


@dataclass
class Outcomes:
    """Which servers were started, which ran already, and why the others could not be had."""

    key: ClassVar[pytest.StashKey["Outcomes"]] = pytest.StashKey()

    started: dict[str, RunningServer] = field(default_factory=dict)
    shared: dict[str, RunningServer] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def as_plain(self) -> dict[str, Any]:
        """This as one process of a run tells it to the one that sums up."""
        return asdict(self)

    def add(self, plain: Mapping[str, Any]) -> None:
        """Take in what another process of the run has told."""
        for mine, theirs in ((self.started, plain["started"]), (self.shared, plain["shared"])):
            mine.update({name: RunningServer(**server) for name, server in theirs.items()})
        self.missing.update(plain["missing"])

    def lines(self, skip_reasons: Iterable[str]) -> list[str]:
        """The summary, a sentence a line; `skip_reasons` holds one for each skipped test."""
        reasons = list(skip_reasons)
        return [*self._had(), *(self._lacked(name, reasons) for name in KINDS if name in self.missing)]

    def _had(self) -> list[str]:
        had = [name for name in KINDS if name in self.started or name in self.shared]
        if not had:
            return []
        if all(name in self.started for name in had):
            how = "were all started" if len(had) == len(KINDS) else "started"
            return [f"Real servers: {', '.join(self._title(name) for name in had)} {how}."]
        return [f"Real servers: {', '.join(f'{self._title(name)} {self._origin(name)}' for name in had)}."]

    def _title(self, name: str) -> str:
        server = self.started.get(name) or self.shared[name]
        return f"{server.name} {server.version}"

    def _origin(self, name: str) -> str:
        return "started" if name in self.started else "running already"

    def _lacked(self, name: str, skip_reasons: list[str]) -> str:
        skipped = sum(reason.endswith(need_of(name, self.missing[name])) for reason in skip_reasons)
        price = "1 test was skipped" if skipped == 1 else f"{skipped} tests were skipped"
        if not skipped:
            price = "the tests that need it failed"
        return f"{name} could not be started, and {price}: {self.missing[name]}"


def need_of(name: str, reason: str) -> str:
    """The reason that a test gives for being skipped when it lacks a server."""
    return f"needs a real {name}: {reason}"


def skip_reasons(reporter: pytest.TerminalReporter) -> list[str]:
    """The reasons of all skipped tests of the run."""
    reports = reporter.stats.get("skipped", [])
    return [report.longrepr[2] for report in reports if isinstance(report.longrepr, tuple)]
