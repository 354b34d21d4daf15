"""A new index in place of one whose mapping can't be changed, filled while documents go on arriving.

The new index is hidden, so that no search by pattern sees an article twice. It is filled in passes over a point in time, in the
order of the old index's sequence numbers; each pass takes what was written since the last. How far it is stands in the new
index's `_meta`: who is killed goes on there. When little is left, writing to the old index is refused, which workers wait
out; the last pass is made, the counts are compared, and in one step the old index goes and its name becomes an alias of
the new one. docs/decisions/0026-new-indices-for-old.md says why.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from elasticsearch import Elasticsearch

from pipeline.errors import BadInput

log = logging.getLogger(__name__)

AT_ONCE = 200
LITTLE = 500
"""With no more documents than that written during a pass, the next one is the last."""
MOST_PASSES = 20
KEPT = "10m"
FILLED = "filled"
"""The key in `_meta` under which the sequence number stands up to which the new index is filled."""
NOTE_EVERY = 10
"""Pages between two notes of how far it is."""

Carry = Callable[[str, Sequence[Mapping[str, Any]]], Sequence[tuple[str, str]]]
"""Writes hits of the old index into the named one under their ids and versions; gives ids that can't be, and why."""


def migrate(client: Elasticsearch, index: str, name: str, physical: str, body: Mapping[str, Any], carry: Carry) -> None:
    """Put `physical`, made with this body (settings and mappings), in the place of `index`, which is known by `name`.

    Raises BadInput, with the old index left in its place, for a document that can't be carried over.
    """
    if not client.indices.exists(index=physical):
        log.info("%s: its mapping can't be changed, so %s is made and filled", name, physical)
        settings = {**body["settings"], "index.hidden": True}
        client.indices.create(index=physical, settings=settings, mappings=body["mappings"])
    meta = dict(body["mappings"]["_meta"])
    filled = client.indices.get_mapping(index=physical)[physical]["mappings"]["_meta"].get(FILLED, -1)
    for _ in range(MOST_PASSES):
        before = filled
        filled, count = _pass(client, index, physical, filled, meta, carry)
        log.info("%s: %d documents carried over", name, count)
        if count <= LITTLE or filled == before:
            break
    client.indices.put_settings(index=index, settings={"index.blocks.write": True})
    try:
        _pass(client, index, physical, filled, meta, carry)
        _compare(client, index, physical)
    except BaseException:
        client.indices.put_settings(index=index, settings={"index.blocks.write": None})
        raise
    client.indices.put_mapping(index=physical, meta=meta)
    switch = [{"remove_index": {"index": index}}, {"add": {"index": physical, "alias": name}}]
    client.indices.update_aliases(actions=switch)
    log.info("%s stands for %s from now on", name, physical)


def _pass(
    client: Elasticsearch, index: str, physical: str, filled: int, meta: Mapping[str, Any], carry: Carry
) -> tuple[int, int]:
    """Carry over what was written after a sequence number; give the new one, and how many there were."""
    client.indices.refresh(index=index)
    snapshot = str(client.open_point_in_time(index=index, keep_alive=KEPT)["id"])
    count = 0
    try:
        for number, hits in enumerate(_pages(client, snapshot, filled), start=1):
            refused = carry(physical, hits)
            if refused:
                article, reason = refused[0]
                raise BadInput(
                    f"{len(refused)} documents of {index} can't be carried over into {physical} ({article}: {reason});"
                    " the old index stays in its place. Mend or delete them, then run `harmattan setup` again"
                )
            count += len(hits)
            filled = hits[-1]["sort"][0]
            if number % NOTE_EVERY == 0:
                client.indices.put_mapping(index=physical, meta={**meta, FILLED: filled})
                log.info("%s: %d documents", physical, count)
    finally:
        client.options(ignore_status=404).close_point_in_time(id=snapshot)
    client.indices.put_mapping(index=physical, meta={**meta, FILLED: filled})
    return filled, count


def _pages(client: Elasticsearch, snapshot: str, after: int) -> Iterator[list[Any]]:
    while True:
        answer = client.search(
            pit={"id": snapshot, "keep_alive": KEPT},
            query={"range": {"_seq_no": {"gt": after}}},
            sort=[{"_seq_no": "asc"}],
            size=AT_ONCE,
            version=True,
            track_total_hits=False,
        )
        hits = answer["hits"]["hits"]
        if not hits:
            return
        yield hits
        after = hits[-1]["sort"][0]


def _compare(client: Elasticsearch, index: str, physical: str) -> None:
    client.indices.refresh(index=f"{index},{physical}")
    there, here = client.count(index=index)["count"], client.count(index=physical)["count"]
    if here < there:
        raise BadInput(
            f"{physical} has {here} documents and {index} {there}: delete {physical}, then run `harmattan setup` again"
        )
