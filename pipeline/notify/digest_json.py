"""Messages as JSON, for the webhook and the JSON-lines file."""

from dataclasses import asdict
from typing import Any

from pipeline.notify.interface import Digest, Message
from pipeline.records.alert_json import alert_json


def message_json(message: Message) -> dict[str, Any]:
    """Give the alert as it is everywhere, with how far it has spread and where it leads, as far as that is known."""
    fields = alert_json(message.alert)
    if message.spread:
        spread = message.spread
        fields |= {"outlets": spread.outlets, "origins": spread.origins, "places": list(spread.places)}
        fields["kinds"] = {outlet: list(kinds) for outlet, kinds in spread.kinds.items()}
    links = {name: address for name, address in asdict(message.links).items() if address}
    return fields | ({"links": links} if links else {})


def digest_json(digest: Digest) -> dict[str, Any]:
    """Give the digest as plain values; the alerts have the shape they have everywhere."""
    alerts = [alert_json(alert) for alert in digest.alerts]
    return {"digest": f"{digest.day}", "waited": digest.waited, "alerts": alerts}
