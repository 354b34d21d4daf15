"""The mapping of article documents; pipeline.index.document says what the fields hold."""

from typing import Any

from pipeline.index.templates.analysis import ANALYZER

_KEYWORD = {"type": "keyword"}
_DATE = {"type": "date", "format": "strict_date_optional_time"}

_WORDS = {"type": "text", "analyzer": "whitespace"}
WORD_FIELDS = ("title_forms", "title_stems", "text_forms", "text_stems")

INFLECTED = {
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "pt": "portuguese",
    "ru": "russian",
    "tr": "turkish",
}
"""The languages of which a plain word in Kibana finds inflected forms, with Elasticsearch's own analyser for each."""

SEARCHED = ("title", "text", *(f"inflected.{language}" for language in INFLECTED))
"""Where Elasticsearch looks for a word without a field."""

UNSTORED = (*WORD_FIELDS, "facts", "inflected")
"""Fields that are searched, and never shown: they are left out of `_source`."""

ARTICLE_FIELDS: dict[str, Any] = {
    "title": {"type": "text", "analyzer": ANALYZER},
    # Offsets make highlighting in Kibana cheap.
    "text": {"type": "text", "analyzer": ANALYZER, "index_options": "offsets"},
    # Words as Harmattan makes them, for the rules' query language; only `_source` of older indices holds them.
    **dict.fromkeys(WORD_FIELDS, _WORDS),
    # Words of title and text whose stems are long enough to tell words apart, by language: for plain words in Kibana.
    "inflected": {
        "properties": {
            language: {"type": "text", "analyzer": analyzer, "norms": False} for language, analyzer in INFLECTED.items()
        }
    },
    "facts": {"type": "keyword"},
    "revision": {"type": "long"},
    "corrected": {"type": "boolean"},
    "undeclared": {"type": "boolean"},
    "locations": {"type": "geo_point"},
    "record": {"type": "object", "enabled": False},
    # What enrichers of the operator's own found: `extra.NAME`, each value a keyword.
    "extra": {"type": "flattened"},
    **dict.fromkeys(("time", "published", "updated", "first_seen", "seen"), _DATE),
    **dict.fromkeys(
        (
            "id",
            "story",
            "copy_of",
            "change_kind",
            "url",
            "language",
            "authors",
            "categories",
            "origin",
            "text_source",
            "page_error",
            "page_kind",
            "credit",
            "dated_by",
            "canonical",
            "zone",
            "updated_by",
            "updated_zone",
            "enricher_errors",
            "source",
            "source_keys",
            "feed",
            "feed_tags",
            "source_country",
            "outlet",
            "source_kinds",
            "source_owner",
            "places",
            "countries",
            "place_keys",
            "rules",
            "severities",
        ),
        _KEYWORD,
    ),
}
