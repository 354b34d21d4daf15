"""Editing one rule of a rule file: its lines alone are replaced, and everything else in the file stays byte for byte.

Every draft is tried as part of the whole file before it is saved, so that what is saved can be read by the workers.
"""

import fcntl
import os
import re
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

import yaml

from pipeline.errors import BadInput
from pipeline.files import LARGEST, may_be_deep, read_settings_file
from pipeline.rules.doubts import doubts
from pipeline.rules.faults import BadRule
from pipeline.rules.file import RuleEntry, RulesDocument, check_rules, unknown_channels
from pipeline.rules.lexicon import load_lexicon
from pipeline.rules.rule import Rule
from pipeline.seeds import seed

LONGEST = 200_000
"""Characters that a rule may have when it is edited."""
MOST_COMPARED = 500
"""Rules up to which a draft is compared with all others, to tell when it says the same as one of them."""

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+))?: (?P<what>.*)", re.DOTALL)
_ITEM = re.compile(r"(?P<indent> *)- +")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ChangedMeanwhile(BadInput):
    """The file is another than the one that was edited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """Something that is wrong, or (a `warning`) probably not meant, in a draft; line and column count from 1.

    `pointer` shows the line with carets below the place, or is empty. A mistake without a line is about the whole.
    """

    message: str
    line: int | None = None
    column: int | None = None
    pointer: str = ""
    warning: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A rule that was tried: what it means, where it can be used, and what is wrong with it.

    `others` are the other rules of the file, and `before` is the present version of this one.
    """

    mistakes: tuple[Mistake, ...]
    rule: Rule | None = None
    entry: RuleEntry | None = None
    before: Rule | None = None
    others: tuple[Rule, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether it could be saved."""
        return self.rule is not None and all(one.warning for one in self.mistakes)


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a rule stands: its lines from `first` (0 is the file's first) to before `end`, and how it is indented."""

    first: int
    end: int
    dash: int
    column: int


class RuleEditor:
    """Edits the rules of a file; without a file of the operator's own, the stock rules can be tried but not changed."""

    def __init__(
        self,
        path: Path | None,
        lexicon: Path | None = None,
        channels: Callable[[], Collection[str]] | None = None,
    ) -> None:
        """Take the rule file, its lexicon, and what gives the names of channels that rules may name."""
        self._own = path is not None
        self._path = (path or seed("rules.yaml")).resolve()
        self._lexicon = lexicon or seed("lexicon.yaml")
        self._channels = channels
        self._read: tuple[bytes, Sequence[RuleEntry]] | None = None

    @property
    def path(self) -> Path:
        """The file that is read."""
        return self._path

    def obstacle(self) -> str | None:
        """Say why nothing can be saved, as a sentence; None where it can."""
        if not self._own:
            return (
                "The stock rules are in force, and an update would overwrite what is changed in them:"
                " copy them to a file of your own, and name it with HARMATTAN_RULES."
            )
        if not (os.access(self._path, os.W_OK) and os.access(self._path.parent, os.W_OK)):
            return f"This process may not write {self._path.name} and its folder; who runs Harmattan can allow it."
        return None

    def version(self) -> str:
        """Give what tells the file as it is now from what it becomes. Raises BadInput when it can't be read."""
        return _digest(self._bytes())

    def entries(self) -> Sequence[RuleEntry]:
        """Give the rules as they are written. Raises BadInput."""
        data = self._bytes()
        if self._read is None or self._read[0] != data:
            self._read = (data, read_settings_file(self._path, RulesDocument).value.rules)
        return self._read[1]

    def text(self, rule: str) -> str | None:
        """Give a rule as it is written, without the indentation of the list; None when the file has none of that id.

        Raises BadInput where the file is written in a way that a single rule can't be cut out of.
        """
        lines = _decode(self._bytes()).splitlines()
        spans = _spans(lines)
        if rule not in spans:
            return None
        found = spans[rule] or _odd(rule)
        taken = [lines[found.first][found.column :]]
        for line in lines[found.first + 1 : found.end]:
            indent = len(line) - len(line.lstrip(" "))
            taken.append(line[min(indent, found.column) :])
        return "\n".join(taken) + "\n"

    def check(self, rule: str | None, text: str) -> Draft:
        """Try a text in the place of a rule, or as a new one (None), as part of the whole file. Raises BadInput."""
        _, draft = self._tried(rule, text, self._bytes())
        return draft

    def save(self, rule: str | None, text: str, version: str) -> Draft:
        """Save a text in the place of a rule, or as a new one (None), unless something is wrong with it.

        Raises ChangedMeanwhile when the file is no longer of that version, and BadInput when it can't be written.
        """
        if problem := self.obstacle():
            raise BadInput(problem)
        try:
            with self._path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                data = self._bytes()
                if _digest(data) != version:
                    raise ChangedMeanwhile(
                        "somebody changed the rule file meanwhile; nothing was saved: keep your text, open the rule anew, and"
                        " bring both together"
                    )
                content, draft = self._tried(rule, text, data)
                if draft.usable:
                    self._replace(content)
                return draft
        except OSError as error:
            raise BadInput(f"{self._path} can't be written ({error.strerror}); nothing was saved") from error

    def _replace(self, content: bytes) -> None:
        mode = self._path.stat().st_mode & 0o777
        with NamedTemporaryFile(dir=self._path.parent, prefix=f".{self._path.name}.", delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
                Path(file.name).replace(self._path)
            except BaseException:
                with suppress(OSError):
                    Path(file.name).unlink(missing_ok=True)
                raise

    def _bytes(self) -> bytes:
        try:
            if self._path.stat().st_size > LARGEST:
                raise BadInput(f"{self._path}: the file is over {LARGEST // 1_000_000} MB; divide it")
            return self._path.read_bytes()
        except OSError as error:
            raise BadInput(f"{self._path}: can't be read ({error.strerror}); name a file that is readable") from error

    def _tried(self, rule: str | None, text: str, data: bytes) -> tuple[bytes, Draft]:
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
        if not text.strip():
            return data, Draft(mistakes=(Mistake(message="a rule has at least an id and a query; write both"),))
        if len(text) > LONGEST:
            return data, Draft(mistakes=(Mistake(message=f"a rule may have {LONGEST} characters at most"),))
        if text.lstrip().startswith(("- ", "#", "---")):
            what = "begin with a name of the rule, such as `id: my-rule`, without a hyphen; remarks may stand below it"
            return data, Draft(
                mistakes=(Mistake(message=what, line=1, column=1, pointer=text.lstrip()[:60].split("\n")[0]),)
            )
        if fault := _yaml_fault(text):
            return data, Draft(mistakes=(fault,))
        content, span = _put(data, rule, text)
        with TemporaryDirectory(prefix="harmattan-") as folder:
            trial = Path(folder) / self._path.name
            trial.write_bytes(content)
            return content, self._judged(rule, text.split("\n"), trial, span)

    def _judged(self, rule: str | None, lines: Sequence[str], trial: Path, span: _Span) -> Draft:
        """Say what is wrong with a file that holds the draft at a span."""
        lexicon = load_lexicon(self._lexicon)
        before, _ = check_rules(self._path, lexicon)
        after, problems = check_rules(trial, lexicon, before)
        problems += _channel_problems(trial, None if problems else self._channels)
        mistakes = [one for problem in problems if (one := _mistake(problem, lines, trial, span))]
        former = next((one for one in before if one.id == rule), None)
        if mistakes:
            return Draft(mistakes=tuple(mistakes), before=former)
        entry = _only_new(self._path, trial, rule)
        found = next((one for one in after if entry and one.id == entry.id), None)
        if entry is None or found is None:
            what = (
                "this would change the other rules of the file, too; see that quotation marks and brackets are closed"
            )
            return Draft(mistakes=(Mistake(message=what),), before=former)
        others = tuple(one for one in after if one is not found)
        compared = after if len(after) <= MOST_COMPARED else [found]
        warnings = (Mistake(message=doubt.what, warning=True) for doubt in doubts(compared) if doubt.rule == found.id)
        return Draft(mistakes=tuple(warnings), rule=found, entry=entry, before=former, others=others)


def _yaml_fault(text: str) -> Mistake | None:
    """Say what makes a draft no YAML, where it begins; None where it can be read."""
    if may_be_deep(text):
        return Mistake(message="it is nested too deeply; write it flatter")
    try:
        found = yaml.compose(text, Loader=_Loader)
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError) as error:
        if isinstance(error, yaml.reader.ReaderError):
            return Mistake(message="it holds a character that YAML forbids; remove it")
        mark = error.context_mark if "quoted" in str(error.context) else error.problem_mark or error.context_mark
        what = " ".join(part for part in (error.context, error.problem) if part)
        line = min(mark.line, text.count("\n")) if mark else 0
        shown = text.split("\n")[line][:120]
        carets = f"\n{' ' * mark.column}^" if mark and mark.line == line and mark.column <= len(shown) else ""
        column = mark.column + 1 if carets and mark else None
        return Mistake(
            message=f"{what}; mend the YAML there or just before", line=line + 1, column=column, pointer=shown + carets
        )
    except (yaml.YAMLError, RecursionError):
        return Mistake(message="this can't be read as YAML; write it as the other rules are written")
    if not isinstance(found, yaml.MappingNode):
        return Mistake(
            message="a rule is written as names with values, such as `id: my-rule` and `query: words`", line=1
        )
    return None


def _channel_problems(trial: Path, channels: Callable[[], Collection[str]] | None) -> list[BadInput]:
    return list(unknown_channels(trial, channels())) if channels else []


def _only_new(path: Path, trial: Path, rule: str | None) -> RuleEntry | None:
    """Give the entry that a trial has in place of a rule, or at its end; None where anything else differs."""
    before = list(read_settings_file(path, RulesDocument).value.rules)
    after = list(read_settings_file(trial, RulesDocument).value.rules)
    at = next((place for place, entry in enumerate(before) if entry.id == rule), len(before))
    if at >= len(after):
        return None
    entry = after.pop(at)
    del before[at : at + 1]
    return entry if before == after else None


def _mistake(problem: BadInput, lines: Sequence[str], trial: Path, span: _Span) -> Mistake | None:
    """Tell of a problem where it stands in the draft; None for one that the file has elsewhere."""
    place = _PLACE.fullmatch(str(problem))
    if place is None:
        return Mistake(message=str(problem).replace(str(trial), trial.name))
    line = int(place["line"]) - 1 - span.first
    if not 0 <= line < max(span.end - span.first, len(lines)) + 1:
        return Mistake(message=f"line {place['line']} of the rule file: {place['what']}")
    line = min(line, len(lines) - 1)
    column = int(place["column"]) - span.column if place["column"] else None
    pointer = problem.pointer if isinstance(problem, BadRule) else lines[line].strip()[:120]
    return Mistake(message=place["what"], line=line + 1, column=column, pointer=pointer)


# ------------------------------------------------------------------------------------------------ the file's lines


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"the rule file is not text in UTF-8 (byte {error.start + 1}); save it as UTF-8") from error


