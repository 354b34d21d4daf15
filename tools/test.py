"""Runs every check and every test, several at a time, goes on after a failure, and tells at the end what failed.

With arguments for pytest it runs the checks and, in one process, those tests; the Airflow tests, which have an environment
of their own, are left out then.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

BIN = Path(".venv/bin")
AIRFLOW_BIN = Path(".venv-airflow/bin")

CHECKS = {
    "lint": [str(BIN / "ruff"), "check", "--quiet", "."],
    "format": [str(BIN / "ruff"), "format", "--quiet", "--check", "."],
    "types": [str(BIN / "mypy"), "--no-error-summary"],
    "imports": [str(BIN / "lint-imports"), "--no-logo"],
}
# Before the tests and not in them, so that no test's time limit runs while something is downloaded or built.
FETCHES = {
    "real servers' parts": [str(BIN / "python"), "-m", "tests.servers", "--fetch"],
    "Compose's loader": [str(BIN / "python"), "-m", "tests.compose"],
}
PYTEST = ["-m", "pytest", "--durations=25", "--durations-min=1"]
MOST_PROCESSES = 4
"""Each has servers of its own, which take 600 MB together."""


@dataclass
class Job:
    """A command that runs beside others and says nothing until it is shown."""

    name: str
    command: Sequence[str]
    status: int | None = None
    said: str = ""
    seconds: float = 0.0
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        begun = time.monotonic()
        done = subprocess.run(  # noqa: S603 - nothing in it comes from outside
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.status, self.said, self.seconds = done.returncode, done.stdout, time.monotonic() - begun

    def show(self) -> bool:
        """Wait for its end and print what it said; whether all is well."""
        self._thread.join()
        _head(self.name, self.seconds)
        click.echo(self.said, nl=False)
        return self.status == 0


def processes() -> int:
    """How many processes share the tests: one more than processors, since tests wait much for what they start."""
    return min(len(os.sched_getaffinity(0)) + 1, MOST_PROCESSES)


def run(arguments: Sequence[str]) -> list[str]:
    """Run what is asked for and give the names of what failed."""
    fetches = [Job(name, command) for name, command in FETCHES.items()]
    failed = [name for name, command in CHECKS.items() if not Job(name, command).show()]
    for fetch in fetches:
        # What can't be had is a matter of the tests that need it.
        fetch.show()
    tests = [str(BIN / "python"), *PYTEST, *(arguments or [f"--numprocesses={processes()}", "--maxschedchunk=1"])]
    airflow = None
    if not arguments and (AIRFLOW_BIN / "pytest").exists():
        airflow = Job("Airflow tests", [str(AIRFLOW_BIN / "python"), *PYTEST, "tests/airflow"])
    begun = time.monotonic()
    _head("tests")
    whole = _here(tests)
    click.echo(f"{time.monotonic() - begun:.0f} s")
    if airflow and not airflow.show():
        failed.append(airflow.name)
    return failed if whole else [*failed, "tests"]


def _here(command: Sequence[str]) -> bool:
    """Run a command with its output on the terminal; an interruption reaches it too, and it still says what it had found."""
    process = subprocess.Popen(command)  # noqa: S603 - nothing in it comes from outside
    while True:
        try:
            return process.wait() == 0
        except KeyboardInterrupt:
            continue


def _head(name: str, seconds: float | None = None) -> None:
    click.echo(f"\n== {name}" + ("" if seconds is None else f" ({seconds:.0f} s)"))


def main() -> int:
    """Run everything, or the tests that the command line names."""
    failed = run(sys.argv[1:])
    click.echo()
    if failed:
        click.echo(f"Failed: {', '.join(failed)}.")
        return 1
    click.echo("Everything passed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
