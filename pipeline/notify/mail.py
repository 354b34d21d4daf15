"""A channel that sends alerts by mail, over SMTP."""

import hashlib
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from time import monotonic
from typing import Any

from pipeline.notify.channels_file import MailSecurity
from pipeline.notify.interface import DeliveryError, Digest, Message, Refused, TryAgain, Unknown
from pipeline.notify.media import MAIL, clean
from pipeline.notify.texts import PLAIN, Texts
from pipeline.records.links import web_link

TIMEOUT = 30.0

_PORTS = {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465, MailSecurity.NONE: 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over, and as whom; `port` None means the usual one for the kind of security."""

    host: str
    port: int | None
    security: MailSecurity
    username: str | None = None
    password: str | None = None


class MailNotifier:
    """Sends each alert as one mail, in plain text and HTML, to all of the channel's readers.

    The key becomes the Message-ID, by which mail programs and servers know a repeat. All mails of a story refer to one id
    that stands for the story, and updates answer the alert's first mail, so that programs show them as one thread
    (RFC 5322, 3.6.4). List-Id (RFC 2919) names the rule, to sort by; digests are left by one POST (RFC 8058). What the server
    says decides: its 4xx codes mean later, its 5xx never, and silence after the text was sent may mean either.
    """

    def __init__(
        self,
        server: MailServer,
        sender: str,
        to: Sequence[str],
        *,
        timeout: float = TIMEOUT,
        texts: Texts = PLAIN,
        as_html: bool = True,
    ) -> None:
        self._server = server
        self._sender = sender
        self._to = tuple(to)
        self._timeout = timeout
        self._texts = texts
        self._as_html = as_html
        self._tls = ssl.create_default_context()

    def send(self, message: Message | Digest, key: str) -> None:
        """Send the mail. Raises TryAgain, Refused or Unknown."""
        text = self._mail(message, key).as_bytes()
        with self._session() as session:
            refusals = self._address(session)
            self._hand_over(session, text)
        if refusals:
            raise Refused(f"the mail went to the other readers, but {'; '.join(refusals)}")

    def _mail(self, message: Message | Digest, key: str) -> EmailMessage:
        # Seven-bit encodings pass every server unchanged.
        mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
        mail["Subject"] = self._texts.subject(message, 150)
        mail["From"] = self._sender
        mail["To"] = ", ".join(self._to)
        mail["Date"] = formatdate()
        mail["Message-ID"] = self._id(key)
        mail["Auto-Submitted"] = "auto-generated"
        if isinstance(message, Digest):
            self._add_leave(mail, message)
        else:
            self._add_thread(mail, message, key)
        mail.set_content(self._texts.body(message))
        if self._as_html:
            mail.add_alternative(self._texts.body(message, medium=MAIL), subtype="html")
        return mail

    def _add_thread(self, mail: EmailMessage, message: Message, key: str) -> None:
        story = self._id(f"story/{message.alert.story}")
        first = self._id(message.first_key) if message.update and message.first_key not in (None, key) else None
        mail["References"] = f"{story} {first}" if first else story
        if first:
            mail["In-Reply-To"] = first
        mail["List-Id"] = self._list(message.alert.rule, message.alert.rule_name)

    def _add_leave(self, mail: EmailMessage, digest: Digest) -> None:
        mail["List-Id"] = self._list("digest", "Harmattan digest")
        address = web_link(digest.unsubscribe)
        if address is None:
            return
        mail["List-Unsubscribe"] = f"<{address}>"
        if address.startswith("https://"):  # as RFC 8058 asks, or programs would POST in the open
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"

    def _list(self, name: str, phrase: str) -> str:
        label = "".join(character if character.isalnum() and character.isascii() else "-" for character in name)
        words = "".join(character for character in clean(phrase, 60) if character.isalnum() or character == " ")
        return f"{words.strip()} <{label[:60].strip('-').lower() or 'alerts'}.harmattan.{self._domain()}>".strip()

    def _id(self, of: str | None) -> str:
        return f"<{hashlib.sha256((of or '').encode()).hexdigest()[:40]}@{self._domain()}>"

    def _domain(self) -> str:
        return parseaddr(self._sender)[1].rpartition("@")[2]

    @contextmanager
    def _session(self) -> Iterator["_Session"]:
        where = f"the mail server {self._server.host}:{self._server.port or _PORTS[self._server.security]}"
        session = None
        try:
            session = _Session(self._server, self._tls, self._timeout)
            session.begin()
            yield session
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(f"{where} can't do what the channel asks ({error}); change the channel's security") from error
        except smtplib.SMTPAuthenticationError as error:
            # The server's own words might repeat what it was given.
            reason = f"{where} refused the sign-in ({error.smtp_code}); check username and password"
            raise _by_code(error.smtp_code, reason) from None
        except smtplib.SMTPResponseException as error:
            raise _by_code(error.smtp_code, f"{where} answered {_answer(error.smtp_code, error.smtp_error)}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise TryAgain(f"{where} can't be reached: {_why(error)}") from error
        finally:
            if session:
                session.end()

    def _address(self, session: "_Session") -> list[str]:
        """Name sender and readers; give what was said of readers that the server refuses, unless it refuses all."""
        session.expect(session.smtp.mail, parseaddr(self._sender)[1])
        answers = [(address, *session.command(session.smtp.rcpt, parseaddr(address)[1])) for address in self._to]
        refused = [(address, code, text) for address, code, text in answers if not 200 <= code < 300]
        reasons = [f"{address} was refused: {_answer(code, text)}" for address, code, text in refused]
        if len(refused) == len(answers):
            lasting = all(code >= 500 for _, code, _ in refused)
            raise _by_code(550 if lasting else 450, "; ".join(reasons))
        return reasons

    def _hand_over(self, session: "_Session", text: bytes) -> None:
        try:
            code, answer = session.command(session.smtp.data, text)
        except smtplib.SMTPDataError:
            raise
        except (OSError, smtplib.SMTPException) as error:
            raise Unknown(f"the mail server took the text and gave no answer: {_why(error)}") from error
        if not 200 <= code < 300:
            raise _by_code(code, f"the mail server did not take the text: {_answer(code, answer)}")


class _Session:
    """A connection to the server, every command of which gets only the time that is left."""

    def __init__(self, server: MailServer, tls: ssl.SSLContext, timeout: float) -> None:
        self._server = server
        self._tls = tls
        self._deadline = monotonic() + timeout
        port = server.port or _PORTS[server.security]
        if server.security is MailSecurity.TLS:
            self.smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, port, timeout=timeout, context=tls)
        else:
            self.smtp = smtplib.SMTP(server.host, port, timeout=timeout)

    def begin(self) -> None:
        """Greet, secure and sign in."""
        self.command(self.smtp.ehlo_or_helo_if_needed)
        if self._server.security is MailSecurity.STARTTLS:
            self.command(self.smtp.starttls, context=self._tls)
            self.command(self.smtp.ehlo_or_helo_if_needed)
        if self._server.username and self._server.password:
            self.command(self.smtp.login, self._server.username, self._server.password)

    def command(self, command: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Give a command within the time that is left, and its answer."""
        if self.smtp.sock:
            self.smtp.sock.settimeout(max(0.1, self._deadline - monotonic()))
        return command(*arguments, **options)

    def expect(self, command: Callable[..., Any], *arguments: Any) -> None:
        """Give a command that must succeed."""
        code, answer = self.command(command, *arguments)
        if not 200 <= code < 300:
            raise smtplib.SMTPResponseException(code, answer)

    def end(self) -> None:
        """Take leave, whatever the server makes of it."""
        with suppress(OSError, smtplib.SMTPException):
            self.command(self.smtp.quit)
        self.smtp.close()


def _by_code(code: int, reason: str) -> DeliveryError:
    return Refused(reason) if code >= 500 else TryAgain(reason)


def _answer(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return f"{code} {clean(said, 200)}"


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return clean(str(error), 200)
