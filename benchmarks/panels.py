"""Kibana's panels and searches with facets: fills indices of its own on Elasticsearch, and times each request.

    HARMATTAN_ELASTICSEARCH=http://127.0.0.1:9200 python benchmarks/panels.py [--articles 1000000] [--size 3000] [--repeats 7]
    python benchmarks/panels.py --embedded [--articles 500000]

With `--embedded` only searches, on tantivy in a folder of its own. Every search counts all facets and marks its words. Prints
the best and the 95th percentile of each, in milliseconds; the indices are removed at the end.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from search import MORE, PLAIN, enriched

from pipeline.index.elasticsearch import ElasticsearchIndex
from pipeline.index.interface import ArticleIndex, Facet, SearchQuery
from pipeline.index.tantivy import TantivyIndex
from pipeline.kibana.content import ndjson
from pipeline.records.article import EnrichedArticle, Place, RuleMatch, Severity

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.kibana.checker import read_objects
from tests.kibana.requests import lens_request, map_requests
from tests.servers.wipe import wipe_elasticsearch

COUNTRIES = ("ML", "NE", "BF", "TD", "SN", "CI", "DZ", "MR")
RULES = ("sahel", "wagner-group", "coup", "jnim", "food-crisis")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--articles", type=int, default=1_000_000)
    arguments.add_argument("--size", type=int, default=3000)
    arguments.add_argument("--repeats", type=int, default=7)
    arguments.add_argument("--embedded", action="store_true")
    given = arguments.parse_args()
    with embedded() if given.embedded else on_server() as (index, panels):
        begun = time.perf_counter()
        for start in range(0, given.articles, 500):
            many = range(start, min(start + 500, given.articles))
            index.write([article(number, given.size) for number in many])
        index.refresh()
        print(f"{given.articles / (time.perf_counter() - begun):.0f} articles a second written")
        searches = {text: searching(index, text) for text in PLAIN + MORE}
        told("searches with facets", searches, given.repeats)
        if panels:
            told("panels", panels, given.repeats)


def told(what: str, asked: dict[str, Callable[[], object]], repeats: int) -> None:
    times: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(repeats):
        for name, ask in asked.items():
            begun = time.perf_counter()
            ask()
            times[name].append(1000 * (time.perf_counter() - begun))
    for name, taken in times.items():
        print(f"{min(taken):8.1f} ms at best, {max(taken):8.1f} at worst: {name}")
    every = [value for taken in times.values() for value in taken]
    best = max(min(taken) for taken in times.values())
    print(
        f"{what}: 95th percentile {statistics.quantiles(every, n=20)[-1]:.1f} ms, slowest at its best {best:.1f} ms\n"
    )


def searching(index: ArticleIndex, text: str) -> Callable[[], object]:
    return lambda: index.search(SearchQuery(text=text, facets=tuple(Facet)))


@contextmanager
def embedded() -> Iterator[tuple[ArticleIndex, dict[str, Callable[[], object]]]]:
    with tempfile.TemporaryDirectory() as folder, closing(TantivyIndex(Path(folder))) as index:
        index.setup()
        yield index, {}


@contextmanager
def on_server() -> Iterator[tuple[ArticleIndex, dict[str, Callable[[], object]]]]:
    address, prefix = os.environ["HARMATTAN_ELASTICSEARCH"], f"bench-{os.getpid()}"
    try:
        with closing(ElasticsearchIndex(address, prefix=prefix)) as index:
            index.setup()
            yield index, dict(panel_requests(index, prefix))
    finally:
        wipe_elasticsearch(address, prefix)


def panel_requests(
    index: ElasticsearchIndex, prefix: str, since: datetime | None = None
) -> Iterator[tuple[str, Callable[[], object]]]:
    """Give the requests of the panels that show articles. Kibana's own answers may be kept by Elasticsearch; these are not."""
    recent = [{"range": {"time": {"gte": since.isoformat()}}}] if since else []
    client = index._client
    for (kind, name), saved in read_objects(ndjson()).items():
        views = {view for one, view in saved.references.values() if one == "index-pattern"}
        if kind not in ("lens", "map") or views != {"harmattan-articles"}:
            continue
        for request in [lens_request(saved)] if kind == "lens" else map_requests(saved):
            query = {"bool": {"must": [request.get("query", {"match_all": {}})], "filter": recent}}
            asked = {"index": f"{prefix}-articles-*", "request_cache": False, **request, "query": query}
            yield name, lambda asked=asked: client.search(**asked)  # type: ignore[misc]


def article(number: int, size: int) -> EnrichedArticle:
    made = enriched(number, size)
    country = COUNTRIES[number % len(COUNTRIES)]
    place = Place(name=f"Town {number % 500}", country=country, lat=10 + number % 13, lon=number % 20 - 8, kind="town")
    rule = RULES[number % len(RULES)]
    match = RuleMatch(rule=rule, name=rule, version="1", severity=Severity.HIGH, channels=(), spans=())
    prepared = replace(made.article, countries=(country,), places=(place,), matches=(match,) if number % 7 == 0 else ())
    return replace(made, story=f"s{number // 3}", article=prepared)


if __name__ == "__main__":
    main()
