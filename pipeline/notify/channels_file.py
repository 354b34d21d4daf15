"""The channels file: where alerts go. Secrets are named in it and never written in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.durations import parse_duration
from pipeline.errors import BadInput
from pipeline.fetch.addresses import url_problem
from pipeline.files import SettingsFile, read_settings_file
from pipeline.notify.phrases import LANGUAGES


class ChannelType(StrEnum):
    """What a channel is."""

    CONSOLE = "console"
    FILE = "file"
    WEBHOOK = "webhook"
    EMAIL = "email"
    APPRISE = "apprise"


class MailSecurity(StrEnum):
    """How the connection to a mail server is protected: TLS after STARTTLS, TLS from the start, or not."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitEntry:
    """At most so many messages in that time, such as most: 20, per: 1m."""

    most: int
    per: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel of the file; which fields count depends on its type.

    `url` and `url_env` (the name of a variable that holds the whole address) exclude each other; `secret_env` names the
    variable with the webhook's signing key or the mail account's password. `path` is a file's, from the data folder.
    `digest` asks for the daily digest besides the alerts, `limit` that it be given no more messages than that. `language`,
    `zone` and `templates` (a folder) are how its texts are written, `plain` that mail goes without HTML.
    """

    name: str
    type: ChannelType
    url: str | None = None
    url_env: str | None = None
    secret_env: str | None = None
    path: str | None = None
    host: str | None = None
    port: int | None = None
    security: MailSecurity = MailSecurity.STARTTLS
    username: str | None = None
    sender: str | None = None
    to: tuple[str, ...] = ()
    digest: bool = False
    language: str | None = None
    zone: str | None = None
    templates: str | None = None
    plain: bool = False
    limit: LimitEntry | None = None
    # What people write here by mistake, so that they can be told what to do instead.
    password: str | None = None
    secret: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class _Channels:
    channels: tuple[Channel, ...]


_WRITTEN = ("language", "zone", "templates")
"""How texts are written; the webhook and the file carry JSON."""

_USED: dict[ChannelType, frozenset[str]] = {
    ChannelType.CONSOLE: frozenset(_WRITTEN),
    ChannelType.FILE: frozenset({"path"}),
    ChannelType.WEBHOOK: frozenset({"url", "url_env", "secret_env"}),
    ChannelType.EMAIL: frozenset(
        {"host", "port", "security", "username", "secret_env", "sender", "to", "plain", *_WRITTEN}
    ),
    ChannelType.APPRISE: frozenset({"url", "url_env", *_WRITTEN}),
}
_NEEDED: dict[ChannelType, tuple[str, ...]] = {ChannelType.EMAIL: ("host", "sender", "to")}
_OPTIONAL = frozenset().union(*_USED.values())
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,127}")
_MAIL = re.compile(r"[!-?A-~]+@[A-Za-z0-9.:\[\]-]+")
_TELLING = frozenset(("token", "key", "apikey", "api_key", "secret", "password", "pass", "sig", "signature", "auth"))
_DEFAULTS = Channel(name="", type=ChannelType.CONSOLE)


def load_channels(path: Path) -> tuple[Channel, ...]:
    """Read the channels, in the file's order. Raises BadInput with file and line, what is wrong, and what to do."""
    file = read_settings_file(path, _Channels)
    seen: set[str] = set()
    for position, channel in enumerate(file.value.channels):
        if problem := _problem(channel, seen):
            field, what = problem
            raise file.error(("channels", position, field), f"channel {_shown(channel.name)}: {what}")
        seen.add(channel.name.casefold())
    if not seen:
        raise _none_at_all(file)
    return file.value.channels


def address_problem(url: str) -> str | None:
    """Say what keeps a webhook's address from being used, in words that follow 'the address'; None if nothing does."""
    if problem := url_problem(url):
        return problem
    return None if url.isprintable() and " " not in url else "holds a space or a control character"


def _none_at_all(file: SettingsFile[_Channels]) -> BadInput:
    return file.error(
        ("channels",), "there is no channel, so nobody would be told; add `- {name: console, type: console}`"
    )


_Problem = tuple[str, str]


def _problem(channel: Channel, seen: set[str]) -> _Problem | None:
    checks = (
        _name_problem,
        _secret_problem,
        _field_problem,
        _variable_problem,
        _url_problem,
        _mail_problem,
        _text_problem,
        _limit_problem,
    )
    if channel.name.casefold() in seen:
        return "name", "another channel has that name; give this one a name of its own"
    return next((problem for check in checks if (problem := check(channel))), None)


