"""A rule file and its lexicon, followed while they are edited."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import BadInput
from pipeline.files import FollowedFiles
from pipeline.rules.cache import RuleCache
from pipeline.rules.lexicon import Lexicon, load_lexicon
from pipeline.rules.loading import load_rules, renew
from pipeline.rules.ruleset import RuleSet
from pipeline.seeds import seed

log = logging.getLogger(__name__)


class RuleFile:
    """The rules of a file, loaded anew when it or the lexicon changes: all of them, or none when anything is wrong.

    Where just the rule file changes, only the rules that are written otherwise are read and replaced.
    """

    def __init__(
        self,
        path: Path,
        lexicon: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        cache: RuleCache | None = None,
    ) -> None:
        """Read the files, by default with the shipped lexicon, or take what the cache has of them.

        Raises BadInput when they can't be used: at the start there are no older rules to keep.
        """
        self._cache = cache
        self._read_lexicon: Lexicon | None = None
        self._path = path
        self._lexicon = lexicon or seed("lexicon.yaml")
        self._files = FollowedFiles((path, self._lexicon), clock)
        self._rules = load_rules(path, self._lexicon, cache)

    def current(self) -> RuleSet:
        """Give the rules as the files have them now, or as they last had them when they can't be used now."""
        if changed := self._files.changed():
            self._reload(lexicon_too=self._lexicon in changed)
        return self._rules

    def _reload(self, lexicon_too: bool) -> None:
        try:
            if lexicon_too:
                self._read_lexicon = None
                self._rules = load_rules(self._path, self._lexicon, self._cache)
            else:
                self._read_lexicon = self._read_lexicon or load_lexicon(self._lexicon)
                renew(self._rules, self._path, self._read_lexicon)
        except BadInput as error:
            log.error("the rules stay as they were: %s", error)
        else:
            log.info("%s was read anew: %d rules", self._path, len(self._rules.rules))
