"""An HTTP server on the loopback address, in a thread of this process."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from pipeline.errors import OutOfReach

HOST = "127.0.0.1"
_START = 10.0  # seconds
_STOP = 2


@dataclass(frozen=True, slots=True)
class BoundPort:
    """A port of the loopback address that this process holds; clients wait there until it is served."""

    socket: socket.socket

    @property
    def number(self) -> int:
        """The port's number."""
        number: int = self.socket.getsockname()[1]
        return number

    @property
    def address(self) -> str:
        """The address for clients, without a slash at its end."""
        return f"http://{HOST}:{self.number}"

    def close(self) -> None:
        """Give the port back."""
        self.socket.close()


def bind(number: int = 0) -> BoundPort:
    """Take a port, any free one for 0, so that addresses can be written before the server runs.

    Raises OSError where it is taken.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # Without this, connections of the run before would block the port for a minute.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((HOST, number))
        bound.listen()
    except OSError:
        bound.close()
        raise
    return BoundPort(bound)


@contextmanager
def serving(app: ASGIApp, port: BoundPort) -> Iterator[None]:
    """Serve an application at a port until the block ends. Raises OutOfReach where the server doesn't start."""
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=_STOP, http="h11"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([port.socket],), name="newsroom", daemon=True)
    thread.start()
    try:
        _await_start(server, thread, port)
        yield
    finally:
        server.should_exit = True
        thread.join()


def _await_start(server: uvicorn.Server, thread: threading.Thread, port: BoundPort) -> None:
    deadline = time.monotonic() + _START
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise OutOfReach(f"The newsroom's server at {port.address} did not start; see the log above for why.")
        time.sleep(0.005)
