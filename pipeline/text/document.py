"""An article's title and text with their words, made once and shared by everything that reads words."""

from dataclasses import dataclass
from functools import cached_property

from pipeline.text.stems import stems
from pipeline.text.tokens import Token, words, words_and_tokens

SEPARATOR = "\n\n"
"""What stands between title and text where offsets count through both."""


@dataclass(frozen=True)
class Document:
    """The title and the text of an article. Places in it are code points of title + two line feeds + text.

    `language` (ISO 639-1, or `und`) says how its words inflect. Words, tokens and stems of a title or text correspond: the
    n-th of each is about the same word.
    """

    title: str
    text: str
    language: str = "und"

    @cached_property
    def title_words(self) -> list[str]:
        """The title's words as they are written."""
        return words(self.title)

    @cached_property
    def text_words(self) -> list[str]:
        """The text's words as they are written."""
        return words(self.text)

    @cached_property
    def title_tokens(self) -> list[Token]:
        """The title's words, with places that count from the title's beginning."""
        self.__dict__["title_words"], found = words_and_tokens(self.title)
        return found

    @cached_property
    def text_tokens(self) -> list[Token]:
        """The text's words, with places that count from the text's beginning."""
        self.__dict__["text_words"], found = words_and_tokens(self.text)
        return found

    @cached_property
    def title_stems(self) -> list[str]:
        """The stems of the title's words in the document's language, folded; the forms where it has no stemmer."""
        return stems(self.title_words, self.language)

    @cached_property
    def text_stems(self) -> list[str]:
        """The stems of the text's words, likewise."""
        return stems(self.text_words, self.language)

    @property
    def text_offset(self) -> int:
        """Where the text begins when title and text are one."""
        return len(self.title) + len(SEPARATOR)
