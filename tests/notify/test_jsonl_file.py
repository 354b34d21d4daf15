import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.notify.interface import TryAgain
from pipeline.notify.jsonl_file import JsonLinesNotifier
from tests.notify.messages import message
from tests.notify.receivers import eventually

WRITER = """
import sys
from pathlib import Path
from pipeline.notify.jsonl_file import JsonLinesNotifier
from tests.notify.messages import message
notifier = JsonLinesNotifier(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    notifier.send(message(), f"{sys.argv[2]}{number}")
"""


def keys(path: Path) -> list[str]:
    return [json.loads(line)["key"] for line in path.read_text("utf-8").splitlines()]


def writer(path: Path, name: str, count: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", WRITER, str(path), name, str(count)])


def test_a_line_is_the_alert_as_it_is_listed_with_its_delivery(tmp_path: Path) -> None:
    JsonLinesNotifier(tmp_path / "alerts.jsonl").send(message(update=1), "k")

    line = json.loads((tmp_path / "alerts.jsonl").read_text("utf-8"))
    assert line["rule"] == "wagner-group"
    assert line["articles"][0]["url"].startswith("https://")
    assert (line["key"], line["update"], line["maybe_repeat"]) == ("k", 1, False)


@pytest.mark.parametrize(
    "torn", ['{"id": "a1", "rule": "wagner', '{"id": "a1", "title": "\ud83d'.encode("utf-8", "ignore").decode()]
)
def test_a_line_that_a_crash_broke_off_is_replaced_by_a_whole_one(tmp_path: Path, torn: str) -> None:
    path = tmp_path / "alerts.jsonl"
    JsonLinesNotifier(path).send(message(), "first")
    with path.open("ab") as file:
        file.write(torn.encode())

    JsonLinesNotifier(path).send(message(), "second")

    assert keys(path) == ["first", "second"]


def test_a_last_line_that_lacks_only_its_end_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    JsonLinesNotifier(path).send(message(), "first")
    path.write_bytes(path.read_bytes().rstrip(b"\n"))

    JsonLinesNotifier(path).send(message(), "first")
    JsonLinesNotifier(path).send(message(), "second")

    assert keys(path) == ["first", "second"]


def test_a_key_that_another_process_wrote_meanwhile_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    one, other = JsonLinesNotifier(path), JsonLinesNotifier(path)
    one.send(message(), "first")
    other.send(message(), "second")

    one.send(message(), "second")

    assert keys(path) == ["first", "second"]


def test_two_processes_and_a_kill_leave_whole_lines_and_every_key_once(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    doomed, other = writer(path, "a", 100_000), writer(path, "b", 150)
    assert eventually(lambda: path.exists() and path.stat().st_size > 20_000, within=30)
    doomed.send_signal(signal.SIGKILL)
    doomed.wait(10)
    assert other.wait(60) == 0

    assert writer(path, "a", 200).wait(60) == 0

    written = keys(path)
    assert len(written) == len(set(written))
    assert {f"a{n}" for n in range(200)} | {f"b{n}" for n in range(150)} <= set(written)


def test_a_file_that_is_moved_away_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    notifier = JsonLinesNotifier(path)
    notifier.send(message(), "first")
    path.rename(tmp_path / "alerts.1.jsonl")

    notifier.send(message(), "second")

    assert keys(path) == ["second"]


def test_a_file_that_was_emptied_in_place_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    notifier = JsonLinesNotifier(path)
    notifier.send(message(), "first")
    path.write_bytes(b"")

    notifier.send(message(), "second")

    assert keys(path) == ["second"]


def test_a_folder_that_went_away_is_tried_again_and_named(tmp_path: Path) -> None:
    notifier = JsonLinesNotifier(tmp_path / "gone" / "alerts.jsonl")

    with pytest.raises(TryAgain, match=r"gone/alerts\.jsonl can't be written"):
        notifier.send(message(), "k")


def test_a_disk_that_is_full_leaves_no_half_line(tmp_path: Path) -> None:
    path = Path("/dev/full")
    if not path.exists():
        pytest.skip("this machine has no /dev/full")

    with pytest.raises(TryAgain, match="/dev/full"):
        JsonLinesNotifier(path).send(message(), "k")
