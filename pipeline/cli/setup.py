"""`harmattan setup`."""

from pathlib import Path

import click

from pipeline.bootstrap import open_parts, set_up
from pipeline.cli.options import data_option, settings_for, start_logging


@click.command(epilog="\b\nExample:\n  HARMATTAN_KAFKA=kafka:9092 harmattan setup")
@data_option
def setup(data: Path | None) -> None:
    """Create or update topics, index templates, database schema and, where there is a Kibana, its objects.

    It is safe to repeat, on a running system too. Run it after every upgrade, before the workers are started.
    """
    start_logging()
    settings = settings_for(data)
    with open_parts(settings) as parts:
        set_up(parts, settings)
    click.echo("topics, schema and indices are up to date")
    if settings.kibana:
        from pipeline.bootstrap import import_kibana

        count, no_roles = import_kibana(settings)
        click.echo(f"Kibana: {count} objects imported")
        click.echo(f"Kibana: no roles were made ({no_roles})" if no_roles else "Kibana: roles are up to date")
