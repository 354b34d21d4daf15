"""What rules see of the examples that are written beside them."""

import re

from pipeline.enrich.given import Described, Describer, GivenArticle, read_time
from pipeline.records.article import Source
from pipeline.rules.file import Example


def describe_example(describer: Describer, example: Example) -> Described:
    """Give what rules see of an example. Raises ValueError, with what to write instead, for a time or language."""
    time = read_time(example.published)
    if example.published and time is None:
        raise ValueError(f"{example.published!r} is no time; write one such as 2026-11-01 or 2026-11-01T12:00:00Z")
    if example.lang is not None and not re.fullmatch(r"[a-z]{2}|und", example.lang):
        raise ValueError(f"{example.lang!r} is no language; write its two letters (ISO 639-1), such as lang: fr")
    return describer.describe(
        GivenArticle(
            title=example.title,
            text=example.text,
            language=example.lang,
            source=Source(feed="", name=example.source, tags=example.tags),
            authors=example.authors,
            time=time,
        )
    )
