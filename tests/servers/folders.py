"""Folders for the servers' data."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server_folder(name: str) -> Iterator[Path]:
    """A new folder that every account may pass through, as PostgreSQL's has to; removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix=f"harmattan-{name.lower()}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
