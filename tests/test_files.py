"""The YAML files that people write."""

import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.files import read_settings_file


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, kw_only=True)
class Item:
    name: str
    size: int = 1
    colour: Colour = Colour.RED
    labels: dict[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Box:
    items: tuple[Item, ...]


def read(folder: Path, text: str | bytes) -> Box:
    path = folder / "box.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_settings_file(path, Box).value


def test_words_that_yaml_takes_for_something_else_stay_words_where_words_are_expected(tmp_path: Path) -> None:
    box = read(tmp_path, "items:\n  - {name: no, labels: {a: 2024-05-01, b: 1.20}}\n  - {name: 2024, size: 3}\n")
    assert [item.name for item in box.items] == ["no", "2024"]
    assert box.items[0].labels == {"a": "2024-05-01", "b": "1.20"}
    assert box.items[1].size == 3


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbfitems: []\n").items == ()


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("items:\n  - {name: a, sise: 1}\n", 2, "did you mean `size`"),
        ("items:\n  - {name: a}\nitems: []\n", 3, "second time"),
        ("items:\n  - name: a\n    size: big\n", 3, "`size` should be a whole number, not text"),
        ("items:\n  - name: a\n    colour: blu\n", 3, "did you mean `blue`"),
        ("items:\n  - size: 1\n", 2, "`name` is missing"),
        ("items:\n  - name:\n", 2, "`name` should be text"),
        ("items:\n  - name: [a]\n", 2, "`name` should be text"),
        ("items:\n\t- name: a\n", 2, "tabs"),
        ("items: [a\n", 2, "mend the YAML"),
        ("- a\n", 1, "should be a mapping"),
        ("", 1, "empty"),
        ("items: \x07\n", 1, "forbids"),
        ("[" * 100_000, 1, "nested too deeply"),
        ("items:\n  - {name: a, labels: &x {a: *x}}\n", 2, "nested too deeply"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_to_do(tmp_path: Path, text: str, line: int, told: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, text)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'box.yaml'}:{line}: ")
    assert told in message
    assert "\n" not in message


def test_a_file_that_is_no_text_or_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="UTF-8"):
        read(tmp_path, b"items: \xff\xfe")
    with pytest.raises(BadInput, match="can't be read"):
        read_settings_file(tmp_path / "none.yaml", Box)
    with pytest.raises(BadInput, match="can't be read"):
        read_settings_file(tmp_path, Box)


def test_aliases_that_multiply_are_refused_soon(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    text = "items:\n  - name: a\n    labels:\n" + "\n".join(f"      {line}" for line in lines)
    started = time.process_time()
    with pytest.raises(BadInput, match="aliases"):
        read(tmp_path, text)
    assert time.process_time() - started < 20
