"""The index step: articles, and where there is an index for them alerts, written in bulk by id and revision."""

from collections.abc import Sequence

from pipeline.index.interface import AlertIndex, ArticleIndex, Refusal
from pipeline.records import topics
from pipeline.work.interface import Delivered, Failure


class IndexStep:
    """Writes to the search index. It has no state: what is written twice is there once."""

    name = "index"
    topics = (topics.ENRICHED, topics.ALERTS)

    def __init__(self, articles: ArticleIndex, alerts: AlertIndex | None) -> None:
        """Without an index for alerts, whose page reads the ledger, what is told of them is passed over."""
        self._articles = articles
        self._alerts = alerts
        self._written = 0

    def counts(self) -> dict[str, int]:
        """Give the articles and newer versions of them that were written since the start."""
        return {"articles": self._written}

    def ready(self) -> bool:
        """Always: what is not ready says so when it is written to."""
        return True

    def handle(self, batch: Sequence[Delivered]) -> Sequence[Failure]:
        """Write a batch; what the index will never take is given back with its reason."""
        articles = [delivered for delivered in batch if delivered.record.topic == topics.ENRICHED]
        alerts = [delivered for delivered in batch if delivered.record.topic == topics.ALERTS]
        failures: list[Failure] = []
        if articles:
            failures += _failures(articles, self._articles.write([d.value for d in articles]))
            self._written += len(articles) - len(failures)
        if alerts and self._alerts:
            failures += _failures(alerts, self._alerts.write_alerts([d.value.alert for d in alerts]))
        return failures

    def close(self) -> None:
        """The index is closed by whoever opened it."""


def _failures(batch: Sequence[Delivered], refusals: Sequence[Refusal]) -> list[Failure]:
    return [Failure(batch[refusal.position].record, f"the index refused it: {refusal.reason}") for refusal in refusals]
