"""Reading what a visitor asks for, strictly and within bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.durations import parse_duration
from pipeline.errors import BadInput
from pipeline.index.interface import Order, SearchQuery

PAGE = 20
MOST = 200
LONGEST = 1000

PERIODS = {"1h": "last hour", "24h": "last 24 hours", "7d": "last 7 days", "30d": "last 30 days"}


_FILTERS = ("lang", "rule", "place", "country", "source", "kind", "story")
_KEPT = ("q", *_FILTERS, "since", "until", "order", "stories")
ORDERS = {"": "best first", Order.NEWEST.value: "newest first", Order.OLDEST.value: "oldest first"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchForm:
    """The search form as it was filled in; empty means that it was not."""

    q: str = ""
    lang: str = ""
    rule: str = ""
    place: str = ""
    country: str = ""
    source: str = ""
    kind: str = ""
    story: str = ""
    since: str = ""
    until: str = ""
    order: str = ""
    stories: str = ""
    after: str = ""
    limit: int = PAGE

    def values(self) -> dict[str, str]:
        """Give the fields that were filled in, without the page."""
        return {name: value for name in _KEPT if (value := getattr(self, name))}


def read_form(parameters: Mapping[str, str]) -> SearchForm:
    """Read the form. Whatever can't be a limit is the usual one."""
    fields = {name: parameters.get(name, "").strip()[: LONGEST + 1] for name in SearchForm.__dataclass_fields__}
    fields["after"] = parameters.get("after", "").strip()
    return SearchForm(**{**fields, "limit": read_limit(fields["limit"])})  # type: ignore[arg-type]


def read_limit(text: str) -> int:
    """Read how many rows to show."""
    return min(max(int(text), 1), MOST) if text.isascii() and text.isdigit() and len(text) < 9 else PAGE


def search_query(form: SearchForm, now: datetime) -> SearchQuery:
    """Make the index's query of the form. Raises BadInput with a sentence for the visitor."""
    for name, value in form.values().items():
        if len(value) > LONGEST:
            raise BadInput(f"the field {name} is over {LONGEST} characters long; shorten it")
    return SearchQuery(
        text=form.q or "*",
        since=moment_of(form.since, now),
        until=moment_of(form.until, now),
        language=form.lang or None,
        place=form.place or None,
        country=form.country or None,
        rule=form.rule or None,
        source=form.source or None,
        kind=form.kind or None,
        story=form.story or None,
        order=Order(form.order) if form.order in list(Order) else None,
        by_story=bool(form.stories),
        after=form.after or None,
        limit=form.limit,
    )


def moment_of(text: str, now: datetime) -> datetime | None:
    """Read a length of time back from now, or a date; None where nothing is written. Raises BadInput."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        pass
    try:
        return now - parse_duration(text)
    except (ValueError, OverflowError) as error:
        raise BadInput(
            f"{text[:40]!r} is neither a length of time, such as 24h or 7d, nor a date, such as 2026-01-31"
        ) from error
