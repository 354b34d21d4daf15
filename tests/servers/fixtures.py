"""The fixtures with which tests ask for real servers; tests/README.md lists them."""

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import NoReturn, Protocol, TypeVar

import psycopg
import pytest
from psycopg import sql

from pipeline.health import GROUPS
from pipeline.records import topics
from tests.servers import ElasticsearchServer, KafkaServer, PostgresServer, RunningServer, ServerProcess
from tests.servers.folders import server_folder
from tests.servers.jars import CACHE, locked
from tests.servers.process import ServerUnavailableError
from tests.servers.shared import shared_server
from tests.servers.summary import Outcomes, need_of
from tests.servers.wipe import wipe_elasticsearch, wipe_kafka

FIXED_NAMES = {*topics.ALL, *GROUPS}
# How long a killed broker's place stays taken.
COMES_BACK_SOON = {"broker.session.timeout.ms": "6000"}

Server = TypeVar("Server", bound=ServerProcess)


class StartServer(Protocol):
    """What the fixture `own_server` gives."""

    def __call__(self, kind: type[Server], settings: Mapping[str, str] | None = None) -> Server:
        """Start a server and return it when it answers."""


@pytest.fixture(scope="session")
def kafka_server(request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    """A broker for the whole run; `address` is what clients call bootstrap servers."""
    yield from _for_the_run(KafkaServer, request)


@pytest.fixture(scope="session")
def elasticsearch_server(request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    """A node for the whole run; `address` is its URL."""
    yield from _for_the_run(ElasticsearchServer, request)


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    """A server for the whole run; `address` is the URL of its maintenance database."""
    yield from _for_the_run(PostgresServer, request)


@pytest.fixture
def own_kafka(request: pytest.FixtureRequest) -> Iterator[KafkaServer]:
    """A broker of the test's own, which it may stop, kill and restart."""
    with _own(KafkaServer, request, COMES_BACK_SOON) as server:
        yield server


@pytest.fixture
def own_elasticsearch(request: pytest.FixtureRequest) -> Iterator[ElasticsearchServer]:
    """A node of the test's own, which it may stop, kill and restart."""
    with _own(ElasticsearchServer, request) as server:
        yield server


@pytest.fixture
def own_postgres(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """A PostgreSQL server of the test's own, which it may stop, kill and restart."""
    with _own(PostgresServer, request) as server:
        yield server


@pytest.fixture
def own_server(request: pytest.FixtureRequest) -> Iterator[StartServer]:
    """Starts a server of the kind and settings given, which the test owns and which ends with it."""
    with ExitStack() as stack:
        yield lambda kind, settings=None: stack.enter_context(_own(kind, request, settings))


@pytest.fixture
def postgres_database(postgres_server: RunningServer) -> Iterator[str]:
    """The URL of a new, empty database, dropped after the test."""
    name = f"test_{_unique()}"
    with psycopg.connect(postgres_server.address, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield postgres_server.address.rpartition("/")[0] + f"/{name}"
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def kafka_prefix(kafka_server: RunningServer) -> Iterator[str]:
    """A beginning for topic and group names that nobody else uses; what begins so is deleted after the test."""
    prefix = f"test-{_unique()}-"
    yield prefix
    wipe_kafka(kafka_server.address, lambda name: name.startswith(prefix))


@pytest.fixture
def elasticsearch_prefix(elasticsearch_server: RunningServer) -> Iterator[str]:
    """A beginning for index and template names that nobody else uses; what begins so is deleted after the test."""
    prefix = f"test-{_unique()}-"
    yield prefix
    wipe_elasticsearch(elasticsearch_server.address, prefix)


@pytest.fixture
def fixed_names(request: pytest.FixtureRequest) -> Iterator[None]:
    """The right to use the names that the design fixes: of the runs that may share servers, one test at a time holds it."""
    if _is_one_of_several(request):
        yield
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    with locked(CACHE / "fixed-names.lock"):
        yield


@pytest.fixture
def empty_kafka(kafka_server: RunningServer, fixed_names: None) -> Iterator[RunningServer]:
    """The run's broker without any topic or group under the names that the design fixes, before and after."""
    wipe_kafka(kafka_server.address, FIXED_NAMES.__contains__)
    yield kafka_server
    wipe_kafka(kafka_server.address, FIXED_NAMES.__contains__)


@pytest.fixture
def empty_elasticsearch(elasticsearch_server: RunningServer, fixed_names: None) -> Iterator[RunningServer]:
    """The run's node without any index or template whose name begins with harmattan, before and after."""
    wipe_elasticsearch(elasticsearch_server.address)
    yield elasticsearch_server
    wipe_elasticsearch(elasticsearch_server.address)


def _for_the_run(kind: type[ServerProcess], request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    shared = None if _is_one_of_several(request) else shared_server(kind.name)
    if shared:
        request.config.stash[Outcomes.key].shared[kind.name] = shared
        yield shared
        return
    with _own(kind, request) as server:
        yield server.running


def _is_one_of_several(request: pytest.FixtureRequest) -> bool:
    """Whether a run's tests are shared out over processes; each has servers of its own then, so that none waits for another."""
    return hasattr(request.config, "workerinput")


@contextmanager
def _own(
    kind: type[Server], request: pytest.FixtureRequest, settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    outcomes = request.config.stash[Outcomes.key]
    with server_folder(kind.name) as folder, ExitStack() as stack:
        reason = None
        try:
            server = kind(folder, settings)
            stack.callback(server.stop)
            server.start()
        except ServerUnavailableError as error:
            reason = str(error)
        if reason is not None:
            outcomes.missing[kind.name] = reason
            _do_without(need_of(kind.name, reason))
        outcomes.started[kind.name] = server.running
        yield server


def _do_without(need: str) -> NoReturn:
    if os.environ.get("HARMATTAN_TEST_REQUIRE_SERVERS") == "1":
        pytest.fail(need, pytrace=False)
    pytest.skip(need)


def _unique() -> str:
    return uuid.uuid4().hex[:10]
