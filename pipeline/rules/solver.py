"""Whether clauses can all be true together: the procedure of Davis, Putnam, Logemann and Loveland (1962), with two watched
literals a clause as in Chaff (Moskewicz and others, 2001), within a bounded number of guesses."""

from collections import defaultdict
from collections.abc import Sequence

MOST_GUESSES = 2_000
"""Guesses after which the answer stays open."""


def satisfiable(clauses: Sequence[Sequence[int]], variables: int) -> bool | None:
    """Tell whether variables 1 to `variables` can be set so that each clause has a true literal; None where it stays open.

    A literal is a variable's number, or its negative for the variable being false.
    """
    search = _Search(variables)
    return search.run() if all(search.add(clause) for clause in clauses) else False


class _Search:
    def __init__(self, variables: int) -> None:
        self._values = [0] * (variables + 1)
        self._watching: defaultdict[int, list[list[int]]] = defaultdict(list)
        self._trail: list[int] = []
        self._guesses: list[tuple[int, int]] = []
        self._units: list[int] = []

    def add(self, clause: Sequence[int]) -> bool:
        """Take a clause; False where it can't be true at all."""
        literals = list(dict.fromkeys(clause))
        known = set(literals)
        if any(-literal in known for literal in literals):
            return True
        if len(literals) > 1:
            for literal in literals[:2]:
                self._watching[literal].append(literals)
        else:
            self._units += literals
        return bool(literals)

    def run(self) -> bool | None:
        if not all(map(self._set, self._units)):
            return False
        guesses, next_free = 0, 1
        while True:
            while next_free < len(self._values) and self._values[next_free]:
                next_free += 1
            if next_free == len(self._values):
                return True
            if guesses == MOST_GUESSES:
                return None
            guesses += 1
            self._guesses.append((len(self._trail), -next_free))
            works = self._set(-next_free)
            while not works:
                if not self._guesses:
                    return False
                mark, guess = self._guesses.pop()
                while len(self._trail) > mark:
                    self._values[abs(self._trail.pop())] = 0
                next_free = 1
                works = self._set(-guess)  # what the guess excluded is now a consequence

    def _value(self, literal: int) -> int:
        value = self._values[abs(literal)]
        return value if literal > 0 else -value

    def _set(self, literal: int) -> bool:
        """Make a literal true with all that follows; False where something contradicts."""
        first_new = len(self._trail)
        if not self._put(literal):
            return False
        while first_new < len(self._trail):
            false = -self._trail[first_new]
            first_new += 1
            watching, self._watching[false] = self._watching[false], []
            for index, clause in enumerate(watching):
                if not self._keep(clause, false):
                    self._watching[false] += watching[index + 1 :]
                    return False
        return True

    def _put(self, literal: int) -> bool:
        value = self._value(literal)
        if value == 0:
            self._values[abs(literal)] = 1 if literal > 0 else -1
            self._trail.append(literal)
        return value >= 0

    def _keep(self, clause: list[int], false: int) -> bool:
        """Let a clause watch another literal than the one that became false, or draw its last consequence."""
        if clause[0] == false:
            clause[0], clause[1] = clause[1], clause[0]
        if self._value(clause[0]) <= 0:
            for place in range(2, len(clause)):
                if self._value(clause[place]) >= 0:
                    clause[1], clause[place] = clause[place], clause[1]
                    self._watching[clause[1]].append(clause)
                    return True
        self._watching[false].append(clause)
        return self._put(clause[0])
