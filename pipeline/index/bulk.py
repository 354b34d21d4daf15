"""Writing documents to Elasticsearch in bulk, each under its id and, as external version, its revision."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk

from pipeline.errors import OutOfReach

RETRIED = (429, 502, 503, 504)
RETRIES = 5
LONGEST_WAIT = 10.0
CHUNK_BYTES = 8 * 1024 * 1024

CONFLICT = 409
OF_THE_DOCUMENT = frozenset(
    {
        "document_parsing_exception",
        "illegal_argument_exception",
        "mapper_parsing_exception",
        "strict_dynamic_mapping_exception",
    }
)
"""What Elasticsearch names the errors that the same document would meet for ever. Other errors of status 400, such as
too many shards or a closed index, are for the operator to end."""


@dataclass(frozen=True, slots=True)
class Write:
    """A document to write; `position` counts within the caller's batch. With `again` it replaces the same revision."""

    position: int
    index: str
    id: str
    revision: int
    source: bytes
    again: bool = False


def write_in_bulk(client: Elasticsearch, writes: Sequence[Write], first_wait: float) -> list[tuple[int, str]]:
    """Write documents of different ids; give the positions of those refused for good, and why.

    A revision that is there already, or newer, is left. Raises OutOfReach when, after retries, some may not be written.
    """
    positions = {write.id: write.position for write in writes}
    refused: list[tuple[int, str]] = []
    failed: list[str] = []
    for ok, item in _results(client, writes, first_wait):
        result = item["index"]
        if ok or result["status"] == CONFLICT:
            continue
        kind, reason = reason_of(result)
        if result["status"] == 400 and kind in OF_THE_DOCUMENT:
            refused.append((positions[result["_id"]], reason))
        else:
            failed.append(f"{result['status']}: {reason}")
    if failed:
        raise OutOfReach(f"Elasticsearch did not take {len(failed)} of {len(writes)} documents ({failed[0]})")
    return refused


def _results(
    client: Elasticsearch, writes: Sequence[Write], first_wait: float
) -> Iterable[tuple[bool, dict[str, Any]]]:
    return streaming_bulk(
        client.options(max_retries=0),  # or each of the retries below would be several
        map(_action, writes),
        expand_action_callback=_header_and_source,
        max_chunk_bytes=CHUNK_BYTES,
        raise_on_error=False,
        max_retries=RETRIES,
        retry_on_status=RETRIED,
        initial_backoff=first_wait,
        max_backoff=LONGEST_WAIT,
    )


def _action(write: Write) -> dict[str, Any]:
    kind = "external_gte" if write.again else "external"
    header = {"_index": write.index, "_id": write.id, "version": write.revision, "version_type": kind}
    return {"header": {"index": header}, "source": write.source}


def _header_and_source(action: Any) -> tuple[dict[str, Any], bytes]:
    return action["header"], action["source"]


def reason_of(answer: dict[str, Any]) -> tuple[str, str]:
    """Give the type of the error in an answer, or in the part of it about one document, and what it says."""
    error = answer.get("error")
    if not isinstance(error, dict):
        return "", str(error)
    shards = error.get("failed_shards") or [{}]
    error = shards[0].get("reason") or error  # "all shards failed" says nothing
    cause = (error.get("caused_by") or {}).get("reason")
    reason = str(error.get("reason"))
    return str(error.get("type")), f"{reason} ({cause})" if cause and cause not in reason else reason
