"""Airflow's own run history: the rows in its database, and the files of the tasks' logs.

Tasks are kept from Airflow's database: their environment names an address that leads nowhere. So `airflow db clean` is run
without that name, and finds the database as Airflow's configuration has it: in airflow.cfg, or by
AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

_HIDDEN = ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__SQL_ALCHEMY_CONN")
_TABLES = ("dag_run", "task_instance", "task_instance_history", "xcom", "job", "log", "callback")


def remove_runs(keep: timedelta) -> None:
    """Remove runs, with their tasks, results and log entries, that are older. Raises RuntimeError when it can't be done."""
    environment = {name: value for name, value in os.environ.items() if name not in _HIDDEN}
    # On a database that is not Airflow's, `db clean` would find no table and be content.
    if _airflow(["db", "check-migrations", "--migration-wait-timeout", "0"], environment):
        raise RuntimeError(
            "Airflow's database is not known to its tasks, so old runs can't be removed: give its address"
            " in airflow.cfg or by AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD, see docs/airflow.md"
        )
    before = (datetime.now(UTC) - keep).isoformat()
    clean = ["db", "clean", "--yes", "--skip-archive", "--batch-size", "1000", "--error-on-cleanup-failure"]
    status = _airflow([*clean, "--tables", ",".join(_TABLES), "--clean-before-timestamp", before], environment)
    if status:
        raise RuntimeError(f"`airflow db clean` ended with status {status}; what it said stands above")


def remove_logs(keep: timedelta) -> int:
    """Remove the log files of the project's DAGs, and of Airflow's DAG processor, that are older; give how many."""
    from airflow.sdk import conf

    folder = Path(conf.get("logging", "base_log_folder"))
    oldest = (datetime.now(UTC) - keep).timestamp()
    removed = 0
    for found in sorted([*folder.glob("dag_id=harmattan_*/**/*"), *folder.glob("dag_processor/*/**/*")], reverse=True):
        if found.is_file() and not found.is_symlink() and found.stat().st_mtime < oldest:
            found.unlink()
            removed += 1
        elif found.is_dir() and found.stat().st_mtime < oldest and not any(found.iterdir()):
            found.rmdir()
    return removed


def _airflow(arguments: list[str], environment: dict[str, str]) -> int:
    done = subprocess.run(  # noqa: S603 - nothing in it comes from outside
        [sys.executable, "-m", "airflow", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    sys.stdout.write(done.stdout)
    return done.returncode
