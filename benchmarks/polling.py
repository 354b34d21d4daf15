"""How fast feeds are polled, how much that takes, and beside it what a person would write first.

    python benchmarks/polling.py [--feeds 2000] [--rounds 3] [--only http|https|compared|hostile|idle]
        [--miniflux BINARY POSTGRES]

A server in a process of its own (feed_server.py) has feeds of 30 entries and 40 kB; the poller runs on one core, which the
server does not use where there are two, with its state and log kept as in use: embedded, in a folder of their own, unless
HARMATTAN_KAFKA and HARMATTAN_DATABASE name servers. Every request has a connection of its own. Measured are the first poll
of all feeds, rounds in which nothing has changed (304), and rounds in which a tenth has three new entries; with TLS and
without. `compared` polls a quarter of the feeds in turns with requests and feedparser in 32 threads (polling_written_first.py),
and, with --miniflux, with that (polling_miniflux.py), on the same core and the same server, and gives by how many times ours is
better in CPU time, speed, bytes and requests. `hostile` polls
answers that are made to take memory, `idle` watches a poller of 10,000 feeds of which none is due. Prints a JSON line for each.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from polling_intervals import DAY, FIXED, simulated

HERE = Path(__file__).parent
WHAT = ["http", "https", "compared", "hostile", "idle"]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--feeds", type=int, default=2000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--only", choices=WHAT)
    arguments.add_argument("--miniflux", nargs=2, metavar=("BINARY", "POSTGRES"))
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        certificate = make_certificate(Path(folder))
        for what in [given.only] if given.only else WHAT:
            # Each in a process of its own: memory is the highest that a process ever had.
            child = os.fork()
            if not child:
                run(what, given, Path(folder) / what, certificate)
                os._exit(0)
            os.waitpid(child, 0)


def run(what: str, given: argparse.Namespace, folder: Path, certificate: tuple[str, str]) -> None:
    folder.mkdir()
    os.environ |= {"SSL_CERT_FILE": certificate[0], "HARMATTAN_DATA": str(folder)}
    os.environ |= {"HARMATTAN_ALLOW_NETWORKS": "127.0.0.0/8", "HARMATTAN_INTERVAL": "1ms"}
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if what == "idle":
        print(json.dumps({"what": what} | idle()), flush=True)
        return
    with server(certificate if what == "https" else None) as address:
        if what == "compared":
            figures = compared(folder, address, given)
        elif what == "hostile":
            figures = hostile(address)
        else:
            figures = polled(address, given)
    print(json.dumps({"what": what} | figures), flush=True)


def polled(address: str, given: argparse.Namespace) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    with poller(address, given.feeds) as poll:
        keep(figures, "first", poll(30 * given.feeds))
        for turn in range(given.rounds):
            keep(figures, "unchanged", poll(0))
            ask(address, f"/control/publish/{turn % 10}")
            keep(figures, "a_tenth_changed", poll(3 * (given.feeds // 10)))
        figures["memory_mb"] = memory()
    return figures


def compared(folder: Path, address: str, given: argparse.Namespace) -> dict[str, Any]:
    """Let all poll the same documents, one after the other; of several rounds the best of each counts."""
    feeds = given.feeds // 4
    others: dict[str, Callable[[], dict[str, float]]] = {"written_first": lambda: written_first(folder, address, feeds)}
    if given.miniflux:
        from polling_miniflux import DEFAULTS, TUNED, Miniflux

        for name, settings in (("miniflux_tuned", TUNED), ("miniflux", DEFAULTS)):
            miniflux = Miniflux(*given.miniflux, name, settings)
            miniflux.follow([f"{address}/feed/{number}" for number in range(feeds)])
            others[name] = partial(by_miniflux, miniflux, address, feeds)
    figures: dict[str, Any] = {name: {} for name in ("ours", *others)}

    def one_round(name: str, poll: Callable[[], dict[str, float]]) -> None:
        keep(figures["ours"], name, poll())
        for other, its in others.items():
            keep(figures[other], name, its())

    with poller(address, feeds) as poll:
        one_round("first", lambda: poll(30 * feeds))
        for turn in range(given.rounds):
            one_round("unchanged", lambda: poll(0))
            ask(address, f"/control/publish/{turn % 10}")
            one_round("a_tenth_changed", lambda: poll(3 * (feeds // 10)))
    made = statistics.mean(simulated(300, 4)[0])
    times_better: dict[str, Any] = {other: ratios(figures["ours"], figures[other]) for other in others}
    return figures | {"times_better": times_better, "requests_a_day_of_every_ten_minutes": round(DAY / FIXED / made, 2)}


def ratios(ours: dict[str, Any], other: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Say by how many times ours is better."""
    return {
        name: {
            "cpu": round(other[name]["cpu_ms"] / ours[name]["cpu_ms"], 1),
            "speed": round(ours[name]["feeds_per_second"] / other[name]["feeds_per_second"], 1),
            "bytes": round(other[name]["bytes"] / ours[name]["bytes"], 1),
            "requests": round(other[name]["requests"] / ours[name]["requests"], 2),
        }
        for name in ours
    }


