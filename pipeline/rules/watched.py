"""A rule file and its lexicon, followed while they are edited."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import BadInput
from pipeline.files import FollowedFiles
from pipeline.rules.ruleset import RuleSet, load_rules
from pipeline.seeds import seed

log = logging.getLogger(__name__)


class RuleFile:
    """The rules of a file, loaded anew when it or the lexicon changes: all of them, or none when anything is wrong."""

    def __init__(self, path: Path, lexicon: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Read the files, by default with the shipped lexicon.

        Raises BadInput when they can't be used: at the start there are no older rules to keep.
        """
        self._path = path
        self._lexicon = lexicon or seed("lexicon.yaml")
        self._files = FollowedFiles((path, self._lexicon), clock)
        self._rules = load_rules(path, self._lexicon)

    def current(self) -> RuleSet:
        """Give the rules as the files have them now, or as they last had them when they can't be used now."""
        if self._files.changed():
            self._reload()
        return self._rules

    def _reload(self) -> None:
        try:
            self._rules = load_rules(self._path, self._lexicon)
        except BadInput as error:
            log.error("the rules stay as they were: %s", error)
        else:
            log.info("%s was read anew: %d rules", self._path, len(self._rules.rules))
