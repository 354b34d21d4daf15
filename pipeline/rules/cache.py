"""The cache of rules that were read, so that a process that starts need not parse them again.

A file is named by a digest of all that decides what the rules mean: the rule file and the lexicon, byte by byte, and the code
that reads them. It holds a checksum and plain data (pipeline.rules.stored), never code. What cannot be read, belongs to
another user or was cut off is passed over with a note, and written anew. Files are replaced whole; those that were not used
for longest go when there are too many.
"""

import gc
import logging
import os
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile

from pipeline.rules.rule import Rule
from pipeline.rules.stored import decode_rules, encode_rules

MOST_FILES = 16
MOST_BYTES = 256_000_000
"""What the files of a cache may have together; the one that was written last is kept in any case."""

_MAGIC = b"harmattan rules 1\n"
_SUFFIX = ".rules"

log = logging.getLogger(__name__)


class RuleCache:
    """Rules that were read, in a folder of the user's own."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which is made when there is something to keep."""
        self._folder = folder

    def get(self, *texts: bytes) -> list[Rule] | None:
        """Give the rules that these files' bytes mean, or None when they are not kept."""
        path = self._path(texts)
        try:
            with path.open("rb") as file:
                _check_owner(os.fstat(file.fileno()))
                data = file.read()
            with suppress(OSError):
                os.utime(path)  # it was used: the others go first
            with paused_collection():
                return decode_rules(_checked(data))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            log.warning("%s is passed over, and the rules are read anew: %s", path, error)
            return None

    def put(self, rules: Sequence[Rule], *texts: bytes) -> bool:
        """Keep the rules that these files' bytes mean, and tell whether that was done; else the next process parses again."""
        try:
            body = encode_rules(rules)
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._path(texts)
            with NamedTemporaryFile(dir=self._folder, prefix=path.stem, suffix=".part", delete=False) as file:
                try:
                    file.write(_MAGIC + blake2b(body).digest())
                    file.write(body)
                    file.flush()
                    Path(file.name).replace(path)
                except BaseException:
                    Path(file.name).unlink(missing_ok=True)
                    raise
            self._make_room(path)
        except (OSError, ValueError) as error:
            log.info("rules that were read are not kept in %s: %s", self._folder, error)
            return False
        return True

    def _path(self, texts: Sequence[bytes]) -> Path:
        digest = blake2b(_code_digest(), digest_size=16)
        for text in texts:
            digest.update(blake2b(text).digest())
        return self._folder / f"{digest.hexdigest()}{_SUFFIX}"

    def _make_room(self, newest: Path) -> None:
        kept = sorted(
            ((found.stat(), found) for found in self._folder.glob(f"*{_SUFFIX}") if found != newest),
            key=lambda each: -each[0].st_mtime_ns,
        )
        size = newest.stat().st_size
        for count, (stat, path) in enumerate(kept, 2):
            size += stat.st_size
            if count > MOST_FILES or size > MOST_BYTES:
                path.unlink(missing_ok=True)


def cache_in(folder: Path | None) -> RuleCache | None:
    """Give the cache of rules in the folder for what can be made anew, where there is one."""
    return RuleCache(folder / "rules") if folder else None


@contextmanager
def paused_collection() -> Iterator[None]:
    """Put off the collection of cyclic garbage while much is made and nothing is thrown away."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _check_owner(stat: os.stat_result) -> None:
    if hasattr(os, "geteuid") and (stat.st_uid != os.geteuid() or stat.st_mode & 0o022):
        raise ValueError("it belongs to another user, or others may write to it")


def _checked(data: bytes) -> memoryview:
    body = memoryview(data)[len(_MAGIC) + 64 :]
    if not data.startswith(_MAGIC) or data[len(_MAGIC) : len(_MAGIC) + 64] != blake2b(body).digest():
        raise ValueError("it is damaged")
    return body


@cache
def _code_digest() -> bytes:
    """Give a digest of the code that decides what rules mean."""
    package = Path(__file__).parents[1]
    digest = blake2b(f"{sys.version} {unicodedata.unidata_version}".encode())
    for path in sorted([package / "files.py", *package.glob("rules/*.py"), *package.glob("text/*.py")]):
        digest.update(path.read_bytes())
    return digest.digest()
