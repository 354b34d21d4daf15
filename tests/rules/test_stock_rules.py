"""The stock rules, held against short articles in the languages that they are written for."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from pipeline.rules.ruleset import RuleSet, load_rules
from pipeline.seeds import seed

LABELLED = yaml.safe_load((Path(__file__).parent / "labelled.yaml").read_text(encoding="utf-8"))["articles"]
REPORT = Path(__file__).parents[2].parent / "shared" / "seed" / "000_935f3337ebab3390.txt"
FLOOR = 0.97


@pytest.fixture(scope="module")
def stock() -> RuleSet:
    return load_rules(seed("rules.yaml"))


def test_the_labelled_articles_are_found_and_those_that_look_alike_are_not(
    stock: RuleSet, capsys: pytest.CaptureFixture[str]
) -> None:
    right: Counter[str] = Counter()
    false: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    mistakes = []
    for article in LABELLED:
        found = {match.rule for match in stock.match(article["title"], article["text"])}
        wanted = set(article["rules"])
        right.update(found & wanted)
        false.update(found - wanted)
        missed.update(wanted - found)
        mistakes += [f"{article['lang']} {rule}: {article['title']}" for rule in sorted(found ^ wanted)]
    with capsys.disabled():
        print(f"\nstock rules on {len(LABELLED)} labelled articles in {len({a['lang'] for a in LABELLED})} languages")
        for rule in sorted(right | false | missed):
            precision, recall = _share(right[rule], false[rule]), _share(right[rule], missed[rule])
            print(f"  {rule:14} precision {precision:.2f}  recall {recall:.2f}  of {right[rule] + missed[rule]}")
    for rule in ("wagner-group", "sahel"):
        assert _share(right[rule], false[rule]) >= FLOOR, mistakes
        assert _share(right[rule], missed[rule]) >= FLOOR, mistakes


@pytest.mark.parametrize("path", sorted(seed("newsroom").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_sample_newsroom_raises_the_rules_that_its_articles_are_about(stock: RuleSet, path: Path) -> None:
    for article in yaml.safe_load(path.read_text(encoding="utf-8"))["articles"]:
        text = "\n\n".join([article.get("summary", ""), *article.get("paragraphs", [])])
        found = {match.rule for match in stock.match(article["title"], text)} & {"wagner-group", "sahel"}
        assert found == set(article.get("about", [])) & {"wagner-group", "sahel"}, article["title"]


@pytest.mark.skipif(not REPORT.exists(), reason="the report from Timbuktu is not at hand")
def test_the_report_from_timbuktu_matches_both_rules_and_names_the_words(stock: RuleSet) -> None:
    title, _, text = REPORT.read_text(encoding="utf-8").partition("\n\n")
    words = {match.rule: {span.text for span in match.spans} for match in stock.match(title, text)}
    assert "Wagner Group" in words["wagner-group"]
    assert any("Sahel" in word for word in words["sahel"])


def _share(right: int, wrong: int) -> float:
    return right / (right + wrong) if right + wrong else 1.0
