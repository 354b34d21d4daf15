"""What an outlet changed in an article after it was first seen, small enough to travel with the article."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b


class ChangeKind(StrEnum):
    """What a changed passage touches."""

    NUMBERS = "numbers"
    NAMES = "names"
    PLACES = "places"
    NEGATIONS = "negations"
    WITHDRAWAL = "withdrawal"
    ADDED = "added"
    REMOVED = "removed"
    WORDING = "wording"
    SPELLING = "spelling"


MATERIAL = frozenset(
    {ChangeKind.NUMBERS, ChangeKind.NAMES, ChangeKind.PLACES, ChangeKind.NEGATIONS, ChangeKind.WITHDRAWAL}
)
"""What an alert may rest on."""


class Nature(StrEnum):
    """What a new version is to somebody who was told of the earlier one.

    `cosmetic`: what was said stands; `material`: numbers, names, places or negations are others; `correction`: the outlet
    says in words that it corrects or changes them; `withdrawal`: it takes the article back, in words or by removing it;
    `unknown`: what stood before was no longer kept.
    """

    COSMETIC = "cosmetic"
    MATERIAL = "material"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Edit:
    """A passage that changed. `part` is title, lead or text; what was only added or removed has one empty side.

    `before` and `after` are what stayed around it; `touches` is what is different in it.
    """

    part: str
    before: str
    removed: str
    added: str
    after: str
    touches: tuple[ChangeKind, ...] = ()

    @property
    def material(self) -> bool:
        """Tell whether the passage touches what an alert may rest on."""
        return not MATERIAL.isdisjoint(self.touches)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How a version differs from the one before it.

    `revision` is the one that it made of the article, and `at` when it was seen. `declared` tells that the outlet says so,
    in words or by a date of change. `fields` are those that changed: title, lead, text, date, withdrawal. `edits` are the
    passages, those that matter first, long ones cut short, and `more` is how many others there are.
    """

    revision: int
    at: datetime
    kind: Nature
    declared: bool
    fields: tuple[str, ...]
    edits: tuple[Edit, ...] = ()
    more: int = 0

    @property
    def matters(self) -> bool:
        """Tell whether whoever was told of the earlier version should hear of it."""
        return self.kind not in (Nature.COSMETIC, Nature.UNKNOWN)


def content_digest(title: str, text: str) -> str:
    """Give what stands for a title and text: the same for the same ones."""
    return blake2b(f"{title}\n\n{text}".encode(), digest_size=12).hexdigest()
