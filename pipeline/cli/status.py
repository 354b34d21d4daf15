"""`harmattan status`."""

import socket
from pathlib import Path

import click

from pipeline.bootstrap import open_parts, open_state
from pipeline.cli.options import data_option, json_option, print_json, settings_for
from pipeline.health import SILENT, Health, check_health
from pipeline.settings import Settings


@click.command(epilog="\b\nExample:\n  harmattan status || mail -s 'Harmattan needs you' operator@example.org")
@click.option("--here", is_flag=True, help="Only whether a worker on this host gives signs of life.")
@json_option
@data_option
def status(here: bool, as_json: bool, data: Path | None) -> int:
    """Report the health of every part: lag, workers, feeds, deliveries, dead letters.

    Ends with status 1 when something is wrong, and says what and what to do. --here is for the health check of a container.
    """
    settings = settings_for(data)
    if here:
        return _alive_here(settings)
    with open_parts(settings) as parts:
        health = check_health(parts.log, parts.index, parts.state)
    if as_json:
        print_json([_row(health)])
    else:
        _print(health)
    return 1 if health.problems else 0


def _alive_here(settings: Settings) -> int:
    host = f"{socket.gethostname()}-"
    with open_state(settings) as state:
        alive = [one for one in state.workers() if one.worker.startswith(host) and one.age < SILENT]
    for worker in alive:
        click.echo(f"{worker.step}: last sign of life {worker.age.total_seconds():.0f} s ago")
    if not alive:
        click.echo(f"no worker on {socket.gethostname()} has given a sign of life for {SILENT.total_seconds():.0f} s")
    return 0 if alive else 1


def _row(health: Health) -> dict[str, object]:
    return {
        "healthy": not health.problems,
        "problems": health.problems,
        "lag": dict(health.lag),
        "workers": [
            {"worker": w.worker, "step": w.step, "seconds_ago": round(w.age.total_seconds(), 1), **w.detail}
            for w in health.workers
        ],
        "feeds": dict(health.feeds),
        "failing": [
            {"url": feed.spec.url, "error": feed.error, "last_success": feed.last_success} for feed in health.failing
        ],
        "missed": health.missed,
        "recovered": health.recovered,
        "pushed": health.pushed,
        "due": health.due,
        "rechecks": health.rechecks,
        "dead_letters": health.dead_letters,
        "silences": health.silences,
    }


def _print(health: Health) -> None:
    for step, lag in health.lag.items():
        click.echo(f"{step:8} {lag} records behind")
    workers = sorted({worker.step for worker in health.workers})
    click.echo(f"workers  {', '.join(workers) or 'none alive'}")
    click.echo(f"feeds    {', '.join(f'{count} {name}' for name, count in health.feeds.items()) or 'none'}")
    if health.pushed:
        click.echo(f"pushed   {health.pushed} feeds by hubs")
    if health.rechecks:
        click.echo(f"again    {health.rechecks} pages of new articles to be asked for again")
    if health.missed:
        click.echo(
            f"missed   entries of {health.missed} feeds in the last week, of which {health.recovered} were found since:"
            " see `harmattan feeds list --missed`"
        )
    click.echo(f"alerts   {health.due} deliveries due")
    click.echo(f"letters  {health.dead_letters} dead")
    for feed in health.failing:
        click.echo(f"failing: {feed.spec.url}: {feed.error}")
    for silence in health.silences:
        click.echo(f"silent: {silence}")
    for problem in health.problems:
        click.echo(f"WRONG: {problem}")
    if not health.problems:
        click.echo("All is well.")
