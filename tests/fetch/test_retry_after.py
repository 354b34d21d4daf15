from datetime import UTC, datetime, timedelta

import pytest

from pipeline.fetch.retry_after import read_retry_after

NOW = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("0", timedelta(0)),
        ("Sun, 15 Nov 2026 12:30:00 GMT", timedelta(minutes=30)),
        ("Sun, 15 Nov 2026 11:30:00 GMT", timedelta(0)),
        ("99999999999999999999999", timedelta(days=365)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=365)),
    ],
)
def test_seconds_and_dates_are_read(value: str, wait: timedelta) -> None:
    assert read_retry_after(value, NOW) == wait


@pytest.mark.parametrize("value", [None, "", "soon", "-5", "1.5", "²", "2026-11-15T12:30:00Z is no HTTP date"])
def test_what_can_not_be_read_is_nothing(value: str | None) -> None:
    assert read_retry_after(value, NOW) is None
