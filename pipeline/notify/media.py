"""What messages are written in: plain text, a terminal, Markdown, the little HTML of chats, and the HTML of mail.

Titles, sources and matched words come from the web and may hold anything. Each medium makes foreign text harmless in its own
way; what is left then can neither begin a line or a header, nor move a cursor, call people by name, or turn the reading
direction of what stands around it.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from html import escape as html_escape

from markupsafe import Markup

from pipeline.records.links import web_link

_KEPT_FORMATS = frozenset("\u200c\u200d\u200e\u200f\u061c\u00ad")
"""Joiners and marks that scripts need; other formatting characters are dropped, overrides of direction above all."""

_FIRST_STRONG, _POP = "\u2068", "\u2069"
_RIGHT_TO_LEFT = frozenset(("R", "AL"))
_MARKDOWN = re.compile(r"[\\`*_\[\]<>~|#]")


def clean(text: str, limit: int = 300) -> str:
    """Give foreign text as one harmless line of at most `limit` characters."""
    line = " ".join("".join(map(_harmless, text[: 20 * limit + 1000])).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def harmless(text: str) -> str:
    """Give foreign text without line breaks, control characters and overrides of the reading direction."""
    return "".join(map(_harmless, text))


def isolated(text: str) -> str:
    """Enclose text that holds anything written from right to left, so that what stands around it keeps its order.

    By U+2068 and U+2069: the first strong character within decides its direction (Unicode Standard Annex 9, X5c).
    """
    turns = any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text)
    return f"{_FIRST_STRONG}{text}{_POP}" if turns else text


def as_it_is(text: str) -> Markup:
    """Give text that is marked up, or harmless, already: it is escaped no more."""
    return Markup(text)  # noqa: S704


@dataclass(frozen=True, slots=True)
class Medium:
    """One way of writing: how foreign text, words that matched, what is important, links, and whole texts look in it."""

    name: str
    escape: Callable[[str], str]
    matched: tuple[str, str]
    strong: tuple[str, str]
    linked: Callable[[str, str], str]
    finished: Callable[[str], str]
    isolates: bool = True

    def foreign(self, value: object) -> Markup:
        """Give a value as it may stand in the text. What is marked up already stays as it is."""
        if isinstance(value, Markup):
            return value
        text = harmless(str(value))
        return as_it_is(self.escape(isolated(text) if self.isolates else text))

    def enclosed(self, marked: Markup, text: str) -> Markup:
        """Enclose what is marked up already as its text would be."""
        outer = isolated(text) if self.isolates else text
        return as_it_is(outer[0]) + marked + as_it_is(outer[-1]) if outer != text else marked

    def bold(self, value: object) -> Markup:
        """Give a value with weight."""
        return as_it_is(self.strong[0]) + self.foreign(value) + as_it_is(self.strong[1])

    def mark(self, text: str) -> Markup:
        """Give a word that matched; its place in a right-to-left line is settled by what encloses the line."""
        return as_it_is(self.matched[0] + self.escape(harmless(text)) + self.matched[1])

    def link(self, label: object, url: str | None) -> Markup:
        """Give a link; nothing at all where the address is none that may be shown as one."""
        address = web_link(url)
        return as_it_is(self.linked(str(self.foreign(label)), address)) if address else as_it_is("")


def _harmless(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    if category == "Cs":
        return "\ufffd"
    return "" if category == "Cf" and character not in _KEPT_FORMATS else character


def _tidy(text: str) -> str:
    """Take away what templates leave where something is not there: spaces at the ends of lines, and lines."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def _as_lines(text: str) -> str:
    """Give lines as the HTML of chats has them."""
    return _tidy(text).replace("\n", "<br/>\n")


def _uncalled(text: str) -> str:
    """Keep names after an @ from calling anybody."""
    return text.replace("@", "@\u200b")


def _markdown(text: str) -> str:
    return _uncalled(_MARKDOWN.sub(lambda found: f"\\{found[0]}", text))


def _anchor(label: str, url: str) -> str:
    return f'<a href="{html_escape(url)}">{label}</a>'


TEXT = Medium(
    name="text",
    escape=str,
    matched=("**", "**"),
    strong=("", ""),
    linked=lambda label, url: f"{label}: {url}",
    finished=_tidy,
)
CONSOLE = Medium("console", str, ("**", "**"), ("", ""), TEXT.linked, _tidy)
COLOURED = Medium("console", str, ("\x1b[1m", "\x1b[0m"), ("\x1b[1m", "\x1b[0m"), TEXT.linked, _tidy)
MARKDOWN = Medium(
    name="markdown",
    escape=_markdown,
    matched=("**", "**"),
    strong=("**", "**"),
    linked=lambda label, url: f"[{label}]({url.replace('(', '%28').replace(')', '%29')})",
    finished=_tidy,
)
CHAT = Medium(
    name="chat",
    escape=lambda text: _uncalled(html_escape(text)),
    matched=("<b>", "</b>"),
    strong=("<b>", "</b>"),
    linked=_anchor,
    finished=_as_lines,
)
MAIL = Medium(
    name="html",
    escape=html_escape,
    matched=('<mark style="background:#ffe08a;color:#1b1b1b">', "</mark>"),
    strong=("<strong>", "</strong>"),
    linked=_anchor,
    finished=_tidy,
    # its templates have <bdi> and `dir` for that
    isolates=False,
)
MEDIA = (TEXT, CONSOLE, MARKDOWN, CHAT, MAIL)
