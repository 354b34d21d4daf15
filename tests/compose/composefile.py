"""docker-compose.yml as the tests read it: plain YAML with its variables filled in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"
SECRETS = {"HARMATTAN_SECRETS": "/somewhere/secrets"}

_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


@dataclass(frozen=True)
class Service:
    """One service of the file."""

    name: str
    raw: Mapping[str, Any]

    @cached_property
    def command(self) -> list[str]:
        return list(self.raw.get("command", []))

    @cached_property
    def environment(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.raw.get("environment", {}).items()}

    @cached_property
    def healthcheck(self) -> list[str]:
        return list(self.raw["healthcheck"]["test"])

    @cached_property
    def healthcheck_words(self) -> list[str]:
        """The words of the health check; none where there is none."""
        return self.healthcheck if "healthcheck" in self.raw else []

    @cached_property
    def runs_once(self) -> bool:
        return bool(self.raw["restart"] == "no")

    def volume_at(self, path: str) -> str | None:
        """What is mounted at the path."""
        for volume in self.raw.get("volumes", []):
            source, target = volume.split(":")[:2]
            if target == path:
                return str(source)
        return None


def read_services(variables: Mapping[str, str] = SECRETS) -> dict[str, Service]:
    """The services by name."""
    document = read_file(variables)
    return {name: Service(name, raw) for name, raw in document["services"].items()}


def read_file(variables: Mapping[str, str] = SECRETS) -> Any:
    """The whole file."""
    return _filled_in(yaml.safe_load(COMPOSE_FILE.read_text()), variables)


def _filled_in(node: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {name: _filled_in(value, variables) for name, value in node.items()}
    if isinstance(node, list):
        return [_filled_in(value, variables) for value in node]
    if isinstance(node, str):
        return _VARIABLE.sub(lambda found: _value(found, variables), node)
    return node


def _value(found: re.Match[str], variables: Mapping[str, str]) -> str:
    value = variables.get(found["name"], "")
    if not value and found["kind"] == "?":
        raise KeyError(found["name"])
    return value or (found["rest"] or "" if found["kind"] == "-" else "")
