"""`harmattan poll`: one pass."""

from pathlib import Path

import click

from pipeline.bootstrap import open_log, open_poller, open_state
from pipeline.cli.options import data_option, file_option, settings_for, start_logging
from pipeline.poll.feeds_file import list_name, load_feeds
from pipeline.poll.rounds import poll_all_due
from pipeline.work.crew import owner_name


@click.command(epilog="\b\nExample:\n  harmattan poll --feeds seeds/feeds.opml")
@file_option("--feeds", "Feed list (OPML, or an address a line) to add first. [default: HARMATTAN_FEEDS, if set]")
@data_option
def poll(feeds: Path | None, data: Path | None) -> None:
    """Make one pass over the feeds that are due and append what is new to the log; workers take it from there."""
    start_logging()
    settings = settings_for(data, feeds=feeds)
    listed = load_feeds(settings.feeds) if settings.feeds else []
    owner = owner_name()
    with open_log(settings) as log, open_state(settings) as state:
        state.check()
        if settings.feeds:
            state.feeds.put(listed, listed_in=list_name(settings.feeds))
        with open_poller(log, state, settings, owner) as poller:
            total = poll_all_due(poller.step, owner)
            poller.follow_once()
    click.echo(f"{total.polled} feeds polled, {total.new} articles new, {total.failed} feeds failed")
    for url, problem in total.problems.items():
        click.echo(f"{url}: {problem}", err=True)
