"""The alert step: matches become alerts in the ledger, one for a rule and a story, with their deliveries."""

import logging
from collections.abc import Iterable, Sequence

from pipeline.alert.changes import has_outgrown, notable, outgrown, owed
from pipeline.alert.toll import toll
from pipeline.log.interface import EventLog
from pipeline.policy.desk import Desk, Owed
from pipeline.records import topics
from pipeline.records.alert import Alert, AlertArticle, AlertEvent
from pipeline.records.article import EnrichedArticle, Origin, RuleMatch, Severity
from pipeline.records.codec import encode
from pipeline.records.passage import passage_of
from pipeline.signals.mentions import Mentions
from pipeline.state.interface import ArticleFacets, Ledger, LedgerDecision, Outbox, WantedAlert
from pipeline.text.denials import denies
from pipeline.work.ahead import LookAhead
from pipeline.work.interface import Delivered, Failure
from pipeline.work.outbox import publish_outbox

logger = logging.getLogger(__name__)

RECEIVED = 500
"""Records that are received at a time where so many wait: what is critical among them goes before all others."""
AT_ONCE = 250
"""Records that are decided on in one transaction."""
_CRITICAL = f'"{Severity.CRITICAL.value}"'.encode()
MOST_PLACES = 50
"""Places of one article that its alert is known by."""


class AlertStep:
    """Raises alerts, and has the policy's desk decide who is told of them.

    Killed before the commit, the batch is received and decided again; after it, the ledger's unique keys and the covered
    offsets keep a second decision from raising anything anew. Two workers that meet in one story find one alert.
    """

    name = "alert"
    topics = (topics.ENRICHED,)

    def __init__(
        self,
        ledger: Ledger,
        outbox: Outbox,
        log: EventLog,
        channels: Sequence[str],
        desk: Desk,
        mentions: Mentions | None = None,
    ) -> None:
        """Take the ports, the names of all channels, who decides whom to tell, and what counts mentions for signals."""
        self._ledger = ledger
        self._outbox = outbox
        self._log = log
        self._channels = tuple(channels)
        self._desk = desk
        self._mentions = mentions
        self._consumer: str | None = None
        self._raised = 0
        self._raised_in_batch = 0

    def counts(self) -> dict[str, int]:
        """Give the alerts raised since the start."""
        return {"raised": self._raised}

    def ready(self) -> bool:
        """At the start, publish what was decided and not yet told."""
        if self._consumer is None:
            publish_outbox(self._outbox, self.name, self._log)
            self._consumer = f"{self.name}@{self._log.incarnation(topics.ENRICHED)}"
        return True

    def handle(self, batch: Sequence[Delivered]) -> Sequence[Failure]:
        """Decide on a batch, what is critical in it first, and tell the topic `alerts` what was decided."""
        urgent = [delivered for delivered in batch if _is_urgent(delivered.value)] if len(batch) > AT_ONCE else []
        if urgent:
            self._decide_together(urgent, cover=False)
        for begin in range(0, len(batch), AT_ONCE):
            self._decide_together(batch[begin : begin + AT_ONCE], cover=True)
        return []

    def ahead(self) -> LookAhead:
        """Give what is done with records that wait behind others: what is critical is decided on at once."""
        return LookAhead(lambda value: _CRITICAL in value, self._decide_ahead)

    def _decide_ahead(self, waiting: Sequence[Delivered]) -> None:
        urgent = [delivered for delivered in waiting if _is_urgent(delivered.value)]
        for begin in range(0, len(urgent), AT_ONCE):
            self._decide_together(urgent[begin : begin + AT_ONCE], cover=False)

    def decide(self, decision: LedgerDecision, enriched: EnrichedArticle) -> None:
        """Decide on one article within a transaction."""
        for match in enriched.article.matches:
            self._decide_on(decision, enriched, match)
        for alert in self._outgrown(decision, enriched):
            decision.publish(topics.ALERTS, alert.id, encode(AlertEvent(alert=alert)))

    def _decide_together(self, batch: Sequence[Delivered], *, cover: bool) -> None:
        """Decide in one transaction. What is not covered by it is decided again, which changes nothing."""
        consumer = self._consumer or f"{self.name}@{self._log.incarnation(topics.ENRICHED)}"
        self._raised_in_batch = 0
        with self._ledger.decide(consumer) as decision:
            fresh = set(decision.uncovered([delivered.record for delivered in batch]))
            new = [delivered.value for delivered in batch if delivered.record in fresh]
            decision.look_up(_wanted(article, match) for article in new for match in article.article.matches)
            for article in new:
                self.decide(decision, article)
            if cover:
                self._count(decision, new)
                decision.cover(delivered.record for delivered in batch)
        self._raised += self._raised_in_batch
        publish_outbox(self._outbox, self.name, self._log)

    def close(self) -> None:
        """Nothing is held."""

    def _count(self, decision: LedgerDecision, articles: Sequence[EnrichedArticle]) -> None:
        """Count what articles name, and raise what signals find in that."""
        for enriched, match in self._mentions.count(decision, articles) if self._mentions else ():
            self._decide_on(decision, enriched, match)

    def _decide_on(self, decision: LedgerDecision, enriched: EnrichedArticle, match: RuleMatch) -> None:
        changed = self._raise_or_join(decision, enriched, match)
        if changed:
            decision.publish(topics.ALERTS, changed.id, encode(AlertEvent(alert=changed)))

    def _raise_or_join(self, decision: LedgerDecision, enriched: EnrichedArticle, match: RuleMatch) -> Alert | None:
        article = _alert_article(enriched, match)
        alert = self._alert_of(decision, enriched, match)
        if alert is None:
            if enriched.article.origin is not Origin.LIVE:
                return None
            raised = decision.raise_alert(match, article, enriched.story)
            if raised:
                self._raised_in_batch += 1
                return self._route(decision, raised, match, enriched)
            alert = decision.alert_of(match.rule, enriched.id, enriched.story)
            if alert is None:
                raise RuntimeError(f"rule {match.rule}, story {enriched.story}: neither raised nor found")
        owes = self._owed(decision, enriched, alert.id)
        before = decision.facets(alert.id)
        joined = decision.join(alert.id, article, enriched.story, _words(match), match.severity)
        if enriched.article.origin is Origin.LIVE:
            facets = decision.facets(alert.id, (enriched.id, _facets(enriched, self._signals())))
            joined = self._desk.grown(decision, joined, before, facets, alert.severity, owes)
        return joined if joined.revision != alert.revision else None

    def _alert_of(self, decision: LedgerDecision, enriched: EnrichedArticle, match: RuleMatch) -> Alert | None:
        """Give the alert that the article belongs to.

        Where its story turned out to be several events, and nobody was shown its own, it leaves the others' alert.
        """
        alert = decision.alert_of(match.rule, enriched.id, enriched.story)
        if alert is None or enriched.parted_from is None or enriched.article.origin is not Origin.LIVE:
            return alert
        parted = enriched.parted or (enriched.id,)  # older records didn't say
        left = decision.part(alert.id, enriched.id, enriched.parted_from, parted)
        if left:
            decision.publish(topics.ALERTS, left.id, encode(AlertEvent(alert=left)))
        return decision.alert_of(match.rule, enriched.id, enriched.story)

    def _owed(self, decision: LedgerDecision, enriched: EnrichedArticle, alert: str) -> Owed | None:
        """Say what those are owed who were told of the article before its outlet changed it."""
        if not notable(enriched):
            return None
        return owed(enriched, next((one for one in decision.standing(enriched.id) if one.alert.id == alert), None))

    def _outgrown(self, decision: LedgerDecision, enriched: EnrichedArticle) -> Iterable[Alert]:
        """Note on alerts whose rules the article matches no more since its outlet changed it; give those that changed."""
        if not enriched.changes:
            return
        signals = self._signals()
        for standing in decision.standing(enriched.id):
            if not has_outgrown(enriched, standing):
                continue
            alert, facets = standing.alert, decision.facets(standing.alert.id)
            noted = decision.join(
                alert.id,
                outgrown(enriched, standing, has_query=standing.alert.rule not in signals),
                enriched.story,
                (),
                alert.severity,
            )
            if enriched.article.origin is Origin.LIVE:
                noted = self._desk.grown(decision, noted, facets, facets, alert.severity, owed(enriched, standing))
            yield noted

    def _signals(self) -> frozenset[str]:
        return frozenset(signal.id for signal in self._desk.policy().signals)

    def _route(self, decision: LedgerDecision, alert: Alert, match: RuleMatch, enriched: EnrichedArticle) -> Alert:
        named = match.channels or self._channels
        for channel in named:
            if channel not in self._channels:
                logger.error("rule %s names the channel %s, which the channels file does not have", match.rule, channel)
        facets = decision.facets(alert.id, (enriched.id, _facets(enriched, self._signals())), founding=True)
        return self._desk.raised(decision, alert, facets, [channel for channel in named if channel in self._channels])


