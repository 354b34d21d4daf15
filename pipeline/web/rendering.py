"""The templates, and how values become text in them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context

from pipeline import __version__
from pipeline.records.alert_json import iso_time
from pipeline.records.links import web_link
from pipeline.text.languages import direction, language_name
from pipeline.web.words import in_language

MONTHS_IN_FRENCH = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")

_FOLDER = Path(__file__).parent
STATIC = _FOLDER / "static"


def render(template: str, path: str, *, language: str = "en", **values: Any) -> str:
    """Render a template for the page at a path, in a language; its links are relative, so that a proxy may put it anywhere.

    A `say` among the values puts its sentences into another language than the page's: that of a message it answers.
    """
    say = in_language(language)

    def counted(number: int, one: str, many: str) -> str:
        """Give a number with what it counts; nothing is one in French, and many in English."""
        return f"{number:,} {say(one if number == 1 or (number == 0 and language == 'fr') else many)}"

    given = {"say": say, "counted": counted, "speaks": values.get("spoken", language), "switch": (), **values}
    return _environment().get_template(template).render(up=up_from(path), version=__version__, **given)


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
        "date": date_of,
        "dir": direction,
        "iso": iso_time,
        "language": named,
        "query": query,
        "segment": lambda text: quote(text, safe=""),
        "thousands": lambda number: f"{number:,}",
        "web": web_link,
    }
    return environment


@pass_context
def clock(context: Context, moment: datetime) -> str:
    """Give a moment for people, in UTC."""
    moment = moment.astimezone(UTC)
    return f"{date_of(context, moment)}, {moment:%H:%M} UTC"


@pass_context
def date_of(context: Context, day: date) -> str:
    """Give a date for people."""
    month = MONTHS_IN_FRENCH[day.month - 1] if context.get("speaks") == "fr" else f"{day:%b}"
    return f"{day.day} {month} {day.year}"


@pass_context
def named(context: Context, code: str) -> str:
    """Give the name of a language in the page's."""
    return str(context["say"](language_name(code)))


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
