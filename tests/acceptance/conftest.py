from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.acceptance.desk import Desk
from tests.newsroom.sample import SampleServer, open_sample_server


@pytest.fixture
def outlets() -> Iterator[SampleServer]:
    with open_sample_server() as server:
        yield server


@pytest.fixture(params=["embedded", pytest.param("servers", id="servers")])
def servers(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """What tells the commands which stores to use."""
    if request.param == "embedded":
        return {}
    return {
        "HARMATTAN_KAFKA": request.getfixturevalue("empty_kafka").address,
        "HARMATTAN_ELASTICSEARCH": request.getfixturevalue("empty_elasticsearch").address,
        "HARMATTAN_DATABASE": request.getfixturevalue("postgres_database"),
        "HARMATTAN_PARTITIONS": "2",
    }


@pytest.fixture
def desk(tmp_path: Path, outlets: SampleServer, servers: Mapping[str, str]) -> Desk:
    """An installation with nothing in it, on embedded stores and on real servers in turn."""
    desk = Desk(tmp_path, outlets, servers)
    desk.sets_up()
    return desk