def keep(figures: dict[str, Any], name: str, found: dict[str, float]) -> None:
    """Keep the best of several rounds, each figure by itself."""
    best = figures.setdefault(name, found)
    for figure, value in found.items():
        best[figure] = (max if figure == "feeds_per_second" else min)(best[figure], value)


@contextmanager
def poller(address: str, feeds: int) -> Iterator[Callable[[int], dict[str, float]]]:
    """Give what polls all feeds once, expecting so many new entries."""
    from pipeline.bootstrap import open_log, open_poller, open_state
    from pipeline.poll.feeds_file import spec_for
    from pipeline.poll.rounds import poll_some_due
    from pipeline.settings import load_settings

    settings = load_settings()
    with (
        open_log(settings) as log,
        open_state(settings) as state,
        open_poller(log, state, settings, "benchmark") as opened,
    ):
        log.create_topics({"articles.raw": 6, "articles.dead-letter": 1})
        state.setup()
        state.feeds.put([spec_for(f"{address}/feed/{number}") for number in range(feeds)])

        def poll(new: int) -> dict[str, float]:
            ask(address, "/control/counts")
            begun, used = time.perf_counter(), cpu()
            total = poll_some_due(opened.step, "benchmark", feeds, 3600)
            seconds, used = time.perf_counter() - begun, cpu() - used
            assert (total.polled, total.new, total.failed) == (feeds, new, 0), total
            return figures_of(address, feeds, seconds, used)

        yield poll


def written_first(folder: Path, address: str, feeds: int) -> dict[str, float]:
    ask(address, "/control/counts")
    script = str(HERE / "polling_written_first.py")
    command = [sys.executable, script, str(folder / "written_first.db"), address, str(feeds)]
    took = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return figures_of(address, feeds, took["seconds"], took["cpu"])


def by_miniflux(miniflux: Any, address: str, feeds: int) -> dict[str, float]:
    ask(address, "/control/counts")
    before = miniflux.entries()
    seconds, used = miniflux.poll()
    return figures_of(address, feeds, seconds, used) | {"new_entries": miniflux.entries() - before}


def figures_of(address: str, feeds: int, seconds: float, used: float) -> dict[str, float]:
    counts = ask(address, "/control/counts")
    return {
        "feeds_per_second": round(feeds / seconds),
        "cpu_ms": round(1000 * used / feeds, 2),
        "bytes": round(counts["bytes"] / feeds),
        "requests": round(counts["requests"] / feeds, 3),
    }


