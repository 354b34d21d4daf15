"""The folder of the embedded index: making it, opening it, and setting aside what can't be opened."""

import json
import logging
import shutil
from pathlib import Path

from tantivy import Index

from pipeline.errors import BadInput, TooNew
from pipeline.index.tantivy_schema import VERSION, build_schema, register_tokenizer

log = logging.getLogger(__name__)

MARK = "harmattan.json"


class IndexFolder:
    """A folder with the index in `articles`, the version of its fields in a file within it.

    The file `incomplete` beside it says that the index was begun anew and not yet filled from the event log.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._articles = path / "articles"
        self._incomplete = path / "incomplete"

    def open(self) -> Index:
        """Open the index. Raises BadInput when `setup` has to make it first or anew, TooNew."""
        self._check_version()
        try:
            index = Index.open(str(self._articles))
        except ValueError as error:
            raise self._unusable(f"the index is damaged ({error})") from error
        register_tokenizer(index)
        return index

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
        except (OSError, ValueError, KeyError, TypeError) as error:
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
