"""The lexicon: how an analyst writes an entity, what it finds, and what is said of mistakes."""

import json
import logging
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli.analyze import analyze
from pipeline.errors import BadInput
from pipeline.rules.faults import BadRule
from pipeline.rules.lexicon import Lexicon, check_lexicon, load_lexicon
from pipeline.rules.loading import load_rules
from pipeline.rules.watched import RuleFile
from tests.rules.queries import match, rule, words

WAGNER = """
entities:
  - id: mali
    name: Mali
    kind: country
    names: {en: [Mali], ru: [Мали], ar: [=مالي]}
  - id: wagner-group
    name: Wagner Group
    kind: armed-group
    names:
      en: [Wagner Group, PMC Wagner]
      ru: [ЧВК Вагнера]
      zh: [瓦格纳集团]
    in_context:
      - names: {en: [Wagner], ru: [Вагнер]}
        near: mercenary OR Prigozhin
        distance: 6
        article: "@mali"
        not_near: opera
        not_article: Bayreuth
    ignore: [Richard Wagner, "Wagner EXCEPT Wagner"]
"""


def write(folder: Path, text: str, name: str = "lexicon.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def lexicon(folder: Path, text: str = WAGNER) -> Lexicon:
    return load_lexicon(write(folder, text))


def test_an_entity_takes_five_lines(tmp_path: Path) -> None:
    five = "entities:\n  - id: jnim\n    name: JNIM\n    kind: armed-group\n    names: [JNIM, Nusrat al-Islam]\n"
    assert words("@jnim", "Nusrat al-Islam", lexicon=lexicon(tmp_path, five)) == ["Nusrat al-Islam"]


@pytest.mark.parametrize(
    ("title", "lang", "found"),
    [
        ("The Wagner Group leaves", "en", ["Wagner Group"]),
        ("бойцы ЧВК Вагнера", "ru", ["ЧВК Вагнера"]),
        ("俄罗斯瓦格纳集团", "zh", ["瓦格纳集团"]),
        ("El Wagner Group se va", "es", ["Wagner Group"]),
        ("A mercenary of Wagner", "en", ["Wagner"]),
        ("Wagner in Mali", "en", ["Wagner"]),
        ("Вагнер в Мали", "ru", ["Вагнер"]),
        ("Wagner", "en", None),
        ("Wagner's mercenary sings an opera", "en", None),
        ("A mercenary of Wagner in Bayreuth", "en", None),
        ("Richard Wagner, the mercenary", "en", None),
        ("a mercenary, and very much later and far away there is Wagner", "en", None),
    ],
)
def test_an_entity_is_found_by_its_names_and_by_others_in_their_context(
    tmp_path: Path, title: str, lang: str, found: list[str] | None
) -> None:
    assert words("@wagner-group", title, lang=lang, lexicon=lexicon(tmp_path)) == found


def test_an_entity_stands_wherever_words_can(tmp_path: Path) -> None:
    known = lexicon(tmp_path)
    assert words("@wagner-group NEAR/3 gold", "gold for Wagner Group", lexicon=known) == ["gold", "Wagner Group"]
    assert words("title:@mali NOT @wagner-group", "Mali votes", lexicon=known) == ["Mali"]
    assert words("title:@wagner-group", "Wagner", "in Mali", "en", lexicon=known) == ["Wagner"]
    assert words("ATLEAST/2 (@mali, @wagner-group, gold)", "Mali's gold", lexicon=known) == ["Mali", "gold"]


def test_a_context_can_ask_for_both_what_is_near_and_what_is_in_the_article(tmp_path: Path) -> None:
    both = WAGNER.replace("distance: 6", "distance: 6\n        require: both")
    known = lexicon(tmp_path, both)
    assert words("@wagner-group", "Wagner in Mali", lexicon=known) is None
    assert words("@wagner-group", "the mercenary Wagner", "in Mali", lexicon=known) == ["Wagner"]


def test_a_rules_version_changes_with_the_entities_that_it_uses(tmp_path: Path) -> None:
    before = rule("@wagner-group", lexicon=lexicon(tmp_path)).version
    other = rule("@mali", lexicon=lexicon(tmp_path)).version
    again = rule("@wagner-group", lexicon=lexicon(tmp_path)).version
    deeper = lexicon(tmp_path, WAGNER.replace("en: [Mali]", "en: [Mali, Bamako]"))
    assert before == again
    assert rule("@wagner-group", lexicon=deeper).version != before, "@mali is a part of it"
    assert rule("@mali", lexicon=deeper).version != other
    found = match("@wagner-group", "Wagner Group", lexicon=deeper)
    assert found
    assert found.version == rule("@wagner-group", lexicon=deeper).version


@pytest.mark.parametrize(
    ("old", "new", "place", "told"),
    [
        ("mercenary OR Prigozhin", "mercenary OR OR Prigozhin", "16:28", "OR needs a word"),
        ("mercenary OR Prigozhin", "mercenary AND Prigozhin", "16:15", "found at places"),
        ('article: "@mali"', 'article: "@mail"', "18:19", "did you mean @mali?"),
        ('article: "@mali"', 'article: "@wagner-group"', "18:19", "can't be explained by itself"),
        ("Wagner Group, PMC", "---, PMC", "11:12", "no letter or digit"),
        ("Wagner Group, PMC", "'*agner', PMC", "11:13", "can't begin with a wildcard"),
        ("distance: 6", "distance: 600", "17", "from 1 to 500"),
        ("kind: country", "kind: contry", "5", "did you mean `country`?"),
        ("id: mali", "id: wagner-group", "7", "taken by an earlier entity"),
        ("id: mali", "id: Mali!", "3", "write mali"),
        ("names: {en: [Mali], ru: [Мали], ar: [=مالي]}", "names: {}", "3", "it has no names"),
        ("names: {en: [Mali]", "names: {english: [Mali]", "6", "is no language"),
        ("not_near", "not_nere", "19", "did you mean `not_near`?"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_was_probably_meant(
    tmp_path: Path, old: str, new: str, place: str, told: str
) -> None:
    path = write(tmp_path, WAGNER.replace(old, new, 1))
    with pytest.raises(BadInput) as caught:
        load_lexicon(path)
    assert str(caught.value).startswith(f"{path}:{place}:")
    assert told in str(caught.value)
    if place.count(":") and isinstance(caught.value, BadRule):
        assert "^" in caught.value.pointer


def test_names_that_say_no_context_are_told_from_those_that_do(tmp_path: Path) -> None:
    text = "entities:\n  - {id: a, name: A, in_context: [{names: [Alpha]}]}\n"
    with pytest.raises(BadInput, match="says no context"):
        load_lexicon(write(tmp_path, text))


def test_entities_that_need_each_other_in_a_circle_are_told(tmp_path: Path) -> None:
    def one(name: str, other: str) -> str:
        return f"  - {{id: {name}, name: x, in_context: [{{names: [x], article: '@{other}'}}]}}\n"

    with pytest.raises(BadInput, match="@a needs @b needs @c needs @a"):
        load_lexicon(write(tmp_path, "entities:\n" + one("a", "b") + one("b", "c") + one("c", "a")))
    long = "".join(one(f"e{n}", f"e{n + 1}") for n in range(300)) + "  - {id: e300, name: x, names: [y]}\n"
    with pytest.raises(BadInput, match="chain of"):
        load_lexicon(write(tmp_path, "entities:\n" + long))


def test_every_mistake_of_a_file_can_be_asked_for_and_the_other_entities_used(tmp_path: Path) -> None:
    text = (
        "entities:\n  - {id: a, name: A, names: ['---']}\n  - {id: b, name: B, names: [Beta]}\n  - {id: c, name: C}\n"
    )
    known, problems = check_lexicon(write(tmp_path, text))
    assert list(known.entities) == ["b"]
    assert len(problems) == 2


def test_an_entity_that_is_unknown_to_a_rule_file_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    rules = write(tmp_path, "rules:\n  - {id: a, query: '@wagner-goup'}\n", "rules.yaml")
    with pytest.raises(BadRule, match=r"rules.yaml:2:21: .*did you mean @wagner-group\?"):
        load_rules(rules, write(tmp_path, WAGNER))


@pytest.mark.parametrize("way", ["--lexicon", "HARMATTAN_LEXICON"])
def test_the_lexicon_is_named_on_the_command_line_or_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    rules = write(tmp_path, "rules:\n  - {id: a, query: '@wagner-group'}\n", "rules.yaml")
    articles = write(tmp_path, '{"id": 1, "title": "Wagner Group", "text": "Nothing else."}\n', "articles.jsonl")
    path = write(tmp_path, WAGNER)
    given = [way, str(path)] if way.startswith("-") else []
    if not given:
        monkeypatch.setenv(way, str(path))
    done = CliRunner().invoke(analyze, [str(articles), "--rules", str(rules), *given])
    assert done.exit_code == 0, done.output
    (found,) = json.loads(done.output)["rules"]
    assert [span["text"] for span in found["matches"]] == ["Wagner Group"]
    assert found["version"]
    assert found["passage"]["text"] == "Wagner Group"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        self.now += 10
        return self.now


def test_an_edit_of_the_lexicon_takes_effect_while_a_worker_runs_or_not_at_all(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rules = write(tmp_path, "rules:\n  - {id: a, query: '@mali'}\n", "rules.yaml")
    path = write(tmp_path, WAGNER)
    followed = RuleFile(rules, path, Clock())
    before = followed.current().match("Mali", "")[0].version
    write(tmp_path, WAGNER.replace("en: [Mali]", "en: [Bamako]"))
    assert followed.current().match("Bamako", "")[0].version != before
    write(tmp_path, WAGNER.replace("en: [Mali]", "en: [(Gao]"))
    with caplog.at_level(logging.ERROR):
        assert followed.current().match("Bamako", "")
    assert "the rules stay as they were" in caplog.text
    assert str(path) in caplog.text
