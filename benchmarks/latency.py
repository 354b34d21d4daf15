"""From an entry's appearance in a polled feed to its alert: serves a feed, publishes entries, and takes the alerts by webhook.

    python benchmarks/latency.py [--articles 40]

The stores are embedded, in a folder of their own, unless HARMATTAN_* name servers. The clock of an entry starts when the
first answer that holds it has been written to the poller, so the polling interval does not count, and stops when the
webhook's request has been read. Prints one JSON line.
"""

import argparse
import html
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from texts import article

RULES = "rules: [{id: bench, name: Bench, query: zanzarim, severity: high}]\n"


class Newsroom(ThreadingHTTPServer):
    """A feed that grows, and the receiver of the alerts about it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.entries: list[str] = []
        self.served: dict[str, float] = {}
        self.alerted: dict[str, float] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def publish(self, number: int) -> None:
        title, text = article(1_000_000 + number)
        link = f"{self.address}/{number}"
        body = html.escape(f"<p>zanzarim {text}</p>")
        with self.lock:
            self.entries.insert(
                0,
                f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid><description>{body}</description></item>",
            )
            del self.entries[30:]


class Handler(BaseHTTPRequestHandler):
    """Answers the poller and the webhook."""

    protocol_version = "HTTP/1.1"
    server: Newsroom

    def do_GET(self) -> None:
        with self.server.lock:
            items = list(self.server.entries)
        body = f"<rss version='2.0'><channel><title>Bench</title>{''.join(items)}</channel></rss>".encode()
        self._answer(body)
        now = time.perf_counter()
        for item in items:
            self.server.served.setdefault(item.partition("<link>")[2].partition("</link>")[0], now)

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.alerted.setdefault(event["data"]["articles"][0]["url"], time.perf_counter())
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--articles", type=int, default=40)
    given = arguments.parse_args()
    newsroom = Newsroom()
    threading.Thread(target=newsroom.serve_forever, daemon=True).start()
    newsroom.publish(0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "feeds.txt").write_text(f"{newsroom.address}/feed\n")
        (folder / "rules.yaml").write_text(RULES)
        (folder / "channels.yaml").write_text(
            f"channels: [{{name: hook, type: webhook, url: '{newsroom.address}/hook'}}]\n"
        )
        command = [sys.executable, "-m", "pipeline", "run", "--data", name, "--port", "0", "--interval", "1s"]
        command += [f"--{kind}={folder / file}" for kind, file in (("feeds", "feeds.txt"), ("rules", "rules.yaml"))]
        command += [f"--channels={folder / 'channels.yaml'}"]
        environment = {**os.environ, "HARMATTAN_ALLOW_NETWORKS": "127.0.0.0/8"}
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
        try:
            wait_for(newsroom, 1, 60)
            chance = random.Random(1)
            for number in range(1, given.articles + 1):
                newsroom.publish(number)
                wait_for(newsroom, number + 1, 30)
                time.sleep(chance.uniform(0, 0.3))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
    measured = sorted(newsroom.alerted[url] - newsroom.served[url] for url in list(newsroom.alerted)[1:])
    print(
        json.dumps(
            {
                "articles": len(measured),
                "median_s": round(statistics.median(measured), 3),
                "p95_s": round(measured[int(len(measured) * 0.95)], 3),
                "most_s": round(measured[-1], 3),
            }
        )
    )


def wait_for(newsroom: Newsroom, alerts: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while len(newsroom.alerted) < alerts:
        if time.monotonic() > deadline:
            raise SystemExit(f"{len(newsroom.alerted)} of {alerts} alerts came within {seconds} s")
        time.sleep(0.005)


if __name__ == "__main__":
    main()
