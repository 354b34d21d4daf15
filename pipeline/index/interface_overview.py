"""The port to what Kibana shows beside articles: how feeds are, the pipeline's figures, and what came of alerts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipeline.records.alert import Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """How a feed is; `looked` is when that was seen.

    `id` is the address that it was added under, `url` the one it is polled at. `state` is ok, failing, held, gone, disabled,
    invalid or new, and `error` says what is wrong. `entries` counts those of its last document, `failures` those in a row.
    `interval` is the minutes between its polls, `quiet` the hours since it last had something new. It is `silent` when that
    is more than a day and more than ten times what lies between its entries. `missed` counts the times of the last month from
    which entries were missed, `recovered` the entries of these that were found elsewhere; `pushed` tells that a hub pushes it.
    """

    looked: datetime
    id: str
    url: str
    title: str
    state: str
    tags: tuple[str, ...] = ()
    country: str | None = None
    language: str | None = None
    error: str | None = None
    entries: int = 0
    failures: int = 0
    interval: float | None = None
    quiet: float | None = None
    silent: bool = False
    last_new: datetime | None = None
    last_success: datetime | None = None
    last_polled: datetime | None = None
    next_due: datetime | None = None
    missed: int = 0
    recovered: int = 0
    pushed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Figures of one minute, `time` being its beginning: of a step, or where `step` is None of the whole.

    Of a step: how many `workers` are alive, the records that wait for it (`lag`), and what it `handled` and what `failed`, by
    the minute. Of the whole: waiting `dead_letters`, deliveries that are `due`, pages to be asked for again (`rechecks`),
    `feeds` and how many of them are `failing`, and `problems`, the sentences of `harmattan status`.
    """

    time: datetime
    step: str | None = None
    workers: int | None = None
    lag: int | None = None
    handled: float | None = None
    failed: float | None = None
    dead_letters: int | None = None
    due: int | None = None
    rechecks: int | None = None
    feeds: int | None = None
    failing: int | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of an alert: how far its news has spread, and what analysts made of it.

    `outlets` and `origins` count who carries it and whose reports these are; `countries`, `places` and `source_kinds` are
    those of its articles and outlets. `useful` and `false_alarms` count what analysts said, and `usefulness` is the share
    of useful among them, None while nobody has said anything. `acknowledged` is when somebody first took it on.
    `told`, `waiting` and `muted` count analysts: whom it went out to, who are told later, and who are not, since they muted it.
    """

    outlets: int = 1
    origins: int = 1
    countries: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    source_kinds: tuple[str, ...] = ()
    useful: int = 0
    false_alarms: int = 0
    usefulness: float | None = None
    acknowledged: datetime | None = None
    told: int = 0
    waiting: int = 0
    muted: int = 0


class Overview(Protocol):
    """Where all this is written to; each call may be repeated. All raise OutOfReach."""

    def write_feeds(self, feeds: Sequence[FeedHealth]) -> None:
        """Write how feeds are, in place of what was there of them."""

    def forget_feeds(self, before: datetime) -> None:
        """Remove the feeds that nobody has looked at since."""

    def write_figures(self, figures: Sequence[Figures]) -> None:
        """Write figures; those of a minute and step that are there already stay."""

    def write_told(self, alerts: Sequence[tuple[Alert, Told]]) -> None:
        """Write alerts with what came of them; a newer revision that is there stays."""

    def drop_before(self, alerts: datetime, figures: datetime) -> Mapping[str, int]:
        """Remove the months of alerts and of figures that ended before these moments; give how many of each."""
