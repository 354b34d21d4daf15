import json
from collections.abc import Iterator

import pytest

from pipeline.notify.apprise_channel import AppriseNotifier
from tests.notify.messages import LINK, alert, article, message
from tests.notify.receivers import HttpReceiver


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with HttpReceiver() as receiver:
        receiver.status = 200
        yield receiver


def sent(receiver: HttpReceiver) -> dict[str, str]:
    fields: dict[str, str] = json.loads(receiver.requests[-1].body)
    return fields


def test_a_service_that_reads_html_shows_foreign_markup_as_text(receiver: HttpReceiver) -> None:
    title = "<b>bold</b> & <a href='http://evil.example'>click</a>"
    AppriseNotifier(f"json://127.0.0.1:{receiver.port}/?format=html").send(message(alert(article(title=title))), "k")

    text = sent(receiver)["message"]
    assert "<b>bold" not in text
    assert "<a href='http://evil.example'" not in text
    assert "&lt;b&gt;bold" in text
    assert '<a href="https://' in text, "our own links are links"


def test_a_service_that_reads_markdown_shows_foreign_markup_as_text(receiver: HttpReceiver) -> None:
    title = "[click](http://evil.example) **bold**"
    AppriseNotifier(f"json://127.0.0.1:{receiver.port}/?format=markdown").send(
        message(alert(article(title=title))), "k"
    )

    text = sent(receiver)["message"]
    assert "[click](" not in text
    assert "**bold**" not in text


def test_a_text_is_short_enough_for_the_service_after_marking_up(receiver: HttpReceiver) -> None:
    crowd = alert(*(article(id=f"x{n}", title="&<>" * 100) for n in range(12)))
    # ntfy takes 7,800 characters; the text marked up and uncut would have over 9,000.
    AppriseNotifier(f"ntfy://127.0.0.1:{receiver.port}/sahel?format=markdown").send(message(crowd), "k")

    text = sent(receiver)["message"]
    assert len(text) <= 7800
    assert LINK.replace(".", "\\.") in text or LINK in text.replace("\\", "")


def test_a_severe_alert_looks_severe_in_the_service(receiver: HttpReceiver) -> None:
    AppriseNotifier(f"json://127.0.0.1:{receiver.port}/").send(message(), "k")

    assert sent(receiver)["type"] == "warning"
