"""What enrichment costs: everything but fetch and extraction, extraction beside trafilatura's own time, memory.

    python benchmarks/enrich.py [--only found|extraction|workers|memory] [--articles 20000]

Figures are processor time, the best of several passes that take turns, so that they hold on a machine with other work; two
workers beside one are the exception, whose wall time needs two cores of their own. Articles are shuffled sentences of the
sample newsroom in one language, with words that no other article has; pages have menus, scripts, related articles and comments
besides. Both are the same at every run. Prints one JSON line for each part.
"""

import argparse
import gc
import html
import json
import multiprocessing
import os
import random
import re
import resource
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import yaml
from texts import article as made_up

from pipeline.bootstrap import load_preparer
from pipeline.enrich.extract import extract
from pipeline.enrich.prepare import FeedText, Preparer
from pipeline.records.article import RawArticle, Source
from pipeline.records.codec import encode
from pipeline.seeds import seed
from pipeline.settings import load_settings

NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)


@cache
def sentences() -> dict[str, list[str]]:
    """Give the sentences of the sample newsroom by language."""
    found: dict[str, list[str]] = {}
    for path in sorted(seed("newsroom").glob("*.yaml")):
        outlet = yaml.safe_load(path.read_text(encoding="utf-8"))
        for one in outlet["articles"]:
            of_language = found.setdefault(outlet["language"], [])
            of_language += [
                part for part in re.split(r"(?<=[.!?。؟]) ?", " ".join(one["paragraphs"])) if len(part) > 20
            ]
    return found


def article(number: int, size: int = 3_000) -> tuple[str, str]:
    """Give title and text of `size` bytes: sentences of the newsroom in one language, some with words that nobody else has."""
    chance = random.Random(number)
    language = chance.choice(sorted(sentences()))
    parts: list[str] = []
    length = 0
    while length < size:
        sentence = chance.choice(sentences()[language])
        if chance.random() < 0.06:
            sentence += f" {made_up(chance.randrange(10**9), 40)[0]} {chance.randrange(1, 90)}."
        parts.append(sentence)
        length += len(sentence.encode()) + 1
    paragraphs = [" ".join(parts[start : start + 3]) for start in range(0, len(parts), 3)]
    return parts[0][:90], "\n\n".join(paragraphs).encode()[:size].decode(errors="ignore")


def raw(number: int) -> RawArticle:
    """Give the entry of an article."""
    host = f"https://outlet{number % 200}.example"
    return RawArticle(
        source=Source(feed=f"{host}/rss", name=f"Outlet {number % 200}"), entry=str(number), url=f"{host}/{number}",
        title="", summary="", content="", seen=NOON, published=NOON,
    )  # fmt: skip


