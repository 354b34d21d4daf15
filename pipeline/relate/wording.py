"""What the wording of two articles in one language says against their being about one event.

Machines and news desks write many texts by one pattern, of which each tells an event of its own: bulletins of earthquakes,
of arrests, of the weather. And articles may have many words in common that stand in no such order in both, as lists and
shuffled texts have them. Neither is evidence that they are about one event: in doubt, apart.
"""

from pipeline.relate.trace import Trace

APART = -3.0
"""The log-odds, at most, that such articles are about one event."""
SAME_PATTERN = 0.4
"""From this share of common pairs of neighbouring words on two texts are written by one pattern."""
_FEWEST_SHARED = 8  # words in common, below which their order says nothing
_ORDER, _CHANCE = 0.5, 0.05
_TOLLS = ("dead ", "hurt ", "missing ")


def speaks_against(one: Trace, other: Trace, no_spot: bool) -> bool:
    """Tell whether two articles, each in the same language, are shuffles or fillings of one pattern.

    `no_spot` says that they name places, and no common one, or have happened at different ones.
    """
    shared = len(one.words & other.words)
    if shared < 3:
        return False
    alike = shared / (len(one.words) * len(other.words)) ** 0.5
    pairs = len(one.pairs & other.pairs)
    if shared >= _FEWEST_SHARED and pairs < shared * (_ORDER * alike - _CHANCE):
        return True
    if pairs < SAME_PATTERN * (len(one.pairs) * len(other.pairs)) ** 0.5:
        return False
    return no_spot or _differ(_figures(one), _figures(other)) or _differ(one.names, other.names)


def _differ(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether each has what the other lacks, and more of it than they have in common."""
    return len(one & other) < min(len(one - other), len(other - one))


def _figures(trace: Trace) -> frozenset[str]:
    """Give the numbers but those of the dead, the hurt and the missing, which change while one event is told."""
    tolls = {number.partition(" ")[2] for number in trace.numbers if number.startswith(_TOLLS)}
    return frozenset(number for number in trace.numbers if number not in tolls and not number.startswith(_TOLLS))
