"""What an article must have for a query to hold: a much smaller query, which finds all that the query means, and more.

Queries with entities of the lexicon are large, since each name brings what makes or breaks it. To choose the articles that are
worth looking at, the rarest word of each name is enough.
"""

from collections.abc import Sequence

from pipeline.rules.syntax import (
    And,
    AtLeast,
    Beside,
    Context,
    Dated,
    Entity,
    Except,
    Fact,
    In,
    Near,
    NotNear,
    Or,
    Phrase,
    Query,
    Reading,
    Term,
    Where,
)

_NAMES = 0.1
"""How much rarer a name is than another word of its length."""

MOST_GROUPS = 4
"""Groups that are asked for together; the others are left to be checked."""

Atom = Term | Fact | Dated
Group = dict[Atom, float]
"""Words or facts of which an article must have at least one, each with a guess of how common it is."""


def necessary(query: Query) -> Query | None:
    """Give a query of single words and facts that holds wherever the query holds; None where only everything does."""
    groups = _Reduction().of(query)
    if not groups:
        return None
    parts = tuple(_any(group) for group in sorted(groups, key=_commonness)[:MOST_GROUPS])
    return parts[0] if len(parts) == 1 else And(parts)


class _Reduction:
    """Gives groups that must all be met; an entity's are made once."""

    def __init__(self) -> None:
        self._entities: dict[tuple[str, str], list[Group]] = {}

    def of(self, query: Query) -> list[Group]:
        match query:
            case Phrase(terms):
                rarest = min(terms, key=_term_commonness)
                return [{rarest: _term_commonness(rarest)}]
            case Fact() | Dated():
                return [{query: 1.0}]
            case And(parts):
                return [group for part in parts for group in self.of(part)]
            case Near(left, right):
                return [*self.of(left), *self.of(right)]
            case Or(parts):
                return self._some(parts, len(parts))
            case AtLeast(count, parts):
                return self._some(parts, len(parts) - count + 1)
            case Beside(part) | NotNear(part) | Except(part) | Where(part) | In(_, part) | Context(part):
                return self.of(part)
            case Entity(name, part, version):
                if (name, version) not in self._entities:
                    self._entities[name, version] = self.of(part)
                return self._entities[name, version]
            case _:  # NOT asks for nothing that must be there
                return []

    def _some(self, parts: Sequence[Query], needed: int) -> list[Group]:
        """Of any so many of the parts at least one holds: take those that ask for what is rarest."""
        known = [min(groups, key=_commonness) for part in parts if (groups := self.of(part))]
        if len(known) < needed:
            return []
        joined: Group = {}
        for group in sorted(known, key=_commonness)[:needed]:
            joined |= group
        return [joined]


def _any(group: Group) -> Query:
    parts = tuple(Phrase((atom,)) if isinstance(atom, Term) else atom for atom in group)
    return parts[0] if len(parts) == 1 else Or(parts)


def _commonness(group: Group) -> float:
    return sum(group.values())


def _term_commonness(term: Term) -> float:
    """Guess how common a word is: short ones are, and names are not. A Han character counts for two letters."""
    letters = sum(2 if character >= "\u2e80" else 1 for character in term.form if character.isalnum())
    return (_NAMES if term.reading in (Reading.NAME, Reading.ACRONYM) else 1.0) / max(letters, 1) ** 2
