"""Reading the YAML files that people write: typed, strict, and with the line of whatever is wrong."""

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import blake2b
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
import yaml

from pipeline.errors import BadInput

T = TypeVar("T")
U = TypeVar("U")
Where = Sequence[str | int]

LOOK_EVERY = 1.0
"""Seconds between two looks at files that are followed."""

LARGEST = 32_000_000
"""Bytes that a settings file may have."""
MOST_NODES = 2_000_000
"""Values that a settings file may hold once its aliases are followed."""
DEEPEST = 40
SUSPICIOUS = 500

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = "tag:yaml.org,2002:int"
_FLOAT = "tag:yaml.org,2002:float"
_BOOL = "tag:yaml.org,2002:bool"
_NULL = "tag:yaml.org,2002:null"
_NAMES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a mapping of names to values",
    "null": "nothing",
}
_BRACKET = re.compile(r"[\[\]{}]")
_INDENT = re.compile(r"^[ \-?:]+", re.MULTILINE)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[(\.\.\.)\]")


@dataclass(frozen=True, slots=True)
class SettingsFile(Generic[T]):
    """A file that was read: its value, and where in the file each part of it stands."""

    path: Path
    value: T
    _root: yaml.Node = field(repr=False, compare=False)
    _lines: Sequence[str] = field(repr=False, compare=False)

    def error(self, where: Where, what: str) -> BadInput:
        """Make the error for a part of the file, such as `("rules", 0, "query")`; `what` says what to do, too."""
        return BadInput(f"{self.path}:{_find(self._root, where).start_mark.line + 1}: {what}")

    def position(self, where: Where, offset: int) -> tuple[int, int]:
        """Give the line and column (both from 1) of a character of a text in the file, counted in the text."""
        node = _find(self._root, where)
        for line, column in _characters(node, self._lines, offset):
            return line + 1, column + 1
        return node.end_mark.line + 1, node.end_mark.column + 1


class FollowedFiles:
    """Files that people edit while a worker runs: tells which of them are others than at the last look."""

    def __init__(self, paths: Sequence[Path], clock: Callable[[], float] = time.monotonic) -> None:
        """Take the files as they are now."""
        self._paths = tuple(paths)
        self._clock = clock
        self._looked = clock()
        self._stamps = self._each(_stamp)
        self._digests = self._each(_digest)
        self._lock = threading.Lock()

    def changed(self) -> frozenset[Path]:
        """Give those whose content has changed, looking once a second at most; each change is told once."""
        with self._lock:
            if self._clock() - self._looked < LOOK_EVERY:
                return frozenset()
            self._looked = self._clock()
            stamps = self._each(_stamp)
            if stamps == self._stamps:
                return frozenset()
            digests, before = self._each(_digest), self._digests
            self._stamps, self._digests = stamps, digests
        return frozenset(path for path, new, old in zip(self._paths, digests, before, strict=True) if new != old)

    def _each(self, read: Callable[[Path], U]) -> tuple[U, ...]:
        return tuple(read(path) for path in self._paths)


