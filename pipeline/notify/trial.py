"""A message that tries a channel."""

import os
from datetime import UTC, datetime

from pipeline.notify.interface import Message
from pipeline.records.alert import Alert, AlertArticle, AlertState
from pipeline.records.article import Severity


def trial_message(base_url: str | None) -> tuple[Message, str]:
    """Give a message that says that it is a test, and a key of its own."""
    identity = f"test-{os.urandom(6).hex()}"
    article = AlertArticle(
        id=identity,
        url=base_url,
        title="This is a test of the channel; nothing has happened",
        source="Harmattan",
        language="en",
    )
    alert = Alert(
        id=identity,
        rule="test",
        rule_name="Test message",
        rule_version="test",
        severity=Severity.LOW,
        story=identity,
        created=datetime.now(UTC),
        state=AlertState.WAITING,
        revision=1,
        articles=(article,),
        matches=("test",),
    )
    return Message(alert=alert, update=0, link=base_url, maybe_repeat=False), identity
