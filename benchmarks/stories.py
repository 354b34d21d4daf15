"""How relate holds at 1,000,000 articles a day: `python benchmarks/stories.py [--articles N] [--database ADDRESS]`.

Made-up articles go through the real step in batches of 64, as fast as it takes them: half of them alone, the others in stories
of some five, with towns, kinds of happening and numbers as unequally common as in news. What stands under an anchor fills
up after a few thousand articles, and from then on the cost of an article must not grow with their number: the figures of
the later parts show whether it does. At the end the process's successor starts, on the same state.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from pipeline.log.interface import LogRecord  # noqa: E402
from pipeline.log.sqlite import SqliteEventLog  # noqa: E402
from pipeline.records import topics  # noqa: E402
from pipeline.records.article import Origin, Place, PreparedArticle, Source  # noqa: E402
from pipeline.records.clues import Clues  # noqa: E402
from pipeline.relate.step import RelateStep  # noqa: E402
from pipeline.state.database import DatabaseState  # noqa: E402
from pipeline.text.happenings import happenings  # noqa: E402
from pipeline.text.similarity import signature  # noqa: E402
from pipeline.work.interface import Delivered  # noqa: E402

A_DAY = 1_000_000
WINDOW = 14 * A_DAY
BATCH = 64
TOWNS, COUNTRIES, WORDS = 20_000, 190, 40_000
START = datetime(2026, 11, 1, tzinfo=UTC)


class Stream:
    """Makes articles that resemble each other as those of a stream do."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        known = happenings()
        self._kinds = sorted({kind for kinds in (*known.words.values(), *known.beginnings.values()) for kind in kinds})
        self._events: list[tuple[int, tuple[str, ...], str]] = []
        self._number = 0

    def _rare(self, count: int) -> int:
        """Give a number below the count; low ones are common, as Zipf has it."""
        return int(count ** self._random.random()) - 1

    def _event(self) -> tuple[int, tuple[str, ...], str]:
        chosen = self._random
        if self._events and chosen.random() < 0.4:
            return chosen.choice(self._events[-2000:])
        kinds = tuple(self._kinds[self._rare(len(self._kinds))] for _ in range(2))
        self._events.append((self._rare(TOWNS), kinds, str(3 + self._rare(500))))
        del self._events[:-4000]
        return self._events[-1]

    def __iter__(self) -> Iterator[PreparedArticle]:
        while True:
            town, kinds, number = self._event()
            country = f"{town % COUNTRIES:02}"
            words = [f"w{self._rare(WORDS)}" for _ in range(90)]
            seen = START + timedelta(seconds=self._number * 86_400 / A_DAY)
            self._number += 1
            address = f"https://outlet-{self._number % 3000}.example/{self._number}"
            place = Place(
                name=f"town {town}",
                country=country,
                lat=town % 170 - 85,
                lon=town % 340 - 170,
                kind="town",
                event=True,
            )
            yield PreparedArticle(
                source=Source(feed=f"https://outlet-{self._number % 3000}.example/rss", name="Outlet"),
                entry=address,
                keys=(address,),
                url=address,
                title=" ".join(words[:8]),
                text=" ".join(words),
                seen=seen,
                origin=Origin.LIVE,
                language=self._random.choice(("en", "fr", "es", "ar", "ru", "de")),
                text_source="page",
                published=seen,
                places=(place,),
                countries=(country,),
                signature=signature(words),
                clues=Clues(head=kinds[:1], kinds=kinds, numbers=(number, f"dead {number}")),
            )


def measure(step: RelateStep, count: int, part: int) -> None:
    """Take articles through the step and say what each part of them cost."""
    stream = iter(Stream(7))
    batches: list[float] = []
    used = time.process_time()
    for offset in range(0, count, BATCH):
        articles = [next(stream) for _ in range(BATCH)]
        delivered = [
            Delivered(LogRecord(topics.PREPARED, 0, offset + n, "k", b"", article.seen), article)
            for n, article in enumerate(articles)
        ]
        begun = time.perf_counter()
        assert step.ready()
        step.handle(delivered)
        batches.append(time.perf_counter() - begun)
        if len(batches) * BATCH >= part:
            latest = sorted(batches)
            cpu = time.process_time() - used
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(
                f"{offset + BATCH:>9,} articles: {len(batches) * BATCH / sum(batches):6.0f} a second;"
                f" batches of {BATCH}: median {1000 * latest[len(latest) // 2]:.0f} ms,"
                f" p99 {1000 * latest[len(latest) * 99 // 100]:.0f} ms; CPU with making them"
                f" {1000 * cpu / len(batches) / BATCH:.2f} ms an article; {memory} MB",
                flush=True,
            )
            batches.clear()
            used = time.process_time()


def main() -> None:
    """Measure, and say what a full window would take."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--database", help="a PostgreSQL address; by default a SQLite file of its own")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        log = stack.enter_context(closing(SqliteEventLog(folder / "log.db")))
        log.create_topics(dict.fromkeys(topics.ALL, 1))
        state = DatabaseState(given.database) if given.database else DatabaseState.embedded(folder / "state.db")
        stack.enter_context(closing(state))
        state.setup()
        step = RelateStep(state.stories, state.outbox, log, "first")
        measure(step, given.articles, max(BATCH, given.articles // 10))
        step.close()
        begun = time.perf_counter()
        heir = RelateStep(state.stories, state.outbox, log, "second", quiet=timedelta(0))
        assert heir.ready()
        print(f"restart, with a second look at what was pending: {time.perf_counter() - begun:.2f} s")
        heir.close()
        if not given.database:
            size = sum(path.stat().st_size for path in folder.glob("state.db*"))
            each = size / given.articles
            print(f"state: {each / 1024:.1f} kB an article, {each * WINDOW / 2**30:.0f} GB for a fortnight of them")


if __name__ == "__main__":
    main()
