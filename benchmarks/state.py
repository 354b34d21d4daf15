"""Relate's transactions alone: how many articles a second the state decides on and hands to the outbox.

    python benchmarks/state.py [--articles 8192] [--bands 32] [--same]

The state is embedded, in a folder of its own, unless HARMATTAN_DATABASE names a server. Each article has two keys and 4 kB
of outgoing record. `--same` gives all the same bands, as if one text came again and again. Prints one JSON line.
"""

import argparse
import json
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta

from pipeline.bootstrap import open_state
from pipeline.log.interface import LogRecord
from pipeline.settings import load_settings
from pipeline.state.interface import KnownArticle, State

BATCH = 64
NOW = datetime.now(UTC)
RUN = os.urandom(4).hex()
OWNER = f"benchmark-{RUN}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--articles", type=int, default=8192)
    arguments.add_argument("--bands", type=int, default=32)
    arguments.add_argument("--same", action="store_true")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({**os.environ, "HARMATTAN_DATA": folder})
        with open_state(settings) as state:
            state.setup()
            state.stories.lead(OWNER, timedelta(hours=1))
            begun = time.perf_counter()
            for start in range(0, given.articles, BATCH):
                decide(state, range(start, start + BATCH), given.bands, given.same)
            seconds = time.perf_counter() - begun
            state.stories.resign(OWNER)
    database = "PostgreSQL" if settings.database else "SQLite"
    figures = {"database": database, "articles": given.articles, "bands": given.bands, "same": given.same}
    print(json.dumps(figures | {"articles_per_second": round(given.articles / seconds)}))


def decide(state: State, numbers: range, bands: int, same: bool) -> None:
    records = [LogRecord("articles.prepared", number % 6, number, "", b"", NOW) for number in numbers]
    keys = {number: [f"https://example.org/{RUN}/{number}", f"guid:{RUN}:{number}"] for number in numbers}
    shelves = {number: [f"{n}.{0 if same else os.urandom(8).hex()}" for n in range(bands)] for number in numbers}
    with state.stories.decide(OWNER, f"relate@{RUN}") as decision:
        decision.uncovered(records)
        decision.by_keys(key for its_keys in keys.values() for key in its_keys)
        decision.near({band for shelf in shelves.values() for band in shelf}, NOW - timedelta(days=7))
        for number in numbers:
            decision.put(known(number), keys[number], shelves[number])
            decision.publish("articles.enriched", str(number), b"x" * 4000)
        decision.cover(records)
    while rows := state.outbox.pending("relate", 500):
        state.outbox.published(rows)


def known(number: int) -> KnownArticle:
    seen = NOW + timedelta(milliseconds=number)
    return KnownArticle(
        id=f"{RUN}{number:016x}",
        story=f"{RUN}{number:016x}",
        copy_of=None,
        feed="https://example.org/rss",
        revision=1,
        first_seen=seen,
        seen=seen,
        text_source="feed",
        content_hash="c" * 24,
        document_hash="d" * 24,
        backfill=False,
        alertable=True,
        corrected=False,
        signature=os.urandom(512),
    )


if __name__ == "__main__":
    main()
