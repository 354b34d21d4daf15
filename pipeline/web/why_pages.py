"""The page "why was I not told?": the answers of `harmattan alerts why`, asked by a form."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from starlette.requests import Request
from starlette.responses import Response

from pipeline.errors import BadInput, OutOfReach
from pipeline.index.interface import ArticleIndex
from pipeline.policy.model import Policy
from pipeline.rules.rule import Rule
from pipeline.state.interface import State
from pipeline.web.answers import page, sentence
from pipeline.web.requests import LONGEST
from pipeline.why import Answer, answers


class WhyPages:
    """Answers why somebody was or was not told of an article."""

    def __init__(
        self,
        index: ArticleIndex,
        state: State,
        names: Mapping[str, str],
        policy: Callable[[], Policy],
        rules: Callable[[], Sequence[Rule]],
    ) -> None:
        self._index = index
        self._state = state
        self._names = names
        self._policy = policy
        self._rules = rules

    def why(self, request: Request) -> Response:
        """Show the form, and the answers when an article was named."""
        asked = {name: request.query_params.get(name, "").strip()[:LONGEST] for name in ("article", "rule", "to")}
        people: Iterable[str] = ()
        found: list[Answer] = []
        problem, status = None, 200
        try:
            policy = self._policy()
            people = [analyst.id for analyst in policy.analysts]
            if asked["article"]:
                found = list(
                    answers(
                        asked["article"],
                        asked["rule"] or None,
                        asked["to"] or None,
                        policy,
                        self._rules,
                        self._opened,
                        self._state,
                    )
                )
        except OutOfReach as error:
            problem, status = sentence(str(error)), 503
        except BadInput as error:
            problem, status = sentence(str(error)), 400
        return page(
            request,
            "why.html",
            status=status,
            asked=asked,
            people=people,
            rules=self._names,
            found=[(answer.lines[0], answer.lines[1:], answer.row) for answer in found],
            problem=problem,
        )

    def _opened(self) -> AbstractContextManager[ArticleIndex]:
        return nullcontext(self._index)
