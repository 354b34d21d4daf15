"""An alert as analysts, channels, index and web page see it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pipeline.records.article import Severity
from pipeline.records.change import Change
from pipeline.records.passage import Passage


class AlertState(StrEnum):
    """What has become of an alert's deliveries.

    `waiting`: at least one is still to be sent; `sent`: all arrived; `failed`: none is left to try and at least one
    failed for good; `unrouted`: no channel takes it.
    """

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    UNROUTED = "unrouted"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertArticle:
    """An article that an alert stands on, in that revision; the first one raised it.

    `passage` shows why the rule matched; None where no words did, and for what an older Harmattan raised. `changes` are those
    that its outlet made and that matter, the latest last, with few passages; `matches_no_more` is since when such a change
    has made the rule match it no more.
    """

    id: str
    url: str | None
    title: str
    source: str
    language: str
    published: datetime | None = None
    revision: int = 0
    passage: Passage | None = None
    changes: tuple[Change, ...] = ()
    matches_no_more: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert for a rule and a story, with everything that a message about it says.

    `matches` are the words that matched, without repeats, in the order of the text. `revision` counts up with every change.
    """

    id: str
    rule: str
    rule_name: str
    rule_version: str
    severity: Severity
    story: str
    created: datetime
    state: AlertState
    revision: int
    articles: tuple[AlertArticle, ...]
    matches: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEvent:
    """What the ledger decided, told to the index and the page (topic `alerts`)."""

    SCHEMA: ClassVar[int] = 1
    MIN_READER: ClassVar[int] = 1

    alert: Alert
