"""What changed between two versions of an article, and whether it matters.

A change is material when it touches what an alert may rest on: numbers, names, places, negations, or when the outlet takes
the whole back. Spelling, punctuation, style and order are cosmetic. Sentences are compared first, then the words of those
that changed, so that a long article costs no more than what was changed in it.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from pipeline.records.change import MATERIAL, ChangeKind, Edit
from pipeline.text.change_words import (
    CORRECTIONS,
    COUNTERS,
    DECLARATIONS,
    EARLIER_VERSIONS,
    NEGATION_CHARACTERS,
    NEGATIONS,
    NUMBER_CHARACTERS,
    NUMBER_WORDS,
    WITHDRAWALS,
)
from pipeline.text.document import Document
from pipeline.text.tokens import Token, forms, tokens

LEAD = 400
"""Code points of a text that count as its lead."""
MOST_WORDS = 800
"""Words of one changed passage that are compared one by one; longer ones are given as a whole."""
ALIKE = 0.75
"""From this similarity on, two words are one word in two spellings. The ratio is that of Ratcliff and Obershelp (1988)."""
CONTEXT = 60
"""Code points of what stayed that are kept around a change."""
NOUNS_WITH_CAPITALS = frozenset({"de", "lb"})
"""Languages in which a capital does not tell a name."""
TITLE_CASE = 0.8
"""From this share of capitals among its longer words on, a headline is written in title case."""
SHORT_LINE = 80
"""Code points of a line that may be a counter and no sentence of the article."""
NEW_LINE = "\n"
WITHDRAWN_SHARE = 0.2
"""A version that keeps less than this of the text, and says so, takes it back."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How a version differs from the one before: the passages, what they touch, and whether the outlet says so.

    `declared` tells that the outlet says in words that it changed the article, `corrects` that it corrects a mistake.
    """

    edits: tuple[Edit, ...]
    kinds: frozenset[ChangeKind]
    declared: bool
    corrects: bool = False

    @property
    def material(self) -> bool:
        """Tell whether the change touches what an alert may rest on."""
        return bool(self.kinds & MATERIAL)


def compare(
    old: Document, new: Document, old_places: Collection[str] = (), new_places: Collection[str] = ()
) -> Changes:
    """Compare two versions. The places are the names of those found in each, by which changed spellings are seen through."""
    found = (*_edits("title", old.title, new.title), *_edits("text", old.text, new.text))
    edits = tuple(replace(edit, touches=tuple(sorted(set(_kinds(edit, old, new))))) for edit in found)
    kinds = {kind for edit in edits for kind in edit.touches}
    if set(old_places) - set(new_places) and any(edit.removed and edit.added for edit in edits):
        kinds.add(ChangeKind.PLACES)  # a place that is only added is news, as a sentence is
    if withdrawn := _withdrawn(old, new):
        kinds.add(ChangeKind.WITHDRAWAL)
    added = " ".join(edit.added for edit in edits)
    corrects = any(_corrects(edit) for edit in edits)
    return Changes(edits, frozenset(kinds), corrects or withdrawn or _says(added, _DECLARATIONS), corrects)


def _edits(part: str, old: str, new: str) -> Iterator[Edit]:
    if old == new:
        return
    ours, theirs = _sentences(old), _sentences(new)
    matcher = SequenceMatcher(None, [" ".join(s.split()) for _, s in ours], [" ".join(s.split()) for _, s in theirs])
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            continue
        begin, end = _span(ours, i, j, len(old))
        start, stop = _span(theirs, k, m, len(new))
        yield from _words(part, old, (begin, end), new, (start, stop))


def _sentences(text: str) -> list[tuple[int, str]]:
    return [(found.start(), found.group()) for found in _SENTENCE.finditer(text) if found.group().strip()]


def _span(sentences: Sequence[tuple[int, str]], first: int, last: int, end: int) -> tuple[int, int]:
    if first == last:
        at = sentences[first][0] if first < len(sentences) else end
        return at, at
    start, text = sentences[last - 1]
    return sentences[first][0], start + len(text)


def _words(part: str, old: str, ours: tuple[int, int], new: str, theirs: tuple[int, int]) -> Iterator[Edit]:
    """Give the changed words of two passages, those that are next to each other as one edit."""
    was, now = old[slice(*ours)], new[slice(*theirs)]
    before, after = _pieces(was), _pieces(now)
    if not before or not after or len(before) + len(after) > MOST_WORDS:
        yield _edit(part, old, ours, new, theirs)
        return
    matcher = SequenceMatcher(None, [text for _, text in before], [text for _, text in after])
    for i, j, k, m in _joined(matcher.get_opcodes()):
        begin, end = _span(before, i, j, len(was))
        start, stop = _span(after, k, m, len(now))
        yield _edit(part, old, (ours[0] + begin, ours[0] + end), new, (theirs[0] + start, theirs[0] + stop))


def _joined(codes: Sequence[tuple[str, int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Take changes with at most two unchanged words between them together: they are read as one."""
    joined: list[tuple[int, int, int, int]] = []
    for tag, i, j, k, m in codes:
        if tag == "equal":
            continue
        if joined and i - joined[-1][1] <= 2:
            first = joined.pop()
            joined.append((first[0], j, first[2], m))
        else:
            joined.append((i, j, k, m))
    return joined


