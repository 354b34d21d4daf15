"""A watch rule."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from pipeline.records.article import Severity
from pipeline.rules.syntax import Entity, Query, walk


@dataclass(frozen=True, kw_only=True, eq=False)
class Rule:
    """A watch rule. `query` is written by an analyst, `meaning` is what was read in it; no `channels` means all of them.

    Two rules are the same when all that is written of them is, and the entities that they name mean the same.
    """

    id: str
    name: str
    severity: Severity
    channels: tuple[str, ...]
    query: str
    meaning: Query

    @cached_property
    def version(self) -> str:
        """A digest of the query and of the entities in it: it changes when what the rule asks for is written otherwise."""
        entities = {f"@{part.id} {part.version}" for part in walk(self.meaning) if isinstance(part, Entity)}
        written = [" ".join(self.query.split()), *sorted(entities)]
        return blake2b("\n".join(written).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Rule) and self._written == other._written)

    def __hash__(self) -> int:
        return hash((self.id, self.query))

    @property
    def _written(self) -> tuple[object, ...]:
        return self.id, self.name, self.severity, self.channels, self.query, self.version