def read_settings_file(path: Path, kind: type[T]) -> SettingsFile[T]:
    """Read a YAML file as a frozen dataclass whose fields are the file's names.

    Unknown and repeated names are errors, and plain words are text where text is expected (`no`, `2024`). Raises
    BadInput with one line: file and line, what is wrong, what to do.
    """
    text = _read(path)
    root = _compose(path, text)
    try:
        plain = _Builder().build(root, msgspec.inspect.type_info(kind), 0)
        value = msgspec.convert(plain, kind, strict=True)
    except _Fault as fault:
        raise BadInput(f"{path}:{fault.line + 1}: {fault.what}") from None
    except msgspec.ValidationError as error:
        what, where = _reason(str(error))
        raise BadInput(f"{path}:{_find(root, where).start_mark.line + 1}: {what}") from error
    return SettingsFile(path, value, root, text.splitlines())


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path}:1: the file is over {LARGEST // 1_000_000} MB; divide it or name another file")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path}: can't be read ({error.strerror}); name a file that exists and is readable") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: is not text in UTF-8 (byte {error.start + 1}); save it as UTF-8") from error


def _compose(path: Path, text: str) -> yaml.Node:
    try:
        if may_be_deep(text):
            _check_depth(path, text)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what = " ".join(part for part in (error.context, error.problem) if part)
        tab = "\t" in "".join(text.splitlines()[line - 1 : line])
        hint = "YAML is indented by spaces, never tabs" if tab else "mend the YAML there or just before"
        raise BadInput(f"{path}:{line}: {what}; {hint}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise BadInput(f"{path}:{line}: holds a character that YAML forbids; remove it") from error
    except yaml.YAMLError as error:
        raise BadInput(f"{path}:1: {error}; mend the YAML") from error
    if root is None:
        raise BadInput(f"{path}:1: the file is empty; see the shipped one in seeds/ for its form")
    return root


def may_be_deep(text: str) -> bool:
    """Tell, by a bound that is cheap to reckon, whether the file could be nested deeper than libyaml's stack bears."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest + max(map(len, _INDENT.findall(text)), default=0) > SUSPICIOUS


def _check_depth(path: Path, text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise BadInput(f"{path}:{line}: is nested too deeply; write it flatter")


class _Fault(Exception):
    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what


class _Builder:
    """Turns YAML nodes into plain values, guided by the type that is expected of them."""

    def __init__(self) -> None:
        self._left = MOST_NODES

    def build(self, node: yaml.Node, expected: msgspec.inspect.Type, depth: int) -> Any:
        self._left -= 1
        if depth > DEEPEST or self._left < 0:
            how = "nested too deeply" if depth > DEEPEST else "too large once its aliases are followed"
            raise _Fault(node.start_mark.line, f"is {how}; write it flatter, without aliases")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, _pick(expected, _MAPPINGS), depth)
        if isinstance(node, yaml.SequenceNode):
            item = getattr(_pick(expected, _LISTS), "item_type", _ANY)
            return [self.build(child, item, depth + 1) for child in node.value]
        return _scalar(node, expected)

    def _mapping(self, node: yaml.MappingNode, expected: msgspec.inspect.Type, depth: int) -> dict[str, Any]:
        types = _fields(expected)
        value: dict[str, Any] = {}
        for key, child in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            line = key.start_mark.line
            if not name:
                raise _Fault(line, "a name is expected before the colon; write `name: value`")
            if name in value:
                raise _Fault(line, f"`{name}` stands here a second time; keep one of the two")
            if types is not None and name not in types:
                raise _Fault(line, f"`{name}` is no setting here; {_meant(name, list(types))}")
            inner = types[name] if types is not None else getattr(expected, "value_type", _ANY)
            value[name] = self.build(child, inner, depth + 1)
        return value


_ANY = msgspec.inspect.AnyType()
_MAPPINGS = (msgspec.inspect.DataclassType, msgspec.inspect.DictType)
_LISTS = (msgspec.inspect.VarTupleType, msgspec.inspect.ListType)


def _pick(expected: msgspec.inspect.Type, kinds: tuple[type[Any], ...]) -> msgspec.inspect.Type:
    """Choose the member of a union that such a node can be."""
    if isinstance(expected, msgspec.inspect.UnionType):
        return next((member for member in expected.types if isinstance(member, kinds)), _ANY)
    return expected


def _fields(expected: msgspec.inspect.Type) -> dict[str, msgspec.inspect.Type] | None:
    if isinstance(expected, msgspec.inspect.DataclassType):
        return {known.encode_name: known.type for known in expected.fields}
    return None


def _scalar(node: yaml.Node, expected: msgspec.inspect.Type) -> Any:
    members = expected.types if isinstance(expected, msgspec.inspect.UnionType) else (expected,)
    kinds = {type(member) for member in members}
    if isinstance(expected, msgspec.inspect.EnumType):
        return _choice(node, [str(choice.value) for choice in expected.cls])
    if node.tag == _NULL:
        return None
    wants_text = msgspec.inspect.StrType in kinds
    if node.tag == _BOOL and not (wants_text and msgspec.inspect.BoolType not in kinds):
        return str(node.value).lower() in {"true", "yes", "on"}
    if node.tag in {_INT, _FLOAT} and not wants_text:
        return _number(node)
    return str(node.value)


def _choice(node: yaml.Node, choices: list[str]) -> str:
    if node.value not in choices:
        raise _Fault(node.start_mark.line, f"{node.value!r} is not known here; {_meant(str(node.value), choices)}")
    return str(node.value)


def _number(node: yaml.Node) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(node.value)
        except ValueError:
            continue
    return str(node.value)


def _meant(word: str, known: list[str]) -> str:
    """Say which known word was probably meant, or all of them."""
    close = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else f"write one of {', '.join(known)}"


def _reason(message: str) -> tuple[str, list[str | int]]:
    """Put msgspec's message into words and take its path apart."""
    what, _, path = message.partition(" - at `$")
    where: list[str | int] = [step[1] if step[1] else int(step[2] or 0) for step in _STEP.finditer(path.rstrip("`"))]
    if missing := re.fullmatch(r"Object missing required field `(.+)`", what):
        return f"`{missing[1]}` is missing; add it", where
    if kinds := re.fullmatch(r"Expected `(.+)`, got `(.+)`", what):
        wanted = " or ".join(_NAMES.get(kind, kind) for kind in kinds[1].split(" | "))
        name = f"`{where[-1]}`" if where and isinstance(where[-1], str) else "this"
        return f"{name} should be {wanted}, not {_NAMES.get(kinds[2], kinds[2])}; write it so", where
    return what, where


def _find(root: yaml.Node, where: Where) -> yaml.Node:
    """Give the node at a path, or the nearest one above it."""
    node = root
    for step in where:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            found = next((child for key, child in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
        if found is None:
            return node
        node = found
    return node


def _characters(node: yaml.Node, lines: Sequence[str], offset: int) -> Iterator[tuple[int, int]]:
    """Give the places of the text's characters from `offset` on.

    YAML changes nothing but white space, quotes and escapes, so the text's and the file's other characters correspond.
    """
    value = str(node.value)
    wanted = sum(not character.isspace() for character in value[:offset])
    text = [character for character in value if not character.isspace()]
    place = 0
    for line, column, character in _source(node, lines):
        if place < len(text) and character == text[place]:
            if place >= wanted:
                yield line, column
            place += 1


def _source(node: yaml.Node, lines: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    start, end = node.start_mark, node.end_mark
    style = node.style if isinstance(node, yaml.ScalarNode) else None
    first = start.line + 1 if style in {"|", ">"} else start.line
    for line in range(first, min(end.line + 1, len(lines))):
        begin = start.column + (1 if style else 0) if line == start.line else 0
        stop = end.column if line == end.line else len(lines[line])
        for column in range(begin, stop):
            yield line, column, lines[line][column]


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _digest(path: Path) -> bytes | None:
    try:
        return blake2b(path.read_bytes()).digest()
    except OSError:
        return None
