"""The shape that keeps the parts apart: import-linter holds the rest (see pyproject.toml)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "pipeline").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_settings_read_the_environment(path: Path):
    if path.name == "settings.py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        reads = (
            isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") and ast.unparse(node.value) == "os"
        )
        assert not reads, f"{path.relative_to(ROOT)}:{node.lineno} reads the environment"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_too_long_to_find_ones_way_in(path: Path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