def page(number: int, size: int = 90_000) -> bytes:
    """Give a page as outlets serve them: of 90 kB some 4 are the article."""
    chance = random.Random(number)
    title, text = article(number, 4_000)
    body = "".join(f"<p class='text text-{n}'>{html.escape(p)}</p>" for n, p in enumerate(text.split("\n\n")))
    head = f"<title>{title}</title><link rel=canonical href='https://outlet.example/a/{number}'>"
    head += "<meta property='article:published_time' content='2026-11-15T10:00:00+01:00'>"
    data = {"@type": "NewsArticle", "headline": title, "datePublished": "2026-11-15T10:00:00+01:00"}
    head += f"<script type='application/ld+json'>{json.dumps(data)}</script>"
    script = "".join(
        f"window.q.push({{slot:'{chance.randrange(10**9)}',size:[{n},250],fn:function(a,b){{return a<b}}}});"
        for n in range(330)
    )
    style = "".join(f".c{n}{{margin:0 {n}px;color:#{n:06x}}}" for n in range(320))
    menu = "".join(f"<li class='nav item-{n}'><a href='/s/{n}' data-t='{n}'>Section {n}</a></li>" for n in range(90))
    related = "".join(
        f"<div class='teaser card'><a href='/a/{n}'><img src='/i/{n}.jpg' alt=''><h3>{article(number + n, 60)[0]}</h3></a>"
        f"<span class='meta'>{n} hours ago</span></div>"
        for n in range(1, 60)
    )
    comments = "".join(
        f"<div class='comment' id='c{n}'><b>Reader {n}</b><p>{article(number * 7 + n, 150)[1][:150]}</p></div>"
        for n in range(40)
    )
    whole = (
        f"<!doctype html><html lang=en><head><meta charset=utf-8>{head}<style>{style}</style><script>{script}</script></head>"
        f"<body><header><nav><ul>{menu}</ul></nav></header><main><article><h1>{title}</h1>{body}</article>"
        f"<aside class='related'>{related}</aside><section class='comments'>{comments}</section></main>"
        f"<footer><ul>{menu}</ul></footer>"
    )
    filler = "".join(f"<!-- slot {n} -->" for n in range(max(0, size - len(whole.encode()) - 14) // 16))
    return f"{whole}{filler}</body></html>".encode()


def measured(function: Callable[[], object]) -> float:
    """Give the processor seconds that a call takes."""
    gc.collect()
    begun = time.process_time()
    function()
    return time.process_time() - begun


def found(preparer: Preparer, passes: int, many: int = 300) -> dict[str, object]:
    """Everything but fetch and extraction, on articles of 3 kB."""
    texts = [FeedText(*article(number)) for number in range(many)]
    entries = [raw(number) for number in range(many)]

    def work() -> None:
        for entry, text in zip(entries, texts, strict=True):
            encode(preparer.prepare(entry, text, None))

    work()
    best = min(measured(work) for _ in range(passes))
    return {"part": "found", "bytes": 3000, "goal_ms": 3, "ms_an_article": round(1000 * best / many, 2)}


def extraction(preparer: Preparer, passes: int, many: int = 60) -> dict[str, object]:
    """Extraction and all the rest from pages of 90 kB, beside trafilatura's own time on the same pages."""
    from trafilatura import bare_extraction, load_html

    pages = [page(number) for number in range(many)]
    entries = [raw(number) for number in range(many)]

    def theirs() -> None:
        for body in pages:
            bare_extraction(
                load_html(body), url="https://outlet.example/a", fast=True, with_metadata=True, include_comments=False
            )

    def ours() -> None:
        for entry, body in zip(entries, pages, strict=True):
            text = extract(body, "utf-8", entry.url or "")
            encode(preparer.prepare(entry, FeedText("Title", text.text), None))

    def extracting() -> None:
        for entry, body in zip(entries, pages, strict=True):
            extract(body, "utf-8", entry.url or "")

    theirs(), ours()
    taken = [(measured(theirs), measured(extracting), measured(ours)) for _ in range(passes)]
    own, alone, whole = (min(each) for each in zip(*taken, strict=True))
    return {
        "part": "extraction", "page_kb": round(sum(map(len, pages)) / many / 1000), "goal_times": 1.25,
        "trafilatura_ms": round(1000 * own / many, 2), "extraction_ms": round(1000 * alone / many, 2),
        "whole_ms": round(1000 * whole / many, 2), "times": round(whole / own, 3),
    }  # fmt: skip


def workers(passes: int, many: int = 600) -> dict[str, object]:
    """How much more two workers do than one in the same wall time."""
    context = multiprocessing.get_context("spawn")
    rates: dict[int, float] = {1: 0.0, 2: 0.0}
    for _ in range(passes):
        for count in rates:
            start, end = context.Barrier(count + 1), context.Barrier(count + 1)
            processes = [context.Process(target=_worker, args=(start, end, many)) for _ in range(count)]
            for process in processes:
                process.start()
            start.wait()
            begun = time.perf_counter()
            end.wait()
            rates[count] = max(rates[count], count * many / (time.perf_counter() - begun))
            for process in processes:
                process.join()
    return {"part": "workers", "goal_times": 1.8, "one_a_second": round(rates[1]), "two_a_second": round(rates[2]),
            "times": round(rates[2] / rates[1], 2), "load": os.getloadavg()[0]}  # fmt: skip


def _worker(start: object, end: object, many: int) -> None:
    preparer = load_preparer(load_settings({}))
    texts = [FeedText(*article(number)) for number in range(many)]
    entries = [raw(number) for number in range(many)]
    preparer.prepare(entries[0], texts[0], None)
    start.wait()  # type: ignore[attr-defined]
    for entry, text in zip(entries, texts, strict=True):
        encode(preparer.prepare(entry, text, None))
    end.wait()  # type: ignore[attr-defined]


def memory(preparer: Preparer, many: int) -> Iterator[dict[str, object]]:
    """Resident memory of this process while articles that differ in every word go through it."""
    for number in range(1, many + 1):
        encode(preparer.prepare(raw(number), FeedText(*article(number)), None))
        if number % (many // 10) == 0:
            yield {"part": "memory", "articles": number, "resident_mb": _resident()}


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * resource.getpagesize() / 1e6, 1)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", choices=("found", "extraction", "workers", "memory"))
    arguments.add_argument("--articles", type=int, default=20_000, help="articles for the memory")
    arguments.add_argument("--passes", type=int, default=5)
    given = arguments.parse_args()
    wanted = [given.only] if given.only else ["found", "extraction", "workers", "memory"]
    preparer = load_preparer(load_settings({}))
    if "found" in wanted:
        print(json.dumps(found(preparer, given.passes)))
    if "extraction" in wanted:
        print(json.dumps(extraction(preparer, given.passes)))
    if "workers" in wanted:
        print(json.dumps(workers(given.passes)))
    if "memory" in wanted:
        for told in memory(preparer, given.articles):
            print(json.dumps(told), flush=True)


if __name__ == "__main__":
    if not Path("pyproject.toml").is_file():
        raise SystemExit("run it from the project's folder")
    main()
