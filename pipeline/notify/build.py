"""From the channels file to the notifiers."""

from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.durations import parse_duration
from pipeline.errors import BadInput
from pipeline.notify.channels_file import Channel, ChannelType, address_problem
from pipeline.notify.interface import Notifier
from pipeline.notify.limits import Limit
from pipeline.notify.texts import Texts
from pipeline.settings import Settings

DEFAULT_FILE = "alerts.jsonl"


def build_notifiers(
    channels: Sequence[Channel], settings: Settings, show: Callable[[str], None], *, colour: bool = False
) -> dict[str, Notifier]:
    """Build each channel's notifier, by the channel's name, with its secrets from the settings.

    `show` prints a console channel's text, in colour if so told. Raises BadInput, naming the channel, for a secret
    that is not set or an address that can't be used.
    """
    notifiers: dict[str, Notifier] = {}
    for channel in channels:
        try:
            notifiers[channel.name] = _notifier(channel, settings, show, colour)
        except BadInput as error:
            raise BadInput(f"channel {channel.name}: {error}") from error
    return notifiers


def limits_of(channels: Sequence[Channel]) -> dict[str, Limit]:
    """Give the limits of those channels that have one."""
    return {
        channel.name: Limit(channel.limit.most, parse_duration(channel.limit.per))
        for channel in channels
        if channel.limit
    }


def _notifier(channel: Channel, settings: Settings, show: Callable[[str], None], colour: bool) -> Notifier:
    if channel.type is ChannelType.CONSOLE:
        from pipeline.notify.console import ConsoleNotifier

        return ConsoleNotifier(show, colour=colour, texts=_texts(channel, settings))
    if channel.type is ChannelType.FILE:
        return _file(channel, settings)
    if channel.type is ChannelType.WEBHOOK:
        return _webhook(channel, settings)
    if channel.type is ChannelType.EMAIL:
        return _mail(channel, settings)
    return _apprise(channel, settings)


def _file(channel: Channel, settings: Settings) -> Notifier:
    from pipeline.notify.jsonl_file import JsonLinesNotifier

    path = settings.data / (channel.path or DEFAULT_FILE)
    if path.is_dir():
        raise BadInput(f"{path} is a folder; give `path` a file's name")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{path.parent} can't be made ({error.strerror}); give another `path`") from error
    return JsonLinesNotifier(path)


def _webhook(channel: Channel, settings: Settings) -> Notifier:
    from pipeline.notify.webhook import WebhookNotifier

    url = _address(channel, settings)
    if problem := address_problem(url):
        raise BadInput(f"the address{_where(channel)} {problem}; mend it")
    secret = settings.secret(channel.secret_env) if channel.secret_env else None
    source = settings.base_url or "harmattan"
    return WebhookNotifier(url, source=source, secret=secret, allowed=settings.allow_networks)


def _mail(channel: Channel, settings: Settings) -> Notifier:
    from pipeline.notify.mail import MailNotifier, MailServer

    server = MailServer(
        host=channel.host or "",
        port=channel.port,
        security=channel.security,
        username=channel.username,
        password=settings.secret(channel.secret_env) if channel.secret_env else None,
    )
    texts = _texts(channel, settings)
    return MailNotifier(server, channel.sender or "", channel.to, texts=texts, as_html=not channel.plain)


def _apprise(channel: Channel, settings: Settings) -> Notifier:
    from pipeline.notify.apprise_channel import AppriseNotifier, open_service, private_parts

    url = _address(channel, settings)
    if channel.url and private_parts(url, open_service(url)):
        raise BadInput(
            "the address holds a password or key; put the whole address into an environment variable"
            " and write `url_env: ITS_NAME` instead of `url`"
        )
    return AppriseNotifier(url, _texts(channel, settings))


def _texts(channel: Channel, settings: Settings) -> Texts:
    """Give what writes the channel's messages; its own templates are read and tried now. Raises BadInput."""
    folder = Path(channel.templates) if channel.templates else None
    if folder and not folder.is_absolute() and settings.channels:
        folder = settings.channels.parent / folder
    texts = Texts(folder, channel.language, ZoneInfo(channel.zone) if channel.zone else None)
    texts.check()
    return texts


def _address(channel: Channel, settings: Settings) -> str:
    return settings.secret(channel.url_env) if channel.url_env else channel.url or ""


def _where(channel: Channel) -> str:
    return f" in {channel.url_env}" if channel.url_env else ""
