"""The bench on which rules are tried before they are saved: the check, their examples, and the back-test, within bounds."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from time import monotonic

from pipeline.errors import BadInput, OutOfReach
from pipeline.index.interface import ArticleIndex
from pipeline.policy.model import Policy
from pipeline.rehearsal import WARM_UP, Brought, Rehearsal, Trial, acknowledgements
from pipeline.rehearsal_signals import found_then
from pipeline.rules.backtest import Tally, backtest
from pipeline.rules.editing import Draft, Mistake
from pipeline.rules.examples import Outcome, run_entry
from pipeline.rules.file import RuleEntry
from pipeline.rules.necessary import necessary
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.rules.syntax import Or
from pipeline.state.interface import State
from pipeline.web.tools import RuleTools

MOST_ARTICLES = 20_000
"""Articles that a back-test on the page looks at, the newest first; `harmattan rules backtest` has no such bound."""
SECONDS = 10.0
"""How long a back-test on the page looks at articles, and then once more how long it goes through the log."""
MOST_COMPARED = 300
"""Rules up to which it is told which others found the same articles."""
SAMPLES = 8
SECONDS_OF_STATES = 1.0
"""How long one view of the list of rules runs examples that were not run before."""
MOST_STATES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Whom a version would have brought what; `whole` tells whether all of the time was gone through."""

    analysts: tuple[Brought, ...]
    whole: bool
    held_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTest:
    """What a draft would have found between two moments. `total` articles might match; `whole`: all were looked at.

    `told` and `told_before` are of the draft and of the present version; None where the log isn't at hand.
    """

    since: datetime
    until: datetime
    tally: Tally
    total: int
    whole: bool
    before: Rule | None
    told: Told | None
    told_before: Told | None


class Bench:
    """Tries rules."""

    def __init__(self, index: ArticleIndex, state: State, policy: Callable[[], Policy], tools: RuleTools) -> None:
        self._index = index
        self._state = state
        self._policy = policy
        self._tools = tools
        self._busy = threading.Lock()
        self._states: dict[bytes, tuple[int, int]] = {}

    def examples(self, draft: Draft) -> tuple[list[Outcome], list[Mistake]]:
        """Run a draft's examples; give what became of each, and those that can't be read."""
        if draft.rule is None or draft.entry is None or self._tools.describe is None:
            return [], []
        try:
            return list(run_entry(draft.entry, draft.rule, self._tools.describe())), []
        except BadInput as error:
            return [], [Mistake(message=str(error))]

    def states(self, entries: Iterable[RuleEntry], rules: Mapping[str, Rule]) -> Mapping[str, tuple[int, int] | None]:
        """Say of each rule that has examples how many are as they should be, and of how many; None where there was no time.

        What was found is kept, so that the next call goes on where this one ended.
        """
        end = monotonic() + SECONDS_OF_STATES
        found: dict[str, tuple[int, int] | None] = {}
        for entry in entries:
            rule = rules.get(entry.id)
            if rule is None or self._tools.describe is None or not (entry.matches or entry.ignores):
                continue
            key = blake2b(repr((entry, rule.version)).encode("utf-8", "surrogatepass"), digest_size=16).digest()
            if key not in self._states and monotonic() < end:
                self._states[key] = self._state_of(entry, rule)
            found[entry.id] = self._states.get(key)
        while len(self._states) > MOST_STATES:
            self._states.pop(next(iter(self._states)))
        return found

    def _state_of(self, entry: RuleEntry, rule: Rule) -> tuple[int, int]:
        every = len(entry.matches) + len(entry.ignores)
        try:
            passed = (
                [one.passed for one in run_entry(entry, rule, self._tools.describe())] if self._tools.describe else []
            )
        except BadInput:
            return 0, every
        return sum(passed), every

    def backtest(self, draft: Draft, since: datetime, until: datetime) -> BackTest:
        """Say what a draft would have found. Raises OutOfReach while another back-test goes on."""
        rule = draft.rule
        if rule is None:
            raise BadInput("mend the rule first: what can't be used can't be tried")
        if not self._busy.acquire(blocking=False):
            raise OutOfReach("another back-test is going on; try again in half a minute")
        try:
            return self._tried(rule, draft, since, until)
        finally:
            self._busy.release()

    def _tried(self, rule: Rule, draft: Draft, since: datetime, until: datetime) -> BackTest:
        before = draft.before
        meaning = Or((rule.meaning, before.meaning)) if before else rule.meaning
        found = self._index.candidates(necessary(meaning), since - WARM_UP)
        tally = Tally(SAMPLES)
        others = RuleSet(draft.others if len(draft.others) <= MOST_COMPARED else ())
        whole = _within(
            backtest(rule, found.articles, tally, others=others, before=before, since=since, until=until), MOST_ARTICLES
        )
        told = self._rehearse(Trial(rule, frozenset(tally.found)), since, until)
        told_before = self._rehearse(Trial(before, frozenset(tally.found_before)), since, until) if before else None
        return BackTest(
            since=since,
            until=until,
            tally=tally,
            total=found.total,
            whole=whole,
            before=before,
            told=told,
            told_before=told_before,
        )

    def _rehearse(self, trial: Trial, since: datetime, until: datetime) -> Told | None:
        tools, live = self._tools, self._state
        if tools.log is None or tools.rehearsal is None:
            return None
        policy = self._policy()
        with tools.rehearsal() as state:
            run = Rehearsal(tools.log, state, policy, tools.channels(), since=since, until=until, trial=trial)
            whole = _within(
                run.run(
                    live.ledger.mutes(since - WARM_UP),
                    acknowledgements(live.ledger, since, until),
                    found_then(live.ledger, live.signals, policy, since - WARM_UP, until),
                )
            )
            return Told(analysts=tuple(run.brought()), whole=whole, held_since=run.record.first)


def _within(steps: Iterable[None], most: int | None = None) -> bool:
    """Take steps until there are no more, or until the bounds; tell whether all were taken."""
    end = monotonic() + SECONDS
    return all(monotonic() <= end and (most is None or count < most) for count, _ in enumerate(steps, 1))
