"""A digest as JSON, for the webhook and the JSON-lines file."""

from typing import Any

from pipeline.notify.interface import Digest
from pipeline.records.alert_json import alert_json


def digest_json(digest: Digest) -> dict[str, Any]:
    """Give the digest as plain values; the alerts have the shape they have everywhere."""
    alerts = [alert_json(alert) for alert in digest.alerts]
    return {"digest": f"{digest.day}", "waited": digest.waited, "alerts": alerts}
