"""Which words an article must hold before a rule is worth looking at."""

from pipeline.rules.syntax import And, Context, Near, Not, Or, Phrase, Query, Reading, Term


def anchors(query: Query) -> frozenset[Term] | None:
    """Give terms of which every article that matches holds at least one, the rarest such group; None if there is none."""
    match query:
        case Phrase(terms):
            return frozenset([min(terms, key=_commonness)])
        case Near(left, right):
            return _rarest([anchors(left), anchors(right)])
        case And(parts):
            return _rarest([anchors(part) for part in parts])
        case Or(parts):
            groups = [anchors(part) for part in parts]
            return None if None in groups else frozenset(term for group in groups if group for term in group)
        case Context(part):
            return anchors(part)
        case Not():
            return None


def _rarest(groups: list[frozenset[Term] | None]) -> frozenset[Term] | None:
    known = [group for group in groups if group is not None]
    return min(known, key=lambda group: sum(map(_commonness, group)), default=None)


def _commonness(term: Term) -> float:
    """Guess how common a term is: short words are, and beginnings are more so. A Han character counts for two letters."""
    letters = sum(2 if character >= "\u2e80" else 1 for character in term.form)
    return (4.0 if term.reading is Reading.PATTERN else 1.0) / letters**2
