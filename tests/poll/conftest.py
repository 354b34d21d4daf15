from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fetch.conftest import fetcher, server
from tests.poll.newsdesk import Newsdesk

__all__ = ["fetcher", "server"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Newsdesk]:
    with Newsdesk(tmp_path) as opened:
        yield opened
