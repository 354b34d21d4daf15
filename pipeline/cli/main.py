"""The entry point: the list of commands, and what errors mean to the shell."""

import importlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from pipeline import __version__
from pipeline.errors import BadInput, HarmattanError

COMMANDS: Mapping[str, tuple[str, str]] = {
    "run": ("pipeline.cli.run:run", "Run the whole pipeline with its web page, on the sample newsroom or your feeds."),
    "poll": ("pipeline.cli.poll:poll", "Make one pass over the feeds that are due."),
    "work": ("pipeline.cli.work:work", "Run workers for one or more steps."),
    "serve": ("pipeline.cli.serve:serve", "Serve the web page alone."),
    "setup": ("pipeline.cli.setup:setup", "Create or update topics, indices, database schema and Kibana objects."),
    "analyze": ("pipeline.cli.analyze:analyze", "Say what enrichment and rules find in texts, without storing them."),
    "search": ("pipeline.cli.search:search", "Search the articles."),
    "articles": ("pipeline.cli.articles:articles", "Show an article, and what its outlet changed in it."),
    "searches": ("pipeline.cli.searches:searches", "List searches that are kept, or make one a rule."),
    "alerts": (
        "pipeline.cli.alerts:alerts",
        "List, show, acknowledge and mute alerts; say why somebody was told or not.",
    ),
    "signals": ("pipeline.cli.signals:signals", "Show what signals watch: bursts, first mentions, returns, silences."),
    "users": ("pipeline.cli.users:users", "Add, list and remove accounts, and tokens of the API."),
    "rules": ("pipeline.cli.rules:rules", "Check, list, test, explain and back-test watch rules."),
    "feeds": ("pipeline.cli.feeds:feeds", "Add, discover, check, list, import, export, tag and change feeds."),
    "dead-letters": ("pipeline.cli.dead_letters:dead_letters", "List, show and replay what no step could handle."),
    "replay": ("pipeline.cli.replay:replay", "Send stored articles through newer code or rules."),
    "status": ("pipeline.cli.status:status", "Report the health of every part; status 1 when something is wrong."),
    "housekeeping": ("pipeline.cli.housekeeping:housekeeping", "Apply retention, or send the daily digest, once."),
}

EXAMPLE = """\b
Example:
  harmattan run                       the sample newsroom, with the web page
  harmattan search Timbuktu --json    what was found, for a machine
"""


class LazyGroup(click.Group):
    """Knows every command's name and summary, and imports a command only to run it or to print its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the commands in the order an operator meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Print the summaries without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(cls=LazyGroup, epilog=EXAMPLE, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="harmattan")
def cli() -> None:
    """Harmattan polls news feeds, enriches and indexes what is new, and alerts analysts to what they watch for.

    Everything runs embedded under --data (default: ./data) unless HARMATTAN_KAFKA, HARMATTAN_ELASTICSEARCH and
    HARMATTAN_DATABASE name servers.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process: 0 done, 1 something is wrong, 2 bad input, 130 interrupted."""
    try:
        result: Any = cli.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except HarmattanError as error:
        click.echo(f"harmattan: {error}", err=True)
        sys.exit(2 if isinstance(error, BadInput) else 1)
    sys.exit(result if isinstance(result, int) else 0)
