"""What signals found in a time of the past, for a rehearsal: as they found it then, since that hangs on weeks of counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.policy.desk import Desk
from pipeline.policy.model import Policy
from pipeline.records.alert import Alert
from pipeline.records.article import RuleMatch, Span
from pipeline.signals.model import Kind, Of, Signal
from pipeline.state.interface import ArticleFacets, Ledger, LedgerDecision, Signals

MOST = 100_000
"""Alerts of one signal that are told again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundThen:
    """An alert that a signal of the policy raised; `country` is what it is about, for bursts and silences of such."""

    signal: Signal
    alert: Alert
    country: str | None = None

    @property
    def in_articles(self) -> bool:
        """Tell whether articles raised it, which routes go by; else it stands on numbers alone."""
        return self.signal.kind in (Kind.FIRST, Kind.RETURN)

    def match(self) -> RuleMatch:
        """Give what stands for a match."""
        words = (Span(0, len(word), word) for word in self.alert.matches)
        signal = self.signal
        return RuleMatch(
            rule=signal.id,
            name=signal.name,
            version=signal.version,
            severity=signal.severity,
            channels=signal.channels,
            spans=tuple(words),
        )

    def raise_again(self, decision: LedgerDecision, desk: Desk, channels: Sequence[str]) -> None:
        """Raise an alert that stands on numbers."""
        article = self.alert.articles[0]
        alert = decision.raise_alert(self.match(), article, article.id)
        if alert is not None:
            countries = (self.country,) if self.country else ()
            facets = ArticleFacets(countries=countries, language=article.language, source_of=article.source)
            known_as = decision.facets(alert.id, (article.id, facets), founding=True)
            named = self.signal.channels or channels
            desk.raised(decision, alert, known_as, [name for name in named if name in channels])


def found_then(
    ledger: Ledger, signals: Signals, policy: Policy, since: datetime, until: datetime
) -> Iterator[FoundThen]:
    """Give the alerts of the policy's signals that were raised in that time."""
    for signal in policy.signals:
        alerts = ledger.alerts(rule=signal.id, since=since, until=until, limit=MOST)
        named = {alert.articles[0].id.rpartition("@")[0] for alert in alerts if alert.articles}
        is_country = signal.of is Of.COUNTRY
        seen = {} if is_country or not named else {one.name: one.country for one in signals.seen(signal.of, named)}
        for alert in alerts:
            if alert.articles:
                name = alert.articles[0].id.rpartition("@")[0]
                yield FoundThen(signal=signal, alert=alert, country=name if is_country else seen.get(name))
