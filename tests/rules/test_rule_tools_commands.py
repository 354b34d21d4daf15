"""The commands by which analysts check, test, explain and back-test their rules."""

import io
import json
import sys
from collections.abc import Callable
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.main import main
from pipeline.index.tantivy import TantivyIndex
from pipeline.log.interface import NewRecord
from pipeline.log.sqlite import SqliteEventLog
from pipeline.records import topics
from pipeline.records.article import EnrichedArticle, Source
from pipeline.records.codec import encode
from pipeline.state.database import DatabaseState
from tests.builders import enriched, match
from tests.state.client import known

NOW = datetime.now(UTC)
LEXICON = """
entities:
  - id: wagner
    name: The group
    in_context: [{names: [Wagner], near: mercenar* OR Bamako, not_article: opera}]
"""
RULES = """
rules:
  - id: gao
    query: Gao AND (convoy OR lorr*)
    matches:
      - A convoy was stopped near Gao.
      - {title: Gao, text: Les lorries sont parties., lang: fr}
    ignores:
      - A market in Gao.
  - id: wagner
    query: "@wagner"
"""


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Command = Callable[..., Said]


class Terminal(io.TextIOWrapper):
    """Standard input that somebody types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def harmattan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `harmattan rules ...` in a folder with rules.yaml and lexicon.yaml."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "lexicon.yaml").write_text(LEXICON, encoding="utf-8")
    for name in ("RULES", "CHANNELS", "SOURCES", "ELASTICSEARCH", "DATABASE", "KAFKA"):
        monkeypatch.delenv(f"HARMATTAN_{name}", raising=False)
    monkeypatch.setenv("HARMATTAN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HARMATTAN_LEXICON", str(tmp_path / "lexicon.yaml"))
    monkeypatch.setenv("HARMATTAN_RULES", str(tmp_path / "rules.yaml"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, given: str = "", terminal: bool = False) -> Said:
        out, err, status = io.StringIO(), io.StringIO(), 0
        stream = Terminal if terminal else io.TextIOWrapper
        monkeypatch.setattr(sys, "stdin", stream(io.BytesIO(given.encode())))
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main(["rules", *arguments])
            except SystemExit as end:
                status = int(end.code or 0)
        return Said(status, out.getvalue(), err.getvalue())

    return run


def write(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def line(**fields: str) -> str:
    return json.dumps({"id": "given", "title": "", **fields}, ensure_ascii=False)


def article(number: int, title: str, text: str = "", **fields: Any) -> EnrichedArticle:
    seen = NOW - timedelta(days=number, minutes=1)
    source = Source(feed="https://post.example/rss", name="Post" if number % 2 else "Wire")
    return enriched(f"a{number}", title=title, text=text, seen=seen, published=seen, source=source, **fields)


def publish(*articles: EnrichedArticle) -> None:
    Path("data").mkdir(exist_ok=True)
    with closing(TantivyIndex(Path("data/index"))) as index:
        index.setup()
        assert index.write(articles) == []


# ---------------------------------------------------------------------------------------------------------- check


def test_check_shows_every_mistake_with_its_place_a_caret_and_what_was_meant(harmattan: Command) -> None:
    bad = write(
        "bad.yaml", "rules:\n  - {id: a, query: 'gao AND (x'}\n  - {id: b, query: '@wagnr', channels: [pager]}\n"
    )
    said = harmattan("check", bad)
    assert said.status == 2
    first, text, carets, second, *_ = said.err.splitlines()
    assert first.startswith("bad.yaml:2:29: rule a: this parenthesis is never closed")
    assert text[carets.index("^")] == "("
    assert second.startswith("bad.yaml:3:")
    assert "did you mean @wagner?" in second
    assert "rule b names the channel pager" in said.err
    assert [(row["kind"], row["line"], row["rule"]) for row in harmattan("check", bad, "--json").rows] == [
        ("error", 2, "a"),
        ("error", 3, "b"),
        ("error", 3, "b"),
    ]


def test_check_warns_of_what_is_probably_not_meant_and_can_be_strict_about_it(harmattan: Command) -> None:
    odd = "rules:\n  - {id: a, query: gao NOT gao}\n  - {id: b, query: x y}\n  - {id: c, query: y AND x}\n"
    wide = write("odd.yaml", odd + "  - {id: d, query: 'date:2026-01-01'}\n")
    articles = write("sample.jsonl", "\n".join(line(text="No word.", published="2026-01-01") for _ in range(20)))
    said = harmattan("check", wide, "--sample", articles)
    assert said.status == 0
    assert [text.partition(": warning: ")[0] for text in said.out.splitlines()[:-1]] == [
        "odd.yaml:2:20",
        "odd.yaml:4:20",
        "odd.yaml:5:21",
    ]
    assert "can never match" in said.out
    assert "the same as the rule b" in said.out
    assert "20 of 20 articles" in said.out
    assert harmattan("check", wide, "--strict").status == 1
    assert harmattan("check", "--strict").out.strip().endswith("2 rules, all can be used")


# ----------------------------------------------------------------------------------------------------------- test


def test_examples_that_hold_are_counted_and_rules_without_any_are_named(harmattan: Command) -> None:
    said = harmattan("test")
    assert (said.status, said.out) == (0, "3 examples of 1 rule: all are as they should be; 1 rule has none\n")


def test_an_example_that_fails_is_shown_with_the_part_that_failed(harmattan: Command) -> None:
    rules = write("other.yaml", RULES.replace("A convoy was stopped near Gao.", "A camel was stopped near Gao."))
    said = harmattan("test", rules)
    assert said.status == 1
    assert said.out.startswith("other.yaml:6: rule gao should match this, and does not (language en):\n    A camel")
    assert "✓ Gao  “Gao” (text, character 26)" in said.out
    assert "✗ 2 of which nothing occurs: convoy, lorr*" in said.out
    row = harmattan("test", rules, "--rule", "gao", "--json").rows[0]
    assert (row["passed"], row["wanted"], row["why"]["holds"]) == (False, "matches", False)


def test_an_example_that_cannot_be_read_is_told_with_its_line(harmattan: Command) -> None:
    said = harmattan("test", write("other.yaml", RULES.replace("lang: fr", "lang: French")))
    assert said.status == 2
    assert "other.yaml:7: 'French' is no language" in said.err
    assert "did you mean gao?" in harmattan("test", "--rule", "gaoo").err


# -------------------------------------------------------------------------------------------------------- explain


def test_a_match_is_explained_with_its_passage_and_its_parts(harmattan: Command) -> None:
    said = harmattan("explain", "wagner", "-", given=line(text="The mercenaries of Wagner left Bamako."))
    assert "wagner matches given" in said.out
    assert "The mercenaries of **Wagner** left Bamako." in said.out
    assert "“mercenaries”, “Bamako” (text, character 5)" in said.out


def test_what_failed_is_told_although_its_words_are_there(harmattan: Command) -> None:
    articles = write("a.jsonl", line(text=f"Wagner {'was heard by a few people ' * 5} of the mercenaries."))
    out = harmattan("explain", "Wagner NEAR/5 mercenar*", articles).out
    assert "query does not match given" in out
    assert "✗ Wagner NEAR/5 mercenar* - both occur, but not so near each other" in out
    opera = harmattan("explain", "wagner", "-", given=line(text="An opera by Wagner with mercenaries.")).out
    assert "✗ NOT opera" in opera
    assert "✓ opera  “opera” (text, character 4)" in opera


def test_an_indexed_article_is_explained_by_id_and_by_address(harmattan: Command) -> None:
    publish(article(1, "Convoy reaches Gao", url="https://post.example/convoy"))
    with closing(DatabaseState.embedded(Path("data/state.db"))) as state:
        state.setup()
        state.stories.lead("tests", timedelta(minutes=1))
        with state.stories.decide("tests", "relate@1") as decision:
            decision.put(known("a1"), ["url:https://post.example/convoy"], [])
    (row,) = harmattan("explain", "gao", "a1", "--json").rows
    assert (row["matches"], row["article"]) == (True, "a1")
    assert [span["text"] for span in row["spans"]] == ["Convoy", "Gao"]
    assert harmattan("explain", "gao", "http://www.post.example/convoy?utm_source=x").out.startswith("gao matches a1")
    missing = harmattan("explain", "gao", "https://post.example/other")
    assert (missing.status, "no indexed article has the address" in missing.err) == (2, True)


def test_an_unknown_rule_and_a_faulty_query_are_told_apart(harmattan: Command) -> None:
    assert "did you mean wagner?" in harmattan("explain", "wagnr", "-", given=line(text="x")).err
    assert "column 5: this parenthesis" in harmattan("explain", "gao (x", "-", given=line(text="x")).err


# ------------------------------------------------------------------------------------------------------- backtest


def test_a_backtest_tells_days_sources_languages_overlap_and_samples(harmattan: Command) -> None:
    publish(
        article(1, "Convoy reaches Gao"),
        article(2, "Lorries in Gao", "The mercenaries of Wagner left Bamako.", story="a1"),
        article(3, "Un convoi à Gao", "Le convoy est parti.", language="fr"),
        article(4, "A market in Gao"),
        article(40, "Convoy in Gao, long ago"),
    )
    (row,) = harmattan("backtest", "gao", "--json").rows
    assert (row["hits"], row["stories"], row["alone"]) == (3, 2, 2)
    assert row["sources"] == {"Post": 2, "Wire": 1}
    assert row["languages"] == {"en": 2, "fr": 1}
    assert row["overlap"] == {"wagner": 1}
    assert sum(row["days"].values()) == 3
    assert [sample["id"] for sample in row["samples"]] == ["a1", "a2", "a3"]
    assert harmattan("backtest", "gao", "--since", "60d", "--json").rows[0]["hits"] == 4
    said = harmattan("backtest", "gao").out
    assert said.startswith("gao: 3 articles of 2 stories since ")
    assert "**Convoy** reaches **Gao**" in said


def test_a_backtest_against_another_version_tells_what_is_gained_and_lost(harmattan: Command) -> None:
    publish(article(1, "Convoy reaches Gao"), article(2, "Lorries in Gao"), article(3, "Camels in Gao"))
    new = write("new.yaml", RULES.replace("convoy OR lorr*", "convoy OR camel*"))
    (row,) = harmattan("backtest", "gao", "--rules", new, "--against", "rules.yaml", "--json").rows
    against = row["against"]
    assert (row["hits"], against["hits"], against["gained"], against["lost"]) == (2, 2, 1, 1)
    assert [sample["id"] for sample in against["gained_samples"] + against["lost_samples"]] == ["a3", "a2"]
    said = harmattan("backtest", "Gao AND camel*", "--against", "gao").out
    assert "Against gao, which finds 2: 1 gained, 2 lost" in said
    lexicon = write("new-lexicon.yaml", LEXICON.replace("mercenar* OR Bamako", "Gao"))
    (row,) = harmattan("backtest", "wagner", "--against-lexicon", lexicon, "--json").rows
    assert row["against"]["version"] != row["version"]


def test_a_query_has_no_version_in_a_file(harmattan: Command) -> None:
    publish(article(1, "Convoy reaches Gao"))
    said = harmattan("backtest", "Gao OR Kidal", "--against", "rules.yaml")
    assert (said.status, "name a rule's id with --against" in said.err) == (2, True)


def log_of(*articles: EnrichedArticle) -> None:
    """Append the articles to the log of the data folder, as they are."""
    Path("data").mkdir(exist_ok=True)
    with closing(SqliteEventLog(Path("data/log.db"))) as log:
        log.create_topics(dict.fromkeys(topics.ALL, 2))
        log.append(topics.ENRICHED, [NewRecord(one.id, encode(one)) for one in articles])


POLICY = """
analysts:
  - {id: awa, channels: [console], zone: Africa/Bamako}
