"""Reading feeds' documents, where one that is hostile holds up nobody and takes no more than its share of memory."""

from concurrent.futures import Future
from typing import Protocol

from pipeline.poll.parse import NotAFeed, ParsedFeed, parse_feed


class DocumentReader(Protocol):
    """Reads documents: small and well-formed ones at once, the others in a process that can be killed."""

    def read(self, body: bytes, *, url: str, content_type: str = "") -> "Future[ParsedFeed]":
        """Start reading a document that came from `url`. The future may be done already.

        It raises NotAFeed, and nothing else; the message follows 'the document'.
        """

    def close(self) -> None:
        """End the processes, whatever they are at; what is being read raises NotAFeed."""


class DirectReader:
    """Reads every document at once, in the caller's thread."""

    def read(self, body: bytes, *, url: str, content_type: str = "") -> "Future[ParsedFeed]":
        """Read a document."""
        done: Future[ParsedFeed] = Future()
        try:
            done.set_result(parse_feed(body, url=url, content_type=content_type))
        except NotAFeed as error:
            done.set_exception(error)
        return done

    def close(self) -> None:
        """There is nothing to end."""
