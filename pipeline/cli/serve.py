"""`harmattan serve`: the web page alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import click

from pipeline.bootstrap import open_fetcher, open_parts
from pipeline.cli.options import data_option, settings_for, start_logging, stop_on_signals
from pipeline.oidc import OpenIdProvider
from pipeline.page import open_page_tools
from pipeline.settings import Settings
from pipeline.web.server import serve_in_background


@contextmanager
def open_provider(settings: Settings) -> Iterator[OpenIdProvider | None]:
    """Open the OpenID Connect provider that signs people in; the operator chose it, so it may stand anywhere."""
    if settings.oidc is None:
        yield None
        return
    anywhere = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    with open_fetcher(replace(settings, allow_networks=anywhere, host_limits={})) as fetcher:
        yield OpenIdProvider(settings.oidc, settings.public_url or "", fetcher, lambda: datetime.now(UTC))


@click.command(epilog="\b\nExample:\n  harmattan serve --port 8080")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: any free one.")
@data_option
def serve(host: str, port: int, data: Path | None) -> None:
    """Serve the web page: search, stories, alerts and the state of every part.

    On loopback with the embedded stores it is open to who sits at this machine. On any other address, or on servers, people
    sign in: `harmattan users add NAME` adds an account, or HARMATTAN_OIDC_ISSUER names an OpenID Connect provider. Beyond
    this machine, put a proxy with TLS before it, and set HARMATTAN_BASE_URL.
    """
    start_logging()
    settings = settings_for(data)
    with (
        open_parts(settings) as parts,
        open_provider(settings) as provider,
        open_page_tools(parts, settings) as tools,
        serve_in_background(parts, settings, port, host, provider, tools) as address,
    ):
        told = stop_on_signals(lambda: None)
        click.echo(f"web page: {address}")
        while not told.wait(1.0):
            pass
