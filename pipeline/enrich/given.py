"""Articles that somebody hands over, as a line of JSON or as an example: read, and told what enrichment would tell of them."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from pipeline.enrich.credit import Credits
from pipeline.enrich.interface import PlaceFinder
from pipeline.enrich.language import LanguageGuesser
from pipeline.enrich.outlets import Outlets
from pipeline.enrich.own import NO_ENRICHERS, Article, OwnEnrichers
from pipeline.records.article import Place, Source
from pipeline.rules.facts import ArticleFacts
from pipeline.text.document import Document

NO_SOURCE = Source(feed="", name="")
"""Of an article of which nobody says where it is from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenArticle:
    """An article of which only these fields are known. `language` is guessed where it is not given."""

    title: str
    text: str
    language: str | None = None
    source: Source = NO_SOURCE
    url: str | None = None
    authors: tuple[str, ...] = ()
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """An article with what rules may ask of it. `errors` says which of the operator's own enrichers failed."""

    document: Document
    facts: ArticleFacts
    errors: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """The places that it names."""
        return self.facts.places


class Describer:
    """Finds of articles that are given what enrichment finds of those of feeds: language, places, outlet, credit, extras."""

    def __init__(
        self, places: PlaceFinder, languages: LanguageGuesser, outlets: Outlets, own: OwnEnrichers = NO_ENRICHERS
    ) -> None:
        self._places = places
        self._languages = languages
        self._outlets = outlets
        self._credits = Credits(outlets)
        self._own = own

    def at_home(self, given: Iterable[GivenArticle]) -> "Describer":
        """Give a describer that also knows where the sources of these articles are at home, learnt from them together."""
        describer = copy(self)
        describer._places = self._places.at_home(map(self._read, given))
        return describer

    def _read(self, given: GivenArticle) -> tuple[Document, Source]:
        source = self._outlets.describe(given.source, given.url)
        language = given.language or self._languages.guess(f"{given.title}\n{given.text}", declared=source.language)
        return Document(given.title, given.text, language), source

    def describe(self, given: GivenArticle) -> Described:
        """Describe an article."""
        document, source = self._read(given)
        language = document.language
        places, countries = self._places.find(document, language, source)
        outlet = self._outlets.outlet_of(given.source, given.url)
        credit = self._credits.find(document, given.authors, outlet, countries)
        extra = self._own.look_at(
            Article(
                title=document.title,
                text=document.text,
                language=language,
                source=source,
                url=given.url,
                authors=given.authors,
                published=given.time,
                places=places,
                countries=countries,
            )
        )
        facts = ArticleFacts(
            source=source.name,
            outlet=source.outlet or "",
            feed=source.feed,
            tags=source.tags,
            kinds=source.kinds,
            owner=source.owner or "",
            countries=countries,
            places=places,
            authors=given.authors,
            origins=(credit,) if credit else (),
            time=given.time,
            extra=extra.found,
        )
        return Described(document, facts, extra.errors)


def open_describer(
    languages: LanguageGuesser, outlets: Outlets, places: Path | None = None, own: OwnEnrichers = NO_ENRICHERS
) -> Describer:
    """Give a describer with the shipped gazetteer and the operator's file of places. Raises BadInput."""
    from pipeline.enrich.places import GazetteerPlaces
    from pipeline.gazetteer.operator import gazetteer_with

    return Describer(GazetteerPlaces(gazetteer_with(places), outlets.known), languages, outlets, own)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLine:
    """A line of JSON as `harmattan analyze` takes it. What `source` and `published` can't be read as says nothing."""

    id: str | int
    title: str
    text: str
    url: str | None = None
    published: str | int | float | None = None
    source: Any = None
    authors: Any = ()
    language: Any = None

    @property
    def article(self) -> GivenArticle:
        """The article of the line."""
        authors = self.authors if isinstance(self.authors, list | tuple) else (self.authors,)
        language = self.language if isinstance(self.language, str) and len(self.language) == 2 else None
        return GivenArticle(
            title=self.title,
            text=self.text,
            language=language and language.lower(),
            source=read_source(self.source),
            url=self.url,
            authors=tuple(author for author in authors if isinstance(author, str)),
            time=read_time(self.published),
        )


_LINES = msgspec.json.Decoder(GivenLine)


def read_line(line: bytes) -> GivenLine:
    """Read a line of JSON. Raises ValueError with what to write instead."""
    try:
        return _LINES.decode(line.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{error}; write a JSON object with id, title and text") from None


def read_source(given: Any) -> Source:
    """Read a source: an outlet's name, or an object with a feed's fields. What is neither says nothing."""
    if isinstance(given, str):
        return Source(feed="", name=given)
    try:
        return msgspec.convert({"feed": "", "name": "", **given}, Source, strict=False)
    except (TypeError, msgspec.ValidationError):
        return NO_SOURCE


def read_time(given: str | int | float | None) -> datetime | None:
    """Read a time in ISO 8601 or in seconds since 1970, in UTC where no zone is given. What is neither says nothing."""
    if given is None:
        return None
    try:
        read = datetime.fromisoformat(given) if isinstance(given, str) else datetime.fromtimestamp(given, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
