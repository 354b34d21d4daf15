"""What a changed feed costs: reading, cleaning and comparing one document, part by part, in milliseconds of one core.

    python benchmarks/documents.py

Each figure is the least of many runs, so that other work on the machine shows least.
"""

import io
import time
from collections.abc import Callable
from html import escape

import dateparser  # installed with trafilatura
import feedparser
from texts import article

from pipeline.poll.compare import compare
from pipeline.poll.dates import read_date
from pipeline.poll.parse import parse_feed, parse_if_tame
from pipeline.poll.reading import GuardedReader
from pipeline.poll.sanitise import safe

URL = "https://outlet.example/feed"
HEADERS = {"content-type": "application/xml; charset=utf-8", "content-location": URL}
DATES = ("Sun, 15 Nov 2026 12:00:00 CEST", "15 novembre 2026 10:00", "15 نوفمبر 2026 10:00", "le 99 quelquechose 2026")


def document(entries: int = 30) -> bytes:
    def item(number: int) -> str:
        title, text = article(number, 900)
        content = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in text.split("\n\n"))
        return (
            f"<item><title>{title}</title><link>https://outlet.example/{number}/?utm_source=rss&amp;utm_medium=feed</link>"
            f'<guid isPermaLink="false">https://outlet.example/?p={number}</guid><category>Mali</category>'
            f"<pubDate>Sun, 15 Nov 2026 {number % 24:02}:00:00 +0000</pubDate>"
            f"<description><![CDATA[{content[:200]}]]></description></item>"
            f"<content:encoded><![CDATA[{content}]]></content:encoded></item>".replace("</item><content", "<content")
        )

    namespace = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    items = "".join(map(item, range(entries)))
    return f'<rss version="2.0" {namespace}><channel><title>Outlet</title>{items}</channel></rss>'.encode()


def least(work: Callable[[], object], times: int = 40, clock: Callable[[], float] = time.process_time) -> float:
    best = float("inf")
    for _ in range(times):
        started = clock()
        work()
        best = min(best, clock() - started)
    return best * 1000


def main() -> None:
    body = document()
    feed = parse_feed(body, url=URL)
    known = compare(feed.entries, {}, first_poll=True, everything_known=list).seen
    parts: dict[str, Callable[[], object]] = {
        "feedparser as it comes": lambda: feedparser.parse(io.BytesIO(body), response_headers=dict(HEADERS)),
        "feedparser, nothing cleaned or resolved": lambda: feedparser.parse(
            io.BytesIO(body), response_headers=dict(HEADERS), sanitize_html=False, resolve_relative_uris=False
        ),
        "the same, mended, checked, with own dates and identities": lambda: parse_if_tame(body, url=URL),
        "comparing with what is known": lambda: compare(feed.entries, known, first_poll=False, everything_known=list),
        "cleaning 3 new entries": lambda: [safe(entry) for entry in feed.entries[:3]],
        "cleaning all": lambda: [safe(entry) for entry in feed.entries],
    }
    print(f"a document of {len(body)} bytes with {len(feed.entries)} entries")
    for name, work in parts.items():
        print(f"{least(work):8.2f} ms  {name}")
    broken = body.replace(b"</channel>", b"<a></b></channel>")
    reader = GuardedReader()
    reader.read(broken, url=URL).result()
    print(
        f"{least(lambda: parse_feed(broken, url=URL), clock=time.perf_counter):8.2f} ms  one that is not well-formed, here"
    )
    print(
        f"{least(lambda: reader.read(broken, url=URL).result(), clock=time.perf_counter):8.2f} ms  the same, in a process"
    )
    reader.close()
    settings = {"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"], "TIMEZONE": "UTC"}
    for date in DATES:
        own = least(lambda date=date: read_date(date)) * 1000
        other = least(lambda date=date: dateparser.parse(date, settings=settings)) * 1000
        print(f"{own:8.0f} µs, dateparser {other:6.0f} µs: {date}")


if __name__ == "__main__":
    main()
