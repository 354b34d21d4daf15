"""A channel that shows alerts in the terminal."""

from collections.abc import Callable

from pipeline.notify.interface import Digest, Message, TryAgain
from pipeline.notify.media import COLOURED, CONSOLE, clean, isolated
from pipeline.notify.phrases import clock, phrases
from pipeline.notify.texts import PLAIN, Texts
from pipeline.records.article import Severity

_COLOURS = {Severity.LOW: "36", Severity.MEDIUM: "33", Severity.HIGH: "1;31", Severity.CRITICAL: "1;37;41"}


class ConsoleNotifier:
    """Shows each alert as a block of lines; `show` prints one text. `colour` is for terminals alone."""

    def __init__(self, show: Callable[[str], None], *, colour: bool = False, texts: Texts = PLAIN) -> None:
        self._show = show
        self._colour = colour
        self._texts = texts

    def send(self, message: Message | Digest, key: str) -> None:
        """Show the message. Raises TryAgain when the terminal can't be written to."""
        head = self._texts.subject(message) if isinstance(message, Digest) else self._head(message)
        body = self._texts.body(message, medium=COLOURED if self._colour else CONSOLE)
        try:
            self._show("\n".join([f"┏━ {head}", *(f"┃ {line}".rstrip() for line in body.splitlines()), "┗━"]))
        except OSError as error:
            raise TryAgain(f"the terminal can't be written to ({error.strerror or error})") from error

    def _head(self, message: Message) -> str:
        alert, reader = message.alert, self._texts.reader(message.reader)
        say = phrases(reader.language)
        label = say(alert.severity.value).upper()
        if self._colour:
            label = f"\x1b[{_COLOURS[alert.severity]}m {label} \x1b[0m"
        name = isolated(clean(alert.rule_name) or clean(alert.rule))
        parts = [f"{label} {name} ({clean(alert.rule)})", clock(alert.created, reader.zone)]
        parts += [say("update", n=message.update)] if message.update else []
        parts += [say("maybe_repeat_short")] if message.maybe_repeat else []
        return " · ".join(parts)
