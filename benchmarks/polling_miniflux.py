"""Miniflux beside ours, for polling.py: its own command that refreshes all feeds which are due, on PostgreSQL.

It is not part of Harmattan: the binary is built from its source (`go build`), and the database is an empty one made for this.
"""

import os
import resource
import subprocess
import time

import psycopg

TUNED = {"WORKER_POOL_SIZE": "64", "DATABASE_MAX_CONNS": "64", "DATABASE_MIN_CONNS": "32"}
DEFAULTS: dict[str, str] = {}


class Miniflux:
    """Polls the feeds of the benchmark for a user of its own.

    `binary` is its program, `database` an address such as postgres://...?sslmode=disable.
    """

    def __init__(self, binary: str, database: str, user: str, settings: dict[str, str]) -> None:
        self._binary = binary
        self._user = user
        self._database = database
        self._environment = os.environ | {
            "DATABASE_URL": database,
            "BATCH_SIZE": "1000000",
            "POLLING_PARSING_ERROR_LIMIT": "0",
            "LOG_LEVEL": "error",
            "CLEANUP_ARCHIVE_UNREAD_DAYS": "-1",
            **settings,
        }

    def follow(self, urls: list[str]) -> None:
        """Start anew with these feeds."""
        self._run("-migrate")
        with psycopg.connect(self._database) as connection:
            connection.execute("DELETE FROM users WHERE username = %s", [self._user])
            user = connection.execute(
                "INSERT INTO users (username, password) VALUES (%s, '-') RETURNING id", [self._user]
            ).fetchone()
            assert user
            category = connection.execute(
                "INSERT INTO categories (user_id, title) VALUES (%s, 'all') RETURNING id", user
            ).fetchone()
            assert category
            connection.cursor().executemany(
                "INSERT INTO feeds (user_id, category_id, title, feed_url, site_url, next_check_at)"
                " VALUES (%s, %s, %s, %s, %s, '2100-01-01')",
                [(user[0], category[0], url, url, url) for url in urls],
            )

    def poll(self) -> tuple[float, float]:
        """Refresh all feeds; give the seconds, and those of CPU in its own process. PostgreSQL's are not in it."""
        self._due("2020-01-01")
        begun, used = time.perf_counter(), _children()
        self._run("-refresh-feeds")
        seconds, used = time.perf_counter() - begun, _children() - used
        self._due("2100-01-01")
        return seconds, used

    def entries(self) -> int:
        """Count the entries that it holds."""
        with psycopg.connect(self._database) as connection:
            found = connection.execute(
                "SELECT count(*) FROM entries JOIN users ON users.id = user_id WHERE username = %s", [self._user]
            ).fetchone()
            return int(found[0]) if found else 0

    def _due(self, when: str) -> None:
        with psycopg.connect(self._database) as connection:
            connection.execute(
                "UPDATE feeds SET next_check_at = %s WHERE user_id = (SELECT id FROM users WHERE username = %s)",
                [when, self._user],
            )

    def _run(self, command: str) -> None:
        subprocess.run([self._binary, command], env=self._environment, check=True, capture_output=True)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