routes:
  - {name: all, to: [awa], throttle: {most: 1, per: 24h}}
"""


def test_backtest_tells_what_the_time_would_have_brought_each_analyst(harmattan: Command) -> None:
    found = [article(n, f"A convoy {n} to Gao") for n in (1, 2)]
    other = article(3, "A market", matches=(match("wagner"),))
    publish(*found, other)
    log_of(*found, other)
    policy = write("policy.yaml", POLICY)

    (row,) = harmattan("backtest", "gao", "--policy", policy, "--json").rows
    assert row["hits"] == 2
    (awa,) = row["told"]
    assert (awa["analyst"], awa["alerts"], awa["messages"], awa["channels"]) == ("awa", 1, 1, {"console": 1})
    assert awa["held"] == awa["waiting"] == {"throttled": 1}, "one message a day: the market's alert waits for the next"
    (row,) = harmattan("backtest", "gao AND 1", "--against", "gao", "--policy", policy, "--json").rows
    assert (row["told"][0]["alerts"], row["told"][0]["held"]) == (1, {})
    assert row["told_before"] == [awa]
    assert "told" not in harmattan("backtest", "gao", "--articles-only", "--json").rows[0]

    (row,) = harmattan("backtest", "--policy", policy, "--json").rows
    assert (row["alerts"], row["waiting"]) == (1, {}), "of the rules as they matched then, wagner alone did"
    said = harmattan("backtest", "gao", "--policy", policy).out
    assert "awa: 1 alert in 1 message (console 1), 1 held for a throttle, 1 still waiting at the end" in said
    assert "the log holds nothing" in harmattan("backtest", "--since", "2020-01-01", "--until", "2020-01-02").out


# ----------------------------------------------------------------------------------------------------- near-misses


def test_near_misses_are_shown_and_judged_and_recall_is_estimated_from_that(harmattan: Command) -> None:
    hits = [article(n, f"A convoy {n} to Gao") for n in range(1, 5)]
    near = [article(n, f"Lorries stopped {n}", story="a1") for n in range(5, 8)]
    publish(*hits, *near, article(9, "Rain"))

    said = harmattan("near-misses", "gao").out
    assert "gao matches 4 articles" in said
    assert "3 others are near" in said
    assert "the rule matches of its story: A convoy 1 to Gao" in said
    assert "Rain" not in said
    assert "nothing is judged" in said

    said = harmattan("near-misses", "gao", "--judge", "judged.jsonl")
    assert "7 to judge in judged.jsonl" in said.out
    assert "Recall: not to be told" in said.out
    lines = Path("judged.jsonl").read_text(encoding="utf-8").splitlines()
    answers = [line.replace(":null}", ":true}" if '"stratum":"matched"' in line else ":false}") for line in lines]
    answers[-1] = answers[-1].replace('"relevant":false', '"relevant":"yes"')
    write("judged.jsonl", "\n".join(answers))
    (row,) = harmattan("near-misses", "gao", "--judge", "judged.jsonl", "--json").rows
    assert row["recall"] == {"share": 0.8, "low": 0.8, "high": 0.8, "missed": 1.0}
    assert row["open"] == 0
    assert row["in_force"]

    write("rules.yaml", RULES.replace("lorr*", "lorr* OR truck"))
    assert "The rule has changed" in harmattan("near-misses", "gao", "--judge", "judged.jsonl").out
    other = harmattan("near-misses", "wagner", "--judge", "judged.jsonl")
    assert (other.status, "is a sample of the rule gao" in other.err) == (2, True)
    write("judged.jsonl", "\n".join([*answers[:2], answers[2].replace("true", '"perhaps"')]))
    assert "judged.jsonl:3: 'perhaps' is no answer" in harmattan("near-misses", "gao", "--judge", "judged.jsonl").err


def test_at_a_terminal_near_misses_asks_and_keeps_each_answer_at_once(
    harmattan: Command,
) -> None:
    publish(article(1, "A convoy to Gao"), article(2, "Lorries stopped", story="a1"))
    said = harmattan("near-misses", "gao", "--judge", "judged.jsonl", given="y\nquit\n", terminal=True)
    assert "1 of 2: A convoy to Gao" in said.out
    assert "1 to judge" in said.out
    said = harmattan("near-misses", "gao", "--judge", "judged.jsonl", given="n\n", terminal=True)
    assert "Recall: 100%" in said.out
