"""`harmattan rules check`."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from pipeline.cli.options import LEXICON_HELP, data_option, file_option, json_option, print_json, settings_for
from pipeline.cli.rules_articles import sample
from pipeline.errors import BadInput
from pipeline.files import read_settings_file
from pipeline.notify.channels_file import load_channels
from pipeline.rules.doubts import Doubt, doubts, too_wide
from pipeline.rules.faults import BadRule
from pipeline.rules.file import RulesDocument, check_rules, unknown_channels
from pipeline.rules.lexicon import check_lexicon
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.seeds import seed
from pipeline.settings import Settings

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+))?: (?P<what>.*)", re.DOTALL)
_FAULTY = 2
_DOUBTFUL = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Remark:
    """Something that is wrong (`error`), or that is probably not meant (`warning`), and where; lines and columns from 1."""

    kind: str
    file: str
    line: int | None
    column: int | None
    rule: str | None
    message: str
    pointer: str = ""


@click.command(
    epilog="\b\nExample:\n  harmattan rules check my-rules.yaml\n  harmattan rules check my-rules.yaml --strict --json"
)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@file_option("--lexicon", LEXICON_HELP)
@file_option("--channels", "Channels (YAML) that the rules may name. [default: HARMATTAN_CHANNELS, or the stock ones]")
@file_option(
    "--sample",
    "Articles (JSON lines, as `analyze` takes them) to find rules that match too much. [default: shipped ones]",
)
@click.option("--strict", is_flag=True, help="Status 1 when there are warnings.")
@json_option
@data_option
def check(
    file: Path | None,
    lexicon: Path | None,
    channels: Path | None,
    sample: Path | None,
    strict: bool,
    as_json: bool,
    data: Path | None,
) -> int:
    """Say what is wrong with FILE, its lexicon and its channels, with file, line and column (status 2).

    Warns of rules that can never match, that match half of a sample of articles or more or have a word that stands for
    too much, or that say the same as another. Without FILE the rules in force are checked.
    """
    settings = settings_for(data, rules=file, lexicon=lexicon, channels=channels)
    path = settings.rules or seed("rules.yaml")
    rules, errors = _errors(settings, path)
    remarks = [*errors, *_warnings(settings, path, rules, sample)]
    if as_json:
        print_json(asdict(remark) for remark in remarks)
    else:
        for remark in remarks:
            click.echo(_shown(remark), err=remark.kind == "error")
        click.echo(_summary(path, rules, remarks))
    if errors:
        return _FAULTY
    return _DOUBTFUL if strict and remarks else 0


def _errors(settings: Settings, path: Path) -> tuple[list[Rule], list[_Remark]]:
    lexicon, problems = check_lexicon(settings.lexicon or seed("lexicon.yaml"))
    rules, more = check_rules(path, lexicon)
    problems += more
    try:
        known = {channel.name for channel in load_channels(settings.channels or seed("channels.yaml"))}
        problems += unknown_channels(path, known)
    except BadInput as error:
        problems.append(error)
    # a file that can't be read at all is told once
    return rules, list(dict.fromkeys(map(_remark, problems)))


def _remark(problem: BadInput) -> _Remark:
    place = _PLACE.fullmatch(str(problem))
    rule = re.match(r"rule ([a-z0-9-]+)", place["what"]) if place else None
    return _Remark(
        kind="error",
        file=place["file"] if place else "",
        line=int(place["line"]) if place else None,
        column=int(place["column"]) if place and place["column"] else None,
        rule=rule[1] if rule else None,
        message=place["what"] if place else str(problem),
        pointer=problem.pointer if isinstance(problem, BadRule) else "",
    )


def _warnings(settings: Settings, path: Path, rules: list[Rule], file: Path | None) -> Iterator[_Remark]:
    if not rules:
        return
    articles = ((described.document, described.facts) for described in sample(settings, file))
    found = [*doubts(rules), *too_wide(RuleSet(rules), articles)]
    document = read_settings_file(path, RulesDocument)
    places = {entry.id: position for position, entry in enumerate(document.value.rules)}

    def remark(doubt: Doubt) -> _Remark:
        line, column = document.position(("rules", places[doubt.rule], "query"), 0)
        return _Remark(
            kind="warning",
            file=str(path),
            line=line,
            column=column,
            rule=doubt.rule,
            message=f"rule {doubt.rule}: {doubt.what}",
        )

    yield from sorted(map(remark, found), key=lambda remark: remark.line or 0)


def _shown(remark: _Remark) -> str:
    numbers = [str(number) for number in (remark.line, remark.column) if number is not None]
    place = ":".join([remark.file, *numbers]) + ": " if remark.file else ""
    kind = "warning: " if remark.kind == "warning" else ""
    lines = [f"    {line}" for line in remark.pointer.splitlines()]
    return "\n".join([f"{place}{kind}{remark.message}", *lines])


def _summary(path: Path, rules: list[Rule], remarks: list[_Remark]) -> str:
    errors = sum(remark.kind == "error" for remark in remarks)
    warnings = len(remarks) - errors
    used = (
        f"{len(rules)} rule{'s' if len(rules) != 1 else ''} can be used"
        if errors
        else f"{len(rules)} rules, all can be used"
    )
    told = [
        f"{count} {word}{'s' if count != 1 else ''}"
        for count, word in ((errors, "error"), (warnings, "warning"))
        if count
    ]
    return f"{path}: {'; '.join([used, *told])}"
