"""What the words around the mentions of a name tell of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.enrich import places_cues as cues
from pipeline.enrich.places_scan import ARTICLES, Mention, Name
from pipeline.text.tokens import Token

_MOSTLY = 0.7
_ENOUGH_WORDS = 4
_TELLING_WORDS = 60
_DIVIDERS = frozenset([" ", "'", "’"])
_DATELINE = re.compile(r"[^.!?\n]{0,30}?\.?(?: \((?:AP|AFP|Reuters|[A-Z][A-Za-z]{1,14})\)| ?[—–]| - | -- )")

_AGE = re.compile(r"(?: [A-Z][\w.’'-]+){0,2}, \d{1,3}(?:,| of )")
"""Behind the name of a person: "Tyler Banks, 20, of Leland"."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A title or a text with its words and the names found in it."""

    text: str
    tokens: Sequence[Token]
    mentions: Sequence[Mention]
    is_title: bool

    def is_headline_case(self) -> bool:
        """Tell whether nearly every long word has a capital, so that capitals tell nothing."""
        long = [token for token in self.tokens[:_TELLING_WORDS] if len(token.form) > 3]
        upper = sum(self.text[token.start].isupper() for token in long)
        return len(long) >= _ENOUGH_WORDS and upper >= _MOSTLY * len(long)


@dataclass(slots=True)
class Around:
    """What stands around the mentions of a name: in how many of them, and what stands first behind a comma."""

    name: Name
    order: int
    mentions: int = 0
    titled: int = 0
    headline: int = 0
    locative: int = 0
    capital_before: int = 0
    capital_behind: int = 0
    person: int = 0
    organisation: int = 0
    reported: int = 0
    sentence: int = 0
    civic: int = 0
    county: int = 0
    listed: int = 0
    dateline: int = 0
    origin: int = 0
    first_at: int = 1 << 30
    regions: set[tuple[str, str]] = field(default_factory=set)
    shortened: set[tuple[str, str]] = field(default_factory=set)
    bearers: int = 0
    pair: int = 0

    def add(self, passage: Passage, index: int, headline: bool) -> None:
        """Count what stands around one mention."""
        mention = passage.mentions[index]
        self.mentions += 1
        self.titled += passage.is_title
        self.headline += headline
        if not passage.is_title:
            self.first_at = min(self.first_at, passage.tokens[mention.first].start)
        self._look_before(passage, mention, headline)
        self._look_behind(passage, mention, headline)
        self._look_at_neighbours(passage, index)

    def _look_before(self, passage: Passage, mention: Mention, headline: bool) -> None:
        text, tokens = passage.text, passage.tokens
        if not mention.first:
            self.sentence += 1
            return
        word = tokens[mention.first - 1]
        gap = text[word.end : tokens[mention.first].start]
        form = word.form
        if gap in _DIVIDERS and (_is_locative(tokens, mention.first - 1) or _is_home(text, tokens, mention.first - 1)):
            self.locative += 1
            self.origin += form in cues.ORIGINS or form == "of"
        if gap == ". " and form in cues.TITLES:
            self.person += 1
        elif (gap.strip() and gap.strip()[-1] in '.!?:“"”»\n') or "\n" in gap:
            self.sentence += 1
        elif gap == " ":
            capital = text[word.start].isupper()
            if form in cues.TITLES or (capital and form in cues.FIRST_NAMES):
                self.person += 1
            elif capital and form in cues.BEFORE_ORGANISATION:
                self.organisation += 1
            elif capital and not headline and form not in cues.LOCATIVE and form not in cues.STARTERS:
                self.capital_before += 1

    def _look_behind(self, passage: Passage, mention: Mention, headline: bool) -> None:
        text, tokens = passage.text, passage.tokens
        end = tokens[mention.end - 1].end
        if mention.end >= len(tokens):
            return
        word = tokens[mention.end]
        gap = text[end : word.start]
        if mention.first == 0 and not passage.is_title and _DATELINE.match(text, end):
            self.dateline += 1
        if gap.startswith((", ", " (")):
            self._look_for_state(passage, mention.end)
        if _AGE.match(text, end):
            self.person += 1
        elif gap == " ":
            self._look_at_word(passage, mention, headline)

    def _look_at_word(self, passage: Passage, mention: Mention, headline: bool) -> None:
        """Count what the word directly behind tells."""
        text, word = passage.text, passage.tokens[mention.end]
        form, capital = word.form, text[word.start].isupper()
        if form in cues.COUNTY:
            self.county += 1
        elif form in cues.CIVIC:
            self.civic += 1
        elif capital and form in cues.AFTER_ORGANISATION:
            self.organisation += 1
        elif form in cues.REPORTED:
            self.reported += 1
        elif capital and not headline and form not in cues.OFFICES:
            self.capital_behind += 1

    def _look_for_state(self, passage: Passage, behind: int) -> None:
        """Read a state's abbreviation behind a comma."""
        text, tokens = passage.text, passage.tokens
        word = tokens[behind]
        if not text[word.start].isupper():
            return
        two = f"{word.form} {tokens[behind + 1].form}" if behind + 1 < len(tokens) else ""
        code = cues.TWO_LETTERS.get(two)
        if code is None:
            short = cues.STATES.get(word.form)
            written = text[word.start : word.end]
            code = short if short and (written.isupper() or text[word.end : word.end + 1] == ".") else None
        if code:
            self.regions.add(("US", code))
            self.shortened.add(("US", code))

    def _look_at_neighbours(self, passage: Passage, index: int) -> None:
        mentions, text, tokens = passage.mentions, passage.text, passage.tokens
        mention = mentions[index]
        if index + 1 < len(mentions):
            following = mentions[index + 1]
            gap = text[tokens[mention.end - 1].end : tokens[following.first].start]
            if gap in (", ", " (", "، ", "，"):
                for meaning in following.name.meanings:
                    if meaning.entry.kind in ("country", "admin"):
                        self.regions.add((meaning.entry.country, meaning.entry.admin))
            self.listed += gap == ", " or gap.strip() in cues.BOTH_SIDES
            self.pair += gap == " " and not mention.name.adjective and not following.name.adjective
        if index:
            before = mentions[index - 1]
            gap = text[tokens[before.end - 1].end : tokens[mention.first].start]
            self.listed += gap == ", " or gap.strip() in cues.BOTH_SIDES
            self.pair += gap == " " and not mention.name.adjective and not before.name.adjective


def _is_home(text: str, tokens: Sequence[Token], position: int) -> bool:
    """Tell whether this "of" stands behind a comma or a name: "Troy Banks, 20, of Leland", "Ann Cole of Leland"."""
    if not position or tokens[position].form != "of":
        return False
    before = tokens[position - 1]
    gap = text[before.end : tokens[position].start]
    return gap == ", " or (gap == " " and text[before.start].isupper() and before.form not in cues.BODIES)


def _is_locative(tokens: Sequence[Token], position: int) -> bool:
    """Tell whether this word, or the one before it where this is an article, leads to a place."""
    if tokens[position].form in ARTICLES and position and tokens[position - 1].form in cues.LOCATIVE:
        return True
    return tokens[position].form in cues.LOCATIVE
