"""What commands share: options, settings, logging, and printing for people or machines."""

import getpass
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.durations import parse_duration
from pipeline.records.alert_json import iso_time
from pipeline.settings import Settings, load_settings

F = TypeVar("F", bound=Callable[..., Any])

SAME_SIGNAL = 1.0
"""Seconds in which a repeated signal is taken for the first one."""

data_option = click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="Folder of the embedded stores. [default: ./data]"
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")


LEXICON_HELP = "Entities that the rules name (YAML). [default: HARMATTAN_LEXICON, or the stock lexicon]"


def file_option(name: str, help_text: str) -> Callable[[F], F]:
    """Make an option that names a file."""
    return click.option(name, type=click.Path(path_type=Path), help=help_text)


class Duration(click.ParamType[timedelta]):
    """A length of time on the command line: 90s, 15m, 6h, 30d."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it, or say how to write it."""
        try:
            return parse_duration(value) if isinstance(value, str) else value
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Moment(click.ParamType[datetime]):
    """A moment on the command line: a length of time back from now, or an ISO 8601 date or time (UTC without a zone)."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it, or say how to write it."""
        if not isinstance(value, str):
            return value
        try:
            return datetime.now(UTC) - parse_duration(value)
        except (ValueError, OverflowError):
            pass
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is neither a length of time (24h, 30d) nor a date (2026-11-01)", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def settings_for(data: Path | None, **given: Any) -> Settings:
    """Read the settings, with what the command line gave on top; None means it gave nothing."""
    settings = load_settings()
    changes = {name: value for name, value in given.items() if value is not None}
    if data is not None:
        changes["data"] = data
    return replace(settings, **changes)


class _StandardError(logging.StreamHandler[Any]):
    """Writes to what is standard error at the time, so that live figures may print log lines above themselves."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def start_logging(level: int = logging.INFO) -> None:
    """Log to standard error, a line an event; libraries only when something is wrong."""
    handler = _StandardError()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("pipeline").setLevel(level)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    logging.getLogger("elastic_transport").setLevel(logging.ERROR)


def stop_on_signals(stop: Callable[[], None]) -> threading.Event:
    """Call `stop` at SIGINT or SIGTERM and give an event that tells of it; a second signal, later, ends the process at once.

    The handlers are installed explicitly, since a process started in a script's background inherits SIGINT ignored. Signals
    that follow at once are the same one: a shell or `timeout` may send it to the process and to its group.
    """
    told = threading.Event()
    first = 0.0

    def handle(number: int, _: object) -> None:
        nonlocal first
        if told.is_set():
            if time.monotonic() - first > SAME_SIGNAL:
                os._exit(128 + number)
            return
        first = time.monotonic()
        told.set()
        stop()

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)
    return told


def login_name() -> str:
    """Give who runs the command, for the audit trail."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"


def print_json(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print one JSON object a line."""
    for row in rows:
        click.echo(json.dumps(row, ensure_ascii=False, default=_jsonable))


def _jsonable(value: Any) -> Any:
    return iso_time(value) if isinstance(value, datetime) else str(value)


def print_table(columns: Iterable[str], rows: Iterable[Iterable[Any]], empty: str) -> None:
    """Print a table for people, or a sentence when there is nothing in it."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_shown(cell)) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table if table.row_count else empty)


def _shown(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    return "".join(character if character.isprintable() else " " for character in str(cell))
