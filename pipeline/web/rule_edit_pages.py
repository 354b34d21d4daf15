"""Where a rule is written: its lines in a form, what is wrong with them, its examples, the back-test, and the saving."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import BadInput, HarmattanError, OutOfReach
from pipeline.index.query import ReaderSource
from pipeline.index.saved import rule_id, rule_query
from pipeline.rules.editing import ChangedMeanwhile, Draft, Mistake
from pipeline.rules.examples import Outcome
from pipeline.rules.tell import tree
from pipeline.state.interface import Accounts
from pipeline.state.interface_searches import Searches
from pipeline.web.answers import page, sentence
from pipeline.web.bench import BackTest, Bench
from pipeline.web.forms import Forms
from pipeline.web.guard import Guard
from pipeline.web.tools import RuleTools
from pipeline.web.visitors import HERE

MOST_BYTES = 2_000_000
PERIODS = {"7": "7 days", "30": "30 days", "90": "90 days"}
_EMPTY = """id: my-rule
name: What analysts call it
severity: medium
query: >-
  "a phrase" OR (one AND another)
matches:
  - A sentence that the rule must match.
ignores:
  - A sentence that it must leave alone.
"""


class RuleEditPages:
    """Edits the rules of the file in force."""

    def __init__(
        self,
        searches: Searches,
        accounts: Accounts,
        reader: ReaderSource,
        guard: Guard,
        forms: Forms,
        tools: RuleTools | None,
        bench: Bench | None,
        now: Callable[[], datetime],
    ) -> None:
        self._searches = searches
        self._accounts = accounts
        self._reader = reader
        self._guard = guard
        self._forms = forms
        self._tools = tools
        self._bench = bench
        self._now = now

    async def edit(self, request: Request) -> Response:
        """Show a rule's lines in a form; on a POST check, back-test or save them."""
        return await self._forms.handle(request, _subject(request), self._begin, self._try, MOST_BYTES)

    def _begin(self, request: Request) -> Response:
        tools = self._edited()
        if not self._forms.open_to(request):
            return self._forms.refusal(request)
        name = request.path_params.get("rule")
        try:
            text = tools.editor.text(name) if name else self._proposed(request)
        except BadInput as error:
            return page(request, "error.html", status=409, title="Not here", detail=sentence(str(error)))
        if text is None:
            raise HTTPException(404)
        return self._page(request, text, tools.editor.version())

    def _try(self, request: Request, fields: Mapping[str, str]) -> Response:
        tools, name, text = self._edited(), request.path_params.get("rule"), fields.get("text", "")
        version, deed = fields.get("version", ""), fields.get("do", "check")
        try:
            if deed == "save":
                draft = tools.editor.save(name, text, version)
                if draft.usable and draft.rule is not None:
                    return self._saved(request, draft)
                return self._page(request, text, version, draft=draft, status=400)
            draft = tools.editor.check(name, text)
        except BadInput as error:
            status = 409 if isinstance(error, ChangedMeanwhile) else 400
            return self._page(request, text, version, problem=sentence(str(error)), status=status)
        if deed != "backtest" or not draft.usable or self._bench is None:
            return self._page(request, text, version, draft=draft, status=200 if draft.usable else 400)
        days = fields.get("days", "") if fields.get("days") in PERIODS else "7"
        until = self._now()
        try:
            found = self._bench.backtest(draft, until - timedelta(days=int(days)), until)
        except HarmattanError as error:
            status = 503 if isinstance(error, OutOfReach) else 400
            return self._page(
                request, text, version, draft=draft, problem=sentence(str(error)), days=days, status=status
            )
        return self._page(request, text, version, draft=draft, found=found, days=days)

    def _saved(self, request: Request, draft: Draft) -> Response:
        rule = draft.rule
        assert rule is not None
        note_saved(self._accounts, self._guard.user(request) or HERE, draft)
        back = "../" if request.path_params.get("rule") else ""
        return RedirectResponse(f"{back}{quote(rule.id, safe='')}?done=saved", 303)

    def _page(
        self,
        request: Request,
        text: str,
        version: str,
        *,
        draft: Draft | None = None,
        found: BackTest | None = None,
        problem: str | None = None,
        days: str = "7",
        status: int = 200,
    ) -> Response:
        outcomes: list[Outcome] = []
        mistakes = list(draft.mistakes) if draft else []
        if draft and self._bench:
            outcomes, unreadable = self._bench.examples(draft)
            mistakes += unreadable
        return page(
            request,
            "rule_edit.html",
            status=status,
            name=request.path_params.get("rule"),
            text=text,
            of_version=version,
            form=self._forms.token(request, _subject(request)),
            obstacle=self._edited().editor.obstacle(),
            problem=problem,
            draft=draft,
            mistakes=[one for one in mistakes if not one.warning],
            warnings=[one for one in mistakes if one.warning],
            place=_place,
            outcomes=len(outcomes),
            failed=[(one, "\n".join(tree(one.why(), one.document))) for one in outcomes if not one.passed],
            found=found,
            days=days,
            periods=PERIODS,
        )

    def _proposed(self, request: Request) -> str:
        """Give the text that a new rule begins with: that of a kept search or a query, where one is named."""
        named = request.query_params.get("search", "")
        query = request.query_params.get("query", "").strip()[:2_000]
        if named:
            kept = self._searches.get(named[:200])
            if kept is None:
                raise HTTPException(404)
            return _text(rule_id(kept.name), kept.name, rule_query(kept, self._reader()))
        return _text("my-rule", "What analysts call it", query) if query else _EMPTY

    def _edited(self) -> RuleTools:
        if self._tools is None:
            raise HTTPException(404)
        return self._tools


def note_saved(accounts: Accounts, who: str, draft: Draft) -> None:
    """Note in the audit trail that a rule was saved, with both versions."""
    if draft.rule is None:
        return
    rule, before = draft.rule, draft.before
    what = f"{rule.id} in version {rule.version}"
    if before:
        renamed = f"{before.id} " if before.id != rule.id else ""
        what += f" in place of {renamed}{before.version}"
    accounts.note("rule changed" if before else "rule added", who, what)


def _subject(request: Request) -> str:
    return f"the text of the rule {request.path_params.get('rule', '')}"


def _text(name: str, title: str, query: str) -> str:
    return f"id: {name}\nname: {_quoted(title)}\nseverity: medium\nquery: {_quoted(query)}\n"


def _quoted(text: str) -> str:
    return "'" + " ".join(text.split()).replace("'", "''") + "'"


def _place(mistake: Mistake) -> str:
    if mistake.line is None:
        return ""
    return f"Line {mistake.line}, column {mistake.column}" if mistake.column else f"Line {mistake.line}"
