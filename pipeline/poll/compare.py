"""What is new or changed in a feed's document, next to what is known of the feed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from pipeline.identity import Fingerprint, Names, shows_hardly_any, were_renamed
from pipeline.poll.parsed import Entry

_FEW = 3
_FEW_SHARE = 0.2  # of the known entries


@dataclass(slots=True)
class Comparison:
    """What came of comparing. `fresh` are new and changed entries in the document's order, `changed` counts the latter.

    `known` counts entries that are known, `moved` those that are under other names only. `seen` is what is to be remembered:
    digest of a name -> fingerprint. With `dates_decide`, the document reaches back to nothing known (a first poll, a gap, a
    site's move), so that entries which the feed itself dates far back are no news.
    """

    fresh: list[Entry] = field(default_factory=list)
    changed: int = 0
    known: int = 0
    moved: int = 0
    seen: dict[str, str] = field(default_factory=dict)
    dates_decide: bool = False


class _Standing(Enum):
    NEW = 1
    SAME = 2
    REDATED = 3
    CHANGED = 4


@dataclass(slots=True)
class _Judged:
    entry: Entry
    names: Names
    now: Fingerprint
    standing: _Standing


def compare(
    entries: Sequence[Entry],
    known: Mapping[str, str],
    *,
    first_poll: bool,
    everything_known: Callable[[], Sequence[str]],
) -> Comparison:
    """Compare a document's entries with the known ones: digest of a name -> fingerprint, for the names of these entries.

    `everything_known` gives the fingerprints of all the feed's entries, and is called only when hardly any of these is known.
    """
    judged = [_judged(entry, known) for entry in entries]
    found = Comparison(known=sum(one.standing is not _Standing.NEW for one in judged))
    found.dates_decide = first_poll or shows_hardly_any(found.known, len(judged))
    if found.dates_decide and not first_poll:
        found.moved = _recognise(judged, everything_known())
    standings = {_Standing.NEW, _Standing.CHANGED}
    redated = sum(one.standing is _Standing.REDATED for one in judged)
    # A newer date of change alone tells of a correction on the page, unless many entries have one: some feeds date everything
    # anew at every request, and their pages should not be fetched for that.
    if redated <= max(_FEW, _FEW_SHARE * found.known):
        standings.add(_Standing.REDATED)
    for one in judged:
        found.seen.update(dict.fromkeys(one.names.stored, one.now.written()))
        if one.standing in standings:
            found.fresh.append(one.entry)
            found.changed += one.standing is not _Standing.NEW
    return found


def _judged(entry: Entry, known: Mapping[str, str]) -> _Judged:
    names, now = entry.names, entry.fingerprint
    by_id = Fingerprint.read(known[names.by_id]) if names.by_id in known else None
    if by_id and not by_id.can_be(now):
        entry, by_id = replace(entry, id=f"{entry.id} {entry.link or ''}"), None
    by_address = known.get(names.by_address or "")
    before = by_id or (Fingerprint.read(by_address) if by_address else None)
    return _Judged(entry, names, now, _standing(entry, before, now))


def _standing(entry: Entry, before: Fingerprint | None, now: Fingerprint) -> _Standing:
    if before is None:
        return _Standing.NEW
    if before.of_first_version:
        now = Fingerprint.read(entry.first_fingerprint)
    if before.text != now.text or before.address != now.address:
        return _Standing.CHANGED
    return _Standing.SAME if before.updated == now.updated else _Standing.REDATED


def _recognise(judged: Sequence[_Judged], everything: Sequence[str]) -> int:
    """Count new entries as known where the feed has renamed what it had; give how many."""
    gists = {Fingerprint.read(written).gist for written in everything} - {""}
    new = [one for one in judged if one.standing is _Standing.NEW]
    if not were_renamed([one.now.gist for one in new], gists):
        return 0
    renamed = [one for one in new if one.now.gist in gists]
    for one in renamed:
        one.standing = _Standing.SAME
    return len(renamed)
