"""What is sent to the API, and what it answers where no record is answered as it is.

Every docstring here stands in the API's description.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from pipeline.index.interface import Hit
from pipeline.records.alert import Alert
from pipeline.records.article import Place, RuleMatch, Source
from pipeline.records.change import Change
from pipeline.state.interface import Acknowledgement, Delivery, Feedback, OutcomeRow, Spread, Verdict
from pipeline.state.interface_searches import SavedSearch

MOST_ROWS = 200
Line = Annotated[str, Meta(max_length=1000)]
Limit = Annotated[int, Meta(ge=1, le=MOST_ROWS)]
Name = Annotated[str, Meta(max_length=80)]


class NoFields(Struct, forbid_unknown_fields=True):
    """There is nothing to say."""


class SearchAsked(Struct, forbid_unknown_fields=True, kw_only=True):
    """A search; docs/query-language.md describes `q`. `after` is the `next` of the page before, with the same search.

    `since` and `until` are lengths of time back from now (24h, 7d) or ISO 8601 dates. With `stories` each story is given once.
    """

    q: Line = ""
    lang: Line = ""
    rule: Line = ""
    place: Line = ""
    country: Line = ""
    source: Line = ""
    kind: Line = ""
    story: Line = ""
    since: Line = ""
    until: Line = ""
    order: Literal["", "newest", "oldest", "relevance"] = ""
    stories: bool = False
    facets: bool = False
    after: Annotated[str, Meta(max_length=20_000)] = ""
    limit: Limit = 20


class AlertsAsked(Struct, forbid_unknown_fields=True, kw_only=True):
    """Which alerts: of a rule, in a state, raised since or before a moment; those times are written as in a search."""

    rule: Line = ""
    state: Literal["", "waiting", "sent", "failed", "unrouted"] = ""
    since: Line = ""
    until: Line = ""
    limit: Limit = 20


class WhyAsked(Struct, forbid_unknown_fields=True, kw_only=True):
    """Why somebody was or was not told of an article, which is named by its id or address."""

    article: Annotated[str, Meta(min_length=1, max_length=1000)]
    rule: Line = ""
    to: Line = ""


class FeedsAsked(Struct, forbid_unknown_fields=True, kw_only=True):
    """Which feeds, in the order of their addresses; `after` is the last address of the page before."""

    state: Line = ""
    after: Line = ""
    limit: Limit = MOST_ROWS


class Note(Struct, forbid_unknown_fields=True, kw_only=True):
    """A note for the others. `by` counts only where nobody signs in."""

    note: Annotated[str, Meta(max_length=500)] = ""
    by: Name = ""


class Judgement(Note, forbid_unknown_fields=True, kw_only=True):
    """Whether an alert was useful or a false alarm."""

    verdict: Verdict


class MuteAsked(Note, forbid_unknown_fields=True, kw_only=True):
    """What to mute (the alert's story or its rule), for how long, and for whom: an analyst, or everybody."""

    length: Literal["1h", "8h", "1d", "7d"] = "8h"
    what: Literal["story", "rule"] = "story"
    analyst: Name | None = None


class QueryToCheck(Struct, forbid_unknown_fields=True, kw_only=True):
    """A rule's query."""

    query: Annotated[str, Meta(max_length=200_000)]


class SearchToKeep(Struct, forbid_unknown_fields=True, kw_only=True):
    """A search to keep. `since` is a length of time, such as 7d."""

    q: Line = "*"
    lang: Line = ""
    rule: Line = ""
    place: Line = ""
    country: Line = ""
    source: Line = ""
    kind: Line = ""
    since: Line = ""
    order: Literal["", "newest", "oldest", "relevance"] = ""


class FeedNamed(Struct, forbid_unknown_fields=True, kw_only=True):
    """A feed, by its address."""

    url: Annotated[str, Meta(min_length=1, max_length=4000)]


class EarlierText(Struct, kw_only=True):
    """What an article said until it was changed, as it was seen then."""

    title: str
    text: str
    seen: datetime


class VersionShown(Struct, kw_only=True):
    """A change that an outlet made, and what stood before it, where that is kept."""

    change: Change
    earlier: EarlierText | None


class ArticleShown(Struct, kw_only=True):
    """An article in its latest revision, with every change that its outlet made. Places of matches count code points of title,
    two line feeds, and text.
    """

    id: str
    url: str | None
    title: str
    text: str
    language: str
    source: Source
    authors: tuple[str, ...]
    published: datetime | None
    updated: datetime | None
    first_seen: datetime
    seen: datetime
    story: str
    confidence: float | None
    copy_of: str | None
    revision: int
    corrected: bool
    undeclared: bool
    credit: str | None
    countries: tuple[str, ...]
    places: tuple[Place, ...]
    matches: tuple[RuleMatch, ...]
    versions: tuple[VersionShown, ...]


class OriginShown(Struct, kw_only=True):
    """Whose report it is, and which outlets carry it."""

    name: str
    outlets: tuple[str, ...]


class StoryShown(Struct, kw_only=True):
    """A story: its articles in the order of time (200 at most, of `total`), the outlets with the number of their articles,
    whose reports these are, and its alerts.
    """

    id: str
    total: int
    articles: tuple[Hit, ...]
    outlets: Mapping[str, int]
    languages: Mapping[str, int]
    countries: Mapping[str, int]
    origins: tuple[OriginShown, ...]
    alerts: tuple[Alert, ...]


class AlertsShown(Struct, kw_only=True):
    """Alerts, the newest first; `more` tells that there are others."""

    alerts: tuple[Alert, ...]
    more: bool


class AlertShown(Struct, kw_only=True):
    """An alert with its deliveries, how far it has spread, what became of it for whom, and what was said of it."""

    alert: Alert
    deliveries: tuple[Delivery, ...]
    spread: Spread
    outcomes: tuple[OutcomeRow, ...]
    acknowledgements: tuple[Acknowledgement, ...]
    feedback: tuple[Feedback, ...]


class Done(Struct, kw_only=True):
    """What came of it, as a sentence."""

    said: str


class Reason(Struct, kw_only=True):
    """One answer: in lines of words, and as values."""

    lines: tuple[str, ...]
    facts: Mapping[str, Any]


class Reasons(Struct, kw_only=True):
    """Why somebody was or was not told."""

    answers: tuple[Reason, ...]


class RuleShown(Struct, kw_only=True):
    """A rule in force; no channels means all of them."""

    id: str
    name: str
    severity: str
    channels: tuple[str, ...]
    query: str
    version: str


class RulesShown(Struct, kw_only=True):
    """The rules in force."""

    rules: tuple[RuleShown, ...]


class QueryChecked(Struct, kw_only=True):
    """Whether a query can be used. If not: why, the place in code points (the end exclusive), its line and column from 1, and
    the query's line with carets below the place.
    """

    usable: bool
    problem: str | None = None
    start: int | None = None
    end: int | None = None
    line: int | None = None
    column: int | None = None
    pointer: str | None = None


class FeedShown(Struct, kw_only=True):
    """A feed and how it is; `interval` is in seconds, `missed` how many gaps of missed entries are known."""

    url: str
    title: str
    state: str
    entries: int
    error: str | None
    last_new: datetime | None
    last_success: datetime | None
    last_polled: datetime | None
    next_due: datetime | None
    interval: float | None
    failures: int
    missed: int
    country: str | None
    language: str | None
    tags: tuple[str, ...]
    listed_in: str | None


class FeedsShown(Struct, kw_only=True):
    """Feeds; `next` is what to give as `after` for the following ones, null where these are the last."""

    feeds: tuple[FeedShown, ...]
    next: str | None


class WorkerShown(Struct, kw_only=True):
    """A worker's last sign of life, seconds ago, with its counters since its start."""

    worker: str
    step: str
    seconds_ago: float
    counts: Mapping[str, int]


class StatusShown(Struct, kw_only=True):
    """How every part is; without problems all is well. `lag` counts what waits before each step, `due` deliveries."""

    healthy: bool
    problems: tuple[str, ...]
    lag: Mapping[str, int]
    workers: tuple[WorkerShown, ...]
    feeds: Mapping[str, int]
    missed: int
    recovered: int
    pushed: int
    due: int
    rechecks: int
    dead_letters: int
    silences: tuple[str, ...]


class SearchesShown(Struct, kw_only=True):
    """The searches that are kept."""

    searches: tuple[SavedSearch, ...]


class Problem(Struct, kw_only=True):
    """What went wrong, as RFC 9457 has it: `title` is its kind, `detail` says what to do."""

    type: str
    title: str
    status: int
    detail: str
