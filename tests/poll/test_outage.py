"""When our own network is down, feeds are not blamed for it."""

from collections.abc import Iterable
from concurrent.futures import Future
from datetime import timedelta

import pytest

from pipeline.fetch.interface import FetchError, Request, Response, Unreached
from pipeline.poll.schedule import Schedule
from pipeline.poll.step import PollStep, PollSummary
from pipeline.state.interface import FeedState
from tests.poll.direct import DirectReader
from tests.poll.documents import item, rss
from tests.poll.newsdesk import Newsdesk


class Web:
    """A fetcher of a small web, of which parts, or all, can't be reached."""

    def __init__(self) -> None:
        self.unreached: set[str] = set()

    def submit(self, request: Request) -> Future[Response]:
        done: Future[Response] = Future()
        if request.url in self.unreached:
            done.set_exception(Unreached("it can't be reached"))
        else:
            done.set_result(Response(url=request.url, status=200, body=rss([item("A", f"{request.url}/1")])))
        return done

    def retry_after(self, response: Response) -> timedelta | None:
        return None

    def close(self) -> None:
        pass


class Watch:
    def __init__(self, desk: Newsdesk, feeds: Iterable[str]) -> None:
        self.desk, self.web = desk, Web()
        self.feeds = [f"https://{name}.example/rss" for name in feeds]
        desk.follow(*self.feeds)
        self.step = PollStep(desk.state.feeds, desk.log, self.web, DirectReader(), Schedule(chance=lambda: 0.5))
        assert self.poll().failed == 0

    def poll(self) -> PollSummary:
        return self.step.poll_due("desk", 64, only=self.feeds, at_once=True)

    def waits(self) -> dict[str, float]:
        """Give the minutes to each feed's next poll."""
        rows = map(self.desk.row, self.feeds)
        return {
            row.spec.url: round((row.next_due - row.last_polled) / timedelta(minutes=1), 1)
            for row in rows
            if row.next_due and row.last_polled
        }


@pytest.fixture
def watch(desk: Newsdesk) -> Watch:
    return Watch(desk, ("post", "wire", "radio", "gazette"))


def test_feeds_are_asked_again_soon_however_long_the_outage_lasts(watch: Watch, caplog: pytest.LogCaptureFixture):
    watch.web.unreached = set(watch.feeds)
    for _ in range(12):
        assert watch.poll().failed == 4
    assert max(watch.waits().values()) <= 5
    row = watch.desk.row(watch.feeds[0])
    assert (row.state, row.failures) == (FeedState.FAILING, 1)
    assert (
        row.error
        == "it can't be reached; no other server answers either, so this machine's own network seems to be down"
    )
    assert len([record for record in caplog.records if "network seems to be down" in record.message]) == 1

    watch.web.unreached = set()
    assert watch.poll().failed == 0
    assert [watch.desk.row(url).state for url in watch.feeds] == [FeedState.OK] * 4
    assert "servers answer again" in caplog.text


def test_a_feed_that_alone_can_not_be_reached_is_left_alone_longer_and_longer(watch: Watch):
    watch.web.unreached = set(watch.feeds[:3])  # three of four, while the fourth answers
    for _ in range(6):
        watch.poll()
    waits = watch.waits()
    assert min(waits[url] for url in watch.feeds[:3]) > 100
    assert watch.desk.row(watch.feeds[0]).error == "it can't be reached"


def test_feeds_that_never_answered_are_no_sign_of_an_outage_and_not_excused_by_one(desk: Newsdesk):
    watch = Watch(desk, ("post", "wire", "radio"))
    dead = [f"https://dead{n}.example/rss" for n in range(5)]
    desk.follow(*dead)
    watch.web.unreached = set(dead)
    for _ in range(4):
        watch.step.poll_due("desk", 64, only=dead, at_once=True)
    assert {desk.row(url).failures for url in dead} == {4}
    watch.web.unreached |= set(watch.feeds)
    watch.feeds += dead
    watch.poll()
    assert {url: desk.row(url).failures for url in watch.feeds} == {
        url: 5 if "dead" in url else 1 for url in watch.feeds
    }


def test_a_server_that_speaks_badly_is_not_out_of_reach(watch: Watch):
    class Broken(Web):
        def submit(self, request: Request) -> Future[Response]:
            done: Future[Response] = Future()
            done.set_exception(FetchError("the certificate is not to be trusted"))
            return done

    step = PollStep(watch.desk.state.feeds, watch.desk.log, Broken(), DirectReader(), Schedule())
    for _ in range(3):
        step.poll_due("desk", 64, only=watch.feeds, at_once=True)
    assert {watch.desk.row(url).failures for url in watch.feeds} == {3}
