"""A reader for tests of what surrounds it."""

from concurrent.futures import Future

from pipeline.poll.parse import NotAFeed, ParsedFeed, parse_feed


class DirectReader:
    """Reads every document at once, in the caller's thread."""

    def read(self, body: bytes, *, url: str, content_type: str = "") -> "Future[ParsedFeed]":
        done: Future[ParsedFeed] = Future()
        try:
            done.set_result(parse_feed(body, url=url, content_type=content_type))
        except NotAFeed as error:
            done.set_exception(error.with_traceback(None))
        return done

    def close(self) -> None:
        pass
