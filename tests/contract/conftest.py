from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.process import RunningServer
from tests.state.harness import StateUnderTest, new_database

DATABASES = ["sqlite", "postgresql"]


@pytest.fixture(params=DATABASES)
def empty_state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StateUnderTest]:
    """A database without a schema, embedded and on a server."""
    embedded = request.param == "sqlite"
    under_test = StateUnderTest(
        str(tmp_path / "state.db") if embedded else request.getfixturevalue("postgres_database")
    )
    yield under_test
    under_test.close()


@pytest.fixture(params=DATABASES)
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StateUnderTest]:
    """A database that is set up and holds nothing."""
    if request.param == "postgresql":
        under_test = StateUnderTest(request.getfixturevalue("postgres_with_schema"))
        under_test.empty()
    else:
        under_test = StateUnderTest(str(tmp_path / "state.db"))
        under_test.client().setup()
    yield under_test
    under_test.close()


@pytest.fixture(scope="session")
def postgres_with_schema(postgres_server: RunningServer) -> Iterator[str]:
    """One database for the tests that need no new one: making it takes longer than most of them."""
    with new_database(postgres_server.address) as address:
        once = StateUnderTest(address)
        once.client().setup()
        once.close()
        yield address