def _pieces(text: str) -> list[tuple[int, str]]:
    return [(found.start(), found.group()) for found in _PIECE.finditer(text)]


def _edit(part: str, old: str, ours: tuple[int, int], new: str, theirs: tuple[int, int]) -> Edit:
    lead = part == "text" and theirs[0] < LEAD
    return Edit(
        part="lead" if lead else part,
        before=new[max(0, theirs[0] - CONTEXT) : theirs[0]],
        removed=old[slice(*ours)],
        added=new[slice(*theirs)],
        after=new[theirs[1] : theirs[1] + CONTEXT],
    )


def _kinds(edit: Edit, old: Document, new: Document) -> Iterator[ChangeKind]:
    removed, added = tokens(edit.removed), tokens(edit.added)
    if [token.form for token in removed] == [token.form for token in added]:
        yield ChangeKind.SPELLING  # case, accents, punctuation
        return
    gone = Counter(token.form for token in removed)
    come = Counter(token.form for token in added)
    lost, gained = gone - come, come - gone
    changed = set(lost) | set(gained)
    yield from _touched(edit, removed, added, lost, gained, nouns=new.language in NOUNS_WITH_CAPITALS)
    if not _only_spelling(lost, gained):
        yield ChangeKind.WORDING if removed and added else ChangeKind.ADDED if added else ChangeKind.REMOVED
    elif changed:
        yield ChangeKind.SPELLING


def _touched(
    edit: Edit,
    removed: Sequence[Token],
    added: Sequence[Token],
    lost: Counter[str],
    gained: Counter[str],
    *,
    nouns: bool,
) -> Iterator[ChangeKind]:
    """Give what of substance an exchange of words touches; what is added whole is news, not a change of what was said."""
    new_sentence = not removed and edit.part != "title" and _STARTS.search(edit.before)
    if _numbers(lost) != _numbers(gained) and not new_sentence and not _counts(edit):
        yield ChangeKind.NUMBERS
    if _negations(lost) != _negations(gained) and not new_sentence:
        yield ChangeKind.NEGATIONS
    if edit.part == "title" and _has_capitals_throughout(edit):
        return
    ours = {token.form for token in removed if token.form in lost and _is_name(edit, edit.removed, token, nouns=nouns)}
    theirs = {token.form for token in added if token.form in gained and _is_name(edit, edit.added, token, nouns=nouns)}
    if _differ(ours, theirs):
        yield ChangeKind.NAMES


def _counts(edit: Edit) -> bool:
    """Tell whether the line only says how long ago it was written, or how many have read it or commented on it."""
    line = f"{edit.before.rpartition(NEW_LINE)[2]}{edit.added}{edit.after.partition(NEW_LINE)[0]}"
    return len(line) <= SHORT_LINE and _says(line, _COUNTERS)


def _corrects(edit: Edit) -> bool:
    """Tell whether the outlet says that it corrects a mistake: a notice of its own, or what an earlier version had wrong."""
    start = edit.before.rpartition(NEW_LINE)[2] if edit.part != "title" else edit.before
    return bool(_NOTICE.search(start[-20:] + edit.added)) or _says(edit.added, _EARLIER_VERSIONS)


def _numbers(words: Counter[str]) -> Counter[str]:
    return Counter(
        {
            word: count
            for word, count in words.items()
            if any(character.isdigit() for character in word) or word in _NUMBERS
        }
    )


