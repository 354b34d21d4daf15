"""A rule file and its lexicon, followed while they are edited."""

import logging
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from pipeline.errors import BadInput
from pipeline.rules.ruleset import RuleSet, load_rules
from pipeline.seeds import seed

T = TypeVar("T")

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks at the files."""


class RuleFile:
    """The rules of a file, loaded anew when it or the lexicon changes: all of them, or none when anything is wrong."""

    def __init__(self, path: Path, lexicon: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Read the files, by default with the shipped lexicon.

        Raises BadInput when they can't be used: at the start there are no older rules to keep.
        """
        self._path = path
        self._lexicon = lexicon or seed("lexicon.yaml")
        self._clock = clock
        self._looked = clock()
        self._stamps = self._each(_stamp)
        self._digests = self._each(_digest)
        self._rules = load_rules(path, self._lexicon)

    def current(self) -> RuleSet:
        """Give the rules as the files have them now, or as they last had them when they can't be used now."""
        now = self._clock()
        if now - self._looked >= LOOK_EVERY:
            self._looked = now
            self._look()
        return self._rules

    def _each(self, read: Callable[[Path], T]) -> tuple[T, T]:
        return read(self._path), read(self._lexicon)

    def _look(self) -> None:
        stamps = self._each(_stamp)
        if stamps == self._stamps:
            return
        digests = self._each(_digest)
        if digests != self._digests:
            self._reload()
        # only now: a file that changes while it is read is looked at again
        self._stamps, self._digests = stamps, digests

    def _reload(self) -> None:
        try:
            self._rules = load_rules(self._path, self._lexicon)
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
