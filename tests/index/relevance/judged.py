"""The sample newsroom's articles, questions about them, and how good an order of answers is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import log2
from pathlib import Path

import yaml

from pipeline.newsroom.content import load_contents
from pipeline.records.article import EnrichedArticle, Source
from tests.index.articles import an_article

_FILE = Path(__file__).parent / "queries.yaml"
_START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_BEST, _ALSO = 2, 1
PLACES = 10


@dataclass(frozen=True)
class Question:
    """A search, and how well each article that answers it does so: 2 or 1."""

    query: str
    grades: dict[str, int]


def questions() -> list[Question]:
    return [
        Question(row["query"], dict.fromkeys(row["best"], _BEST) | dict.fromkeys(row.get("also", ()), _ALSO))
        for row in yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    ]


def articles() -> list[EnrichedArticle]:
    """The newsroom's articles, each under its outlet's id and its own."""
    return [
        an_article(
            f"{outlet.id}/{article.id}",
            title=article.title,
            text="\n\n".join((article.summary, *article.paragraphs)),
            story=article.id,
            first_seen=_START + timedelta(seconds=article.after),
            language=article.language or outlet.language,
            source=Source(feed=f"https://{outlet.id}.example/", name=outlet.name, country=outlet.country),
        )
        for outlet in load_contents()
        for article in outlet.articles
    ]


def ndcg(found: Sequence[str], grades: dict[str, int]) -> float:
    """The normalized discounted cumulative gain of the first ten answers: 1 is the best order that there is.

    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20(4), 2002; with gains of
    2^grade - 1, as Burges et al. (2005) have them.
    """

    def gain(values: Sequence[int]) -> float:
        return sum((2.0**grade - 1) / log2(place + 2) for place, grade in enumerate(values[:PLACES]))

    return gain([grades.get(one, 0) for one in found]) / gain(sorted(grades.values(), reverse=True))
