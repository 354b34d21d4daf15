"""Starts the three servers and keeps them until Ctrl-C or SIGTERM: `python -m tests.servers`, or `make servers`."""

import contextlib
import signal
import sys
from types import FrameType

from tests.servers import ElasticsearchServer, KafkaServer, PostgresServer, ServerProcess, ServerUnavailableError
from tests.servers.folders import server_folder
from tests.servers.shared import SHARED_FILE, write_shared

KINDS: tuple[type[ServerProcess], ...] = (KafkaServer, ElasticsearchServer, PostgresServer)


def main() -> int:
    """Start them side by side, say where they are, and stop them at the end; 1 if one of them can't be started."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    with contextlib.ExitStack() as stack, contextlib.suppress(KeyboardInterrupt):
        try:
            servers = [_launch(kind, stack) for kind in KINDS]
            for server in servers:
                server.wait_until_it_answers()
                print(f"{server.name} {server.version}: {server.address}", flush=True)
        except ServerUnavailableError as error:
            print(error, file=sys.stderr)
            return 1
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