def _odd(rule: str) -> _Span:
    raise BadInput(
        f"the rule {rule} is written in another way than `- id: ...` and a name a line; edit it in the file itself"
    )


def _spans(lines: Sequence[str]) -> dict[str, _Span | None]:
    """Say where each rule stands; None for one that does not stand in lines of its own. Raises BadInput."""
    nodes = _rule_nodes("\n".join(lines))
    starts = [node.start_mark.line for node in nodes] + [_end_of_list(nodes, lines)]
    found: dict[str, _Span | None] = {}
    for node, following in zip(nodes, starts[1:], strict=True):
        if not isinstance(node, yaml.MappingNode):
            continue
        name = next((value.value for key, value in node.value if key.value == "id"), "")
        first, column = node.start_mark.line, node.start_mark.column
        dash = _ITEM.fullmatch(lines[first][:column])
        if dash is None or node.flow_style:
            found.setdefault(str(name), None)
            continue
        indent = len(dash["indent"])
        end = following
        while end > first + 1 and _is_between(lines[end - 1], indent):
            end -= 1
        found.setdefault(str(name), _Span(first, end, indent, column))
    return found


def _end_of_list(nodes: Sequence[yaml.Node], lines: Sequence[str]) -> int:
    """Give the line behind the last rule: where something stands that is indented less, or the file's end."""
    if not nodes:
        return len(lines)
    last = nodes[-1].start_mark
    for number in range(last.line + 1, len(lines)):
        line = lines[number]
        indent = len(line) - len(line.lstrip(" "))
        if line.strip() and not line.lstrip().startswith("#") and indent < last.column:
            return number
    return len(lines)


