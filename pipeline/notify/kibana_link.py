"""The address of Discover in Kibana with a question and a time filled in.

Kibana keeps both in the fragment of its address, `_g` and `_a`, written in Rison: names and values in parentheses, lists after
an exclamation mark, texts between apostrophes (https://github.com/Nanonid/rison).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from urllib.parse import quote

from pipeline.records.alert import Alert

SPACE = "harmattan"
"""The space that `harmattan setup` makes."""
ARTICLES = "harmattan-articles"
"""The data view that it makes of articles."""

_COLUMNS = ("title", "source", "language", "countries", "rules", "url")
_MARGIN = timedelta(days=1)

Value = str | bool | Sequence["Value"] | Mapping[str, "Value"]


def discover_link(base: str, alert: Alert) -> str:
    """Give the address at which Discover shows the articles of an alert's story, from a day before the first of them on."""
    moments = [alert.created, *(article.published for article in alert.articles if article.published)]
    since = (min(moments) - _MARGIN).astimezone(UTC)
    around: Value = {"time": {"from": f"{since:%Y-%m-%dT%H:%M:00.000Z}", "to": "now"}}
    asked: Value = {
        "columns": _COLUMNS,
        "dataSource": {"dataViewId": ARTICLES, "type": "dataView"},
        "query": {"language": "kuery", "query": f"story : {_quoted(alert.story)}"},
        "sort": [["time", "desc"]],
    }
    return f"{base.rstrip('/')}/s/{SPACE}/app/discover#/?_g={_in_address(around)}&_a={_in_address(asked)}"


def rison(value: Value) -> str:
    """Write a value in Rison."""
    if isinstance(value, bool):
        return "!t" if value else "!f"
    if isinstance(value, str):
        return "'" + value.replace("!", "!!").replace("'", "!'") + "'"
    if isinstance(value, Mapping):
        return "(" + ",".join(f"{name}:{rison(one)}" for name, one in value.items()) + ")"
    return "!(" + ",".join(map(rison, value)) + ")"


def _in_address(value: Value) -> str:
    # Parentheses and apostrophes end an address where mail programs look for one in plain text.
    return quote(rison(value), safe="!,:*-._~")


def _quoted(text: str) -> str:
    """Write a text as Kibana's query language quotes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
