"""The labelled set, held against the rules: precision and recall by rule and by language.

The shipped rules were written without the 341 articles that are not marked as known earlier. When they were first held against
them, before anything was mended, wagner-group had a precision of .86 and a recall of .83 (of 81), sahel .90 and .98 (of 80):
that is what to expect of such texts unseen. Later figures are better by what the seen half taught. To find the bare word
anywhere gives .52 and .46, and .64 and .60. The queries in `labelled/rules.yaml` were written with the articles known.

The held half's articles were not read by those who mended the lexicon, but its aggregate figures were looked at some 20 times
meanwhile, so they are no longer quite those of unseen texts. Two further sets, not kept here, were written before each was
measured, in 18 languages, by whoever mended the lexicon (so in one hand's style; some as 2,200 characters with the name in
passing). The first, 146 articles, before mending: wagner-group had a precision of 1.00 and a recall of .92 (of 39), sahel
.93 and .90 (of 41). The second, 74 articles, after mending and with the lexicon known, nothing mended since: wagner-group
1.00 and .92 (of 24), sahel 1.00 and 1.00 (of 22). The misses that remain are the bare name in passing, with nothing
about the group beside it. So few articles tell a figure to a few hundredths at best.

`labelled/desk.yaml` came later, in six parts in 18 languages, mostly headlines alone, each measured before anything was
mended for it. The first, 142 articles, written without a look at the lexicon: wagner-group 1.00 and .89 (of 44), sahel 1.00
and .93 (of 30). The second, 99 articles made to be harder (the name in passing; people, stages and stadiums beside Russia
and Africa): wagner-group .86 and .62 (of 40), sahel 1.00 and .86 (of 22). The third, 57 as hard ones, after mending:
wagner-group .85 and .92 (of 25), sahel 1.00 and .88 (of 8). The fourth, 54 with a sentence or two, half of them about people of
the name in Africa or the group in passing: wagner-group .70 and .73 (of 22), sahel .90 and .82 (of 11). The fifth, 39 such:
wagner-group .82 and .82 (of 17), sahel 1.00 and 1.00 (of 6). The sixth, 51 of an ordinary desk's day: wagner-group 1.00 and .95
(of 19), sahel 1.00 and .92 (of 12).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from pipeline.rules.file import read_rules
from pipeline.rules.lexicon import Lexicon, load_lexicon
from pipeline.rules.ruleset import RuleSet
from pipeline.seeds import seed
from tests.figures import Tell
from tests.rules.labelled_set import RULES, Half, LabelledArticle, labelled_articles

STOCK = ("wagner-group", "sahel")
FLOOR = 0.97
"""Of each shipped rule, over the whole set."""
FLOOR_OF_LANGUAGE = 0.85
"""Of the shipped rules together in one language: with a dozen matches wanted, one mistake, and two where there are more."""
FLOOR_OF_OTHERS = 0.75
"""Of each other rule: with five matches wanted, one mistake."""
REPORT = Path(__file__).parents[2].parent / "shared" / "seed" / "000_935f3337ebab3390.txt"


@dataclass(frozen=True, slots=True)
class Score:
    """How often rules and labels agree: matches that are right, false, and missed."""

    right: int = 0
    false: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    def __str__(self) -> str:
        return f"precision {self.precision:.2f}  recall {self.recall:.2f}  of {self.right + self.missed:3}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The rules that an article matches."""

    article: LabelledArticle
    found: frozenset[str]

    def mistakes(self, rules: Iterable[str]) -> list[str]:
        """Give the rules that differ from the label, where the label is sure."""
        return sorted((self.found ^ self.article.rules) & set(rules) - self.article.either)

    def verdicts(self, rules: Iterable[str]) -> Iterator[tuple[bool, bool]]:
        """Give for each rule that has a sure label whether it matched and whether it should."""
        for rule in set(rules) - self.article.either:
            yield rule in self.found, rule in self.article.rules


def score(outcomes: Iterable[Outcome], rules: Iterable[str]) -> Score:
    rules = set(rules)
    counts = Counter(verdict for outcome in outcomes for verdict in outcome.verdicts(rules))
    return Score(counts[True, True], counts[True, False], counts[False, True])


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon()


@pytest.fixture(scope="module")
def stock(lexicon: Lexicon) -> RuleSet:
    return RuleSet(read_rules(seed("rules.yaml"), lexicon))