def _is_urgent(enriched: EnrichedArticle) -> bool:
    """Tell whether an article is to be decided on before those that came earlier: a first version, so out of no order."""
    return enriched.revision == 1 and any(match.severity is Severity.CRITICAL for match in enriched.article.matches)


def _wanted(enriched: EnrichedArticle, match: RuleMatch) -> WantedAlert:
    return WantedAlert(rule=match.rule, article=enriched.id, story=enriched.story, copy_of=enriched.copy_of)


def _alert_article(enriched: EnrichedArticle, match: RuleMatch) -> AlertArticle:
    article = enriched.article
    return AlertArticle(
        id=enriched.id,
        url=article.url,
        title=article.title,
        source=article.source.name,
        language=article.language,
        published=article.published,
        revision=enriched.revision,
        passage=passage_of(match),
        changes=notable(enriched),
    )


def _facets(enriched: EnrichedArticle, signals: frozenset[str]) -> ArticleFacets:
    """Say what an article adds to what routes ask. What signals find in it is no rule's."""
    article = enriched.article
    return ArticleFacets(
        countries=article.countries,
        language=article.language,
        places=tuple(place.name for place in article.places if place.kind not in ("country", "continent"))[
            :MOST_PLACES
        ],
        source_of=article.credit or article.source.outlet or article.source.name,
        copy_of=enriched.copy_of,
        kinds=article.source.kinds,
        toll=toll(article),
        rules=tuple(match.rule for match in article.matches if match.rule not in signals),
        denied=denies(article.title, article.language),
    )


def _words(match: RuleMatch) -> list[str]:
    return list(dict.fromkeys(span.text for span in match.spans))
