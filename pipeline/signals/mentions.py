"""First mentions and returns: found as the articles come, within the transaction that decides on them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from pipeline.policy.model import Policy
from pipeline.records.article import EnrichedArticle, Origin, RuleMatch, Span
from pipeline.signals.counting import asked_for, kinds_of, tallies_of
from pipeline.signals.model import Kind, Of, Signal
from pipeline.state.interface import LedgerDecision, Seen, Tally

MOST_NAMES = 5
"""Names that an alert tells of, of one article."""
_DID = {Of.RULE.value: "matched", Of.SOURCE.value: "heard of", Of.LANGUAGE.value: "written"}


class Mentions:
    """Counts what articles name, and finds what was not named for a long time.

    Counts and alerts are of the transaction that covers the articles' offsets: received again, they count once.
    """

    def __init__(self, policy: Callable[[], Policy], watched_since: Callable[[], Mapping[str, datetime]]) -> None:
        """Take the policy that is in force whenever it is asked for, and what tells since when each kind is counted."""
        self._policy = policy
        self._watched_since = watched_since

    def count(
        self, decision: LedgerDecision, articles: Sequence[EnrichedArticle]
    ) -> Iterator[tuple[EnrichedArticle, RuleMatch]]:
        """Count what the articles name; give those that a signal takes notice of, each with what stands for a match."""
        signals = self._policy().signals
        kinds = kinds_of(signals)
        counted = [(article, list(tallies_of(article, kinds))) for article in articles] if kinds else []
        before = dict(decision.tally([tally for _, tallies in counted for tally in tallies]))
        wanted = [signal for signal in signals if signal.kind in (Kind.FIRST, Kind.RETURN)]
        since = self._watched_since() if wanted and counted else {}
        for article, tallies in counted:
            seen = [(tally, before.get((tally.kind, tally.name))) for tally in tallies]
            for signal in wanted if article.article.origin is Origin.LIVE else ():
                taken = [(tally, known) for tally, known in seen if _takes(signal, tally, known, since.get(tally.kind))]
                if taken:
                    yield article, _match(signal, article, taken)
            before |= {(tally.kind, tally.name): _later(known, tally) for tally, known in seen}


def _takes(signal: Signal, tally: Tally, known: Seen | None, since: datetime | None) -> bool:
    if signal.of != tally.kind or not signal.takes(asked_for(tally), tally.country):
        return False
    after = signal.after or timedelta(0)
    if known is not None and tally.seen - known.last < after:
        return False
    # What was never seen is told of once it could have been seen: what is new to Harmattan is not new to the world.
    watched = since is not None and tally.seen - since >= after
    return (known is not None or watched) if signal.kind is Kind.FIRST else known is not None


def _later(known: Seen | None, tally: Tally) -> Seen:
    last = max(known.last, tally.seen) if known else tally.seen
    first = known.first if known else tally.seen
    return Seen(kind=tally.kind, name=tally.name, label=tally.label, first=first, last=last, country=tally.country)


def _match(signal: Signal, article: EnrichedArticle, taken: Sequence[tuple[Tally, Seen | None]]) -> RuleMatch:
    """Give what stands for a rule's match: a sentence for each name, in which the name is marked, and the title."""
    text, names = "", []
    for tally, known in taken[:MOST_NAMES]:
        names.append(Span(len(text), len(text) + len(tally.label), tally.label))
        text += f"{tally.label}: {_said(tally, known)}. "
    text += article.article.title
    return RuleMatch(
        rule=signal.id,
        name=signal.name,
        version=signal.version,
        severity=signal.severity,
        channels=signal.channels,
        spans=tuple(names),
        passage=Span(0, len(text), text),
    )


def _said(tally: Tally, known: Seen | None) -> str:
    did = _DID.get(tally.kind, "named")
    if known is None:
        return f"{did} for the first time"
    days = (tally.seen - known.last).days
    return f"last {did} on {known.last.day} {known.last:%B %Y}, {days} days before"
