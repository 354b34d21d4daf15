import pytest

from pipeline.errors import BadInput
from pipeline.poll.credentials import Credentials, read_login
from pipeline.settings import load_settings

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
