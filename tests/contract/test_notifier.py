"""What every channel does, whoever carries it: console, file, webhook, mail, Apprise."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_network
from pathlib import Path

import pytest

from pipeline.notify.apprise_channel import AppriseNotifier
from pipeline.notify.channels_file import MailSecurity
from pipeline.notify.console import ConsoleNotifier
from pipeline.notify.interface import Digest, Notifier, Refused, TryAgain, Unknown
from pipeline.notify.jsonl_file import JsonLinesNotifier
from pipeline.notify.mail import MailNotifier, MailServer
from pipeline.notify.webhook import WebhookNotifier
from tests.notify.messages import LINK, URL, alert, article, message
from tests.notify.receivers import HttpReceiver, MailReceiver
from tests.servers.process import free_port

LOOPBACK = (ip_network("127.0.0.0/8"),)
SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMw=="
PASSWORD = "hunter2-hunter2"


@dataclass
class Bench:
    """A channel with what stands at its other end."""

    make: Callable[[], Notifier]
    texts: Callable[[], list[str]]
    raw: Callable[[], bytes]
    distinct: Callable[[], int]
    http: HttpReceiver | None = None
    mail: MailReceiver | None = None
    secrets: tuple[str, ...] = ()
    nowhere: Callable[[], Notifier] | None = None
    notifier: Notifier = field(init=False)

    def __post_init__(self) -> None:
        self.notifier = self.make()


def console_bench(folder: Path, stack: ExitStack) -> Bench:
    shown: list[str] = []
    return Bench(
        make=lambda: ConsoleNotifier(shown.append),
        texts=lambda: shown,
        raw=lambda: "\n".join(shown).encode(),
        distinct=lambda: len(shown),
    )


def file_bench(folder: Path, stack: ExitStack) -> Bench:
    path = folder / "alerts.jsonl"
    return Bench(
        make=lambda: JsonLinesNotifier(path),
        texts=lambda: path.read_text("utf-8").splitlines(),
        raw=path.read_bytes,
        distinct=lambda: len(path.read_text("utf-8").splitlines()),
    )


def webhook_bench(folder: Path, stack: ExitStack) -> Bench:
    receiver = stack.enter_context(HttpReceiver())
    token = "path-token-0123456789"

    def make(url: str) -> Notifier:
        return WebhookNotifier(f"{url}/{token}", source="harmattan", secret=SECRET, allowed=LOOPBACK, timeout=1.0)

    return Bench(
        make=lambda: make(receiver.url),
        texts=lambda: [request.body.decode() for request in receiver.requests],
        raw=lambda: b"\n".join(request.body for request in receiver.requests),
        distinct=lambda: len({request.headers["idempotency-key"] for request in receiver.requests}),
        http=receiver,
        secrets=(SECRET, SECRET.removeprefix("whsec_"), token),
        nowhere=lambda: make(f"http://127.0.0.1:{free_port()}"),
    )


def apprise_bench(folder: Path, stack: ExitStack) -> Bench:
    receiver = stack.enter_context(HttpReceiver())

    def make(port: int) -> Notifier:
        return AppriseNotifier(f"json://analyst:{PASSWORD}@127.0.0.1:{port}/hook?rto=0.5&cto=0.5")

    def bodies() -> list[dict[str, str]]:
        return [json.loads(request.body) for request in receiver.requests]

    return Bench(
        make=lambda: make(receiver.port),
        texts=lambda: [f"{body['title']}\n{body['message']}" for body in bodies()],
        raw=lambda: "\n".join(f"{body['title']}\n{body['message']}" for body in bodies()).encode(),
        distinct=lambda: len(receiver.requests),
        http=receiver,
        secrets=(PASSWORD,),
        nowhere=lambda: make(free_port()),
    )


def mail_bench(folder: Path, stack: ExitStack) -> Bench:
    receiver = stack.enter_context(MailReceiver().serving())

    def make(port: int) -> Notifier:
        server = MailServer(host="127.0.0.1", port=port, security=MailSecurity.NONE)
        return MailNotifier(server, "Harmattan <alerts@example.org>", ["analyst@example.org"], timeout=1.5)

    def text(raw: bytes) -> str:
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        plain = mail.get_body(("plain",))
        assert plain
        return f"{mail['Subject']}\n{plain.get_content()}"

    return Bench(
        make=lambda: make(receiver.port),
        texts=lambda: [text(raw) for raw in receiver.mails],
        raw=lambda: "\n".join(text(raw) for raw in receiver.mails).encode(),
        distinct=lambda: len({message_from_bytes(raw)["Message-ID"] for raw in receiver.mails}),
        mail=receiver,
        nowhere=lambda: make(free_port()),
    )


BENCHES = {
    "console": console_bench,
    "file": file_bench,
    "webhook": webhook_bench,
    "apprise": apprise_bench,
    "mail": mail_bench,
}


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as stack:
        yield BENCHES[request.param](tmp_path, stack)


every_channel = pytest.mark.parametrize("bench", list(BENCHES), indirect=True)
over_the_network = pytest.mark.parametrize("bench", ["webhook", "apprise", "mail"], indirect=True)
over_http = pytest.mark.parametrize("bench", ["webhook", "apprise"], indirect=True)
carrying_the_key = pytest.mark.parametrize(
    "bench",
    [
        "file",
        "webhook",
        "mail",
        pytest.param("console", marks=pytest.mark.xfail(strict=True, reason="a terminal can't take lines back")),
        pytest.param("apprise", marks=pytest.mark.xfail(strict=True, reason="Apprise has no idempotency key")),
    ],
    indirect=True,
)


@every_channel
def test_what_arrives_names_rule_severity_title_words_source_and_links(bench: Bench) -> None:
    bench.notifier.send(message(), "a1:0:everyone:c")

    [text] = bench.texts()
    for expected in ("wagner-group", "Wagner Group", "Prigozhin", "Timbuktu", "Sahel Post", URL, LINK):
        assert expected in text
    assert "high" in text.lower()


@every_channel
def test_an_arabic_title_arrives_as_it_is(bench: Bench) -> None:
    title = "قوات روسية تنتشر في قاعدة تمبكتو بعد رحيل الفرنسيين"
    bench.notifier.send(message(alert(article(title=title, language="ar"))), "k")

    [text] = bench.texts()
    assert title in text


@every_channel
def test_the_other_articles_of_the_story_are_told_of(bench: Bench) -> None:
    others = [article(id=f"x{n}", title=f"Another report {n}", url=f"https://e{n}.example.org/") for n in (2, 3)]
    bench.notifier.send(message(alert(article(), *others), update=1), "k")

    [text] = bench.texts()
    assert "Another report 3" in text or "2 more of the same story" in text


@every_channel
def test_a_possible_repeat_says_so(bench: Bench) -> None:
    bench.notifier.send(message(maybe_repeat=True), "k")

    [text] = bench.texts()
    assert re.search(r"may be a repeat|earlier attempt|may_?be_?repeat\W+true", text)


@every_channel
def test_a_digest_tells_of_every_alert_of_its_day(bench: Bench) -> None:
    flood = alert(article(title="Flood at Mopti"), id="a2", rule="floods", rule_name="Floods")
    digest = Digest(day=date(2026, 1, 6), alerts=(alert(), flood), link="https://harmattan.example.org/alerts")

    bench.notifier.send(digest, "digest:2026-01-06:c")

    [text] = bench.texts()
    for expected in ("2026-01-06", "Wagner Group", "Timbuktu", "Floods", "Flood at Mopti"):
        assert expected in text


@carrying_the_key
def test_the_same_key_sent_twice_after_a_crash_is_one_message_to_the_receiver(bench: Bench) -> None:
    bench.notifier.send(message(), "a1:0:everyone:c")
    bench.make().send(message(maybe_repeat=True), "a1:0:everyone:c")

    assert bench.distinct() == 1

    bench.make().send(message(update=1), "a1:1:everyone:c")

    assert bench.distinct() == 2


HOSTILE = (
    "Harmless\r\nBcc: everyone@example.org\r\n\r\nInjected\x1b[2J\x1b]8;;http://evil.example\x07 \x9b31m"
    "\u202egnol\u2066 <script>alert(1)</script> [x](http://evil.example) \u2028 {{7*7}} \x00 end"
)


@every_channel
def test_a_hostile_title_is_one_harmless_line(bench: Bench) -> None:
    bench.notifier.send(message(alert(article(title=HOSTILE, source=HOSTILE), matches=(HOSTILE,))), "k")

    raw = bench.raw().decode()
    assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u202e\u2066]", raw)
    assert not re.search("(?m)^(Bcc|Injected)", raw)
    assert "49" not in raw
    assert "Harmless" in raw
    assert "end" in raw


@pytest.mark.parametrize("bench", ["mail"], indirect=True)
def test_a_hostile_title_adds_no_header_and_no_reader_to_a_mail(bench: Bench) -> None:
    bench.notifier.send(message(alert(article(title=HOSTILE), rule_name=HOSTILE)), "k")

    assert bench.mail
    mail = message_from_bytes(bench.mail.mails[0], policy=policy.default)
    assert bench.mail.readers == ["analyst@example.org"]
    assert mail["Bcc"] is None
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@every_channel
def test_an_address_that_is_no_web_page_is_not_given_as_a_link(bench: Bench) -> None:
    bench.notifier.send(message(alert(article(url="javascript:alert(document.cookie)"))), "k")

    texts = bench.texts() if not bench.raw().startswith(b"{") else []  # JSON gives the address as data
    assert not any("javascript:" in text for text in texts)


@every_channel
def test_an_alert_without_an_address_or_a_page_can_be_sent(bench: Bench) -> None:
    bench.notifier.send(message(alert(article(url=None, published=None), matches=()), link=None), "k")

    [text] = bench.texts()
    assert "Timbuktu" in text


@every_channel
def test_a_title_of_a_million_characters_is_cut_or_carried_but_never_fails(bench: Bench) -> None:
    bench.notifier.send(message(alert(article(title="long " * 200_000))), "k")

    assert len(bench.texts()) == 1


@over_the_network
def test_a_receiver_that_is_not_there_is_tried_again(bench: Bench) -> None:
    assert bench.nowhere
    with pytest.raises((TryAgain, Unknown)):
        bench.nowhere().send(message(), "k")


@over_the_network
def test_a_receiver_that_takes_the_message_and_says_nothing_may_have_it(bench: Bench) -> None:
    (bench.http or bench.mail).hang = True  # type: ignore[union-attr]

    with pytest.raises(Unknown):
        bench.notifier.send(message(), "k")

    assert len(bench.texts()) == 1


@over_http
@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_an_answer_that_may_come_from_something_in_between_leaves_it_unknown(bench: Bench, status: int) -> None:
    assert bench.http
    bench.http.status = status

    with pytest.raises(Unknown, match=str(status)):
        bench.notifier.send(message(), "k")


@over_http
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413])
def test_a_plain_refusal_is_final_and_says_which(bench: Bench, status: int) -> None:
    assert bench.http
    bench.http.status = status

    with pytest.raises(Refused, match=str(status)):
        bench.notifier.send(message(), "k")


@over_the_network
def test_no_secret_appears_in_an_error_a_log_or_the_message(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert bench.nowhere
    errors: list[str] = []

    def attempt(notifier: Notifier) -> None:
        try:
            notifier.send(message(), "k")
        except (TryAgain, Unknown, Refused) as error:
            errors.append(f"{error} {error!r} {error.__cause__}")

    attempt(bench.notifier)
    attempt(bench.nowhere())
    if bench.http:
        bench.http.status = 403
        attempt(bench.notifier)
        bench.http.hang = True
        attempt(bench.notifier)

    assert errors
    everything = "\n".join([*errors, caplog.text, *bench.texts()])
    assert not [secret for secret in bench.secrets if secret in everything]
