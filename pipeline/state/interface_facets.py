"""What an alert is known by beside its articles: what routes ask of it, and how far its news has spread."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far an alert's news has spread so far.

    `outlets` counts who carries it, `origins` whose reports these are: copies, and articles that credit one agency, share an
    origin. `kinds` says what outlets are (agency, state, ...), by their names, where known; `countries` are ISO 3166-1 codes.
    """

    outlets: int = 1
    origins: int = 1
    places: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFacets:
    """What routes ask of an alert, over all its articles; `outlets` counts independent origins.

    `tolls` are the numbers of dead that were told, `rules` all that matched, `denied` whether a headline denies something.
    """

    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    outlets: int = 1
    tolls: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    denied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFacets:
    """What an article adds to an alert's facets; `source_of` is whose report it is, `copy_of` the article that it repeats."""

    countries: tuple[str, ...] = ()
    language: str = "und"
    places: tuple[str, ...] = ()
    source_of: str = ""
    copy_of: str | None = None
    kinds: tuple[str, ...] = ()
    toll: str | None = None
    rules: tuple[str, ...] = ()
    denied: bool = False
