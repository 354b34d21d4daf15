"""The searches that analysts keep under a name."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from pipeline.state.engine import Database
from pipeline.state.interface_searches import SavedSearch
from pipeline.state.sql import insert_into, now_of
from pipeline.state.tables import saved_searches

_columns = saved_searches.c


class DatabaseSearches:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, search: SavedSearch) -> None:
        """Keep a search, in the place of the one with its name."""
        with self._database.write() as connection:
            values = {"text": search.text, "filters": search.filters, "by": search.by, "saved": now_of(connection)}
            insert = insert_into(connection, saved_searches).values(name=search.name, **values)
            connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))

    def get(self, name: str) -> SavedSearch | None:
        """Give the search of a name."""
        with self._database.read() as connection:
            row = connection.execute(select(saved_searches).where(_columns.name == name)).one_or_none()
            return _search(row) if row else None

    def list(self) -> Sequence[SavedSearch]:
        """Give all, by name."""
        with self._database.read() as connection:
            return sorted(map(_search, connection.execute(select(saved_searches))), key=lambda search: search.name)

    def remove(self, name: str) -> bool:
        """Forget a search; tell whether there was one."""
        with self._database.write() as connection:
            return bool(connection.execute(delete(saved_searches).where(_columns.name == name)).rowcount)


def _search(row: Any) -> SavedSearch:
    return SavedSearch(name=row.name, text=row.text, filters=row.filters, by=row.by, saved=row.saved)
