from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from pipeline.fetch.http import HttpFetcher
from tests.fetch.hostile import HostileServer


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with HostileServer() as running:
        yield running


@pytest.fixture
def fetcher() -> Iterator[HttpFetcher]:
    """One that may speak to loopback."""
    made = HttpFetcher(contact="ops@example.org", version="1.2", allow_networks=[ip_network("127.0.0.0/8")])
    yield made
    made.close()
