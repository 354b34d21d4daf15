"""The adapter for pages: the fetcher, and trafilatura in processes that are ended when they take too long or too much."""

import re
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from http import HTTPStatus

from pipeline.enrich.barriers import CONSENT, GONE, PAYWALL, STUB
from pipeline.enrich.extract import MEMORY, Extraction, extract
from pipeline.enrich.interface import PageText
from pipeline.fetch.interface import Fetcher, FetchError, Request, Response
from pipeline.work.killable import Closed, KillableProcesses

LARGEST = 2_000_000
"""Bytes of a page; what is larger is hardly an article, and takes its parser very long."""
FETCH_SECONDS = 30.0
EXTRACT_SECONDS = 10.0
LONGEST_TEXT = 100_000
"""Code points of an article's text that are kept."""
PAGES_A_PROCESS = 500
"""After so many pages a process is replaced, so that what the parser never gives back is given back."""
ACCEPT = "text/html, application/xhtml+xml;q=0.9"

UNREADABLE = "unreadable"

_BARRED = {
    PAYWALL: "the page is behind a paywall",
    CONSENT: "the page only asks for consent to cookies",
    GONE: "the page is gone: another one stands in its place",
    STUB: "no article was found in the page",
}
_OTHER_FILES = {
    b"%PDF": "a PDF",
    b"\xff\xd8\xff": "an image",
    b"\x89PNG\r\n": "an image",
    b"GIF8": "an image",
    b"RIFF": "an image or a recording",
    b"PK\x03\x04": "an archive or an office document",
    b"\x1f\x8b": "an archive",
    b"ID3": "a recording",
}
"""How files begin that some servers call HTML (WHATWG MIME Sniffing Standard, section 6)."""
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


class TrafilaturaReader:
    """Reads pages. The processes are started when the first page is asked for."""

    def __init__(self, fetcher: Fetcher, processes: int = 1, seconds: float = EXTRACT_SECONDS) -> None:
        self._fetcher = fetcher
        self._seconds = seconds
        self._processes = KillableProcesses(
            memory=MEMORY,
            preload=["trafilatura", "pipeline.enrich.extract"],
            processes=processes,
            tasks=PAGES_A_PROCESS,
        )

    def read(self, url: str, etag: str | None = None, last_modified: str | None = None) -> Future[PageText]:
        """Start reading a page; see the port."""
        page: Future[PageText] = Future()
        page.set_running_or_notify_cancel()
        try:
            self._processes.start()
            request = Request(
                url=url,
                accept=ACCEPT,
                limit=LARGEST,
                timeout=FETCH_SECONDS,
                robots=True,
                etag=etag,
                last_modified=last_modified,
            )
            self._fetcher.submit(request).add_done_callback(lambda answer: self._fetched(url, answer, page))
        except Closed:
            page.set_result(PageText(url=url, kind=UNREADABLE, error="not asked for: the reader was closed"))
        except Exception as error:  # the port promises a future that never raises
            page.set_result(PageText(url=url, kind=UNREADABLE, error=f"the page can't be asked for ({error})"))
        return page

    def close(self) -> None:
        """End the processes, whatever they are at."""
        self._processes.close()

    def _fetched(self, url: str, answer: "Future[Response]", page: Future[PageText]) -> None:
        try:
            response = answer.result()
        except (FetchError, CancelledError) as error:
            page.set_result(
                PageText(url=url, kind=UNREADABLE, error=str(error) or "the page was not asked for to its end")
            )
            return
        if response.status == HTTPStatus.NOT_MODIFIED:
            page.set_result(PageText(url=response.url, status=response.status, unchanged=True))
            return
        if problem := _unusable(response):
            kind = GONE if response.status in (404, 410) else UNREADABLE
            page.set_result(PageText(url=response.url, kind=kind, error=problem, status=response.status))
            return
        try:
            charset = _CHARSET.search(response.headers.get("content-type", ""))
            name = charset[1] if charset else None
            work = self._processes.schedule(extract, response.body, name, response.url, url, seconds=self._seconds)
            work.add_done_callback(
                lambda done: page.set_result(_answered(response, self._extracted(response.url, done)))
            )
        except (Closed, RuntimeError) as error:
            page.set_result(PageText(url=response.url, kind=UNREADABLE, error=f"the page was not read ({error})"))

    def _extracted(self, url: str, done: "Future[Extraction]") -> PageText:
        from pebble import ProcessExpired

        try:
            found = done.result()
        except (TimeoutError, CancelledError):
            return PageText(
                url=url, kind=UNREADABLE, error=f"the page was not read to its end within {self._seconds:g} s"
            )
        except (ProcessExpired, MemoryError):
            return PageText(url=url, kind=UNREADABLE, error="the page took more memory than a page may")
        except Exception as error:  # the page is hostile, and so is anything that a parser raises over it
            return PageText(url=url, kind=UNREADABLE, error=f"the page can't be read as HTML ({type(error).__name__})")
        return PageText(
            url=url,
            text=found.text[:LONGEST_TEXT],
            canonical=found.canonical,
            kind=found.kind,
            authors=found.authors,
            published=found.published,
            modified=found.modified,
            error=_BARRED.get(found.kind),
        )


def _answered(response: Response, page: PageText) -> PageText:
    return replace(page, status=response.status, etag=response.etag, last_modified=response.last_modified)


def _unusable(response: Response) -> str | None:
    kind = response.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    if not 200 <= response.status < 300:
        return f"the page answers with status {response.status}"
    if kind not in {"text/html", "application/xhtml+xml", "application/xml", "text/xml", ""}:
        return f"the page is {kind[:60]} and not HTML"
    if response.truncated:
        return f"the page is over {LARGEST // 1_000_000} MB"
    for beginning, what in _OTHER_FILES.items():
        if response.body.startswith(beginning):
            return f"the page is {what} and not HTML"
    return None if response.body.strip() else "the page is empty"
