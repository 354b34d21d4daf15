"""The state in one database: PostgreSQL, or SQLite in a file of its own."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Self

from pipeline.state.accounts import DatabaseAccounts
from pipeline.state.engine import PATIENCE, Database, open_file, open_server
from pipeline.state.feeds import DatabaseFeeds
from pipeline.state.gaps import DatabaseGaps
from pipeline.state.interface import WorkerStatus
from pipeline.state.ledger import DatabaseLedger
from pipeline.state.outbox import DatabaseOutbox
from pipeline.state.schema import check_schema, set_up_schema
from pipeline.state.searches import DatabaseSearches
from pipeline.state.signals import DatabaseSignals
from pipeline.state.stories import DatabaseStories
from pipeline.state.subscriptions import DatabaseSubscriptions
from pipeline.state.versions import DatabaseRechecks, DatabaseVersions
from pipeline.state.workers import DatabaseWorkers


class DatabaseState:
    """See the port. Threads may share it; it connects at its first use."""

    def __init__(self, url: str, password: str | None = None, *, patience: timedelta = PATIENCE) -> None:
        """Take the address of a PostgreSQL database; `postgresql://user@host:5432/name` will do.

        The password is given apart. `patience` is how long to wait for a lock. Raises BadInput when the password is in the
        address, or the address is none.
        """
        self._use(open_server(url, password, patience))

    @classmethod
    def embedded(cls, path: Path, *, patience: timedelta = PATIENCE) -> Self:
        """Give the state in a SQLite file, which `setup` makes."""
        state = cls.__new__(cls)
        state._use(open_file(path, patience))
        return state

    def _use(self, database: Database) -> None:
        self._database = database
        self._workers = DatabaseWorkers(database)
        self._feeds = DatabaseFeeds(database)
        self._subscriptions = DatabaseSubscriptions(database)
        self._gaps = DatabaseGaps(database)
        self._stories = DatabaseStories(database)
        self._versions = DatabaseVersions(database)
        self._rechecks = DatabaseRechecks(database)
        self._ledger = DatabaseLedger(database)
        self._signals = DatabaseSignals(database)
        self._outbox = DatabaseOutbox(database)
        self._searches = DatabaseSearches(database)
        self._accounts = DatabaseAccounts(database)

    @property
    def feeds(self) -> DatabaseFeeds:
        """The poller's repository."""
        return self._feeds

    @property
    def subscriptions(self) -> DatabaseSubscriptions:
        """The subscriptions with hubs, and what these have pushed."""
        return self._subscriptions

    @property
    def gaps(self) -> DatabaseGaps:
        """What polls have missed."""
        return self._gaps

    @property
    def stories(self) -> DatabaseStories:
        """Relate's repository."""
        return self._stories

    @property
    def versions(self) -> DatabaseVersions:
        """What outlets changed in their articles."""
        return self._versions

    @property
    def rechecks(self) -> DatabaseRechecks:
        """The pages that are to be asked for again."""
        return self._rechecks

    @property
    def ledger(self) -> DatabaseLedger:
        """The repository of alert and notify."""
        return self._ledger

    @property
    def signals(self) -> DatabaseSignals:
        """What signals count and find."""
        return self._signals

    @property
    def outbox(self) -> DatabaseOutbox:
        """What the owning steps have decided and not yet appended."""
        return self._outbox

    @property
    def searches(self) -> DatabaseSearches:
        """The searches that analysts keep."""
        return self._searches

    @property
    def accounts(self) -> DatabaseAccounts:
        """Who may do what."""
        return self._accounts

    def setup(self) -> None:
        """Create or migrate the schema; safe to repeat, and when two processes do it at once."""
        set_up_schema(self._database)

    def check(self) -> None:
        """Raise what keeps a worker from starting."""
        check_schema(self._database)

    def beat(self, worker: str, step: str, detail: Mapping[str, int]) -> None:
        """Note that a worker is alive, with its counters since its start."""
        self._workers.beat(worker, step, detail)

    def workers(self) -> Sequence[WorkerStatus]:
        """Give the workers that were alive in the last day, the latest first."""
        return self._workers.list()

    def close(self) -> None:
        """Release the connections."""
        self._database.close()
