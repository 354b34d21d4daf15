"""An alert's message as plain text: one line for a subject, some more for a body.

Titles, sources and matched words come from the web and may hold anything. Everything foreign passes `clean` before it
stands in a text, so that no title can begin a line or a header of its own, move a terminal's cursor or turn the
reading direction.
"""

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime

from pipeline.notify.interface import Digest, Message
from pipeline.records.alert import Alert, AlertArticle
from pipeline.records.links import web_link
from pipeline.records.passage import Passage

_KEPT_FORMATS = frozenset("\u200c\u200d\u200e\u200f\u061c\u00ad")
"""Joiners and marks that scripts need; other formatting characters are dropped, overrides of direction above all."""

MOST_WORDS = 12
MOST_IN_DIGEST = 200

_SHAPES = ((300, 10), (300, 3), (300, 0), (120, 0), (60, 0))
"""From the roomiest text to the tightest: the longest title, and how many further articles are listed."""
_ROOMY = 300
"""The longest title of texts that show the passage."""


def clean(text: str, limit: int = 300) -> str:
    """Give foreign text as one harmless line of at most `limit` characters."""
    line = " ".join("".join(map(_harmless, text)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _harmless(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    if category == "Cs":
        return "\ufffd"
    return "" if category == "Cf" and character not in _KEPT_FORMATS else character


def subject(message: Message | Digest, limit: int = 200) -> str:
    """Give one line that names severity, rule and title, or a digest's day, such as a mail's subject."""
    if isinstance(message, Digest):
        if message.waited:
            return clean(f"{len(message.alerts)} alerts that waited: {message.alerts[0].articles[0].title}", limit)
        return clean(f"Alerts of {message.day:%Y-%m-%d}: {len(message.alerts) or 'none'}", limit)
    alert = message.alert
    update = f" (update {message.update})" if message.update else ""
    title = alert.articles[0].title if alert.articles else "no article"
    return clean(f"[{alert.severity.value.upper()}] {alert.rule_name or alert.rule}{update}: {title}", limit)


def body(message: Message | Digest, limit: int | None = None, length: Callable[[str], int] = len) -> str:
    """Give the message's text, with less and less detail until it is no longer than the limit.

    `length` measures a text as the channel will see it, marked up and escaped: so a text is cut before it is marked up.
    """
    texts = (_body(message, longest_title, most_others) for longest_title, most_others in _SHAPES)
    text = next(texts)
    if limit is None:
        return text
    while length(text) > limit:
        text = next(texts, None) or text[: max(0, min(len(text) - 1, limit))].rstrip()
    return text


def _body(message: Message | Digest, longest_title: int, most_others: int) -> str:
    if isinstance(message, Digest):
        return _digest(message, longest_title, MOST_IN_DIGEST * most_others // _SHAPES[0][1])
    alert = message.alert
    first, *others = alert.articles or (None,)
    parts = [
        article_lines(first, longest_title) if first else [],
        [passage_line(first.passage)] if first and first.passage and longest_title >= _ROOMY else [],
        [f"Matched: {words(message)}"],
        [f"Rule: {clean(alert.rule_name)} ({clean(alert.rule)}), severity {alert.severity.value}"],
        _others([article for article in others if article], most_others),
        [f"Alert: {message.link}"] if web_link(message.link) else [],
        ["An earlier attempt may have brought you this already."] if message.maybe_repeat else [],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _digest(digest: Digest, longest_title: int, most: int) -> str:
    blocks = [
        "\n".join(
            [
                f"[{alert.severity.value.upper()}] {clean(alert.rule_name)} · {clock(alert.created)} · {_outlets(alert)}",
                *[line for article in alert.articles[:1] for line in article_lines(article, longest_title)],
            ]
        )
        for alert in digest.alerts[:most]
    ]
    if more := len(digest.alerts) - most:
        blocks += [f"and {more} more"] if more > 0 else []
    if not digest.alerts:
        blocks = ["No alert was raised on this day."]
    return "\n\n".join([*blocks, f"All alerts: {digest.link}"] if web_link(digest.link) else blocks)


def _outlets(alert: Alert) -> str:
    outlets = len({article.source for article in alert.articles})
    return f"{outlets} outlet{'s' if outlets != 1 else ''}"


def article_lines(article: AlertArticle, longest_title: int = 300) -> list[str]:
    """Give an article's title, where it is from, and its address, a line each."""
    lines = [clean(article.title, longest_title) or "(no title)", byline(article)]
    address = web_link(article.url)
    return [*lines, address] if address else lines


def passage_line(passage: Passage, before: str = "**", after: str = "**") -> str:
    """Give a passage in one line, with `before` and `after` around each of the words that matched."""
    pieces = (
        f"{before}{harmless}{after}" if is_match else harmless
        for harmless, is_match in (("".join(map(_harmless, text)), is_match) for text, is_match in passage.pieces())
    )
    return " ".join("".join(pieces).split())


def byline(article: AlertArticle) -> str:
    """Give an article's source, language and time in one line."""
    when = [clock(article.published)] if article.published else []
    return " · ".join([clean(article.source, 100), clean(article.language, 10), *when])


def words(message: Message) -> str:
    """Give the words that matched, in one line."""
    matched = [clean(word, 80) for word in message.alert.matches]
    more = len(matched) - MOST_WORDS
    return ", ".join(matched[:MOST_WORDS]) + (f" and {more} more" if more > 0 else "")


def clock(moment: datetime) -> str:
    """Give a moment for people, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _others(others: list[AlertArticle], most: int) -> list[str]:
    if not others:
        return []
    lines = [f"Also in this story: {len(others)}"]
    for article in others[:most]:
        lines += [f"- {clean(article.title, 150)}", f"  {byline(article)}"]
        if address := web_link(article.url):
            lines.append(f"  {address}")
    return lines
