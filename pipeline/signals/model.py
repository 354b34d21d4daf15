"""A signal: what is watched for in the numbers of articles, and when it raises an alert."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import blake2b

from pipeline.records.article import Severity

LEARN = timedelta(days=14)
"""How long something was watched before its past says what is usual: two of each hour of the week."""
WINDOW = timedelta(days=56)
"""The past that is looked at: eight weeks."""


class Kind(StrEnum):
    """What a signal finds.

    `burst`: far more articles in an hour than the past of their sources leads one to expect; `first`: something is named
    that was not named for a chosen time, or never; `return`: something that was known and then silent is named again;
    `silence`: nothing comes although it should have.
    """

    BURST = "burst"
    FIRST = "first"
    RETURN = "return"
    SILENCE = "silence"


class Of(StrEnum):
    """What is counted: matches of a rule, mentions of a country or a place, articles of a source or in a language.

    An entity is whatever one of the operator's own enrichers found in an article, such as the people that it names.
    """

    RULE = "rule"
    COUNTRY = "country"
    PLACE = "place"
    ENTITY = "entity"
    SOURCE = "source"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A signal as the policy file asks for it; its id stands where a rule's stands in alerts, routes and mutes.

    No `names` means whatever is counted; a place is named as GeoNames does, and `countries` (ISO 3166-1 alpha-2) narrows
    places to those within. `chance` is how improbable an hour's count must be (burst), or that nothing came (silence);
    `times` and `least` are how many times the expected number and how many articles a burst must have at least, `pause` how
    long a burst that lasts is not told again. `after` is the time without a mention (first, return), or the time after
    which a silence is told whatever the past says; None leaves a silence to `chance`.
    """

    id: str
    kind: Kind
    of: Of
    name: str
    severity: Severity = Severity.MEDIUM
    names: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    channels: tuple[str, ...] = ()
    chance: float = 1e-5
    times: float = 3.0
    least: int = 5
    pause: timedelta = timedelta(days=1)
    after: timedelta | None = None

    @property
    def version(self) -> str:
        """Give what changes when the signal does."""
        fields = (self.kind, self.of, sorted(self.names), sorted(self.countries), self.chance, self.times, self.least)
        return blake2b(repr((fields, self.after)).encode(), digest_size=4).hexdigest()

    def takes(self, name: str, country: str | None) -> bool:
        """Tell whether it watches this name; `country` is the one that a place lies in."""
        if self.names and name.casefold() not in self.names:
            return False
        return not self.countries or country in self.countries
