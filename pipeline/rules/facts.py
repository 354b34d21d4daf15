"""What is known of an article beside its words, as rules ask for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.records.article import Place, PreparedArticle
from pipeline.rules.syntax import FactField
from pipeline.text.tokens import forms

MOST_NAME_WORDS = 6
"""Words of a name that `author:` and `owner:` can ask for together."""

_TOWNS = frozenset({"town", "site", "admin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFacts:
    """What is known of an article beside title, text and language.

    `source` is the outlet's name, `outlet` its id in the sources file, `feed` its feed's address, `kinds` is what it is, such
    as agency, and `owner` whose it is; `countries` are ISO 3166-1 alpha-2; `origins` are the ids of those whom the article
    credits; `time` is when it was published or, where it names none or one to come, when it was seen. `extra` is what the
    operator's own enrichers found, by name. Empty means unknown.
    """

    source: str = ""
    outlet: str = ""
    feed: str = ""
    tags: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    owner: str = ""
    countries: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    authors: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    time: datetime | None = None
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


NO_FACTS = ArticleFacts()
"""Of an article of which only its words are known."""


def facts_of(article: PreparedArticle) -> ArticleFacts:
    """Give what a prepared article's record says for rules to ask for, wherever the record is found."""
    source = article.source
    in_time = article.published is not None and article.published <= article.seen
    return ArticleFacts(
        source=source.name,
        outlet=source.outlet or "",
        feed=source.feed,
        tags=source.tags,
        kinds=source.kinds,
        owner=source.owner or "",
        countries=article.countries,
        places=article.places,
        authors=article.authors,
        origins=(article.credit,) if article.credit else (),
        time=article.published if in_time else article.seen,
        extra=article.extra,
    )


def fact_keys(facts: ArticleFacts, language: str) -> set[tuple[FactField, str]]:
    """Give every field and value that holds for the article, each value written as `Fact` has it."""
    keys = {(FactField.LANG, language)}
    outlet = (folded(facts.source), folded(facts.outlet), facts.feed.strip())
    keys.update((FactField.SOURCE, value) for value in outlet if value)
    keys.update((FactField.TAG, folded(tag)) for tag in facts.tags)
    keys.update((FactField.KIND, kind) for kind in facts.kinds)
    keys.update((FactField.OWNER, words) for words in _runs(facts.owner))
    keys.update((FactField.COUNTRY, country) for country in facts.countries)
    for place in facts.places:
        keys.add((FactField.PLACE, folded(place.name)))
        if place.country and place.kind in _TOWNS:
            keys.add((FactField.WITHIN, place.country))
    keys.update((FactField.AUTHOR, words) for author in facts.authors for words in _runs(author))
    keys.update((FactField.ORIGIN, folded(origin)) for origin in facts.origins)
    keys.update(
        (FactField.EXTRA, folded(f"{name} {value}")) for name, values in facts.extra.items() for value in values
    )
    return keys


def folded(text: str) -> str:
    """Give the text's folded words, with a space between two."""
    return " ".join(forms(text))


def _runs(text: str) -> Iterator[str]:
    words = forms(text)
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + MOST_NAME_WORDS) + 1):
            yield " ".join(words[start:end])