def _name_problem(channel: Channel) -> _Problem | None:
    if _NAME.fullmatch(channel.name):
        return None
    return "name", "a name is up to 64 letters, digits, - and _; change it"


def _secret_problem(channel: Channel) -> _Problem | None:
    for field in ("password", "secret", "token"):
        if getattr(channel, field) is not None:
            how = "put the whole address into an environment variable and write `url_env: ITS_NAME`"
            if "secret_env" in _USED[channel.type]:
                how = "put it into an environment variable and write `secret_env: ITS_NAME`"
            return field, f"`{field}` must not stand in this file; {how}"
    return None


def _field_problem(channel: Channel) -> _Problem | None:
    used = _USED[channel.type]
    for field in sorted(_OPTIONAL - used):
        if getattr(channel, field) != getattr(_DEFAULTS, field):
            takes = f"takes {', '.join(sorted(used))}" if used else "takes no settings"
            return field, f"`{field}` means nothing for the type {channel.type}, which {takes}; remove it"
    for field in _NEEDED.get(channel.type, ()):
        if not getattr(channel, field):
            return "name", f"`{field}` is missing; the type {channel.type} needs it"
    return None


def _variable_problem(channel: Channel) -> _Problem | None:
    for field in ("secret_env", "url_env"):
        value = getattr(channel, field)
        if value is not None and not _VARIABLE.fullmatch(value):
            return field, (
                f"`{field}` should be the name of an environment variable, in capitals, digits and _;"
                " put the secret itself into that variable"
            )
    return None


def _url_problem(channel: Channel) -> _Problem | None:
    if "url" not in _USED[channel.type]:
        return None
    if (channel.url is None) == (channel.url_env is None):
        return "url" if channel.url else "name", "give either `url` or `url_env`"
    if channel.url is None:
        return None
    if _holds_secret(channel.url):
        return "url", (
            "the address holds a password or key; put the whole address into an environment variable"
            " and write `url_env: ITS_NAME` instead of `url`"
        )
    if channel.type is ChannelType.WEBHOOK and (problem := address_problem(channel.url)):
        return "url", f"the address {problem}; mend it"
    return None


def _holds_secret(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if "@" in parts.netloc:
        return True
    return any(name.lower().replace("-", "_") in _TELLING for name, _ in parse_qsl(parts.query))


def _mail_problem(channel: Channel) -> _Problem | None:
    if channel.type is not ChannelType.EMAIL:
        return None
    if problem := _addresses_problem(channel):
        return problem
    if not 1 <= (channel.port or 1) <= 65535:
        return "port", "a port is a number from 1 to 65535; change it"
    if (channel.username is None) != (channel.secret_env is None):
        return "name", "`username` and `secret_env` (the variable with its password) belong together; give both or none"
    if channel.username and channel.security is MailSecurity.NONE:
        return "security", "the password would travel unprotected; write `security: starttls` or `security: tls`"
    return None


def _text_problem(channel: Channel) -> _Problem | None:
    if channel.language is not None and channel.language not in LANGUAGES:
        return "language", f"messages are written in {' and '.join(LANGUAGES)}; choose one of them"
    if channel.zone is None:
        return None
    try:
        ZoneInfo(channel.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "zone", f"{channel.zone!r} is no time zone; write a name of the IANA list, such as Africa/Bamako"
    return None


def _limit_problem(channel: Channel) -> _Problem | None:
    if channel.limit is None:
        return None
    if channel.limit.most < 1:
        return "limit", "a limit must let one message through; write `most: 1` or more"
    try:
        parse_duration(channel.limit.per)
    except ValueError as error:
        return "limit", str(error)
    return None


def _addresses_problem(channel: Channel) -> _Problem | None:
    given: Sequence[tuple[str, str]] = [("sender", channel.sender or ""), *(("to", address) for address in channel.to)]
    for field, address in given:
        if not address.isprintable() or not _MAIL.fullmatch(parseaddr(address)[1]):
            return field, f"{address!r} is no mail address; write one such as alerts@example.org"
    return None


def _shown(name: str) -> str:
    return name if _NAME.fullmatch(name) else repr(name[:64])
