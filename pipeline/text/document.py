"""An article's title and text with their words, made once and shared by everything that reads words."""

from dataclasses import dataclass
from functools import cached_property

from pipeline.text.tokens import Token, tokens

SEPARATOR = "\n\n"
"""What stands between title and text where offsets count through both."""


@dataclass(frozen=True)
class Document:
    """The title and the text of an article. Places in it are code points of title + two line feeds + text."""

    title: str
    text: str

    @cached_property
    def title_tokens(self) -> list[Token]:
        """The title's words, with places that count from the title's beginning."""
        return tokens(self.title)

    @cached_property
    def text_tokens(self) -> list[Token]:
        """The text's words, with places that count from the text's beginning."""
        return tokens(self.text)

    @property
    def text_offset(self) -> int:
        """Where the text begins when title and text are one."""
        return len(self.title) + len(SEPARATOR)
