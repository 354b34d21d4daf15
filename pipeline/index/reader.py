"""The reader of searches, with the entities of a lexicon."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.index.query import ReaderSource

if TYPE_CHECKING:
    from pipeline.rules.lexicon import Lexicon
    from pipeline.rules.query import QueryReader


def lexicon_reader(path: Path | None) -> ReaderSource:
    """Give what makes the reader of searches when the first one comes; it opens the lexicon when one names an entity.

    Without a path the lexicon is the stock one.
    """

    @cache
    def lexicon() -> "Lexicon":
        from pipeline.rules.lexicon import load_lexicon

        return load_lexicon(path)

    @cache
    def reader() -> "QueryReader":
        from pipeline.rules.query import QueryReader

        return QueryReader(lambda name: lexicon().entity(name))

    made: Callable[[], QueryReader] = reader
    return made
