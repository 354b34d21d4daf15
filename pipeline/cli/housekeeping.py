"""`harmattan housekeeping`: what a scheduler does daily, for those who have cron and no Airflow."""

from datetime import datetime
from pathlib import Path

import click

from pipeline import tasks, upkeep
from pipeline.bootstrap import open_parts
from pipeline.cli.options import Moment, data_option, file_option, settings_for, start_logging
from pipeline.errors import HarmattanError
from pipeline.notify.digest import DigestFailed


@click.group(epilog="\b\nExample:\n  harmattan housekeeping retention")
def housekeeping() -> None:
    """Apply retention, send the daily digest, or give a sign of life, once; Airflow's DAGs do the same by schedule."""


@housekeeping.command(epilog="\b\nExample:\n  HARMATTAN_RETENTION=180d harmattan housekeeping retention")
@data_option
def retention(data: Path | None) -> None:
    """Remove articles, and what is remembered of them, that are older than HARMATTAN_RETENTION (400d)."""
    start_logging()
    removed = tasks.apply_retention(settings_for(data))
    click.echo(", ".join(f"{count} {what}" for what, count in removed.items()) + " removed")


@housekeeping.command(epilog="\b\nExample:\n  harmattan housekeeping digest --day 2026-11-22")
@click.option("--day", type=Moment(), help="The day (UTC), as a date. [default: yesterday]")
@file_option("--channels", "Channels (YAML). [default: HARMATTAN_CHANNELS, or the console and a file]")
@data_option
def digest(day: datetime | None, channels: Path | None, data: Path | None) -> None:
    """Send a day's alerts as one message over the channels that ask for it (`digest: true`), once a channel."""
    start_logging()
    settings = settings_for(data, channels=channels)
    try:
        sent = tasks.daily_digest(day.date() if day else None, settings, click.echo)
    except DigestFailed as error:
        raise HarmattanError(str(error)) from error
    click.echo(f"{sent['alerts']} alerts; {sent['channels']} channels took the digest")


@housekeeping.command(
    epilog="\b\nExample:\n  HARMATTAN_HEARTBEAT_URL=https://hc.example/KEY harmattan housekeeping heartbeat"
)
@data_option
def heartbeat(data: Path | None) -> None:
    """Call HARMATTAN_HEARTBEAT_URL if all is well, so that a monitor elsewhere notices when the calls stop.

    `harmattan run` does it every minute by itself. Exit status 1, and no call, when something is wrong.
    """
    start_logging()
    settings = settings_for(data)
    with open_parts(settings) as parts:
        upkeep.heartbeat(parts, settings).beat()
    click.echo("all is well, and the monitor was told")
