"""A channel that appends alerts to a file, a JSON object a line."""

import fcntl
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.notify.digest_json import digest_json, message_json
from pipeline.notify.interface import Digest, Message, TryAgain
from pipeline.records.alert_json import json_bytes

TAIL = 1_000_000
"""Bytes at the file's end in which a key is looked for after a start."""

REMEMBERED = 20_000


class JsonLinesNotifier:
    """Appends each alert as one whole line, durable on return, and each key once.

    Any number of processes may share the file, under its lock. A line that a crash broke off is removed: its send
    never returned, so it comes again. The file may be moved away at any time; a new one is begun.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()
        self._keys: OrderedDict[str, None] = OrderedDict()
        self._file: tuple[int, int] | None = None
        self._known = 0

    def send(self, message: Message | Digest, key: str) -> None:
        """Append the message, unless the key is there already. Raises TryAgain when the file can't be written."""
        line = json_bytes(_fields(message, key)) + b"\n"
        try:
            with self._turn, _locked(self._path) as file:
                self._catch_up(file)
                if key in self._keys:
                    return
                _append(file, line)
                self._remember(key)
                self._known += len(line)
        except OSError as error:
            raise TryAgain(f"{self._path} can't be written ({error.strerror}); see that it may be") from error

    def _catch_up(self, file: int) -> None:
        """Learn the keys of lines that others, or an earlier life, have written."""
        status = os.fstat(file)
        if self._file != (status.st_dev, status.st_ino) or status.st_size < self._known:
            self._file = (status.st_dev, status.st_ino)
            self._keys.clear()
            self._known = max(0, status.st_size - TAIL)
        if status.st_size == self._known:
            return
        new = os.pread(file, status.st_size - self._known, self._known)
        new = _mended(file, self._known, new)
        for line in new.splitlines():
            if key := _key_of(line):
                self._remember(key)
        self._known += len(new)

    def _remember(self, key: str) -> None:
        self._keys[key] = None
        if len(self._keys) > REMEMBERED:
            self._keys.popitem(last=False)


def _fields(message: Message | Digest, key: str) -> dict[str, Any]:
    if isinstance(message, Digest):
        return digest_json(message) | {"key": key}
    more = {"key": key, "update": message.update, "link": message.link, "maybe_repeat": message.maybe_repeat}
    more |= {"reasons": list(message.reasons)}
    return message_json(message) | more


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Open the file that has the path's name now, make it durable as a name, and hold its lock."""
    while True:
        is_new = not path.exists()
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not _is_at(file, path):
                continue
            if is_new:
                _sync_folder(path.parent)
            yield file
            return
        finally:
            os.close(file)


def _is_at(file: int, path: Path) -> bool:
    """Tell whether the file is still the one at the path: it may have been moved away before it was locked."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    here = os.fstat(file)
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _append(file: int, line: bytes) -> None:
    """Append the line whole and durably, or not at all."""
    before = os.fstat(file).st_size
    try:
        written = 0
        while written < len(line):
            written += os.write(file, line[written:])
        os.fsync(file)
    except OSError:
        os.ftruncate(file, before)
        raise


def _mended(file: int, start: int, content: bytes) -> bytes:
    """Make the content, which lies at `start`, end with a whole line; give it as it is then."""
    if not content or content.endswith(b"\n"):
        return content
    whole = content[: content.rfind(b"\n") + 1]
    if _is_json(content[len(whole) :]) or (start and not whole):
        os.write(file, b"\n")
        return content + b"\n"
    os.ftruncate(file, start + len(whole))
    return whole


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _key_of(line: bytes) -> str | None:
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    key = fields.get("key") if isinstance(fields, dict) else None
    return key if isinstance(key, str) else None
