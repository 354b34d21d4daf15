"""A channel that shows alerts in the terminal."""

from collections.abc import Callable

from pipeline.notify.interface import Digest, Message, TryAgain
from pipeline.notify.render import article_lines, body, clean, clock, passage_line, subject, words
from pipeline.records.article import Severity
from pipeline.records.links import web_link

_COLOURS = {Severity.LOW: "36", Severity.MEDIUM: "33", Severity.HIGH: "1;31", Severity.CRITICAL: "1;37;41"}


class ConsoleNotifier:
    """Shows each alert as a block of lines; `show` prints one text. `colour` is for terminals alone."""

    def __init__(self, show: Callable[[str], None], *, colour: bool = False) -> None:
        self._show = show
        self._colour = colour

    def send(self, message: Message | Digest, key: str) -> None:
        """Show the message. Raises TryAgain when the terminal can't be written to."""
        try:
            self._show(_digest(message) if isinstance(message, Digest) else self._block(message))
        except OSError as error:
            raise TryAgain(f"the terminal can't be written to ({error.strerror or error})") from error

    def _block(self, message: Message) -> str:
        alert = message.alert
        label = f" {alert.severity.value.upper()} "
        if self._colour:
            label = f"\x1b[{_COLOURS[alert.severity]}m{label}\x1b[0m"
        update = f" · update {message.update}" if message.update else ""
        repeat = " · may be a repeat" if message.maybe_repeat else ""
        name = clean(alert.rule_name) or clean(alert.rule)
        lines = [f"┏━{label} {name} ({clean(alert.rule)}) · {clock(alert.created)}{update}{repeat}"]
        lines += [f"┃ {line}" for article in alert.articles[:1] for line in article_lines(article)]
        marks = ("\x1b[1m", "\x1b[0m") if self._colour else ("**", "**")
        lines += [f"┃ {passage_line(article.passage, *marks)}" for article in alert.articles[:1] if article.passage]
        lines.append(f"┃ matched: {words(message)}")
        if more := len(alert.articles) - 1:
            lines.append(f"┃ and {more} more of the same story")
        if web_link(message.link):
            lines.append(f"┃ {message.link}")
        return "\n".join([*lines, "┗━"])


def _digest(digest: Digest) -> str:
    return "\n".join([f"┏━ {subject(digest)}", *(f"┃ {line}".rstrip() for line in body(digest).splitlines()), "┗━"])
