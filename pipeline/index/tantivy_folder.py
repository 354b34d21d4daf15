"""The folder of the embedded index: making it, opening it, and setting aside what can't be opened."""

import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tantivy import Index

from pipeline.errors import BadInput, OutOfReach, TooNew
from pipeline.index.tantivy_schema import VERSION, build_schema

log = logging.getLogger(__name__)

MARK = "harmattan.json"
FROM_THE_SYSTEM = "Os { code"
"""What tantivy's message holds where the operating system refused: that is no damage, and nothing to set aside for."""


@contextmanager
def panics_as_errors() -> Iterator[None]:
    """Turn a panic of tantivy's, which a damaged file may cause and `except Exception` would miss, into a ValueError."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise ValueError(f"tantivy gave up: {error}") from error
        raise


class IndexFolder:
    """A folder with the index in `articles`, the version of its fields in a file within it.

    The file `incomplete` beside it says that the index was begun anew and not yet filled from the event log.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._articles = path / "articles"
        self._incomplete = path / "incomplete"

    def open(self) -> Index:
        """Open the index. Raises BadInput when `setup` has to make it first or anew, TooNew, OutOfReach."""
        self._check_version()
        try:
            with panics_as_errors():
                return Index.open(str(self._articles))
        except ValueError as error:
            if FROM_THE_SYSTEM in str(error):
                raise self._out_of_reach(error) from error
            raise self._unusable(f"the index is damaged ({error})") from error

    def make(self) -> None:
        """Make the folder itself. Raises OutOfReach."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._out_of_reach(error) from error

    def begin(self, reason: str) -> None:
        """Begin an empty index. What was there is kept as `articles.set-aside`. Only who holds the writer's lock may."""
        new = self.path / "articles.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        Index(build_schema(), path=str(new))
        (new / MARK).write_text(json.dumps({"version": VERSION}))
        self._incomplete.touch()
        if self._articles.exists():
            aside = self.path / "articles.set-aside"
            shutil.rmtree(aside, ignore_errors=True)
            self._articles.rename(aside)
            log.warning("%s. It was set aside as %s, and an empty index begun", reason, aside)
        new.rename(self._articles)

    def incomplete(self) -> bool:
        """Whether the index may lack articles that the event log has."""
        return self._incomplete.exists()

    def completed(self) -> None:
        """Record that it lacks none."""
        self._incomplete.unlink(missing_ok=True)

    def _check_version(self) -> None:
        try:
            version = int(json.loads((self._articles / MARK).read_text())["version"])
        except FileNotFoundError:
            raise self._unusable("there is no index yet") from None
        except OSError as error:
            raise self._out_of_reach(error) from error
        except (ValueError, KeyError, TypeError) as error:
            raise self._unusable(f"the index is damaged ({MARK}: {error})") from error
        if version > VERSION:
            raise TooNew(
                f"{self.path}: a newer Harmattan made this index (version {version}, this one knows {VERSION}):"
                " upgrade this installation"
            )
        if version < VERSION:
            raise self._unusable(f"an older Harmattan made this index (version {version}, this one needs {VERSION})")

    def _unusable(self, reason: str) -> BadInput:
        return BadInput(f"{self.path}: {reason}; run `harmattan setup`")

    def _out_of_reach(self, error: Exception) -> OutOfReach:
        return OutOfReach(
            f"{self.path}: the index can't be opened ({error}); check the folder, its rights and the disk"
        )
