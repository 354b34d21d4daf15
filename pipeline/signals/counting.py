"""What an article counts for."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice

from pipeline.records.article import EnrichedArticle, Origin, PreparedArticle
from pipeline.signals.model import Kind, Of, Signal
from pipeline.state.interface import Seen, Tally

MOST_ENTITIES = 100
"""Of one article."""
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
    if enriched.revision != 1 or enriched.again or article.origin is Origin.REPLAY:
        return
    live = article.origin is Origin.LIVE
    seen = enriched.first_seen if live else min(article.published or enriched.first_seen, enriched.first_seen)
    hour = _hour(enriched.first_seen) if live else None
    for kind, name, label, country in _named(enriched, kinds):
        yield Tally(
            kind=kind, name=name, label=label, source=article.source.feed, seen=seen, hour=hour, country=country
        )


def asked_for(named: Tally | Seen) -> str:
    """Give what a signal's names are compared with: a place without its country, an entity without what it is."""
    return named.name.rsplit(" (", 1)[0] if named.kind in (Of.PLACE, Of.ENTITY) else named.name


def place_label(name: str, country: str | None) -> str:
    """Give a place as it is counted and shown: towns of one name lie in many countries."""
    return f"{name} ({country})" if country else name


_Named = Iterator[tuple[str, str, str | None]]


def _named(enriched: EnrichedArticle, kinds: Collection[Of]) -> Iterator[tuple[Of, str, str, str | None]]:
    for kind in sorted(kinds):
        for name, label, country in _NAMED[kind](enriched.article):
            yield kind, name, label, country


def _source(article: PreparedArticle) -> _Named:
    yield article.source.feed, article.source.name, article.source.country


def _language(article: PreparedArticle) -> _Named:
    if article.language != "und":
        yield article.language, article.language, None


def _countries(article: PreparedArticle) -> _Named:
    yield from ((code, code, code) for code in dict.fromkeys(article.countries))


def _rules(article: PreparedArticle) -> _Named:
    yield from ((rule, name, None) for rule, name in {match.rule: match.name for match in article.matches}.items())


def _entities(article: PreparedArticle) -> _Named:
    found = (f"{value} ({what})" for what, values in sorted(article.extra.items()) for value in values)
    yield from ((name, name, None) for name in islice(dict.fromkeys(found), MOST_ENTITIES))


def _places(article: PreparedArticle) -> _Named:
    places = {(place.name, place.country) for place in article.places if place.kind not in NO_PLACES}
    for name, country in sorted(places, key=str):
        label = place_label(name, country)
        yield label, label, country


_NAMED: Mapping[Of, Callable[[PreparedArticle], _Named]] = {
    Of.SOURCE: _source,
    Of.LANGUAGE: _language,
    Of.COUNTRY: _countries,
    Of.RULE: _rules,
    Of.ENTITY: _entities,
    Of.PLACE: _places,
}


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
