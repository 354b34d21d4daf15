import pytest

from pipeline.errors import BadInput
from pipeline.poll.credentials import Credentials, read_login
from pipeline.poll.schedule import Schedule
from pipeline.poll.step import PollStep
from pipeline.settings import load_settings
from pipeline.state.interface import FeedState, FeedStatus
from tests.fetch.hostile import Asked, HostileServer, Send, answer
from tests.poll.direct import DirectReader
from tests.poll.documents import item, rss
from tests.poll.newsdesk import Newsdesk

SECRETS = {
    "HARMATTAN_FEED_DESK": "reader:pa:ss",
    "HARMATTAN_FEED_TOKEN": "t0ken",
    "HARMATTAN_FEED_LINES": "a\nSet-Cookie: b",
}


@pytest.fixture
def credentials() -> Credentials:
    return Credentials(load_settings(SECRETS).secret)


@pytest.mark.parametrize(
    ("login", "headers"),
    [
        (None, {}),
        ("basic:HARMATTAN_FEED_DESK", {"Authorization": "Basic cmVhZGVyOnBhOnNz"}),
        ("bearer:HARMATTAN_FEED_TOKEN", {"Authorization": "Bearer t0ken"}),
        ("cookie:HARMATTAN_FEED_TOKEN", {"Cookie": "t0ken"}),
        ("header:X-Api-Key:HARMATTAN_FEED_TOKEN", {"X-Api-Key": "t0ken"}),
    ],
)
def test_a_login_becomes_the_header_that_signs_in(credentials: Credentials, login: str | None, headers: dict[str, str]):
    assert credentials.headers(login) == headers


@pytest.mark.parametrize(
    ("login", "words"),
    [
        ("bearer:HARMATTAN_FEED_UNSET", "HARMATTAN_FEED_UNSET is not set"),
        ("basic:HARMATTAN_FEED_TOKEN", "should be user:password"),
        ("bearer:HARMATTAN_FEED_LINES", "holds a line break"),
    ],
)
def test_a_secret_that_can_not_be_used_is_named_and_not_shown(credentials: Credentials, login: str, words: str):
    with pytest.raises(BadInput) as error:
        credentials.headers(login)
    assert words in str(error.value)
    assert not any(secret in str(error.value) for secret in SECRETS.values())


@pytest.mark.parametrize(
    "login",
    [
        *("", "basic", "basic:me:secret", "bearer:PATH", "digest:HARMATTAN_FEED_X", "bearer:HARMATTAN_KAFKA_PASSWORD"),
        *("header:Host:HARMATTAN_FEED_X", "header:a b:HARMATTAN_FEED_X", "bearer:X:HARMATTAN_FEED_X"),
    ],
)
def test_a_login_that_is_none_or_asks_for_other_secrets_is_refused_unrepeated(login: str):
    with pytest.raises(BadInput) as error:
        read_login(login)
    assert "me:secret" not in str(error.value)
    assert "HARMATTAN_FEED_" in str(error.value)


class TestPolling:
    """A feed behind a login."""

    @pytest.fixture
    def members(self, server: HostileServer) -> str:
        async def behave(asked: Asked, send: Send) -> None:
            right = asked.headers.get("authorization") == "Bearer t0ken"
            await (answer(rss([item("For members", "/1")])) if right else answer(status=401))(asked, send)

        server.behaviours["/members"] = behave
        return server.url("/members")

    def poll(self, desk: Newsdesk, url: str, credentials: Credentials) -> FeedStatus:
        reader, schedule = DirectReader(), Schedule()
        sign_in = credentials.headers
        step = PollStep(desk.state.feeds, desk.log, desk.fetcher, reader, schedule, sign_in=sign_in)
        step.poll_due("desk", 9, only=[url], at_once=True)
        return desk.row(url)

    def test_signs_in(self, desk: Newsdesk, members: str, credentials: Credentials):
        desk.follow(members, login="bearer:HARMATTAN_FEED_TOKEN")
        assert self.poll(desk, members, credentials).error is None
        assert desk.titles() == ["For members"]

    def test_says_in_the_feeds_row_that_a_secret_is_missing(
        self, desk: Newsdesk, members: str, credentials: Credentials
    ):
        desk.follow(members, login="bearer:HARMATTAN_FEED_UNSET")
        row = self.poll(desk, members, credentials)
        assert row.state is FeedState.FAILING
        assert "HARMATTAN_FEED_UNSET is not set" in str(row.error)

    def test_asks_at_once_when_the_login_changes(self, desk: Newsdesk, members: str, credentials: Credentials):
        desk.follow(members)
        assert "401" in str(self.poll(desk, members, credentials).error)
        assert desk.state.feeds.due(9) == []
        desk.follow(members, login="bearer:HARMATTAN_FEED_TOKEN")
        assert desk.state.feeds.due(9) == [members]
