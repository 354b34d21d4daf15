"""Messages by the shipped templates: one line for a subject, some more for a body of plain text."""

from collections.abc import Callable

from pipeline.notify.interface import Digest, Message
from pipeline.notify.media import clean
from pipeline.notify.texts import PLAIN

__all__ = ["body", "clean", "subject"]


def subject(message: Message | Digest, limit: int = 200) -> str:
    """Give one line that names severity, rule and title, or a digest's day."""
    return PLAIN.subject(message, limit)


def body(message: Message | Digest, limit: int | None = None, length: Callable[[str], int] = len) -> str:
    """Give the message's plain text, with less and less detail until it is no longer than the limit."""
    return PLAIN.body(message, limit, length)
