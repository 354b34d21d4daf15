"""A rule file that is followed while it is edited."""

import logging
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from pipeline.errors import BadInput
from pipeline.rules.ruleset import RuleSet, load_rules

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks at the file."""


class RuleFile:
    """The rules of a file, loaded anew when the file changes: all of them, or none when one of them is wrong."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Read the file. Raises BadInput when it can't be used: at the start there are no older rules to keep."""
        self._path = path
        self._clock = clock
        self._looked = clock()
        self._stamp = _stamp(path)
        self._digest = _digest(path)
        self._rules = load_rules(path)

    def current(self) -> RuleSet:
        """Give the rules as the file has them now, or as it last had them when it can't be used now."""
        now = self._clock()
        if now - self._looked >= LOOK_EVERY:
            self._looked = now
            self._look()
        return self._rules

    def _look(self) -> None:
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        digest = _digest(self._path)
        if digest != self._digest:
            self._reload()
        # only now: a file that changes while it is read is looked at again
        self._stamp, self._digest = stamp, digest

    def _reload(self) -> None:
        try:
            self._rules = load_rules(self._path)
        except BadInput as error:
            log.error("the rules stay as they were: %s", error)
        else:
            log.info("%s was read anew: %d rules", self._path, len(self._rules.rules))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _digest(path: Path) -> bytes | None:
    try:
        return blake2b(path.read_bytes()).digest()
    except OSError:
        return None
