"""What a person would write first: requests and feedparser in 32 threads, each feed fetched whole, entries known by their link.

Run by polling.py, for comparison: `python benchmarks/polling_written_first.py DATABASE ADDRESS FEEDS`. Prints the seconds that
it took, and those of CPU, its start left out, as JSON.
"""

import json
import sqlite3
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import feedparser
import requests

LOCAL = threading.local()


def fetch(url: str) -> feedparser.FeedParserDict:
    if not hasattr(LOCAL, "session"):
        LOCAL.session = requests.Session()
    return feedparser.parse(LOCAL.session.get(url, timeout=30).content)


def main() -> None:
    path, address, feeds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE IF NOT EXISTS entries (link TEXT PRIMARY KEY, title TEXT, summary TEXT)")
    urls = [f"{address}/feed/{number}" for number in range(feeds)]
    begun, used = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(32) as pool:
        for feed in pool.map(fetch, urls):
            rows = [(entry.link, entry.title, entry.summary) for entry in feed.entries]
            database.executemany("INSERT OR IGNORE INTO entries VALUES (?, ?, ?)", rows)
            database.commit()
    print(json.dumps({"seconds": time.perf_counter() - begun, "cpu": time.process_time() - used}))


if __name__ == "__main__":
    main()
