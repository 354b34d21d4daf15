"""What the API shows: articles, stories, rules, feeds and the state of every part."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from pipeline.health import Health
from pipeline.index.interface import ArticleIndex, Facet, SearchQuery, SearchResult
from pipeline.index.query import ReaderSource
from pipeline.records.alert import Alert
from pipeline.rules.faults import pointer
from pipeline.rules.query import parse_query
from pipeline.rules.rule import Rule
from pipeline.rules.syntax import QueryError
from pipeline.state.interface import FeedStatus, State, Version
from pipeline.web.api.operations import Call, NotThere
from pipeline.web.api.shapes import (
    ArticleShown,
    EarlierText,
    FeedShown,
    FeedsShown,
    OriginShown,
    QueryChecked,
    RuleShown,
    RulesShown,
    SearchAsked,
    StatusShown,
    StoryShown,
    VersionShown,
    WorkerShown,
)
from pipeline.web.requests import SearchForm, search_query
from pipeline.web.story_pages import MOST, MOST_ASKED, MOST_READ, origins_of


class Reading:
    """Shows what is there."""

    def __init__(
        self,
        index: ArticleIndex,
        state: State,
        health: Callable[[], Health],
        rules: Callable[[], Sequence[Rule]],
        reader: ReaderSource,
        now: Callable[[], datetime],
    ) -> None:
        self._index = index
        self._state = state
        self._health = health
        self._rules = rules
        self._reader = reader
        self._now = now

    def search(self, call: Call) -> SearchResult:
        """Search the articles."""
        asked: SearchAsked = call.query
        names = [name for name in SearchForm.__dataclass_fields__ if name != "stories"]
        given: dict[str, Any] = {
            name: value.strip() if isinstance(value := getattr(asked, name), str) else value for name in names
        }
        form = SearchForm(
            stories="1" if asked.stories else "",
            **given,
        )
        facets = tuple(Facet) if asked.facets else ()
        return self._index.search(replace(search_query(form, self._now()), facets=facets, paged=True))

    def article(self, call: Call) -> ArticleShown:
        """Show an article with its versions."""
        found = self._index.article(call.path["article"])
        if found is None:
            raise NotThere("there is no article of this id; a search finds ids")
        article = found.article
        return ArticleShown(
            id=found.id,
            url=article.url,
            title=article.title,
            text=article.text,
            language=article.language,
            source=article.source,
            authors=article.authors,
            published=article.published,
            updated=article.updated,
            first_seen=found.first_seen,
            seen=article.seen,
            story=found.story,
            confidence=found.confidence,
            copy_of=found.copy_of,
            revision=found.revision,
            corrected=found.corrected,
            undeclared=found.undeclared,
            credit=article.credit,
            countries=article.countries,
            places=article.places,
            matches=article.matches,
            versions=tuple(map(_version, self._state.versions.of(found.id))),
        )

    def story(self, call: Call) -> StoryShown:
        """Show a story."""
        found = self._index.search(SearchQuery(story=call.path["story"], limit=MOST))
        if not found.hits:
            raise NotThere("there is no story of this id; a search finds ids")
        hits = sorted(found.hits, key=lambda hit: hit.published or hit.first_seen)
        whole = [article for hit in hits[:MOST_READ] if (article := self._index.article(hit.id))]
        asked = [hit for hit in hits if hit.rules][:MOST_ASKED]
        alerts: dict[str, Alert] = {
            alert.id: alert for hit in asked for alert in self._state.ledger.alerts_of_article(hit.id)
        }
        return StoryShown(
            id=call.path["story"],
            total=found.total,
            articles=tuple(hits),
            outlets=Counter(hit.source for hit in hits),
            languages=Counter(hit.language for hit in hits),
            countries=Counter(country for hit in hits for country in hit.countries),
            origins=tuple(OriginShown(name=one.name, outlets=one.outlets) for one in origins_of(whole)),
            alerts=tuple(sorted(alerts.values(), key=lambda alert: (alert.created, alert.id))),
        )

    def rules(self, call: Call) -> RulesShown:
        """Show the rules in force."""
        return RulesShown(
            rules=tuple(
                RuleShown(
                    id=rule.id,
                    name=rule.name,
                    severity=rule.severity.value,
                    channels=rule.channels,
                    query=rule.query,
                    version=rule.version,
                )
                for rule in self._rules()
            )
        )

    def check_query(self, call: Call) -> QueryChecked:
        """Say whether a query can be used by a rule, and where it is wrong."""
        text: str = call.body.query
        try:
            parse_query(text, self._reader())
        except QueryError as error:
            line = text.count("\n", 0, error.start) + 1
            return QueryChecked(
                usable=False,
                problem=str(error),
                start=error.start,
                end=error.end,
                line=line,
                column=error.start - text.rfind("\n", 0, error.start),
                pointer=pointer(text, error.start, error.end),
            )
        return QueryChecked(usable=True)

    def feeds(self, call: Call) -> FeedsShown:
        """Show feeds and how they are."""
        asked = call.query
        gaps = self._state.gaps.by_feed()
        wanted = sorted(
            (
                feed
                for feed in self._state.feeds.list()
                if feed.spec.url > asked.after and (not asked.state or feed.state.value == asked.state)
            ),
            key=lambda feed: feed.spec.url,
        )
        shown = tuple(_feed(feed, len(gaps.get(feed.id, ()))) for feed in islice(wanted, asked.limit))
        return FeedsShown(feeds=shown, next=shown[-1].url if len(wanted) > asked.limit else None)

    def status(self, call: Call) -> StatusShown:
        """Say how every part is."""
        health = self._health()
        return StatusShown(
            healthy=not health.problems,
            problems=health.problems,
            lag=health.lag,
            workers=tuple(
                WorkerShown(
                    worker=one.worker, step=one.step, seconds_ago=round(one.age.total_seconds(), 1), counts=one.detail
                )
                for one in health.workers
            ),
            feeds=health.feeds,
            missed=health.missed,
            recovered=health.recovered,
            pushed=health.pushed,
            due=health.due,
            rechecks=health.rechecks,
            dead_letters=health.dead_letters,
            silences=health.silences,
        )


def _version(version: Version) -> VersionShown:
    earlier = version.earlier
    text = EarlierText(title=earlier.title, text=earlier.text, seen=earlier.seen) if earlier else None
    return VersionShown(change=version.change, earlier=text)


def _feed(feed: FeedStatus, missed: int) -> FeedShown:
    return FeedShown(
        url=feed.spec.url,
        title=feed.title,
        state=feed.state.value,
        entries=feed.entries,
        error=feed.error,
        last_new=feed.last_new,
        last_success=feed.last_success,
        last_polled=feed.last_polled,
        next_due=feed.next_due,
        interval=None if feed.interval is None else round(feed.interval.total_seconds(), 3),
        failures=feed.failures,
        missed=missed,
        country=feed.spec.country,
        language=feed.spec.language,
        tags=tuple(feed.spec.tags),
        listed_in=feed.listed_in,
    )
