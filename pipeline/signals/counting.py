"""What an article counts for."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from pipeline.records.article import EnrichedArticle, Origin
from pipeline.signals.model import Kind, Of, Signal
from pipeline.state.interface import Seen, Tally

NO_PLACES = frozenset({"country", "continent", "region"})
"""What is named as a place and is none that somebody could not have heard of."""


def kinds_of(signals: Collection[Signal]) -> frozenset[Of]:
    """Give what has to be counted: what the signals watch, and, for comparison, all articles of each source."""
    watched = {signal.of for signal in signals}
    by_rate = any(signal.kind in (Kind.BURST, Kind.SILENCE) for signal in signals)
    return frozenset(watched | {Of.SOURCE} if by_rate else watched)


def tallies_of(enriched: EnrichedArticle, kinds: Collection[Of]) -> Iterator[Tally]:
    """Give what an article counts for, as its first version stands: later versions and replays count for nothing.

    It counts in the hour in which it was first seen. A back-fill is no news: it only tells that something was named when the
    article was published.
    """
    article = enriched.article
    if enriched.revision != 1 or article.origin is Origin.REPLAY:
        return
    live = article.origin is Origin.LIVE
    seen = enriched.first_seen if live else min(article.published or enriched.first_seen, enriched.first_seen)
    hour = _hour(enriched.first_seen) if live else None
    for kind, name, label, country in _named(enriched, kinds):
        yield Tally(
            kind=kind, name=name, label=label, source=article.source.feed, seen=seen, hour=hour, country=country
        )


def asked_for(named: Tally | Seen) -> str:
    """Give what a signal's names are compared with: of a place, its name without the country."""
    return named.name.rsplit(" (", 1)[0] if named.kind == Of.PLACE else named.name


def place_label(name: str, country: str | None) -> str:
    """Give a place as it is counted and shown: towns of one name lie in many countries."""
    return f"{name} ({country})" if country else name


def _named(enriched: EnrichedArticle, kinds: Collection[Of]) -> Iterator[tuple[Of, str, str, str | None]]:
    article = enriched.article
    if Of.SOURCE in kinds:
        yield Of.SOURCE, article.source.feed, article.source.name, article.source.country
    if Of.LANGUAGE in kinds and article.language != "und":
        yield Of.LANGUAGE, article.language, article.language, None
    if Of.COUNTRY in kinds:
        for code in dict.fromkeys(article.countries):
            yield Of.COUNTRY, code, code, code
    if Of.RULE in kinds:
        for rule, name in {match.rule: match.name for match in article.matches}.items():
            yield Of.RULE, rule, name, None
    if Of.PLACE in kinds:
        places = {(place.name, place.country) for place in article.places if place.kind not in NO_PLACES}
        for name, country in sorted(places, key=str):
            label = place_label(name, country)
            yield Of.PLACE, label, label, country


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
