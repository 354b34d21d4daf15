"""Lark's tables, followed by a loop that does nothing but follow them.

Lark reads the grammar and makes the tables; its own loop spends most of its time on what queries have no use for: lines and
columns, trees, and dictionaries keyed by rules. What is done here gives the same for each text that the grammar takes
(tests compare the two). A text that it does not take is left to Lark, which tells where and why.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

_END = "$END"


class NotTaken(Exception):
    """The text is none of the grammar's."""


class Piece(str):
    """A token of a text: its characters, its kind by the name in the grammar, and where it starts."""

    __slots__ = ("start_pos", "type")

    type: str
    start_pos: int


class _Reduction(NamedTuple):
    """A rule of the grammar: how many symbols it has, and what is made of their values.

    `kept` are the places of those that count, and whether each is a list by itself; `make` gets them as one list, which is
    the value itself where there is no `make`. Where `is_one`, the value is that of the only one that is kept.
    """

    origin: str
    size: int
    kept: tuple[tuple[int, bool], ...]
    make: Callable[[list[Any]], Any] | None
    is_one: bool


_Action: TypeAlias = "int | _Reduction"
_Step: TypeAlias = tuple[int, _Action]
"""The state on top of the stack, and what is to be done there."""


class FastParser:
    """Parses texts by the tables of a Lark parser (LALR, basic lexer) with the methods of `builder`, as its transformer.

    The grammar is one whose rules with one underscore stand for just one value, and which has no templates or aliases.
    """

    def __init__(self, lark: Any, builder: object) -> None:
        table = lark.parser.parser._parse_table
        made: dict[Any, _Reduction] = {}
        self._actions: dict[int, dict[str, Any]] = {
            state: {str(name): _action(arg, builder, made) for name, (_, arg) in actions.items()}
            for state, actions in table.states.items()
        }
        self._start: int = table.start_states["start"]
        self._final: int = table.end_states["start"]
        self._steps: dict[tuple[int, int, str], _Step] = {}
        self._scan = _scanner(lark)
        self._silent = frozenset(t.name for t in lark.terminals if t.name[0] == "_" or t.name in ("LPAR", "RPAR"))

    def parse(self, text: str) -> Any:
        """Give what the builder makes of a text. Raises NotTaken, or what the builder raises."""
        states: list[int] = [-1, self._start]
        values: list[Any] = []
        steps, step = self._steps, self._step
        for kind, value in self._pieces(text):
            while True:
                key = states[-2], states[-1], kind
                states[-1], action = steps.get(key) or step(key)
                if action.__class__ is int:
                    break
                _reduce(action, states, values)  # type: ignore[arg-type]
                states.append(self._actions[states[-1]][action.origin])  # type: ignore[union-attr]
            states.append(action)
            values.append(value)
        return values[0]

    def _step(self, key: tuple[int, int, str]) -> _Step:
        """Tell what is to be done before a token, rules that only hand on a value done already. Remembered: there are few."""
        before, state, kind = key
        while True:
            action = self._final if kind == _END and state == self._final else self._actions[state].get(kind)
            if action is None:
                raise NotTaken
            if isinstance(action, int) or not action.is_one or action.size > 1:
                step = self._steps[key] = state, action
                return step
            state = self._actions[before][action.origin]

    def _pieces(self, text: str) -> Iterator[tuple[str, Any]]:
        """Give kind and value of each token, and at last the end."""
        position, silent = 0, self._silent
        for found in self._scan(text):
            start, end = found.span()
            if start != position:
                raise NotTaken
            position = end
            kind = found.lastgroup
            if kind is None:
                continue  # what the grammar passes over
            if kind in silent:
                yield kind, None
                continue
            piece = Piece(found[0])
            piece.type, piece.start_pos = kind, start
            yield kind, piece
        if position != len(text):
            raise NotTaken
        yield _END, None


def _reduce(rule: _Reduction, states: list[int], values: list[Any]) -> None:
    first = len(values) - rule.size
    if rule.is_one:
        value = values[first + rule.kept[0][0]]
    else:
        value = []
        for place, is_list in rule.kept:
            if is_list:
                value += values[first + place]
            else:
                value.append(values[first + place])
        if rule.make:
            value = rule.make(value)
    del values[first:], states[-rule.size :]
    values.append(value)


def _action(arg: Any, builder: object, made: dict[Any, _Reduction]) -> _Action:
    if isinstance(arg, int):
        return arg
    if arg not in made:
        made[arg] = _reduction(str(arg.origin.name), arg.expansion, builder)
    return made[arg]


def _reduction(origin: str, symbols: Sequence[Any], builder: object) -> _Reduction:
    kept = [(place, s.name[:2] == "__") for place, s in enumerate(symbols) if not getattr(s, "filter_out", False)]
    is_one = origin[0] == "_" and origin[:2] != "__"
    if is_one and (len(kept) != 1 or kept[0][1]):
        raise TypeError(f"the rule {origin} of the grammar must stand for one value")
    make = None if origin[0] == "_" else getattr(builder, origin)
    return _Reduction(origin, len(symbols), tuple(kept), make, is_one)


def _scanner(lark: Any) -> Callable[[str], Iterator[re.Match[str]]]:
    """Give what finds one token after the other; terminals are tried in the order in which Lark's lexer tries them."""
    in_order = sorted(lark.terminals, key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name))
    return re.compile(
        "|".join(
            f"(?{':' if t.name in lark.ignore_tokens else f'P<{t.name}>'}{t.pattern.to_regexp()})" for t in in_order
        )
    ).finditer
