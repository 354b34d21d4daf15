"""How feeds are, the pipeline's figures, and what came of alerts, in Elasticsearch."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec
from elasticsearch import Elasticsearch

from pipeline.index.bulk import Write
from pipeline.index.interface_overview import FeedHealth, Figures, Told
from pipeline.index.templates.install import Template, month_of
from pipeline.records.alert import Alert

MOST = 10_000
"""Feeds that are removed at once; of more, the rest goes the next time."""

log = logging.getLogger(__name__)

Put = Callable[[Sequence[Write]], Sequence[tuple[int, str]]]
Dropped = Callable[[Template, datetime], int]


class ElasticsearchOverview:
    """Implements Overview. Feeds have one index; figures and alerts have one a month."""

    def __init__(
        self,
        client: Elasticsearch,
        asking: Callable[[], AbstractContextManager[None]],
        put: Put,
        dropped: Dropped,
        kinds: Mapping[str, Template],
    ) -> None:
        """Take what the index of articles has already: its client, how errors are told, how documents are put there."""
        self._client = client
        self._asking = asking
        self._put = put
        self._dropped = dropped
        self._alerts, self._feeds, self._figures = kinds["alerts"], kinds["feeds"], kinds["figures"]

    def write_feeds(self, feeds: Sequence[FeedHealth]) -> None:
        """Write how feeds are."""
        self._write([(self._feeds.stem, _short(feed.id), _millis(feed.looked), _told(feed)) for feed in feeds])

    def forget_feeds(self, before: datetime) -> None:
        """Remove the feeds that nobody has looked at since. What is written meanwhile stays."""
        older = {"range": {"looked": {"lt": before.isoformat()}}}
        with self._asking():
            self._client.indices.refresh(index=self._feeds.stem, ignore_unavailable=True)
            found = self._client.search(
                index=self._feeds.stem, query=older, size=MOST, seq_no_primary_term=True, source=False,
                ignore_unavailable=True,
            )  # fmt: skip
            hits = found["hits"]["hits"]
            if hits:
                self._client.bulk(operations=[{"delete": _as_it_was(hit)} for hit in hits])

    def write_figures(self, figures: Sequence[Figures]) -> None:
        """Write figures; the id is minute and step, so that only the first of several who look at once is kept."""
        self._write(
            [
                (month_of(self._figures, one.time), f"{one.time:%Y%m%dT%H%M}-{one.step or 'whole'}", 1, _told(one))
                for one in figures
            ],
            again=False,
        )

    def write_told(self, alerts: Sequence[tuple[Alert, Told]]) -> None:
        """Write alerts with what came of them, each in its own revision."""
        self._write(
            [
                (month_of(self._alerts, alert.created), alert.id, alert.revision, _told(alert) | _told(told))
                for alert, told in alerts
            ]
        )

    def _write(self, documents: Sequence[tuple[str, str, int, dict[str, Any]]], *, again: bool = True) -> None:
        writes = [
            Write(position, index, name, revision, msgspec.json.encode(source), again=again)
            for position, (index, name, revision, source) in enumerate(documents)
        ]
        for position, reason in self._put(writes) if writes else ():
            log.warning("%s: %s can't be shown in Kibana: %s", writes[position].index, writes[position].id, reason)

    def drop_before(self, alerts: datetime, figures: datetime) -> Mapping[str, int]:
        """Delete the monthly indices of alerts and figures whose month ended before these moments."""
        return {
            "alerts in Kibana": self._dropped(self._alerts, alerts),
            "figures": self._dropped(self._figures, figures),
        }


def _told(value: Any) -> dict[str, Any]:
    fields = msgspec.to_builtins(value)
    return {name: value for name, value in fields.items() if value is not None and value not in ([], (), {})}


def _as_it_was(hit: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {"_index": hit["_index"], "_id": hit["_id"]}
    return wanted | {"if_seq_no": hit["_seq_no"], "if_primary_term": hit["_primary_term"]}


def _millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _short(name: str) -> str:
    """Give an id for an address of any length."""
    return blake2b(name.encode(), digest_size=16).hexdigest()
