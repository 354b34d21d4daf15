"""An article on its way: as polled, as prepared by enrichment, as related to others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from pipeline.records.change import Change
from pipeline.records.clues import Clues

SourceKind = Literal["agency", "public", "state", "private", "ngo", "government"]
"""What an outlet is."""


class Origin(StrEnum):
    """Why a record is in the log; only live ones may alert."""

    LIVE = "live"
    BACKFILL = "backfill"
    REPLAY = "replay"


class Severity(StrEnum):
    """How urgent a rule's alerts are."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The feed that an entry came from, as far as readers of the article need it.

    `name` is what an analyst knows the outlet by; `country` is ISO 3166-1 alpha-2, `language` ISO 639-1. `outlet` is
    the id of the outlet in the sources file, `kinds` what it is (agency, public, state, private, ngo, government) and
    `owner` who owns it; they are empty for an outlet that the file doesn't know.
    """

    feed: str
    name: str
    tags: tuple[str, ...] = ()
    country: str | None = None
    language: str | None = None
    outlet: str | None = None
    kinds: tuple[str, ...] = ()
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawArticle:
    """A new or changed entry of a feed, as the poller saw it (topic `articles.raw`).

    `title` is plain text; `summary` and `content` are the feed's HTML, to be cleaned by enrichment.
    `published` and `updated` are the feed's own claims; `seen` is when this version was first polled.
    `entry` identifies the entry within its feed (its guid, or what stands in for one); `shared_url` tells that the feed gives
    the same address to other entries, so that it names none of them. `published_zone` and `updated_zone` are the offsets that
    the feed gave with its dates, such as `+02:00`; None where it named no zone, and UTC was taken.
    """

    SCHEMA: ClassVar[int] = 1
    MIN_READER: ClassVar[int] = 1

    source: Source
    entry: str
    url: str | None
    title: str
    summary: str
    content: str
    seen: datetime
    origin: Origin = Origin.LIVE
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    language: str | None = None
    shared_url: bool = False
    published_zone: str | None = None
    updated_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Where a rule matched: code points of title + two line feeds + text, end exclusive."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMatch:
    """A rule that matched an article, with what the alert step must know of the rule.

    `version` changes when the rule's query or an entity in it does. No `channels` means all of them. `passage` is a short
    stretch of title or text that holds the words that matched, or the most of them; None where no words did.
    """

    rule: str
    name: str
    version: str
    severity: Severity
    channels: tuple[str, ...]
    spans: tuple[Span, ...]
    passage: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place that the text names, by GeoNames' English name; degrees are WGS 84.

    `kind` is one of country, region, continent, admin, town, site; `country` is ISO 3166-1 alpha-2, or None
    for what lies in several. `event` marks where the reported thing happened, of few places at most.
    """

    name: str
    country: str | None
    lat: float
    lon: float
    kind: str
    event: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedArticle:
    """An article with its text and what enrichment found in it (topic `articles.prepared`).

    `keys` are the canonical identities under which this article may be known, the strongest first.
    `text_source` is `page` or `feed`; `page_error` says why the page was not used, where it was wanted, and `page_kind`
    what stood on it: article, stub, paywall, consent, gone, or unreadable.
    `canonical` is the address that the page itself gives for the article, where it gives another than the feed's.
    `dated_by` tells who says when it was published, `feed` or `page`, or `seen` where the claim can't be true and the time
    seen stands in its place; `zone` is the offset that the claim was made in, such as `+02:00`, where it was named.
    `updated_by` and `updated_zone` say the same of when it was changed. `declared` is the language that feed or entry say.
    `signature` is the sketch of the text by which its copies are known (pipeline/text/similarity.py); empty for a short text.
    `credit` is where the article says that its report is from: the id of an agency or another outlet of the sources
    file, or of a ministry such as `ministry-defence-ml`; None when it credits nobody.
    `page_etag` and `page_modified` are what the page's server said to ask it by whether the page has changed (RFC 9110).
    `withdrawn` tells that the page is gone for good and the record repeats what stood there.
    `clues` tell which event it is about; relate reads them, and the alert step their numbers.
    `extra` is what the operator's own enrichers found, by name; `enricher_errors` says which of them failed, and how.
    """

    SCHEMA: ClassVar[int] = 1
    MIN_READER: ClassVar[int] = 1

    source: Source
    entry: str
    keys: tuple[str, ...]
    url: str | None
    title: str
    text: str
    seen: datetime
    origin: Origin
    language: str
    text_source: str
    page_error: str | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    places: tuple[Place, ...] = ()
    countries: tuple[str, ...] = ()
    matches: tuple[RuleMatch, ...] = ()
    signature: bytes = b""
    credit: str | None = None
    page_kind: str | None = None
    dated_by: str | None = None
    zone: str | None = None
    canonical: str | None = None
    updated_by: str | None = None
    updated_zone: str | None = None
    declared: str | None = None
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    enricher_errors: tuple[str, ...] = ()
    page_etag: str | None = None
    page_modified: str | None = None
    withdrawn: bool = False
    clues: Clues | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichedArticle:
    """An article with its identity, version and story (topic `articles.enriched`).

    `revision` counts up with every change of the document and is given by relate alone; `first_seen` never changes and
    chooses the index's month. `copy_of` is the article that this one repeats nearly word for word. `confidence` is how
    likely it belongs to its story, from 0 to 1: 1 for the founder and for copies; None where nobody has said. `parted_from` is
    the story that turned out to be several events at this revision, and `parted` are articles that went from it: this one
    and those that went with it, or, where it stays, all of them. `corrected` tells that the outlet changed title or text
    since an earlier version, and `changes` how, the latest last, of which few are kept here. `undeclared` tells that it once
    changed what matters without saying so. `again` tells that it is shown to the alert step once more, as if it were live:
    it is no new article.
    """

    SCHEMA: ClassVar[int] = 1
    MIN_READER: ClassVar[int] = 1

    id: str
    revision: int
    story: str
    copy_of: str | None
    first_seen: datetime
    corrected: bool
    article: PreparedArticle
    changes: tuple[Change, ...] = ()
    undeclared: bool = False
    confidence: float | None = None
    parted_from: str | None = None
    parted: tuple[str, ...] = ()
    again: bool = False
