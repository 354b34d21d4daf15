"""The labelled set: short articles in many languages, with the rules that they are about and the places that they name.

Each file of `labelled/` but `rules.yaml` holds a list of articles. The keys of one:

- `id`: the file's language and a number. It also decides the article's half, so it never changes.
- `lang`, `title`, `text`: ISO 639-1, and what an analyst would see.
- `rules`: the ids of the rules that an analyst would want to be told by, mentions in passing included.
- `either`: rules on which two analysts would differ; they are not counted.
- `places`: each place that the text names, once, by GeoNames' English name where GeoNames has it: towns, sites, regions,
  countries, continents. `country` is ISO 3166-1 alpha-2, null for what lies in several. `event` marks where the reported
  thing happened, at the finest place that is named. A country told by its adjective or people alone is in `countries`
  alone. Names of organisations (the Alliance of Sahel States) name no place. Without the key, places are not labelled.
- `countries`: those that are named, by their own name, by adjective or people, or by a place that lies in them.
- `not_places`: names that look like a place's and are none here: clubs, people, bands.
- `note`: why the article is hard.
- `earlier`: the rules' author knew the article, so that it says nothing about texts that nobody saw.

The set is split by the id in two halves. The `seen` one may be read to mend rules, places and languages; the `held` one is
there to be counted and should not be read by whoever mends them.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "labelled"
RULES = FOLDER / "rules.yaml"
"""The queries of the labelled rules that the project does not ship, and all rules' descriptions."""


class Half(StrEnum):
    """Whether an article may be read to mend what the set tests."""

    SEEN = "seen"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPlace:
    """A place that an article names; `event` where the thing happened that is reported."""

    name: str
    country: str | None
    event: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledArticle:
    """An article with its labels; the module's text tells what each means. `places` is None where not labelled."""

    id: str
    lang: str
    title: str
    text: str
    rules: frozenset[str]
    either: frozenset[str] = frozenset()
    places: tuple[LabelledPlace, ...] | None = None
    countries: frozenset[str] = frozenset()
    not_places: tuple[str, ...] = ()
    note: str = ""
    earlier: bool = False

    @property
    def half(self) -> Half:
        """The half that the article's id puts it in; what was known earlier is always seen."""
        if self.earlier or sha256(self.id.encode()).digest()[0] % 2 == 0:
            return Half.SEEN
        return Half.HELD


@cache
def labelled_articles() -> tuple[LabelledArticle, ...]:
    """Give the whole set, by file and in each file's order. A key that is unknown or missing raises TypeError."""
    paths = sorted(path for path in FOLDER.glob("*.yaml") if path != RULES)
    return tuple(_article(entry) for path in paths for entry in yaml.safe_load(path.read_text(encoding="utf-8")))


def _article(entry: dict[str, Any]) -> LabelledArticle:
    places = entry.pop("places", None)
    return LabelledArticle(
        rules=frozenset(entry.pop("rules")),
        either=frozenset(entry.pop("either", ())),
        places=None if places is None else tuple(LabelledPlace(**place) for place in places),
        countries=frozenset(entry.pop("countries", ())),
        not_places=tuple(entry.pop("not_places", ())),
        **entry,
    )
