"""What is known of an article beside its words, as rules ask for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipeline.records.article import Place
from pipeline.rules.syntax import FactField
from pipeline.text.tokens import forms

MOST_AUTHOR_WORDS = 6
"""Words of an author's name that `author:` can ask for together."""

_TOWNS = frozenset({"town", "site", "admin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFacts:
    """What is known of an article beside title, text and language.

    `source` is the outlet's name, `feed` its feed's address, and `kinds` is what the outlet is, such as agency; `countries`
    are ISO 3166-1 alpha-2; `origins` are the agencies that the article credits; `time` is when it was published or, where
    that is unknown, first seen. Empty means unknown.
    """

    source: str = ""
    feed: str = ""
    tags: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    authors: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    time: datetime | None = None


NO_FACTS = ArticleFacts()
"""Of an article of which only its words are known."""


def fact_keys(facts: ArticleFacts, language: str) -> set[tuple[FactField, str]]:
    """Give every field and value that holds for the article, each value written as `Fact` has it."""
    keys = {(FactField.LANG, language)}
    keys.update((FactField.SOURCE, value) for value in (folded(facts.source), facts.feed.strip()) if value)
    keys.update((FactField.TAG, folded(tag)) for tag in facts.tags)
    keys.update((FactField.KIND, kind) for kind in facts.kinds)
    keys.update((FactField.COUNTRY, country) for country in facts.countries)
    for place in facts.places:
        keys.add((FactField.PLACE, folded(place.name)))
        if place.country and place.kind in _TOWNS:
            keys.add((FactField.WITHIN, place.country))
    keys.update((FactField.AUTHOR, words) for author in facts.authors for words in _runs(author))
    keys.update((FactField.ORIGIN, folded(origin)) for origin in facts.origins)
    return keys


def folded(text: str) -> str:
    """Give the text's folded words, with a space between two."""
    return " ".join(forms(text))


def _runs(text: str) -> Iterator[str]:
    words = forms(text)
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + MOST_AUTHOR_WORDS) + 1):
            yield " ".join(words[start:end])
