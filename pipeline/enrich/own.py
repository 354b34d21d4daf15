"""Enrichers of the operator's own: functions that look at an article and say something of it."""

import importlib
import importlib.util
import logging
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import TypeAlias

from pipeline.errors import BadInput
from pipeline.records.article import Place, Source

log = logging.getLogger(__name__)

GROUP = "harmattan.enrichers"
"""The group of entry points by which an installed package registers its enrichers."""
MOST_NAMES = 20
MOST_VALUES = 50
LONGEST_VALUE = 200
"""Code points of a value; what is longer is cut off."""
LONGEST_ERROR = 200
TOLD_AGAIN = 1_000
"""After so many failures of an enricher, another one stands in the log."""

_NAME = re.compile("[a-z][a-z0-9_]{0,39}")

Value: TypeAlias = str | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What an enricher is told of an article.

    `language` is ISO 639-1 or `und`, `countries` are ISO 3166-1 alpha-2, `published` is in UTC and None where it is unknown.
    """

    title: str
    text: str
    language: str
    source: Source
    url: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    places: tuple[Place, ...] = ()
    countries: tuple[str, ...] = ()


Enricher: TypeAlias = Callable[[Article], Mapping[str, Value | Iterable[Value]]]
"""Gives what it found: names (small letters, digits, underscores) with one value or several. It may raise anything."""


@dataclass(frozen=True, slots=True)
class Extra:
    """What own enrichers found, by name, and what went wrong, an enricher a line."""

    found: Mapping[str, tuple[str, ...]]
    errors: tuple[str, ...] = ()


class OwnEnrichers:
    """Runs enrichers one after another; one that fails leaves out what it had to say, and stops nothing."""

    def __init__(self, enrichers: Mapping[str, Enricher] | None = None) -> None:
        """Take the enrichers by the names under which their failures are told."""
        self._enrichers = dict(enrichers or {})
        self._failures = dict.fromkeys(self._enrichers, 0)

    def look_at(self, article: Article) -> Extra:
        """Ask every enricher about the article."""
        found: dict[str, tuple[str, ...]] = {}
        errors: list[str] = []
        for name, enricher in self._enrichers.items():
            try:
                for key, values in _checked(enricher(article)):
                    found[key] = tuple(dict.fromkeys((*found.get(key, ()), *values)))[:MOST_VALUES]
            except Exception as error:  # whatever somebody else's code does
                errors.append(f"{name}: {type(error).__name__}: {error}"[:LONGEST_ERROR])
                self._tell(name)
        return Extra(dict(sorted(found.items())[:MOST_NAMES]), tuple(errors))

    def _tell(self, name: str) -> None:
        if self._failures[name] % TOLD_AGAIN == 0:
            log.exception("the enricher %s failed; failure %d since the start", name, self._failures[name] + 1)
        self._failures[name] += 1


NO_ENRICHERS = OwnEnrichers()
"""Where the operator has none."""


def load_enrichers(named: Sequence[str]) -> dict[str, Enricher]:
    """Load the enrichers that are named, and those that installed packages register under GROUP.

    A name is `module:function`, or `file.py:function` with the file's path. Raises BadInput for one that can't be loaded.
    """
    loaded = {name: _load(name) for name in named}
    for point in entry_points(group=GROUP):
        if point.value not in loaded:
            loaded[point.name] = _function(f"the enricher {point.name} (entry point {point.value})", point.load)
    return loaded


def _load(name: str) -> Enricher:
    where, _, function = name.rpartition(":")
    if not where or not function.isidentifier():
        raise BadInput(
            f"HARMATTAN_ENRICHERS: {name!r} names no function; write module:function or /path/to/file.py:function"
        )
    return _function(f"HARMATTAN_ENRICHERS: {name}", partial(_find, where, function))


def _function(what: str, load: Callable[[], object]) -> Enricher:
    try:
        found = load()
    except Exception as error:  # whatever the file does when it is imported
        raise BadInput(f"{what} can't be loaded ({type(error).__name__}: {error}); mend it or take it out") from error
    if not callable(found):
        raise BadInput(f"{what} is no function; name one that takes an article")
    return found


def _find(where: str, function: str) -> object:
    if not where.endswith(".py"):
        return getattr(importlib.import_module(where), function)
    path = Path(where).resolve()
    spec = importlib.util.spec_from_file_location(f"harmattan_own_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return getattr(module, function)


def _checked(answer: Mapping[str, Value | Iterable[Value]]) -> list[tuple[str, tuple[str, ...]]]:
    """Give names and values as they are kept. Raises ValueError or TypeError for what can't be."""
    return [(_name(name), _values(given)) for name, given in answer.items()]


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name; use small letters, digits and underscores")
    return name


def _values(given: Value | Iterable[Value]) -> tuple[str, ...]:
    values = (given,) if isinstance(given, str | int | float) else given
    texts = (str(value).encode(errors="replace").decode().strip()[:LONGEST_VALUE] for value in values)
    return tuple(dict.fromkeys(text for text in texts if text))