def _is_between(line: str, indent: int) -> bool:
    """Tell whether a line belongs to no rule: nothing stands in it, or a remark that is indented as the list is."""
    bare = line.lstrip(" ")
    return not bare.strip() or (bare.startswith("#") and len(line) - len(bare) <= indent)


def _rule_nodes(text: str) -> list[yaml.Node]:
    try:
        root = None if may_be_deep(text) else yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise BadInput(
            "the rule file is no YAML now; `harmattan rules check` says where, and it is to be mended first"
        ) from error
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    rules = next((value for key, value in pairs if key.value == "rules"), None)
    if not isinstance(rules, yaml.SequenceNode) or not rules.value:
        raise BadInput("the rule file has no list of rules; write the first one in the file itself")
    return list(rules.value)


def _put(data: bytes, rule: str | None, text: str) -> tuple[bytes, _Span]:
    """Put a text in the place of a rule, or behind the last one. Raises BadInput."""
    whole = _decode(data)
    lines = whole.splitlines(keepends=True)
    spans = _spans(whole.splitlines())
    if rule is None:
        last = max((span for span in spans.values() if span), key=lambda span: span.end, default=None) or _odd("above")
        span = _Span(last.end, last.end, last.dash, last.column)
    elif rule in spans:
        span = spans[rule] or _odd(rule)
    else:
        raise ChangedMeanwhile(f"the rule file has no rule {rule} any more")
    newline = "\r\n" if lines[0].endswith("\r\n") else "\n"
    written = _indented(text, span)
    if span.first and not lines[span.first - 1].endswith(("\n", "\r")):
        lines[span.first - 1] += newline  # the file's last line had no end
    begin = [newline] if rule is None else []
    lines[span.first : span.end] = [*begin, *(line + newline for line in written)]
    mark = data[:3] if data.startswith(b"\xef\xbb\xbf") else b""
    first = span.first + len(begin)
    return mark + "".join(lines).encode(), _Span(first, first + len(written), span.dash, span.column)


def _indented(text: str, span: _Span) -> list[str]:
    first, *others = text.split("\n")
    item = " " * span.dash + "-" + " " * (span.column - span.dash - 1)
    return [item + first, *(" " * span.column + line if line.strip() else "" for line in others)]


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()
