"""One writer for the embedded index, though many processes may read it."""

import fcntl
import os
from pathlib import Path
from typing import IO

from pipeline.errors import OutOfReach


class WriterLock:
    """A lock on a file that ends with its process, however that ends, and names who holds it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds it."""
        return self._file is not None

    def acquire(self) -> None:
        """Take the lock, if it isn't held already. Raises OutOfReach, naming the process that has it."""
        if self._file:
            return
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip()
            file.close()
            raise OutOfReach(
                f"{self._path.parent}: another process writes to this index"
                f" ({f'process {holder}' if holder else 'it did not say which'});"
                " end that `harmattan run` or `harmattan work index`, or leave the work to it"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let others write."""
        if self._file:
            self._file.close()
            self._file = None
