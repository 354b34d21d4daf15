"""What outlets changed in an alert's articles, as messages tell it: old, an arrow, new."""

from collections.abc import Callable, Iterator
from typing import Any

from markupsafe import Markup

from pipeline.notify.media import Medium, as_it_is, clean
from pipeline.records.alert import Alert, AlertArticle
from pipeline.records.change import Change, Edit

MOST_CHANGES = 3
MOST_EDITS = 3
LONGEST = 80
"""Code points of what was removed or added that a message shows."""
AROUND = 30
"""Code points of what stayed that are shown on either side."""


def changes_of(alert: Alert, medium: Medium, say: Callable[..., str], *, roomy: bool) -> list[dict[str, Any]]:
    """Give the latest changes of an alert's articles, the latest first; without room, the latest alone."""
    found = [(change, article) for article in alert.articles for change in article.changes]
    found.sort(key=lambda one: one[0].at, reverse=True)
    shown = found[: MOST_CHANGES if roomy else 1]
    first = alert.articles[0].id if alert.articles else ""
    return [_told(change, article, medium, say, named=article.id != first, roomy=roomy) for change, article in shown]


def _told(
    change: Change, article: AlertArticle, medium: Medium, say: Callable[..., str], *, named: bool, roomy: bool
) -> dict[str, Any]:
    edits = change.edits[: MOST_EDITS if roomy else 1]
    return {
        "what": ", ".join(_what(change, say)),
        "when": change.at,
        "outlet": clean(article.source, 100) if named else "",
        "code": clean(article.language, 10),
        "edits": [_difference(edit, medium, roomy=roomy) for edit in edits],
        "more": change.more + len(change.edits) - len(edits),
        "matches_no_more": article.matches_no_more is not None,
    }


def _what(change: Change, say: Callable[..., str]) -> Iterator[str]:
    yield say(f"changed_{change.kind.value}")
    if not change.declared:
        yield say("undeclared")


def _difference(edit: Edit, medium: Medium, *, roomy: bool) -> Markup:
    """Give one passage: the end of what stood before it, what was there, what is there now, and what follows."""
    removed, added = clean(edit.removed, LONGEST), clean(edit.added, LONGEST)
    arrow = [medium.foreign(removed)] if removed else []
    arrow += [as_it_is("→"), medium.bold(added)] if added else [as_it_is("→"), as_it_is("∅")]
    if not removed:
        arrow = [as_it_is("+"), medium.bold(added)]
    before, after = (_before(edit.before), _after(edit.after)) if roomy else ("", "")
    pieces = [medium.foreign(before)] if before else []
    pieces += [as_it_is("[") + as_it_is(" ").join(arrow) + as_it_is("]")]
    pieces += [medium.foreign(after)] if after else []
    return as_it_is(" ").join(pieces)


def _before(text: str) -> str:
    """Give the end of what stands before a passage, from the beginning of a word and line on."""
    line = clean(text.rpartition("\n")[2], 1000)
    if len(line) <= AROUND:
        return line
    return "…" + line[-AROUND:].partition(" ")[2]


def _after(text: str) -> str:
    line = clean(text.partition("\n")[0], 1000)
    if len(line) <= AROUND:
        return line
    return line[:AROUND].rpartition(" ")[0] + "…"
