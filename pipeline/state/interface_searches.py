"""The port to the searches that analysts keep under a name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A search under a name: the searcher's line, and filters by the names that `harmattan search` has for them.

    `by` is who saved it, where that is known; `saved` is when, and is given by the database.
    """

    name: str
    text: str
    filters: dict[str, str] = field(default_factory=dict)
    by: str | None = None
    saved: datetime | None = None


class Searches(Protocol):
    """The searches that are kept; names are told apart by case."""

    def save(self, search: SavedSearch) -> None:
        """Keep a search, in the place of the one with its name."""

    def get(self, name: str) -> SavedSearch | None:
        """Give the search of a name."""

    def list(self) -> Sequence[SavedSearch]:
        """Give all, by name."""

    def remove(self, name: str) -> bool:
        """Forget a search; tell whether there was one."""
