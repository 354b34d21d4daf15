import socket
import urllib.request
from pathlib import Path

import pytest

from pipeline.bootstrap import open_parts
from pipeline.errors import BadInput
from pipeline.settings import Settings
from pipeline.web.server import serve_in_background


def test_the_embedded_page_is_served_on_a_free_port_and_gone_afterwards(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with open_parts(settings) as parts:
        with (
            serve_in_background(parts, settings, 0) as address,
            urllib.request.urlopen(f"{address}/", timeout=10) as page,
        ):
            assert page.status == 200
            assert b"Wagner" in page.read()  # the stock rules are offered in the form
        with pytest.raises(OSError):
            urllib.request.urlopen(f"{address}/", timeout=2)


def test_a_port_that_is_taken_is_said_to_be_taken_with_what_to_do(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with (
            open_parts(settings) as parts,
            pytest.raises(BadInput, match=rf"port {port} .*--port"),
            serve_in_background(parts, settings, port),
        ):
            pass