def hostile(address: str) -> dict[str, Any]:
    from pipeline.bootstrap import open_log, open_poller, open_state
    from pipeline.poll.feeds_file import spec_for
    from pipeline.poll.rounds import poll_some_due
    from pipeline.settings import load_settings

    settings = load_settings()
    with (
        open_log(settings) as log,
        open_state(settings) as state,
        open_poller(log, state, settings, "benchmark") as poller,
    ):
        log.create_topics({"articles.raw": 6, "articles.dead-letter": 1})
        state.setup()
        state.feeds.put([spec_for(f"{address}/hostile/{number}") for number in range(300)])
        begun = time.perf_counter()
        with highest_memory() as highest:
            total = poll_some_due(poller.step, "benchmark", 300, 3600)
        return {"feeds": total.polled, "seconds": round(time.perf_counter() - begun), "memory_mb": highest}


def idle() -> dict[str, Any]:
    from pipeline.bootstrap import open_log, open_poller, open_state
    from pipeline.poll.feeds_file import spec_for
    from pipeline.poll.worker import PollWorker
    from pipeline.settings import load_settings
    from pipeline.state.interface import PollOutcome

    hour, seconds = 3600, 20
    settings = load_settings()
    with (
        open_log(settings) as log,
        open_state(settings) as state,
        open_poller(log, state, settings, "benchmark") as poller,
    ):
        log.create_topics({"articles.raw": 6, "articles.dead-letter": 1})
        state.setup()
        state.feeds.put([spec_for(f"https://outlet{number}.example/feed") for number in range(10_000)])
        from datetime import timedelta

        claims = state.feeds.claim_due("benchmark", 10_000, timedelta(minutes=5))
        state.feeds.save([(claim, PollOutcome(delay=timedelta(seconds=hour))) for claim in claims])
        stop = threading.Event()
        worker = PollWorker(poller.step, "benchmark")
        thread = threading.Thread(target=worker.run, args=[stop])
        thread.start()
        time.sleep(2)
        used = cpu()
        time.sleep(seconds)
        used = cpu() - used
        stop.set()
        thread.join()
    return {"feeds": len(claims), "cpu_percent": round(100 * used / seconds, 2)}


@contextmanager
def server(certificate: tuple[str, str] | None) -> Iterator[str]:
    command = [sys.executable, str(HERE / "feed_server.py"), *(["--tls", *certificate] if certificate else [])]
    others = set(range(os.cpu_count() or 1)) - os.sched_getaffinity(0) or os.sched_getaffinity(0)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    os.sched_setaffinity(process.pid, others)
    assert process.stdout
    scheme = "https" if certificate else "http"
    yield f"{scheme}://127.0.0.1:{process.stdout.readline().strip()}"
    process.communicate("")


def ask(address: str, path: str) -> dict[str, int]:
    with urllib.request.urlopen(address + path) as answer:
        found: dict[str, int] = json.load(answer)
        return found


def cpu() -> float:
    """CPU seconds of this process; the reading process, which hardly any document needs, is not in it."""
    times = os.times()
    return times.user + times.system


def memory() -> int:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000


@contextmanager
def highest_memory() -> Iterator[dict[str, int]]:
    """Watch the memory of this process and of those that it started, in MB; what they share counts once."""
    highest, stop = {"poller": 0, "readers": 0, "together": 0}, threading.Event()
    mine = psutil.Process()

    def watch() -> None:
        while not stop.wait(0.1):
            own = mine.memory_full_info().pss // 1_000_000
            readers = sum(map(held, mine.children(recursive=True)))
            for name, found in (("poller", own), ("readers", readers), ("together", own + readers)):
                highest[name] = max(highest[name], found)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield highest
    finally:
        stop.set()
        thread.join()


def held(process: psutil.Process) -> int:
    try:
        if any("feed_server" in part for part in process.cmdline()):
            return 0
        return int(process.memory_full_info().pss // 1_000_000)
    except psutil.Error:
        return 0


def make_certificate(folder: Path) -> tuple[str, str]:
    certificate, key = str(folder / "certificate.pem"), str(folder / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    subprocess.run([*command, *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


if __name__ == "__main__":
    main()
