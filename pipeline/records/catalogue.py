"""Which record travels on which topic."""

from collections.abc import Mapping

from pipeline.records import topics
from pipeline.records.alert import AlertEvent
from pipeline.records.article import EnrichedArticle, PreparedArticle, RawArticle
from pipeline.records.codec import Record
from pipeline.records.dead_letter import DeadLetter

RECORD_OF: Mapping[str, type[Record]] = {
    topics.RAW: RawArticle,
    topics.PREPARED: PreparedArticle,
    topics.ENRICHED: EnrichedArticle,
    topics.ALERTS: AlertEvent,
    topics.DEAD_LETTER: DeadLetter,
}
