"""The cache of rules that were read: the same rules sooner, or none."""

import logging
from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.records.article import Severity
from pipeline.rules import cache as cache_module
from pipeline.rules.cache import RuleCache
from pipeline.rules.facts import facts_of
from pipeline.rules.loading import list_rules, load_rules
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.rules.stored import StoredRule, decode_rules, encode_rules
from pipeline.rules.watched import RuleFile
from pipeline.seeds import seed
from pipeline.text.document import Document
from tests.rules.generated import Generator, queries, reader
from tests.rules.labelled_set import labelled_articles

RULES = "rules:\n  - {id: a, query: mali NOT niger}\n  - {id: b, query: '@wagner-group WITH (gao OR lang:fr)'}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return path


@pytest.fixture
def kept(tmp_path: Path) -> RuleCache:
    return RuleCache(tmp_path / "cache")


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").iterdir())


def test_the_stock_rules_from_the_cache_find_what_the_parsed_ones_find_with_the_same_words(kept: RuleCache) -> None:
    parsed = load_rules(seed("rules.yaml"), None, kept)
    again = load_rules(seed("rules.yaml"), None, kept)
    assert all(isinstance(each, StoredRule) for each in again.rules)
    assert again.rules == parsed.rules
    assert [each.meaning for each in again.rules] == [each.meaning for each in parsed.rules]
    for article in labelled_articles()[::3]:
        asked = article.title, article.text, article.lang
        assert again.match(*asked) == parsed.match(*asked)


def test_any_rules_are_kept_as_they_are() -> None:
    made = Generator(7)
    articles = made.make_articles(100)
    read = reader().read
    rules = [
        Rule(id=f"r{number}", name="", severity=Severity.LOW, channels=(), query=query, meaning=read(query))
        for number, query in enumerate(queries(made, 200))
    ]
    kept = decode_rules(encode_rules(rules))
    assert kept == rules
    assert [each.meaning for each in kept] == [each.meaning for each in rules]
    parsed, decoded = RuleSet(rules), RuleSet(kept)
    for one in (article.article for article in articles):
        document = Document(one.title, one.text, one.language)
        assert decoded.match_document(document, facts_of(one)) == parsed.match_document(document, facts_of(one))


def test_an_edit_of_the_rules_or_of_the_lexicon_is_never_answered_from_the_cache(
    path: Path, kept: RuleCache, tmp_path: Path
) -> None:
    lexicon = tmp_path / "lexicon.yaml"
    lexicon.write_text("entities: [{id: wagner-group, name: W, names: [Wagner]}]", encoding="utf-8")
    load_rules(path, lexicon, kept)
    path.write_text(RULES.replace("mali", "gao"), encoding="utf-8")
    assert load_rules(path, lexicon, kept).match("Gao", "")
    lexicon.write_text("entities: [{id: wagner-group, name: W, names: [Africa Corps]}]", encoding="utf-8")
    assert load_rules(path, lexicon, kept).match("Africa Corps in Gao, Niger", "")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: data[:-5] + b"xxxxx",
        lambda data: b"\x80\x04\x95cos\nsystem\n",
    ],
    ids=["cut off", "empty", "changed", "something else"],
)
def test_a_spoilt_file_is_passed_over_with_a_note_and_written_anew(
    path: Path, kept: RuleCache, tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: object
) -> None:
    load_rules(path, None, kept)
    (file,) = files(tmp_path)
    file.write_bytes(spoil(file.read_bytes()))  # type: ignore[operator]
    with caplog.at_level(logging.WARNING):
        assert load_rules(path, None, kept).match("Mali", "")
    assert "passed over" in caplog.text
    caplog.clear()
    assert isinstance(load_rules(path, None, kept).rules[0], StoredRule)
    assert not caplog.messages


def test_a_file_that_others_may_write_to_is_not_trusted(
    path: Path, kept: RuleCache, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    load_rules(path, None, kept)
    (file,) = files(tmp_path)
    file.write_bytes(b"what another wrote")
    file.chmod(0o666)
    assert load_rules(path, None, kept).match("Mali", "")
    assert "others may write to it" in caplog.text
    assert file.stat().st_mode & 0o022 == 0, "it was written anew"
    caplog.clear()
    assert load_rules(path, None, kept).match("Mali", "")
    assert not caplog.messages


def test_rules_that_were_parsed_are_used_as_they_are_kept(path: Path, kept: RuleCache) -> None:
    """What is kept takes a third of the memory."""
    assert isinstance(load_rules(path, None, kept).rules[0], StoredRule)


def test_rules_with_a_mistake_are_not_kept(path: Path, kept: RuleCache, tmp_path: Path) -> None:
    path.write_text("rules:\n  - {id: a, query: (mali}\n", encoding="utf-8")
    with pytest.raises(BadInput):
        load_rules(path, None, kept)
    assert not (tmp_path / "cache").exists()


def test_without_a_place_to_write_rules_are_read_each_time(path: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert load_rules(path, None, RuleCache(tmp_path / "file" / "cache")).match("Mali", "")


def test_the_files_that_were_not_used_for_longest_go(
    path: Path, kept: RuleCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "MOST_FILES", 3)
    for number in range(5):
        path.write_text(f"rules: [{{id: a, query: gao{number}}}]", encoding="utf-8")
        list_rules(path, None, kept)
    assert len(files(tmp_path)) == 3
    assert isinstance(list_rules(path, None, kept)[0], StoredRule)


def test_one_rule_that_changes_leaves_the_others_as_they_are(path: Path, kept: RuleCache) -> None:
    load_rules(path, None, kept)
    ticks = iter(range(0, 1000, 10))
    followed = RuleFile(path, clock=lambda: next(ticks), cache=kept)
    before = followed.current().rules
    path.write_text(RULES.replace("mali NOT niger", "gao"), encoding="utf-8")
    after = followed.current().rules
    assert [rule.id for rule in after] == ["a", "b"]
    assert after[1] is before[1]
    assert after[0].version != before[0].version
    assert [match.rule for match in followed.current().match("Gao", "")] == ["a"]
    assert not followed.current().match("Mali", "")
