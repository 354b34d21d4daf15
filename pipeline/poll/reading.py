"""Reading feeds' documents, where one that is hostile holds up nobody and takes no more than its share of memory.

Nearly all documents are small and well formed, or can be made so: reading them is known to take little time and is done at
once, since handing them over would cost more than a tenth of that. The others go to a process that is killed when it takes
too long.
"""

import os
from concurrent.futures import BrokenExecutor, CancelledError, Future
from dataclasses import replace
from typing import Protocol

from pipeline.poll.parse import NotAFeed, ParsedFeed, parse_feed, parse_if_tame
from pipeline.poll.sanitise import safe
from pipeline.work.killable import Closed, KillableProcesses

SECONDS = 20.0
"""How long a document may be read: 5 MB of an honest feed take 1 to 2 s, and several times that on a busy machine."""
MEMORY = 220_000_000
"""Bytes of addresses that a reading process may have: enough for a feed of 5 MB in any script.

Without a document it has some 100 million, of which it uses 30.
"""
DOCUMENTS_A_PROCESS = 20


class DocumentReader(Protocol):
    """Reads documents: small and well-formed ones at once, the others in a process that can be killed."""

    def read(self, body: bytes, *, url: str, content_type: str = "") -> "Future[ParsedFeed]":
        """Start reading a document that came from `url`. The future may be done already.

        It raises NotAFeed, and nothing else; the message follows 'the document'.
        """

    def close(self) -> None:
        """End the processes, whatever they are at; what is being read raises NotAFeed."""


class GuardedReader:
    """Reads documents; see the module. The process is started when the first document needs it."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._processes = KillableProcesses(
            memory=MEMORY,
            preload=["feedparser", "lxml.etree", "nh3", "pipeline.poll.reading"],
            tasks=DOCUMENTS_A_PROCESS,
        )

    def read(self, body: bytes, *, url: str, content_type: str = "") -> "Future[ParsedFeed]":
        """Start reading a document; see the port."""
        document: Future[ParsedFeed] = Future()
        document.set_running_or_notify_cancel()
        try:
            found = parse_if_tame(body, url=url, content_type=content_type)
            if found is None:
                self._hand_over(body, url, content_type, document)
            else:
                document.set_result(found)
        except NotAFeed as error:
            document.set_exception(error.with_traceback(None))  # which would keep the body, in a circle
        except Exception as error:  # the port promises NotAFeed, whatever a parser makes of a stranger's bytes
            document.set_exception(NotAFeed(f"can't be read as a feed ({type(error).__name__}: {str(error)[:200]})"))
        return document

    def close(self) -> None:
        """End the process."""
        self._processes.close()

    def _hand_over(
        self, body: bytes, url: str, content_type: str, document: "Future[ParsedFeed]", *, again: bool = True
    ) -> None:
        from pebble import ProcessExpired

        def arrived(done: "Future[ParsedFeed]") -> None:
            # Perhaps another document's doing: it broke the process, or left little of its memory.
            if again and isinstance(done.exception(), BrokenExecutor | ProcessExpired):
                self._hand_over(body, url, content_type, document, again=False)
            else:
                self._arrived(done, document)

        try:
            work = self._processes.schedule(parse_elsewhere, body, url, content_type, seconds=self._seconds)
        except (Closed, RuntimeError):
            document.set_exception(NotAFeed("was not read, because the poller is stopping"))
        else:
            work.add_done_callback(arrived)

    def _arrived(self, done: "Future[ParsedFeed]", document: "Future[ParsedFeed]") -> None:
        from pebble import ProcessExpired

        try:
            document.set_result(done.result())
        except TimeoutError:
            document.set_exception(
                NotAFeed(f"could not be read within {self._seconds:g} s, which no honest feed needs")
            )
        except CancelledError:
            document.set_exception(NotAFeed("was not read, because the poller is stopping"))
        except (ProcessExpired, MemoryError):
            document.set_exception(NotAFeed("took more memory to read than a feed may"))
        except NotAFeed as error:
            document.set_exception(error)
        except Exception as error:
            document.set_exception(NotAFeed(f"can't be read as a feed ({type(error).__name__}: {str(error)[:200]})"))


def parse_elsewhere(body: bytes, url: str, content_type: str) -> ParsedFeed:
    """Read a document, and sanitise it, which may be as costly, in the process that may be killed for it.

    Raises NotAFeed. Too little memory ends the process.
    """
    try:
        feed = parse_feed(body, url=url, content_type=content_type)
        return replace(feed, entries=tuple(map(safe, feed.entries)))
    except MemoryError:
        os._exit(1)  # what the parser holds may never be given back