def _negations(words: Counter[str]) -> int:
    return sum(count for word, count in words.items() if word in _NEGATIONS)


def _differ(ours: set[str], theirs: set[str]) -> bool:
    """Tell whether a name gave way to another one, not to another spelling of it."""
    return bool(theirs) and any(not any(_alike(one, other) for other in theirs) for one in ours)


def _is_name(edit: Edit, text: str, token: Token, *, nouns: bool) -> bool:
    """Tell whether a word is written as a name: with a capital, and not only because a sentence begins with it.

    Where all nouns have capitals, only those count that stand beside another: title and name, or two names.
    """
    if not text[token.start].isupper() or len(token.form) < 2:
        return False
    if text[token.start : token.end].isupper():
        return True
    before, after = edit.before + text[: token.start], text[token.end :] + edit.after
    if _STARTS.search(before):
        return False
    return not nouns or _has_capital(_WORD_BEFORE.search(before), before) or bool(_CAPITAL_AFTER.match(after))


def _has_capitals_throughout(edit: Edit) -> bool:
    """Tell whether a headline is written with capitals throughout, so that they tell no names."""
    words = _LONG_WORD.findall(f"{edit.before}{edit.added or edit.removed}{edit.after}")
    return len(words) > 2 and sum(word[0].isupper() for word in words) > TITLE_CASE * len(words)


def _has_capital(word: re.Match[str] | None, text: str) -> bool:
    return word is not None and word[1][0].isupper() and not _STARTS.search(text[: word.start(1)])


def _only_spelling(lost: Counter[str], gained: Counter[str]) -> bool:
    return sum(lost.values()) == sum(gained.values()) and all(any(_alike(a, b) for b in gained) for a in lost)


def _alike(one: str, other: str) -> bool:
    if any(character.isdigit() for character in one + other):
        return one == other
    longest = max(len(one), len(other))
    return longest > 3 and SequenceMatcher(None, one, other, False).ratio() >= ALIKE


def _withdrawn(old: Document, new: Document) -> bool:
    """Tell whether the outlet takes the article back: it says so where it did not, in the headline or instead of the text."""
    told = f"{new.title}\n{new.text[:LEAD]}"
    if not _says(told, _WITHDRAWALS) or _says(f"{old.title}\n{old.text[:LEAD]}", _WITHDRAWALS):
        return False
    return _says(new.title, _WITHDRAWALS) or len(new.text) < max(LEAD, WITHDRAWN_SHARE * len(old.text))


def _says(text: str, phrases: frozenset[str]) -> bool:
    said = f" {' '.join(forms(text))} "
    return any(f" {phrase} " in said for phrase in phrases)


def _folded(text: str) -> frozenset[str]:
    return frozenset(forms(text))


_SENTENCE = re.compile(r".+?(?:[.!?؟…]+[\"'»”’)\]]*(?=\s)|[。！？]+[」』”]*|\n+|\Z)", re.DOTALL)
_PIECE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]|\d+(?:[.,\u00a0\u202f]\d+)*%?|\w+|[^\w\s]")
_STARTS = re.compile(r"(?:^|[.!?؟…:\n][\"'»”’)\]]*)[\s\"'«“„(\[]*\Z")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_WORD_BEFORE = re.compile(r"(\w+)[ \u00a0]\Z")
_CAPITAL_AFTER = re.compile(r"[ \u00a0][A-ZÄÖÜ]")
_NEGATIONS = _folded(NEGATIONS) | frozenset(NEGATION_CHARACTERS)
_NUMBERS = _folded(NUMBER_WORDS) | frozenset(NUMBER_CHARACTERS)
_DECLARATIONS = frozenset(" ".join(forms(phrase)) for phrase in DECLARATIONS)
_EARLIER_VERSIONS = frozenset(" ".join(forms(phrase)) for phrase in EARLIER_VERSIONS)
_COUNTERS = frozenset(" ".join(forms(phrase)) for phrase in COUNTERS)
_NOTICE = re.compile(
    rf"(?:^|[\n.!?؟。！])[\s\W]*(?:{'|'.join(map(re.escape, CORRECTIONS))})\s*[:：.–—|)\]-]", re.IGNORECASE
)
_WITHDRAWALS = frozenset(" ".join(forms(phrase)) for phrase in WITHDRAWALS)
