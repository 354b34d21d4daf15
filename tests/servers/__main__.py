"""Starts the three servers and keeps them until Ctrl-C or SIGTERM: `python -m tests.servers`, or `make servers`.

With `--fetch` it only fetches and builds what they consist of, and starts nothing.
"""

import contextlib
import signal
import sys
from types import FrameType

from tests.servers import ElasticsearchServer, KafkaServer, PostgresServer, ServerProcess, ServerUnavailableError
from tests.servers.folders import server_folder
from tests.servers.shared import SHARED_FILE, write_shared

KINDS: tuple[type[ServerProcess], ...] = (KafkaServer, ElasticsearchServer, PostgresServer)


def main() -> int:
    """Do what the arguments say; 1 if a server can't be had, with the reason on standard error."""
    try:
        return fetch() if sys.argv[1:] == ["--fetch"] else serve()
    except ServerUnavailableError as error:
        print(error, file=sys.stderr)
        return 1


def fetch() -> int:
    """Fetch and build what the servers consist of, unless that was done before."""
    for kind in KINDS:
        kind.fetch()
    return 0


def serve() -> int:
    """Start them side by side, say where they are, and stop them at the end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    with contextlib.ExitStack() as stack, contextlib.suppress(KeyboardInterrupt):
        servers = [_launch(kind, stack) for kind in KINDS]
        for server in servers:
            server.wait_until_it_answers()
            print(f"{server.name} {server.version}: {server.address}", flush=True)
        stack.callback(write_shared, [])
        write_shared([server.running for server in servers])
        print(f"Written to {SHARED_FILE}; test runs use them. Ctrl-C stops them.", flush=True)
        while True:
            signal.pause()
    return 0


def _launch(kind: type[ServerProcess], stack: contextlib.ExitStack) -> ServerProcess:
    server = kind(stack.enter_context(server_folder(kind.name)))
    stack.callback(server.stop)
    server.launch()
    return server


def _interrupt(number: int, frame: FrameType | None) -> None:
    # Not the default handler: a background process of a shell script would inherit "ignored" for SIGINT.
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
