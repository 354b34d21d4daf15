"""What the words around a mention tell of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.enrich import places_cues as cues
from pipeline.enrich.places_scan import Mention
from pipeline.text.tokens import Token

_MOSTLY = 0.7
_ENOUGH_WORDS = 4
_DIVIDERS = frozenset([" ", "'", "’"])


@dataclass(frozen=True, slots=True)
class Passage:
    """A title or a text with its words and the names found in it."""

    text: str
    tokens: Sequence[Token]
    mentions: Sequence[Mention]

    def is_headline_case(self) -> bool:
        """Tell whether nearly every long word has a capital, so that capitals tell nothing."""
        long = [token for token in self.tokens if len(token.form) > 3]
        upper = sum(self.text[token.start].isupper() for token in long)
        return len(long) >= _ENOUGH_WORDS and upper >= _MOSTLY * len(long)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The words before and behind a mention that nothing but a space divides from it, and what stands around it."""

    before: str
    behind: str
    capital_before: bool
    capital_behind: bool
    locative: bool

    def is_organisation(self) -> bool:
        """Tell whether a club, a firm or a street bears the name here."""
        return (self.capital_before and self.before in cues.BEFORE_ORGANISATION) or (
            self.capital_behind and self.behind in cues.AFTER_ORGANISATION
        )

    def is_surname(self) -> bool:
        """Tell whether a first name or a title stands before the name."""
        return self.before in cues.TITLES or (self.capital_before and self.before in cues.FIRST_NAMES)

    def is_first_name(self) -> bool:
        """Tell whether a surname, or what only people do, stands behind the name."""
        if self.locative or self.behind in cues.OFFICES - cues.REPORTED:
            return False
        return self.capital_behind or self.behind in cues.REPORTED - cues.OFFICES


def surroundings(passage: Passage, mention: Mention) -> Surroundings:
    """Look around a mention."""
    text, tokens = passage.text, passage.tokens
    before = behind = ""
    capital_before = capital_behind = locative = False
    if mention.first:
        word = tokens[mention.first - 1]
        gap = text[word.end : tokens[mention.first].start]
        locative = gap in _DIVIDERS and _is_locative(tokens, mention.first - 1)
        if gap in (" ", ". ") and (gap == " " or word.form in cues.TITLES):
            before = word.form
            capital_before = text[word.start].isupper()
    if mention.end < len(tokens):
        word = tokens[mention.end]
        if text[tokens[mention.end - 1].end : word.start] == " ":
            behind = word.form
            capital_behind = text[word.start].isupper()
    return Surroundings(before, behind, capital_before, capital_behind, locative)


def _is_locative(tokens: Sequence[Token], position: int) -> bool:
    """Tell whether this word, or the one before it where this is an article, leads to a place."""
    if tokens[position].form in cues.ARTICLES and position and tokens[position - 1].form in cues.LOCATIVE:
        return True
    return tokens[position].form in cues.LOCATIVE
