"""What a rule may be missing: articles near those that it matches, of which somebody can judge a sample.

An article that is not matched is near in one of four ways, the first that holds:

- `story`: it belongs to a story of which the rule matched other articles;
- `entity`: it names an entity of the lexicon that the rule doesn't use, and of which a name holds one of the rule's, or the
  other way about;
- `spelling`: it has a word that may be another spelling of a name, or the name in another script;
- `place`: what it reports happened where something happened that the rule matched, within a day.

What is near in none of these ways is not looked at, so that recall is estimated over what is near.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from heapq import heappush, heappushpop

from pipeline.records.article import EnrichedArticle, RuleMatch, Severity
from pipeline.records.passage import passage_of
from pipeline.rules.backtest import time_of
from pipeline.rules.facts import facts_of
from pipeline.rules.lexicon import Lexicon
from pipeline.rules.near_names import Overlap, RuleNames, Variant
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.text.document import Document

MATCHED, STORY, ENTITY, SPELLING, PLACE = "matched", "story", "entity", "spelling", "place"
STRATA = (MATCHED, STORY, ENTITY, SPELLING, PLACE)
PASSAGE = 240
"""Code points of an article's beginning that are shown where no words matched."""
MOST_WORDS = 200_000
"""Words that are remembered with what they are like."""


@dataclass(frozen=True, slots=True)
class Near:
    """An article that somebody can judge, and what brings it near the rule, in words."""

    id: str
    url: str | None
    title: str
    source: str
    language: str
    time: datetime
    text: str
    because: str


class Sample:
    """A few of many articles, each with the same chance: those whose ids have the least digests under a seed.

    The same articles give the same sample in whatever order they come (bottom-k sampling), and one more article changes
    it by one at most.
    """

    def __init__(self, most: int, seed: int) -> None:
        self.size = 0
        self._most = most
        self._seed = seed
        self._kept: list[tuple[int, str, Near]] = []

    @property
    def kept(self) -> list[Near]:
        """The sample, the newest first."""
        return sorted((near for _, _, near in self._kept), key=lambda near: (near.time, near.id), reverse=True)

    def add(self, near: Near) -> None:
        """Count an article, and perhaps keep it."""
        self.size += 1
        digest = blake2b(f"{self._seed}/{near.id}".encode(), digest_size=8).digest()
        entry = (-int.from_bytes(digest), near.id, near)
        if len(self._kept) < self._most:
            heappush(self._kept, entry)
        elif self._most:
            heappushpop(self._kept, entry)


@dataclass(slots=True)
class Spelling:
    """A word that may be another spelling of a name: in how many articles, and the title of one."""

    variant: Variant
    articles: int = 0
    title: str = ""


@dataclass(slots=True)
class NearMisses:
    """What was found: a sample of each stratum, entities with the articles that name them, and spellings.

    `looked_at` counts articles that were read, in both rounds.
    """

    strata: dict[str, Sample]
    overlaps: list[Overlap]
    of_entities: Counter[str] = field(default_factory=Counter)
    spellings: dict[str, Spelling] = field(default_factory=dict)
    looked_at: int = 0


class Search:
    """Looks for what a rule may be missing: first `matched`, with what it may match, then `near`, with all articles."""

    def __init__(self, rule: Rule, lexicon: Lexicon, most: int, seed: int) -> None:
        """Take the rule, the lexicon in force, and how many articles of each stratum are to be judged."""
        self._rule = RuleSet([rule])
        self._names = RuleNames(rule, lexicon)
        overlaps = self._names.overlaps()
        self._entities = RuleSet([_of_entity(overlap) for overlap in overlaps])
        self._overlaps = {overlap.entity.id: overlap for overlap in overlaps}
        self._stories: dict[str, str] = {}
        self._places: set[tuple[str, int]] = set()
        self._hits: set[str] = set()
        self._words: dict[str, Variant | None] = {}
        self.found = NearMisses({name: Sample(most, seed) for name in STRATA}, overlaps)

    def matched(self, articles: Iterable[EnrichedArticle]) -> Iterator[None]:
        """Learn from what the rule matches; yields after each article."""
        for enriched in articles:
            self.found.looked_at += 1
            article = enriched.article
            matches = self._rule.match_document(
                Document(article.title, article.text, article.language), facts_of(article)
            )
            if matches:
                self._hits.add(enriched.id)
                self._stories[enriched.story] = article.title
                self._places |= {(name, day + later) for name, day in _where(enriched) for later in (-1, 0, 1)}
                self.found.strata[MATCHED].add(_near(enriched, "the rule matches it", matches[0]))
            yield

    def near(self, articles: Iterable[EnrichedArticle]) -> Iterator[None]:
        """Sort what the rule does not match by what brings it near; yields after each article."""
        for enriched in articles:
            self.found.looked_at += 1
            if enriched.id not in self._hits:
                self._sort(enriched)
            yield

    def _sort(self, enriched: EnrichedArticle) -> None:
        article = enriched.article
        document = Document(article.title, article.text, article.language)
        reasons = {}
        if enriched.story in self._stories:
            reasons[STORY] = f"the rule matches of its story: {self._stories[enriched.story]}"
        if self._overlaps and (named := self._entities.match_document(document, facts_of(article))):
            self.found.of_entities.update(match.rule for match in named)
            reasons[ENTITY] = f"it names {named[0].name} (@{named[0].rule})"
        if variants := self._variants(document):
            variant = next(iter(variants.values()))
            how = "in another script" if variant.other_script else "spelt otherwise"
            reasons[SPELLING] = f"{variant.word} may be {variant.name} {how}"
        if where := sorted({name for name, day in _where(enriched) if (name, day) in self._places}):
            reasons[PLACE] = f"it happened at {where[0]}, too, within a day"
        stratum = next(iter(reasons), None)
        if stratum:
            self.found.strata[stratum].add(_near(enriched, reasons[stratum]))

    def _variants(self, document: Document) -> dict[str, Variant]:
        """Find words that are like names, and count the article for each of them."""
        found = {}
        for word in dict.fromkeys([*document.title_words, *document.text_words]):
            if word not in self._words:
                if len(self._words) >= MOST_WORDS:
                    self._words.clear()
                self._words[word] = self._names.variant(word)
            if variant := self._words[word]:
                found[word] = variant
                spelling = self.found.spellings.setdefault(word, Spelling(variant))
                spelling.articles += 1
                spelling.title = spelling.title or document.title
        return found


def _of_entity(overlap: Overlap) -> Rule:
    """Give a rule that matches what names the entity."""
    entity = overlap.entity
    return Rule(
        id=entity.id,
        name=entity.name,
        severity=Severity.LOW,
        channels=(),
        query=f"@{entity.id}",
        meaning=entity.meaning,
    )


def _where(enriched: EnrichedArticle) -> set[tuple[str, int]]:
    """Give the places where what is reported happened, each with the day."""
    day = time_of(enriched).date().toordinal()
    kinds = ("country", "continent", "region")
    return {(place.name, day) for place in enriched.article.places if place.event and place.kind not in kinds}


def _near(enriched: EnrichedArticle, because: str, match: RuleMatch | None = None) -> Near:
    article = enriched.article
    passage = passage_of(match) if match else None
    beginning = " ".join(article.text[: 2 * PASSAGE].split())
    cut = beginning[:PASSAGE] + ("…" if len(beginning) > PASSAGE else "")
    return Near(
        id=enriched.id,
        url=article.url,
        title=article.title,
        source=article.source.name,
        language=article.language,
        time=time_of(enriched),
        text=passage.text if passage else cut,
        because=because,
    )
