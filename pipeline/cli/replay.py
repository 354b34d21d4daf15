"""`harmattan replay`: stored articles through newer code or rules."""

from datetime import datetime
from pathlib import Path

import click

from pipeline.bootstrap import open_log
from pipeline.cli.options import Moment, data_option, settings_for
from pipeline.replay import replay_articles


@click.command(epilog="\b\nExample:\n  harmattan replay --since 30d")
@click.option("--since", type=Moment(), help="Only what was polled since: 24h, 30d, or a date. [default: everything]")
@click.option("--until", type=Moment(), help="Only what was polled before.")
@data_option
def replay(since: datetime | None, until: datetime | None, data: Path | None) -> None:
    """Send stored articles through enrichment and rules again, as they are now.

    The workers do the work; the index gets new revisions of what came out differently. A replay raises no alerts.
    """
    with open_log(settings_for(data)) as log:
        count = replay_articles(log, since, until)
    click.echo(f"{count} articles put back into the log; running workers take them through again")
