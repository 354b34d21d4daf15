"""`harmattan work STEP...`: workers that run alone."""

from pathlib import Path

import click

from pipeline.bootstrap import STEPS, check_files, check_parts, open_parts, open_workers
from pipeline.cli.options import LEXICON_HELP, data_option, file_option, settings_for, start_logging, stop_on_signals
from pipeline.work.crew import Crew, owner_name


@click.command(epilog="\b\nExample:\n  harmattan work enrich\n  harmattan work relate index alert notify")
@click.argument("steps", metavar="STEP...", nargs=-1, required=True, type=click.Choice(STEPS))
@file_option("--rules", "Watch rules (YAML). [default: HARMATTAN_RULES, or the stock rules]")
@file_option("--lexicon", LEXICON_HELP)
@file_option("--channels", "Channels (YAML). [default: HARMATTAN_CHANNELS, or the console and a file]")
@file_option(
    "--policy", "Who is told of which alerts, when and how (YAML). [default: HARMATTAN_POLICY, or all at once]"
)
@data_option
def work(
    steps: tuple[str, ...],
    rules: Path | None,
    lexicon: Path | None,
    channels: Path | None,
    policy: Path | None,
    data: Path | None,
) -> int:
    """Run a worker for each STEP: poll, enrich, relate, index, alert, notify.

    Start as many as you like, on as many machines: they share the work. A server that goes out of reach
    meanwhile is waited for; one that can't be reached at the start is named, with what to check.
    Ends with status 1 when a step could not go on, and says why.
    """
    start_logging()
    settings = settings_for(data, rules=rules, lexicon=lexicon, channels=channels, policy=policy)
    check_files(settings)
    owner = owner_name()
    with open_parts(settings) as parts:
        check_parts(parts, steps)
        with open_workers(list(dict.fromkeys(steps)), parts, settings, owner, click.echo) as workers:
            crew = Crew(workers, parts.state, owner, steps)
            told = stop_on_signals(crew.stop)
            with crew:
                while crew.alive() and not told.wait(0.2):
                    pass
    return 1 if crew.failures else 0
