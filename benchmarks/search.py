"""Search: fills an index with articles, then times queries as analysts write them, each several times in turn.

    python benchmarks/search.py [--articles 20000] [--size 3000] [--repeats 5] [--plain]

The index is the embedded one, in a folder of its own, unless HARMATTAN_ELASTICSEARCH names a server (whose indices it then
leaves filled). `--plain` leaves out what is more than words. Prints a line a query, and the 95th percentile of all.
"""

import argparse
import os
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta

from texts import article

from pipeline.bootstrap import open_parts, set_up
from pipeline.index.interface import SearchQuery
from pipeline.records.article import EnrichedArticle, Origin, PreparedArticle, Source
from pipeline.settings import load_settings

PLAIN = (
    "governor", "Residents", "market prices", '"the road would stay"', "mark*", "governor -market", "ministère OR carretera",
    "жителей", "bamama", "*",
)  # fmt: skip
MORE = (
    "text:governor lang:en",
    "governor NEAR/5 road",
    '("the road" OR "the market") ONEAR/10 (closed OR reopened) NOT football',
    "ATLEAST/2 (governor, millet, carretera, дорога)",
    'Monday EXCEPT "said on Monday"',
    'source:"Outlet 7" date:>=2026-01-01',
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--articles", type=int, default=20_000)
    arguments.add_argument("--size", type=int, default=3000)
    arguments.add_argument("--repeats", type=int, default=5)
    arguments.add_argument("--plain", action="store_true")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({**os.environ, "HARMATTAN_DATA": folder})
        with open_parts(settings) as parts:
            set_up(parts, settings)
            begun = time.perf_counter()
            for start in range(0, given.articles, 500):
                many = range(start, min(start + 500, given.articles))
                parts.index.write([enriched(number, given.size) for number in many])
            parts.index.refresh()
            print(f"{given.articles / (time.perf_counter() - begun):.0f} articles a second written")
            queries = PLAIN if given.plain else PLAIN + MORE
            times: dict[str, list[float]] = {query: [] for query in queries}
            totals = {}
            for _ in range(given.repeats):
                for query in queries:
                    begun = time.perf_counter()
                    totals[query] = parts.index.search(SearchQuery(text=query)).total
                    times[query].append(1000 * (time.perf_counter() - begun))
    for query, taken in times.items():
        print(f"{min(taken):8.1f} ms at best, {max(taken):8.1f} at worst, {totals[query]:6} found: {query}")
    every = [value for taken in times.values() for value in taken]
    print(f"95th percentile {statistics.quantiles(every, n=20)[-1]:.1f} ms")


def enriched(number: int, size: int) -> EnrichedArticle:
    title, text = article(number, size)
    outlet = number % 200
    now = datetime.now(UTC) - timedelta(minutes=number)
    prepared = PreparedArticle(
        source=Source(feed=f"https://outlet{outlet}.example/rss", name=f"Outlet {outlet}"),
        entry=str(number), keys=(f"guid:{number}",), url=f"https://outlet{outlet}.example/{number}", title=title, text=text,
        seen=now, published=now, origin=Origin.LIVE, language=language(number), text_source="feed",
    )  # fmt: skip
    return EnrichedArticle(
        id=f"a{number}", revision=1, story=f"s{number}", copy_of=None, first_seen=now, corrected=False, article=prepared
    )


def language(number: int) -> str:
    return ("en", "fr", "es", "ru", "ar")[number % 5]


if __name__ == "__main__":
    main()
