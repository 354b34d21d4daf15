"""`harmattan run`: the whole pipeline in one process."""

import logging
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import click

from pipeline.bootstrap import (
    STEPS,
    Parts,
    check_files,
    check_parts,
    open_parts,
    open_poller,
    open_workers,
    set_up,
)
from pipeline.cli.display import Display
from pipeline.cli.options import (
    LEXICON_HELP,
    Duration,
    data_option,
    file_option,
    settings_for,
    start_logging,
    stop_on_signals,
)
from pipeline.drain import drained
from pipeline.errors import BadInput
from pipeline.poll.feeds_file import list_name, load_feeds
from pipeline.poll.rounds import poll_each_once
from pipeline.settings import Settings
from pipeline.state.interface import Feeds, FeedSpec
from pipeline.upkeep import housekeeping_worker
from pipeline.work.crew import Crew, owner_name

SAMPLE_INTERVAL = timedelta(seconds=2)
SAMPLE_LIST = "newsroom.opml"


@click.command(
    epilog="\b\nExample:\n  harmattan run\n  harmattan run --feeds seeds/feeds.opml --rules my-rules.yaml --port 8080"
    "\n  harmattan run --once --feeds feeds.opml --data trial"
)
@file_option(
    "--feeds",
    "Feed list (OPML, or an address a line). [default: HARMATTAN_FEEDS, or feeds added by command, or a sample newsroom]",
)
@file_option("--rules", "Watch rules (YAML). [default: HARMATTAN_RULES, or the stock rules]")
@file_option("--lexicon", LEXICON_HELP)
@file_option("--channels", "Channels (YAML). [default: HARMATTAN_CHANNELS, or the console and a file]")
@file_option(
    "--policy", "Who is told of which alerts, when and how (YAML). [default: HARMATTAN_POLICY, or all at once]"
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="Web page's port; 0: any free one."
)
@click.option("--interval", type=Duration(), help="One polling interval for every feed, for trials, such as 2s.")
@click.option("--once", is_flag=True, help="Poll every feed once, carry it through every step, and end.")
@data_option
def run(
    feeds: Path | None,
    rules: Path | None,
    lexicon: Path | None,
    channels: Path | None,
    policy: Path | None,
    port: int,
    interval: timedelta | None,
    once: bool,
    data: Path | None,
) -> int:
    """Run the whole pipeline: every step, the web page, and without any feeds a sample newsroom to watch it on.

    Ctrl-C ends it; started again, it goes on where it was. The stores are embedded unless HARMATTAN_KAFKA,
    HARMATTAN_ELASTICSEARCH and HARMATTAN_DATABASE name servers.
    """
    settings = settings_for(
        data, feeds=feeds, rules=rules, lexicon=lexicon, channels=channels, policy=policy, interval=interval
    )
    start_logging(logging.WARNING)
    check_files(settings)
    listed = load_feeds(settings.feeds) if settings.feeds else None
    with ExitStack() as stack:
        parts = stack.enter_context(open_parts(settings))
        _prepare(parts, settings)
        settings, listed = _feeds(parts.state.feeds, settings, listed, stack)
        if once:
            return _run_once(parts, settings, listed)
        return _run_on(parts, settings, port)


def _feeds(
    feeds: Feeds, settings: Settings, listed: list[FeedSpec] | None, stack: ExitStack
) -> tuple[Settings, list[FeedSpec]]:
    """Give what is polled: the feeds of the file, or else those that commands have added, or else the sample newsroom's."""
    sample = settings.data / SAMPLE_LIST
    if settings.feeds and listed is not None:
        feeds.put(listed, listed_in=list_name(settings.feeds))
    else:
        samples = {spec.url for spec in load_feeds(sample)} if sample.exists() else set()
        listed = [feed.spec for feed in feeds.list() if feed.listed_in is None and feed.spec.url not in samples]
        if not listed:
            settings, listed = _sample_newsroom(settings, stack)
            feeds.put(listed, listed_in=list_name(sample))
            return settings, listed
    feeds.put([], listed_in=list_name(sample))
    return settings, listed


def _sample_newsroom(settings: Settings, stack: ExitStack) -> tuple[Settings, list[FeedSpec]]:
    from pipeline.newsroom import open_newsroom

    settings.data.mkdir(parents=True, exist_ok=True)
    newsroom = stack.enter_context(open_newsroom(settings.data))
    own = (*settings.allow_networks, ip_network("127.0.0.1/32"))
    settings = replace(settings, allow_networks=own, interval=settings.interval or SAMPLE_INTERVAL)
    return settings, load_feeds(newsroom.feeds_path)


def _prepare(parts: Parts, settings: Settings) -> None:
    """Set the stores up where that was not done yet."""
    try:
        check_parts(parts, STEPS)
    except BadInput:
        set_up(parts, settings)


def _run_on(parts: Parts, settings: Settings, port: int) -> int:
    from pipeline.cli.serve import open_provider
    from pipeline.page import open_page_tools
    from pipeline.web.server import serve_in_background

    owner = owner_name()
    with ExitStack() as stack:
        provider = stack.enter_context(open_provider(settings))
        tools = stack.enter_context(open_page_tools(parts, settings))
        address = stack.enter_context(serve_in_background(parts, settings, port, provider=provider, tools=tools))
        settings = replace(settings, base_url=settings.base_url or address)
        display: list[Display] = []

        def show(text: str) -> None:
            display[0].show(text)

        workers = stack.enter_context(open_workers(STEPS, parts, settings, owner, show))
        crew = Crew([*workers, housekeeping_worker(parts, settings, show)], parts.state, owner)
        told = stop_on_signals(crew.stop)
        display.append(Display(crew.counts, address))
        with display[0], crew:
            while crew.alive() and not told.wait(0.2):
                display[0].line()
    return _ended(crew)


def _run_once(parts: Parts, settings: Settings, listed: list[FeedSpec]) -> int:
    owner = owner_name()
    with ExitStack() as stack:
        poller = stack.enter_context(open_poller(parts.log, parts.state, settings, owner))
        workers = stack.enter_context(open_workers(STEPS[1:], parts, settings, owner, click.echo))
        crew = Crew(workers, parts.state, owner)
        told = stop_on_signals(crew.stop)
        with crew:
            total = poll_each_once(poller.step, owner, [feed.url for feed in listed])
            poller.follow_once()
            whole = crew.wait(lambda: drained(parts.log, parts.state))
        parts.index.refresh()
    counts = crew.counts()
    click.echo(
        f"{total.polled} feeds polled, {total.failed} failed; {total.new} articles new,"
        f" {counts['enrich']['handled']} enriched, {counts['index']['articles']} indexed,"
        f" {counts['alert']['raised']} alerts"
    )
    for url, problem in total.problems.items():
        click.echo(f"{url}: {problem}", err=True)
    if told.is_set():
        return 130
    return _ended(crew) if not whole else 0


def _ended(crew: Crew) -> int:
    for failure in crew.failures.values():
        click.echo(f"harmattan: {failure}", err=True)
    return 1 if crew.failures else 0
