import json
import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from time import monotonic

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from pipeline.errors import BadInput
from pipeline.notify.interface import Refused, TryAgain, Unknown
from pipeline.notify.webhook import WebhookNotifier
from tests.notify.messages import LINK, alert, message
from tests.notify.receivers import HttpReceiver

LOOPBACK = (ip_network("127.0.0.0/8"),)
SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMw=="


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with HttpReceiver() as receiver:
        yield receiver


def notifier(url: str, **options: object) -> WebhookNotifier:
    return WebhookNotifier(url, **({"source": "harmattan", "allowed": LOOPBACK, "timeout": 1.0} | options))  # type: ignore[arg-type]


def test_the_event_is_a_cloudevent_whose_data_is_the_alert_as_it_is_listed(receiver: HttpReceiver) -> None:
    notifier(receiver.url, source="https://harmattan.example.org").send(message(), "a1:0:everyone:hook")

    [request] = receiver.requests
    event = json.loads(request.body)
    data = event.pop("data")
    assert event == {
        "specversion": "1.0",
        "id": "a1:0:everyone:hook",
        "source": "https://harmattan.example.org",
        "type": "harmattan.alert.raised",
        "subject": "a1",
        "time": "2026-01-06T10:31:02Z",
        "datacontenttype": "application/json",
        "update": 0,
        "link": LINK,
    }
    assert data["rule"] == "wagner-group"
    assert data["severity"] == "high"
    assert data["articles"][0]["title"] == "Russian troops move into base at Timbuktu"
    assert data["matches"] == ["Wagner Group", "Prigozhin"]
    assert {"id", "story", "created", "state"} <= set(data)
    assert request.headers["content-type"].startswith("application/cloudevents+json")
    assert request.headers["idempotency-key"] == "a1:0:everyone:hook"


def test_an_update_and_a_possible_repeat_can_be_told_from_a_first_message(receiver: HttpReceiver) -> None:
    notifier(receiver.url).send(message(update=2, maybe_repeat=True), "k")

    event = json.loads(receiver.requests[0].body)
    assert event["type"] == "harmattan.alert.updated"
    assert event["update"] == 2
    assert event["mayberepeat"] is True


def test_a_receiver_can_verify_the_signature_and_sees_a_changed_body(receiver: HttpReceiver) -> None:
    notifier(receiver.url, secret=SECRET).send(message(alert(matches=("Вагнер", "فاغنر"))), "k")

    [request] = receiver.requests
    assert Webhook(SECRET).verify(request.body, request.headers)["id"] == "k"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.body.replace(b"high", b"low"), request.headers)


def test_without_a_secret_nothing_is_signed(receiver: HttpReceiver) -> None:
    notifier(receiver.url).send(message(), "k")

    assert not [name for name in receiver.requests[0].headers if name.startswith("webhook-")]


@pytest.mark.parametrize("secret", ["hunter2", "whsec_", "whsec_dG9vIHNob3J0", "not base64 at all, but long enough"])
def test_a_secret_that_is_no_key_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(BadInput, match="openssl rand") as caught:
        notifier("https://example.org/", secret=secret)
    assert secret not in str(caught.value) or secret == "whsec_"


@pytest.mark.parametrize("header", ["120", "Tue, 06 Jan 2026 12:02:00 GMT"])
def test_the_time_that_the_receiver_asks_for_is_passed_on(receiver: HttpReceiver, header: str) -> None:
    receiver.status, receiver.headers = 429, {"Retry-After": header}

    with pytest.raises(Unknown) as caught:
        notifier(receiver.url, now=lambda: datetime(2026, 1, 6, 12, 0, tzinfo=UTC)).send(message(), "k")

    assert caught.value.after == timedelta(seconds=120)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_asks_for_the_new_address(receiver: HttpReceiver, status: int) -> None:
    receiver.status, receiver.headers = status, {"Location": "http://127.0.0.1:1/"}

    with pytest.raises(Refused, match="new address"):
        notifier(receiver.url).send(message(), "k")
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_a_private_network_is_spoken_to_only_where_the_operator_opened_it(receiver: HttpReceiver, host: str) -> None:
    url = f"http://{host}:{receiver.port}/"

    with pytest.raises(Refused, match="HARMATTAN_ALLOW_NETWORKS"):
        notifier(url, allowed=()).send(message(), "k")
    assert receiver.requests == []


def test_a_receiver_that_answers_a_byte_at_a_time_does_not_hold_the_channel(receiver: HttpReceiver) -> None:
    receiver.drip = True
    begin = monotonic()

    with pytest.raises(Unknown, match="too long"):
        notifier(receiver.url, timeout=0.5).send(message(), "k")

    assert monotonic() - begin < 15


def test_an_address_in_another_script_is_sent_as_the_web_writes_it(receiver: HttpReceiver) -> None:
    notifier(f"http://127.0.0.1:{receiver.port}/алерты?q=مالي").send(message(), "k")

    assert re.fullmatch(r"/(%D0.)?[%0-9A-F]+\?q=[%0-9A-F]+", receiver.requests[0].path)


def test_a_receiver_with_a_certificate_that_nobody_vouches_for_is_not_sent_to(
    receiver: HttpReceiver, certificate: tuple[Path, Path]
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)
    receiver._server.socket = tls.wrap_socket(receiver._server.socket, server_side=True)

    with pytest.raises(TryAgain, match="certificate is not valid"):
        notifier(receiver.url.replace("http:", "https:")).send(message(), "k")
    assert receiver.requests == []


def test_a_receiver_with_a_certificate_that_the_machine_trusts_is_sent_to(
    receiver: HttpReceiver, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)
    receiver._server.socket = tls.wrap_socket(receiver._server.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))

    notifier(receiver.url.replace("http:", "https:")).send(message(), "k")

    assert len(receiver.requests) == 1
