"""From a rule file and a lexicon to rules that are ready to be matched, parsed anew or as the cache has them."""

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from pipeline.files import LARGEST
from pipeline.rules.cache import RuleCache, paused_collection
from pipeline.rules.file import read_rules
from pipeline.rules.lexicon import Lexicon, load_lexicon
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.seeds import seed


def load_rules(path: Path, lexicon: Path | None = None, cache: RuleCache | None = None) -> RuleSet:
    """Read a rule file as `list_rules` does, and make its rules ready to be matched. Raises BadInput."""
    with paused_collection():
        return RuleSet(list_rules(path, lexicon, cache))


def list_rules(path: Path, lexicon: Path | None = None, cache: RuleCache | None = None) -> Sequence[Rule]:
    """Read a rule file with a lexicon, by default the shipped one, or give what the cache has of them.

    Raises BadInput with file, line, column and what to do.
    """
    lexicon = lexicon or seed("lexicon.yaml")
    before = _bytes(path, lexicon) if cache else None
    if cache is None or before is None:
        return read_rules(path, load_lexicon(lexicon))
    kept = cache.get(*before)
    if kept is not None:
        return kept
    rules = read_rules(path, load_lexicon(lexicon))
    if _bytes(path, lexicon) == before and cache.put(rules, *before):  # else who knows which was read
        del rules  # what is kept takes a third of the memory of what was parsed
        rules = cache.get(*before) or read_rules(path, load_lexicon(lexicon))
    return rules


def renew(rules: RuleSet, path: Path, lexicon: Lexicon) -> None:
    """Take over what changed in a rule file, with the lexicon that the rules were read with; the others stay as they are.

    Raises BadInput, and changes nothing, when anything in the file can't be used.
    """
    before = rules.rules
    after = read_rules(path, lexicon, before)
    different = [(old, new) for old, new in zip_longest(before, after) if old is not new]
    if len(different) == 1:  # most edits are of one rule, or add one at the end
        ((old, new),) = different
        if new and (old is None or old.id == new.id):
            rules.put(new)
            return
    rules.update(after)


def _bytes(*paths: Path) -> tuple[bytes, ...] | None:
    """Give what the files hold; None where it can't be read twice, and where reading it as a rule file will tell why."""
    try:
        if not all(path.is_file() and path.stat().st_size <= LARGEST for path in paths):
            return None
        return tuple(path.read_bytes() for path in paths)
    except OSError:
        return None
