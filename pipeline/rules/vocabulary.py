"""From the words of an article to the terms of all rules: one look-up a word."""

from pipeline.rules.syntax import Reading, Term

MOST_REMEMBERED = 200_000


class Vocabulary:
    """Numbers the terms of the rules, and tells which of them a folded word fulfils."""

    def __init__(self) -> None:
        self._numbers: dict[Term, int] = {}
        self._exact: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self._lengths: list[int] = []
        self._memo: dict[str, tuple[int, ...]] = {}

    def number(self, term: Term) -> int:
        """Give the number of a term; the same term has the same number."""
        known = self._numbers.get(term)
        if known is not None:
            return known
        number = self._numbers[term] = len(self._numbers)
        prefix = term.reading is Reading.PATTERN
        (self._prefixes if prefix else self._exact)[term.form.rstrip("*")] = number
        if prefix and len(term.form) - 1 not in self._lengths:
            self._lengths = sorted([*self._lengths, len(term.form) - 1])
        self._memo.clear()
        return number

    def fulfilled(self, form: str) -> tuple[int, ...]:
        """Give the numbers of the terms that the word fulfils; words met before cost one look-up."""
        known = self._memo.get(form)
        if known is None:
            if len(self._memo) >= MOST_REMEMBERED:
                self._memo.clear()
            known = self._memo[form] = self._look_up(form)
        return known

    def _look_up(self, form: str) -> tuple[int, ...]:
        found = [self._exact[form]] if form in self._exact else []
        for length in self._lengths:
            if length > len(form):
                break
            number = self._prefixes.get(form[:length])
            if number is not None:
                found.append(number)
        return tuple(found)
