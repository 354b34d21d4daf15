"""From log to index: appends articles with their text to the log, then times workers that carry them to the index.

    python benchmarks/throughput.py [--articles 5000] [--size 3000] [--processes one|each]

The stores are embedded, in a folder of their own, unless HARMATTAN_* name servers. `one` runs every step in one
process, `each` a process a step. Prints one JSON line.
"""

import argparse
import html
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
from texts import article

from pipeline.bootstrap import open_parts, set_up
from pipeline.drain import drained
from pipeline.index.interface import SearchQuery
from pipeline.log.interface import NewRecord
from pipeline.records import topics
from pipeline.records.article import RawArticle, Source
from pipeline.records.codec import encode
from pipeline.settings import load_settings

STEPS = ("enrich", "relate", "index", "alert", "notify")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--articles", type=int, default=5000)
    arguments.add_argument("--size", type=int, default=3000)
    arguments.add_argument("--processes", choices=("one", "each"), default="one")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({**os.environ, "HARMATTAN_DATA": folder})
        with open_parts(settings) as parts:
            set_up(parts, settings)
            records = [NewRecord(f"host{number % 200}", raw(number, given.size)) for number in range(given.articles)]
            for start in range(0, len(records), 500):
                parts.log.append(topics.RAW, records[start : start + 500])
        groups = [STEPS] if given.processes == "one" else [(step,) for step in STEPS]
        begun = time.perf_counter()
        workers = [start_worker(steps, folder) for steps in groups]
        usage = wait_until_drained(folder, workers)
        seconds = time.perf_counter() - begun
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
            worker.wait(60)
        with open_parts(load_settings({**os.environ, "HARMATTAN_DATA": folder})) as parts:
            parts.index.refresh()
            found = parts.index.search(SearchQuery(limit=1)).total
    figures = {
        "articles": given.articles,
        "characters": given.size,
        "processes": given.processes,
        "found": found,
        "seconds_with_start": round(seconds, 1),
        "articles_a_second": round(given.articles / seconds),
        "workers": {"+".join(steps): figures for steps, figures in zip(groups, usage, strict=True)},
    }
    print(json.dumps(figures))


def raw(number: int, size: int) -> bytes:
    title, text = article(number, size)
    content = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in text.split("\n\n"))
    host = f"https://outlet{number % 200}.example"
    source = Source(feed=f"{host}/rss", name=f"Outlet {number % 200}")
    now = datetime.now(UTC)
    return encode(
        RawArticle(
            source=source, entry=str(number), url=f"{host}/{number}", title=title, summary="", content=content,
            seen=now, published=now,
        )
    )  # fmt: skip


def start_worker(steps: tuple[str, ...], folder: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pipeline", "work", *steps, "--data", folder]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "HARMATTAN_DATA": folder})


def wait_until_drained(folder: str, workers: list[subprocess.Popen[bytes]]) -> list[dict[str, float]]:
    """Wait; give each worker's memory at the end, its children's included, and its processor time."""
    with open_parts(load_settings({**os.environ, "HARMATTAN_DATA": folder})) as parts:
        deadline = time.monotonic() + 1800
        while not drained(parts.log, parts.state):
            if time.monotonic() > deadline or any(worker.poll() is not None for worker in workers):
                raise SystemExit("the workers did not get through")
            time.sleep(0.1)
        return [usage_of(worker.pid) for worker in workers]


def usage_of(pid: int) -> dict[str, float]:
    process = psutil.Process(pid)
    memory = sum(p.memory_info().rss for p in (process, *process.children(recursive=True)))
    times = process.cpu_times()
    return {"memory_mb": memory // 1_000_000, "cpu_s": round(times.user + times.system, 1)}


if __name__ == "__main__":
    if not Path("pyproject.toml").is_file():
        raise SystemExit("run it from the project's folder")
    main()
