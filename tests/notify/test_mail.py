import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from pipeline.notify.channels_file import MailSecurity
from pipeline.notify.interface import Digest, Refused, TryAgain
from pipeline.notify.mail import MailNotifier, MailServer
from tests.notify.messages import alert, article, message
from tests.notify.receivers import MailReceiver

PASSWORD = "hunter2-hunter2"


@pytest.fixture
def receiver() -> Iterator[MailReceiver]:
    with MailReceiver().serving() as receiver:
        yield receiver


def notifier(receiver: MailReceiver, *to: str, **server: object) -> MailNotifier:
    fields = {"host": "127.0.0.1", "port": receiver.port, "security": MailSecurity.NONE} | server
    to = to or ("analyst@example.org",)
    return MailNotifier(MailServer(**fields), "Harmattan <alerts@example.org>", to, timeout=3)  # type: ignore[arg-type]


def only_mail(receiver: MailReceiver) -> EmailMessage:
    [raw] = receiver.mails
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_the_subject_says_how_urgent_which_rule_and_which_news(receiver: MailReceiver) -> None:
    notifier(receiver).send(message(), "k")

    assert only_mail(receiver)["Subject"] == "[HIGH] Wagner Group: Russian troops move into base at Timbuktu"


def test_a_long_subject_in_any_script_survives_the_way(receiver: MailReceiver) -> None:
    title = "Российские военные заняли базу в Тимбукту — 马里 " * 5
    notifier(receiver).send(message(alert(article(title=title))), "k")

    mail = only_mail(receiver)
    assert "Тимбукту" in mail["Subject"]
    plain = mail.get_body(("plain",))
    assert plain
    assert "马里" in plain.get_content()
    assert all(len(line) <= 998 for line in receiver.mails[0].splitlines())


def test_mail_robots_are_told_not_to_answer(receiver: MailReceiver) -> None:
    notifier(receiver).send(message(), "k")

    assert only_mail(receiver)["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(("answer", "expected"), [("451 try later", TryAgain), ("554 spam", Refused)])
def test_the_servers_code_decides_whether_trying_again_can_help(
    receiver: MailReceiver, answer: str, expected: type[Exception]
) -> None:
    receiver.answer = answer

    with pytest.raises(expected, match=answer):
        notifier(receiver).send(message(), "k")


def test_readers_whom_the_server_refuses_keep_nothing_from_the_others_and_are_named(receiver: MailReceiver) -> None:
    receiver.refusals["gone@example.org"] = "550 no such user"

    with pytest.raises(Refused, match=r"gone@example\.org was refused: 550 no such user"):
        notifier(receiver, "gone@example.org", "analyst@example.org").send(message(), "k")

    assert receiver.readers == ["analyst@example.org"]


def test_when_every_reader_is_refused_for_now_it_is_tried_again(receiver: MailReceiver) -> None:
    receiver.refusals["analyst@example.org"] = "450 greylisted"

    with pytest.raises(TryAgain, match="greylisted"):
        notifier(receiver).send(message(), "k")
    assert receiver.mails == []


def test_a_server_without_tls_gets_no_mail_that_should_be_protected(receiver: MailReceiver) -> None:
    with pytest.raises(Refused, match=r"STARTTLS.*security"):
        notifier(receiver, security=MailSecurity.STARTTLS).send(message(), "k")
    assert receiver.mails == []


@pytest.fixture
def protected(certificate: tuple[Path, Path]) -> Iterator[MailReceiver]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)
    with MailReceiver(password=PASSWORD, tls=tls).serving() as receiver:
        yield receiver


def sign_in(password: str) -> dict[str, object]:
    return {"security": MailSecurity.STARTTLS, "username": "harmattan", "password": password}


def test_mail_goes_over_tls_with_a_sign_in(
    protected: MailReceiver, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))

    notifier(protected, **sign_in(PASSWORD)).send(message(), "k")

    assert len(protected.mails) == 1


def test_a_wrong_password_is_final_and_is_not_shown(
    protected: MailReceiver, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))

    with pytest.raises(Refused, match="check username and password") as caught:
        notifier(protected, **sign_in("wrong-password")).send(message(), "k")
    assert "wrong-password" not in f"{caught.value!r}"


def test_a_server_with_a_certificate_that_nobody_vouches_for_gets_no_password(protected: MailReceiver) -> None:
    with pytest.raises(TryAgain, match="certificate is not valid"):
        notifier(protected, **sign_in(PASSWORD)).send(message(), "k")


def test_a_mail_comes_as_plain_text_and_html_unless_the_channel_wants_it_plain(receiver: MailReceiver) -> None:
    notifier(receiver).send(message(), "k")
    server = MailServer(host="127.0.0.1", port=receiver.port, security=MailSecurity.NONE)
    MailNotifier(server, "alerts@example.org", ["a@example.org"], timeout=3, as_html=False).send(message(), "k2")

    both, plain = (message_from_bytes(raw, policy=policy.default) for raw in receiver.mails)
    assert [part.get_content_type() for part in both.walk()][1:] == ["text/plain", "text/html"]
    assert plain.get_content_type() == "text/plain"


def test_mails_of_a_story_make_one_thread_and_updates_answer_the_first(receiver: MailReceiver) -> None:
    first_key = "a1/0/awa/mail"
    notifier(receiver).send(replace(message(), first_key=first_key), first_key)
    notifier(receiver).send(replace(message(update=1), first_key=first_key), "a1/1/awa/mail")
    other_rule = alert(id="b1", rule="sahel")
    notifier(receiver).send(replace(message(other_rule), first_key="b1/0/awa/mail"), "b1/0/awa/mail")
    elsewhere = alert(id="c1", story="s2")
    notifier(receiver).send(replace(message(elsewhere), first_key="c1/0/awa/mail"), "c1/0/awa/mail")

    first, update, other, another = (message_from_bytes(raw, policy=policy.default) for raw in receiver.mails)
    [story] = first["References"].split()
    assert update["In-Reply-To"] == first["Message-ID"]
    assert update["References"].split() == [story, first["Message-ID"]]
    assert other["References"] == story
    assert another["References"] != story
    assert len({mail["Message-ID"] for mail in (first, update, other, another)}) == 4


def test_mails_can_be_sorted_by_their_rule(receiver: MailReceiver) -> None:
    notifier(receiver).send(message(alert(rule_name="Wagner\r\nBcc: <x@y.z>")), "k")

    assert only_mail(receiver)["List-Id"] == "Wagner Bcc xyz <wagner-group.harmattan.example.org>"


def test_a_digest_can_be_left_by_one_post_where_nobody_listens_in(receiver: MailReceiver) -> None:
    def digest(unsubscribe: str) -> Digest:
        return Digest(day=date(2026, 1, 6), alerts=(alert(),), link=None, kind="daily", unsubscribe=unsubscribe)

    address = "https://harmattan.example.org/unsubscribe/x.y"
    notifier(receiver).send(digest(address), "k1")
    notifier(receiver).send(digest(address.replace("https", "http")), "k2")
    notifier(receiver).send(message(), "k3")

    safe, in_the_open, alone = (message_from_bytes(raw, policy=policy.default) for raw in receiver.mails)
    assert safe["List-Unsubscribe"] == f"<{address}>"
    assert safe["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert in_the_open["List-Unsubscribe-Post"] is None
    assert in_the_open["List-Unsubscribe"]
    assert alone["List-Unsubscribe"] is None
