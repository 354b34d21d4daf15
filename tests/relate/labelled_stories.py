"""The labelled articles, as enrichment prepares them, and how well stories agree with the labels."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import combinations
from pathlib import Path

import yaml

from pipeline.enrich.given import Describer, GivenArticle, open_describer
from pipeline.enrich.language import LANGUAGES, LanguageGuesser
from pipeline.enrich.outlets import load_outlets
from pipeline.relate.trace import Trace, make_trace
from pipeline.seeds import seed
from pipeline.text.clues import find_clues

FOLDER = Path(__file__).parent / "labelled"


@dataclass(frozen=True)
class Labelled:
    """An article with the story that it belongs to; one that stands alone has a story of its own."""

    id: str
    story: str
    language: str
    moment: datetime
    title: str
    text: str


def labelled(part: str) -> list[Labelled]:
    """Give the articles of `held` or `fitted` in the order of their times."""
    rows = yaml.safe_load((FOLDER / f"{part}.yaml").read_text(encoding="utf-8"))["articles"]
    found = []
    for number, (story, language, when, _, title, text) in enumerate(rows):
        day, _, clock = when.partition(" ")
        hour, minute = map(int, clock.split(":"))
        moment = datetime(2026, 11, int(day), hour, minute, tzinfo=UTC)
        name = f"{part}{number:03}"
        found.append(Labelled(name, name if story == "-" else story, language, moment, title, text))
    return sorted(found, key=lambda article: article.moment)


@cache
def describer() -> Describer:
    """Give what finds places and language, as enrichment does."""
    return open_describer(LanguageGuesser(LANGUAGES), load_outlets(seed("sources.yaml")))


def trace(article: Labelled) -> Trace:
    """Give the article's trace, with the language that is guessed and the places that are found."""
    described = describer().describe(GivenArticle(title=article.title, text=article.text))
    document = described.document
    clues = find_clues(document, article.moment)
    facts = described.facts
    return make_trace(article.id, article.moment, document.language, facts.places, facts.countries, clues)


@dataclass(frozen=True)
class Agreement:
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def __str__(self) -> str:
        return f"P {self.precision:.3f} R {self.recall:.3f} F1 {self.f1:.3f}"


def b_cubed(gold: Mapping[str, str], found: Mapping[str, str]) -> Agreement:
    """Score each article's story by its own members (Bagga and Baldwin 1998), and take the mean."""
    precision = recall = 0.0
    golden, told = _members(gold), _members(found)
    for article in gold:
        same = len(golden[gold[article]] & told[found[article]])
        precision += same / len(told[found[article]])
        recall += same / len(golden[gold[article]])
    return Agreement(precision / len(gold), recall / len(gold))


def links(gold: Mapping[str, str], found: Mapping[str, str], languages: Mapping[str, str] | None = None) -> Agreement:
    """Score pairs of articles; with languages, only pairs across two of them."""
    counted: Counter[str] = Counter()
    for one, other in combinations(sorted(gold), 2):
        if languages and languages[one] == languages[other]:
            continue
        together, belong = found[one] == found[other], gold[one] == gold[other]
        counted["together"] += together
        counted["belong"] += belong
        counted["both"] += together and belong
    return Agreement(counted["both"] / max(1, counted["together"]), counted["both"] / max(1, counted["belong"]))


def small(gold: Mapping[str, str], found: Mapping[str, str], most: int = 4) -> Agreement:
    """Score the articles of stories of at most so many articles on their own, by B-cubed."""
    sizes = Counter(gold.values())
    few = {article for article in gold if sizes[gold[article]] <= most}
    return b_cubed({a: gold[a] for a in few}, {a: found[a] for a in few})


def _members(stories: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    members: dict[str, set[str]] = defaultdict(set)
    for article, story in stories.items():
        members[story].add(article)
    return {story: frozenset(articles) for story, articles in members.items()}


def report(articles: Sequence[Labelled], found: Mapping[str, str]) -> Iterator[str]:
    """Say how well the stories agree, a line a measure."""
    gold = {article.id: article.story for article in articles}
    languages = {article.id: article.language for article in articles}
    yield f"B-cubed {b_cubed(gold, found)}"
    yield f"links across languages {links(gold, found, languages)}"
    yield f"links, all {links(gold, found)}"
    yield f"stories of under 5 articles, B-cubed {small(gold, found)}"
