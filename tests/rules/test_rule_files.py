"""Rule files: what an analyst may write, what is said of mistakes, and edits while workers run."""

import logging
import os
from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.records.article import Severity
from pipeline.rules.faults import BadRule
from pipeline.rules.file import check_rules
from pipeline.rules.loading import load_rules
from pipeline.rules.watched import RuleFile


def write(folder: Path, text: str) -> Path:
    path = folder / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_rule_needs_an_id_and_a_query(tmp_path: Path) -> None:
    path = write(tmp_path, "rules:\n  - id: mali\n    query: mali OR bamako\n")
    (rule,) = load_rules(path).rules
    assert (rule.name, rule.severity, rule.channels) == ("mali", Severity.MEDIUM, ())


def test_a_match_carries_what_the_alert_needs_of_its_rule(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "rules:\n  - {id: mali, name: The country, query: mali, severity: critical, channels: [desk]}\n",
    )
    (match,) = load_rules(path).match("Mali", "")
    assert (match.rule, match.name, match.severity, match.channels) == (
        "mali",
        "The country",
        Severity.CRITICAL,
        ("desk",),
    )
    assert match.version


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("rules:\n  - id: Mali\n    query: a\n", 2, "write mali"),
        ("rules:\n  - {id: a, query: a}\n  - {id: a, query: b}\n", 3, "taken by an earlier rule"),
        ("rules:\n  - id: a\n", 2, "`query` is missing"),
        ("rules:\n  - id: a\n    query: b\n    severity: hgih\n", 4, "did you mean `high`"),
        ("rules:\n  - id: a\n    qurey: b\n", 3, "did you mean `query`"),
        ("rules:\n  - id: a\n    id: b\n    query: b\n", 3, "second time"),
        ("rules: 7\n", 1, "should be a list"),
        ("", 1, "empty"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_the_files_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(BadInput) as caught:
        load_rules(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: ")
    assert told in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ("    query: mali AND AND b", 3, 21),
        ('    query: "mali AND AND b"', 3, 22),
        ("    query: >-\n      mali OR\n      mali AND AND b", 5, 16),
        ("    query: |\n      mali OR\n      mali AND AND b", 5, 16),
        ("    query: '\"it\" AND AND b'", 3, 22),
    ],
)
def test_a_mistake_in_a_query_is_told_with_line_and_column(tmp_path: Path, query: str, line: int, column: int) -> None:
    path = write(tmp_path, f"rules:\n  - id: a\n{query}\n")
    with pytest.raises(BadRule) as caught:
        load_rules(path)
    assert str(caught.value).startswith(f"{path}:{line}:{column}: rule a: AND ")
    first, carets = caught.value.pointer.splitlines()
    assert first[carets.index("^") :].startswith("AND b")


def test_all_mistakes_of_a_file_can_be_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path, "rules:\n  - {id: a, query: NOT b}\n  - {id: c, query: d}\n  - {id: E, query: (}\n")
    rules, problems = check_rules(path)
    assert [rule.id for rule in rules] == ["c"]
    assert len(problems) == 3


class Clock:
    now = 0.0

    def __call__(self) -> float:
        self.now += 10
        return self.now


def test_an_edit_takes_effect_while_a_worker_runs(tmp_path: Path) -> None:
    path = write(tmp_path, "rules:\n  - {id: a, query: mali}\n")
    followed = RuleFile(path, clock=Clock())
    assert not followed.current().match("Niger", "")
    write(tmp_path, "rules:\n  - {id: a, query: mali OR niger}\n")
    assert followed.current().match("Niger", "")


def test_an_edit_with_a_mistake_keeps_all_the_old_rules_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write(tmp_path, "rules:\n  - {id: a, query: mali}\n")
    followed = RuleFile(path, clock=Clock())
    write(tmp_path, "rules:\n  - {id: a, query: niger}\n  - {id: b, query: (niger}\n")
    with caplog.at_level(logging.ERROR):
        assert followed.current().match("Mali", "")
        assert not followed.current().match("Niger", "")
    (told,) = caplog.messages  # once, however often the rules are asked for
    assert "never closed" in told


def test_a_rule_file_that_is_gone_keeps_the_rules_until_it_is_back(tmp_path: Path) -> None:
    path = write(tmp_path, "rules:\n  - {id: a, query: mali}\n")
    followed = RuleFile(path, clock=Clock())
    path.unlink()
    assert followed.current().match("Mali", "")
    write(tmp_path, "rules:\n  - {id: a, query: niger}\n")
    assert followed.current().match("Niger", "")


def test_touching_a_file_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, "rules:\n  - {id: a, query: mali}\n")
    followed = RuleFile(path, clock=Clock())
    before = followed.current()
    os.utime(path, (1, 1))
    assert followed.current() is before