@pytest.fixture(scope="module")
def others(lexicon: Lexicon) -> RuleSet:
    return RuleSet(read_rules(RULES, lexicon))


@pytest.fixture(scope="module")
def outcomes(stock: RuleSet, others: RuleSet) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(article, frozenset(_found(stock, article)) & set(STOCK) | frozenset(_found(others, article)))
        for article in labelled_articles()
    )


def _found(rules: RuleSet, article: LabelledArticle) -> set[str]:
    return {match.rule for match in rules.match(article.title, article.text, article.lang)}


def test_the_set_has_enough_articles_and_look_alikes_in_every_language() -> None:
    articles = labelled_articles()
    assert len({article.id for article in articles}) == len(articles)
    assert len(articles) >= 280
    languages = {article.lang for article in articles}
    assert len(languages) >= 18
    for language in languages:
        own = [article for article in articles if article.lang == language]
        for rule in STOCK:
            assert any(rule in article.rules for article in own), (language, rule)
            assert any(rule not in article.rules for article in own), (language, rule)


def test_every_label_is_a_rule(others: RuleSet) -> None:
    rules = {*STOCK, *(rule.id for rule in others.rules)}
    assert len(rules) >= 14
    for article in labelled_articles():
        assert article.rules | article.either <= rules, article.id
        assert not article.rules & article.either, article.id


def test_the_countries_of_an_article_include_those_of_its_places() -> None:
    for article in labelled_articles():
        for place in article.places or ():
            assert place.country is None or place.country in article.countries, (article.id, place.name)


def test_the_labelled_articles_are_found_and_those_that_look_alike_are_not(
    outcomes: tuple[Outcome, ...], others: RuleSet, tell: Tell
) -> None:
    all_rules = (*STOCK, *(rule.id for rule in others.rules))
    languages = sorted({outcome.article.lang for outcome in outcomes})
    _tell_report(outcomes, all_rules, languages, tell)
    seen = [each for each in outcomes if each.article.half is Half.SEEN]
    mistakes = [f"{each.article.id} {rule}" for each in seen for rule in each.mistakes(all_rules)]
    for rule in all_rules:
        reached = score(outcomes, [rule])
        floor = FLOOR if rule in STOCK else FLOOR_OF_OTHERS
        assert min(reached.precision, reached.recall) >= floor, (rule, str(reached), mistakes)
    for language in languages:
        reached = score((each for each in outcomes if each.article.lang == language), STOCK)
        assert min(reached.precision, reached.recall) >= FLOOR_OF_LANGUAGE, (language, str(reached), mistakes)


def _tell_report(outcomes: tuple[Outcome, ...], rules: tuple[str, ...], languages: list[str], tell: Tell) -> None:
    tell(f"rules on {len(outcomes)} labelled articles in {len(languages)} languages")
    for rule in rules:
        tell(f"  {rule:14} {score(outcomes, [rule])}")
    unknown = [each for each in outcomes if not each.article.earlier]
    for half in Half:
        for rule in STOCK:
            own = [each for each in unknown if each.article.half is half]
            tell(f"  {half} half: {rule:13} {score(own, [rule])}  in {len(own)} articles")
    for language in languages:
        own = [each for each in outcomes if each.article.lang == language]
        columns = "   ".join(f"{rule} {score(own, [rule])}" for rule in STOCK)
        tell(f"  {language}  {columns}   all rules {score(own, rules)}")


@pytest.mark.parametrize("path", sorted(seed("newsroom").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_sample_newsroom_raises_the_rules_that_its_articles_are_about(stock: RuleSet, path: Path) -> None:
    outlet = yaml.safe_load(path.read_text(encoding="utf-8"))
    for article in outlet["articles"]:
        text = "\n\n".join([article.get("summary", ""), *article.get("paragraphs", [])])
        found = {match.rule for match in stock.match(article["title"], text, outlet.get("language", "und"))}
        assert found & set(STOCK) == set(article.get("about", [])) & set(STOCK), article["title"]


@pytest.mark.skipif(not REPORT.exists(), reason="the report from Timbuktu is not at hand")
def test_the_report_from_timbuktu_matches_both_rules_and_names_the_words(stock: RuleSet) -> None:
    title, _, text = REPORT.read_text(encoding="utf-8").partition("\n\n")
    words = {match.rule: {span.text for span in match.spans} for match in stock.match(title, text, "en")}
    assert "Wagner Group" in words["wagner-group"]
    assert any("Sahel" in word for word in words["sahel"])
