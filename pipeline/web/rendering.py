"""The templates, and how values become text in them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from pipeline import __version__
from pipeline.records.alert_json import iso_time
from pipeline.records.links import web_link
from pipeline.text.languages import direction, language_name

_FOLDER = Path(__file__).parent
STATIC = _FOLDER / "static"


def render(template: str, path: str, **values: Any) -> str:
    """Render a template for the page at a path; its links are relative, so that a proxy may put it anywhere."""
    return _environment().get_template(template).render(up=up_from(path), version=__version__, **values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "age": age,
        "clock": clock,
        "dir": direction,
        "iso": iso_time,
        "language": language_name,
        "query": query,
        "segment": lambda text: quote(text, safe=""),
        "thousands": lambda number: f"{number:,}",
        "web": web_link,
    }
    return environment


def clock(moment: datetime) -> str:
    """Give a moment for people, in UTC."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def age(length: timedelta) -> str:
    """Give a length of time roughly."""
    seconds = int(length.total_seconds())
    for unit, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * unit:
            return f"{seconds // unit} {name}"
    return f"{max(0, seconds)} s"


def query(values: Mapping[str, Any], **changes: Any) -> str:
    """Give an address's query of the values that are set, after the changes."""
    return "?" + urlencode({name: value for name, value in {**values, **changes}.items() if value})


def up_from(path: str) -> str:
    """Give what leads from a path to where the pages begin; relative, so that a proxy may put them anywhere."""
    return "../" * (path.count("/") - 1) or "./"
