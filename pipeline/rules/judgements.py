"""A file of articles to judge: JSON lines, the first of which says what was sampled, the others an article each.

`relevant` is null until somebody writes true or false there (yes and no will do). The file says of each stratum how many
articles it stands for, so that recall can be estimated from it alone.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from pipeline.errors import BadInput
from pipeline.rules.near_misses import MATCHED, NearMisses
from pipeline.rules.recall import Stratum

_ANSWERS = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What was sampled: a rule in one version, the time, and how many articles each stratum has."""

    rule: str
    version: str
    since: datetime
    until: datetime
    seed: int
    strata: dict[str, int]


class Judged(msgspec.Struct, kw_only=True):
    """An article of the sample, with what somebody said of it."""

    stratum: str
    id: str
    title: str
    because: str = ""
    url: str | None = None
    source: str = ""
    language: str = ""
    time: datetime | None = None
    text: str = ""
    relevant: bool | str | None = None


@dataclass(slots=True)
class Judgements:
    """A sample with its answers."""

    header: Header
    articles: list[Judged]

    def open(self) -> list[Judged]:
        """Give the articles that nobody has judged."""
        return [article for article in self.articles if article.relevant is None]

    def strata(self) -> list[Stratum]:
        """Count what was said, stratum by stratum."""
        return [
            Stratum(
                name=name,
                size=size,
                judged=sum(one.stratum == name and one.relevant is not None for one in self.articles),
                relevant=sum(one.stratum == name and one.relevant is True for one in self.articles),
                matched=name == MATCHED,
            )
            for name, size in self.header.strata.items()
        ]

    def write(self, file: Path) -> None:
        """Write the file as a whole. Raises BadInput where it can't be written."""
        lines = [msgspec.json.encode(row).decode() for row in (self.header, *self.articles)]
        new = file.with_name(f"{file.name}.new")
        try:
            new.write_text("\n".join(lines) + "\n", encoding="utf-8")
            new.replace(file)
        except OSError as error:
            raise BadInput(f"{file}: can't be written ({error.strerror}); name another file") from error


def to_judge(header: Header, found: NearMisses) -> Judgements:
    """Give the sample with nothing said yet."""
    articles = [Judged(stratum=name, **asdict(near)) for name, sample in found.strata.items() for near in sample.kept]
    return Judgements(header, articles)


def read_judgements(file: Path) -> Judgements:
    """Read a file that `Judgements.write` wrote and somebody filled in. Raises BadInput, naming the line."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: can't be read ({error}); name a file that --judge wrote") from error
    rows = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise BadInput(f"{file} is empty; remove it, and --judge writes it anew")
    header: Header = _read(file, *rows[0], Header)
    articles: list[Judged] = [_read(file, number, line, Judged) for number, line in rows[1:]]
    for (number, _), article in zip(rows[1:], articles, strict=True):
        article.relevant = _answer(file, number, article.relevant)
        if article.stratum not in header.strata:
            raise BadInput(
                f"{file}:{number}: the first line knows no stratum {article.stratum!r}; leave it as it was written"
            )
    return Judgements(header, articles)


def _read(file: Path, number: int, line: str, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.DecodeError as error:
        raise BadInput(f'{file}:{number}: {error}; change nothing but what stands behind "relevant"') from error


def _answer(file: Path, number: int, given: bool | str | None) -> bool | None:
    if not isinstance(given, str):
        return given
    answer = _ANSWERS.get(given.strip().lower())
    if answer is None and given.strip():
        raise BadInput(f"{file}:{number}: {given!r} is no answer; write true, false, or null for none")
    return answer
