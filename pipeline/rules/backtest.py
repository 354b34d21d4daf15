"""What a rule would have found among articles of the past, beside another version of it and beside other rules.

However many articles are found, what is kept of them is numbers, some samples, and the ids of those that match.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from pipeline.records.article import EnrichedArticle, RuleMatch
from pipeline.records.passage import Passage, passage_of
from pipeline.rules.facts import facts_of
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.text.document import Document

SAMPLES = 10
MOST_STORIES = 200_000
"""Different stories that are counted."""
MOST_SOURCES = 10_000
"""Different sources that are counted."""
_SEED = 20_26


@dataclass(frozen=True, slots=True)
class Sample:
    """An article that was found, and the passage that shows why."""

    id: str
    url: str | None
    title: str
    source: str
    language: str
    time: datetime
    passage: Passage | None


class Samples:
    """A few of many articles, each with the same chance (Vitter's algorithm R, 1985), and the number of all.

    The same articles in the same order give the same samples.
    """

    def __init__(self, most: int = SAMPLES) -> None:
        self.count = 0
        self._most = most
        self._random = Random(_SEED)  # noqa: S311 - nothing is secret here
        self._kept: list[Sample] = []

    @property
    def kept(self) -> list[Sample]:
        """The samples, the newest first."""
        return sorted(self._kept, key=lambda sample: (sample.time, sample.id), reverse=True)

    def add(self, enriched: EnrichedArticle, match: RuleMatch) -> None:
        """Count an article, and perhaps keep it."""
        place = self.count if self.count < self._most else self._random.randint(0, self.count)
        self.count += 1
        if place < self._most:
            self._kept[place : place + 1] = [_sample(enriched, match)]


@dataclass(slots=True)
class Tally:
    """What was found. `stories` is how many there are; `gained` and `lost` compare with the other version.

    `found` and `found_before` hold the ids of all articles that match this version, and the other.
    """

    samples: int = SAMPLES
    looked_at: int = 0
    days: Counter[date] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    overlap: Counter[str] = field(default_factory=Counter)
    hits: Samples = field(init=False)
    gained: Samples = field(init=False)
    lost: Samples = field(init=False)
    alone: int = 0
    before: int = 0
    found: set[str] = field(default_factory=set)
    found_before: set[str] = field(default_factory=set)
    _stories: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hits, self.gained, self.lost = Samples(self.samples), Samples(self.samples), Samples(self.samples)

    @property
    def stories(self) -> int:
        """How many stories the articles found belong to, up to MOST_STORIES."""
        return len(self._stories)

    def _add(self, enriched: EnrichedArticle, match: RuleMatch, others: Iterable[RuleMatch]) -> None:
        article = enriched.article
        self.hits.add(enriched, match)
        self.days[time_of(enriched).date()] += 1
        self.languages[article.language] += 1
        if article.source.name in self.sources or len(self.sources) < MOST_SOURCES:
            self.sources[article.source.name] += 1
        if len(self._stories) < MOST_STORIES:
            self._stories.add(hash(enriched.story))
        names = [other.rule for other in others]
        self.overlap.update(names)
        self.alone += not names


def backtest(
    rule: Rule,
    articles: Iterable[EnrichedArticle],
    tally: Tally,
    *,
    others: RuleSet,
    before: Rule | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[None]:
    """Try a rule on articles and put into the tally what it finds; yields after each article, so that progress can be told.

    `others` are the rules whose overlap with this one is counted. `before` is the other version of the rule. Of articles
    published before `since`, or not before `until`, nothing is counted: only the ids of those that match are kept.
    """
    tried, former = RuleSet([rule]), RuleSet([before] if before else [])
    for enriched in articles:
        tally.looked_at += 1
        article = enriched.article
        document, facts = Document(article.title, article.text, article.language), facts_of(article)
        now, then = tried.match_document(document, facts), former.match_document(document, facts)
        if now:
            tally.found.add(enriched.id)
        if then:
            tally.found_before.add(enriched.id)
        if not _within(enriched, since, until):
            yield
            continue
        if now:
            also = (match for match in others.match_document(document, facts) if match.rule != rule.id)
            tally._add(enriched, now[0], also)
        tally.before += bool(then)
        if before and now and not then:
            tally.gained.add(enriched, now[0])
        if then and not now:
            tally.lost.add(enriched, then[0])
        yield


def time_of(enriched: EnrichedArticle) -> datetime:
    """Give when an article counts as published: by its own word, unless it has none or names a time to come."""
    article = enriched.article
    return article.published if article.published and article.published <= article.seen else enriched.first_seen


def _within(enriched: EnrichedArticle, since: datetime | None, until: datetime | None) -> bool:
    moment = time_of(enriched)
    return (since is None or moment >= since) and (until is None or moment < until)


def _sample(enriched: EnrichedArticle, match: RuleMatch) -> Sample:
    article = enriched.article
    return Sample(
        id=enriched.id,
        url=article.url,
        title=article.title,
        source=article.source.name,
        language=article.language,
        time=time_of(enriched),
        passage=passage_of(match),
    )
