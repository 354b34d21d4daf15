"""A watch rule."""

from dataclasses import dataclass
from hashlib import blake2b

from pipeline.records.article import Severity
from pipeline.rules.syntax import Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A watch rule. `query` is written by an analyst, `meaning` is what was read in it; no `channels` means all of them."""

    id: str
    name: str
    severity: Severity
    channels: tuple[str, ...]
    query: str
    meaning: Query

    @property
    def version(self) -> str:
        """A digest of the query: it changes when what the rule asks for is written otherwise."""
        return blake2b(" ".join(self.query.split()).encode(), digest_size=6).hexdigest()
