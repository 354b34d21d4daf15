"""Searches and Kibana's panels on a full-size index, which stays for measuring again.

    python benchmarks/search_large.py FOLDER [--articles 1000000] [--days 90] [--repeats 5]
    python benchmarks/search_large.py FOLDER --embedded [--articles 500000]

The first run fills the index in FOLDER: an Elasticsearch of its own (2 GB heap, all that its compiler has to give), or, with
`--embedded`, tantivy. 20,000 articles of 3,000 characters are made; the others repeat their texts with another address,
outlet, time, place, story and rule. Every search counts all facets and marks its words. A panel is asked for all that there
is, and for the last seven days; nothing is answered from Elasticsearch's request cache.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from elasticsearch.helpers import parallel_bulk
from panels import article, panel_requests, searching, told
from search import MORE, PLAIN

from pipeline.index.document import elasticsearch_document
from pipeline.index.elasticsearch import ElasticsearchIndex
from pipeline.index.interface import ArticleIndex, SearchQuery
from pipeline.index.tantivy import TantivyIndex
from pipeline.records.article import EnrichedArticle

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.servers.elasticsearch import ElasticsearchServer

DISTINCT = 20_000
SIZE = 3_000
WEEK = timedelta(days=7)
Asked = dict[str, Callable[[], object]]


class LargeNode(ElasticsearchServer):
    """A node as an operator would run it."""

    def _command(self) -> list[str]:
        small = ("-Xms", "-Xmx", "-XX:TieredStopAtLevel", "-XX:+UseSerialGC")
        java, *options = (part for part in super()._command() if not part.startswith(small))
        return [java, "-Xms2g", "-Xmx2g", *options]


def main() -> None:
    """Fill the index where it is empty, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--embedded", action="store_true")
    given = parser.parse_args()
    count = given.articles or (500_000 if given.embedded else 1_000_000)
    with (embedded if given.embedded else on_server)(given.folder, count, given.days) as (index, panels):
        searches = {text: searching(index, text) for text in PLAIN + MORE}
        checked = {text: searches.pop(text) for text in searches.copy() if "EXCEPT" in text}
        told("searches with facets", searches, given.repeats)
        told("a search whose candidates are all checked in vain, which is given up in time", checked, 3)
        for name, asked in panels.items():
            told(f"panels, {name}", asked, given.repeats)


@contextmanager
def embedded(folder: Path, count: int, days: int) -> Iterator[tuple[ArticleIndex, dict[str, Asked]]]:
    """Open tantivy's index, filled."""
    with closing(TantivyIndex(folder)) as index:
        index.setup()
        have = index.search(SearchQuery(text="*", limit=1)).total
        begun = time.perf_counter()
        for start in range(have, count, 1_000):
            index.write([repeated(number, count, days) for number in range(start, min(start + 1_000, count))])
            progress(start, have, begun)
        index.refresh()
        yield index, {}


@contextmanager
def on_server(folder: Path, count: int, days: int) -> Iterator[tuple[ArticleIndex, dict[str, Asked]]]:
    """Open Elasticsearch's indices, filled."""
    node = LargeNode(folder)
    node.start()
    try:
        with closing(ElasticsearchIndex(node.address)) as index:
            index.setup()
            have = int(index._client.count(index="harmattan-articles-*", ignore_unavailable=True)["count"])
            if have < count:
                fill(index, have, count, days)
            panels = dict(panel_requests(index, "harmattan"))
            week = dict(panel_requests(index, "harmattan", datetime.now(UTC) - WEEK))
            yield index, {"everything": panels, "seven days": week}
    finally:
        node.stop()


def fill(index: ElasticsearchIndex, have: int, count: int, days: int) -> None:
    """Write what is missing, as documents that were made once and changed."""
    client, begun = index._client.options(request_timeout=120), time.perf_counter()
    made = [elasticsearch_document(article(number, SIZE)) for number in range(min(DISTINCT, count))]

    def actions() -> Iterator[dict[str, object]]:
        for number in range(have, count):
            new = elasticsearch_document(replace_text(repeated(number, count, days)))
            words = ("title", "text", "inflected", "title_forms", "title_stems", "text_forms", "text_stems")
            base = made[number % len(made)]
            source = new | {name: base[name] for name in words if name in base}
            month = f"harmattan-articles-{source['first_seen']:%Y.%m}"
            yield {"_index": month, "_id": source["id"], "_source": msgspec.to_builtins(source, str_keys=True)}

    written = parallel_bulk(client, actions(), thread_count=2, chunk_size=1_000, queue_size=2)
    for done, _ in enumerate(written):
        if done % 10_000 == 0:
            progress(have + done, have, begun)
    index.refresh()
    client.options(request_timeout=1_200).indices.forcemerge(index="harmattan-articles-*", max_num_segments=5)


def repeated(number: int, count: int, days: int) -> EnrichedArticle:
    """Give an article of the whole, with the text of one of the DISTINCT."""
    base = MADE.get(number % DISTINCT)
    if base is None:
        base = MADE[number % DISTINCT] = article(number % DISTINCT, SIZE)
    given = article_frame(number)
    moment = NOW - timedelta(days=days) * (number / count)
    prepared = replace(given.article, title=base.article.title, text=base.article.text, seen=moment, published=moment)
    return replace(given, first_seen=moment, article=replace(prepared, language=base.article.language))


def article_frame(number: int) -> EnrichedArticle:
    """Give all of an article but its text, which takes longest to make."""
    return article(number, 1)


def replace_text(enriched: EnrichedArticle) -> EnrichedArticle:
    """Give the article with next to no text: its words were made before."""
    return replace(enriched, article=replace(enriched.article, title="-", text="-"))


def progress(done: int, have: int, begun: float) -> None:
    """Say how far it is, once in a while."""
    if (done - have) % 20_000 == 0 and done > have:
        print(f"{done:,} written, {(done - have) / (time.perf_counter() - begun):.0f} a second", flush=True)


NOW = datetime.now(UTC)
MADE: dict[int, EnrichedArticle] = {}

if __name__ == "__main__":
    main()
