"""Takes everything away that tests left on a server under certain names."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.request import Request, urlopen

from kafka.admin import KafkaAdminClient

INDEX_NAMES = "harmattan"


def wipe_kafka(address: str, belongs: Callable[[str], bool]) -> None:
    """Delete the topics and groups whose names belong to what is to go.

    A group that still has members keeps its name, though it loses its offsets with the topics.
    """
    admin = KafkaAdminClient(bootstrap_servers=address)
    try:
        topics = [name for name in admin.list_topics() if belongs(name)]
        if topics:
            admin.delete_topics(topics, timeout_ms=30_000, raise_errors=False)
            _wait_until(lambda: not set(topics) & set(admin.list_topics()), f"{topics} to be deleted")
        groups = [group["group_id"] for group in admin.list_groups() if belongs(group["group_id"])]
        if groups:
            admin.delete_groups(groups)
    finally:
        admin.close()


def wipe_elasticsearch(address: str, prefix: str = INDEX_NAMES) -> None:
    """Delete the indices, index templates and component templates that begin with the prefix."""
    # Sorted names, not wildcards: a node refuses to delete by wildcard unless it is set to.
    for index in sorted(_call("GET", f"{address}/{prefix}*/_settings?expand_wildcards=all")):
        _call("DELETE", f"{address}/{index}")
    for kind, key in (("_index_template", "index_templates"), ("_component_template", "component_templates")):
        for template in _call("GET", f"{address}/{kind}/")[key]:
            if template["name"].startswith(prefix):
                _call("DELETE", f"{address}/{kind}/{template['name']}")


def _call(method: str, url: str) -> Any:
    with urlopen(Request(url, method=method), timeout=30) as response:
        return json.load(response)


def _wait_until(condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.05)
