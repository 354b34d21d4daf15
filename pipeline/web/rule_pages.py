"""The pages of rules: the list, and one rule with what it asks, what analysts made of its alerts, and the latest of them."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline.errors import BadInput, HarmattanError
from pipeline.index.interface import MOST_VALUES, ArticleIndex, Facet, SearchQuery
from pipeline.policy.usefulness import Usefulness, usefulness
from pipeline.rules.file import RuleEntry
from pipeline.rules.rule import Rule
from pipeline.state.interface import Ledger
from pipeline.web.answers import page, sentence
from pipeline.web.bench import Bench
from pipeline.web.forms import Forms
from pipeline.web.tools import RuleTools

PERIOD = timedelta(days=90)
LATELY = timedelta(days=30)
WEEK = timedelta(days=7)
LATEST = 10
MOST = 1_000
_RANK = {"critical": 0, "high": 1, "medium": 2, "low": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A rule in the list. `examples` are those that are as they should be, and all; `articles` None where too few to tell.

    `stats` is what analysts made of its alerts of 30 days.
    """

    rule: Rule
    written: int
    examples: tuple[int, int] | None
    articles: int | None
    stats: Usefulness | None


class RulePages:
    """Shows rules, and signals, by what the ledger holds of their alerts."""

    def __init__(
        self,
        index: ArticleIndex,
        ledger: Ledger,
        read_rules: Callable[[], Sequence[Rule]],
        now: Callable[[], datetime],
        forms: Forms,
        tools: RuleTools | None,
        bench: Bench | None,
    ) -> None:
        self._index = index
        self._ledger = ledger
        self._read_rules = read_rules
        self._now = now
        self._forms = forms
        self._tools = tools
        self._bench = bench

    def list(self, request: Request) -> Response:
        """Show all rules in force, with what each brought lately; ordered by severity, volume or name."""
        problem = None
        rules: Sequence[Rule] = ()
        try:
            rules = self._read_rules()
        except BadInput as error:
            problem = sentence(str(error))
        words = request.query_params.get("q", "").strip()[:100]
        order = request.query_params.get("order", "")
        found = [one for one in rules if words.casefold() in f"{one.id} {one.name} {one.query}".casefold()]
        rows = sorted(self._rows(found), key=lambda row: _rank(row, order))
        return page(
            request,
            "rules.html",
            rows=rows[:MOST],
            total=len(rows),
            of=len(rules),
            asked={"q": words, "order": order},
            problem=problem,
            may_edit=self._tools is not None and self._forms.open_to(request),
        )

    def rule(self, request: Request) -> Response:
        """Show a rule that is in force, or one that has raised alerts."""
        name = request.path_params["rule"]
        rule = next((one for one in self._rules() if one.id == name), None)
        alerts = self._ledger.alerts(rule=name, limit=LATEST)
        if rule is None and not alerts:
            raise HTTPException(404)
        found = usefulness(self._ledger.verdicts(self._now() - PERIOD, name))
        mutes = [mute for mute in self._ledger.mutes() if mute.rule == name]
        return page(
            request,
            "rule.html",
            id=name,
            name=rule.name if rule else alerts[0].rule_name or name,
            rule=rule,
            written=self._text(name) if rule else None,
            stats=found[0] if found else None,
            days=PERIOD.days,
            alerts=alerts,
            mutes=mutes,
            saved=request.query_params.get("done") == "saved",
            may_edit=rule is not None and self._tools is not None and self._forms.open_to(request),
        )

    def _rows(self, rules: Sequence[Rule]) -> Sequence[RuleRow]:
        entries = {entry.id: entry for entry in self._entries()}
        by_id = {rule.id: rule for rule in rules}
        states = self._bench.states((entries[name] for name in by_id if name in entries), by_id) if self._bench else {}
        volume, lately = (
            self._volume(),
            {one.rule: one for one in usefulness(self._ledger.verdicts(self._now() - LATELY))},
        )
        return [
            RuleRow(
                rule=rule,
                written=len(entry.matches) + len(entry.ignores) if (entry := entries.get(rule.id)) else 0,
                examples=states.get(rule.id),
                articles=volume[rule.id] if isinstance(volume, defaultdict) else volume.get(rule.id),
                stats=lately.get(rule.id),
            )
            for rule in rules
        ]

    def _volume(self) -> Mapping[str, int]:
        """Give how many articles of the last week each rule matched; where they are many, those with the most of them."""
        try:
            found = self._index.search(SearchQuery(since=self._now() - WEEK, facets=(Facet.RULE,), limit=1))
        except HarmattanError:
            return {}  # the rules can be told without the index
        counts = dict(found.facets.get(Facet.RULE, {}))
        return defaultdict(int, counts) if len(counts) < MOST_VALUES else counts

    def _entries(self) -> Sequence[RuleEntry]:
        try:
            return self._tools.editor.entries() if self._tools else ()
        except BadInput:
            return ()

    def _text(self, name: str) -> str | None:
        try:
            return self._tools.editor.text(name) if self._tools else None
        except BadInput:
            return None

    def _rules(self) -> Sequence[Rule]:
        try:
            return self._read_rules()
        except BadInput:
            return ()  # what analysts said of its alerts can be told without the file


def _rank(row: RuleRow, order: str) -> tuple[float, str]:
    name = row.rule.name.casefold()
    if order == "name":
        return 0.0, name
    if order == "volume":
        return -float(row.articles or 0), name
    if order == "alerts":
        return -float(row.stats.alerts if row.stats else 0), name
    return float(_RANK[row.rule.severity.value]), name
