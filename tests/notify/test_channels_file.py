import logging
from io import StringIO
from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.notify.build import build_notifiers
from pipeline.notify.channels_file import ChannelType, load_channels
from pipeline.notify.interface import Notifier
from pipeline.seeds import seed
from pipeline.settings import Settings, load_settings
from tests.notify.messages import message

EVERY_KIND = """\
channels:
  - {name: console, type: console}
  - {name: archive, type: file, path: told/alerts.jsonl}
  - {name: desk, type: webhook, url: "https://desk.example.org/hook", secret_env: DESK_KEY}
  - {name: hidden, type: webhook, url_env: HIDDEN_URL}
  - name: night
    type: email
    host: mail.example.org
    sender: Harmattan <alerts@example.org>
    to: [night@example.org, desk@example.org]
    username: harmattan
    secret_env: MAIL_PASSWORD
  - {name: slack, type: apprise, url_env: SLACK_URL}
"""
ENVIRON = {
    "DESK_KEY": "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMw==",
    "HIDDEN_URL": "https://hooks.example.org/T0/abcdef",
    "MAIL_PASSWORD": "hunter2",
    "SLACK_URL": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#sahel",
}


def written(folder: Path, text: str) -> Path:
    path = folder / "channels.yaml"
    path.write_text(text, "utf-8")
    return path


def build(folder: Path, text: str, environ: dict[str, str]) -> dict[str, Notifier]:
    settings = load_settings(environ | {"HARMATTAN_DATA": str(folder)})
    return build_notifiers(load_channels(written(folder, text)), settings, print)


def test_every_kind_of_channel_can_be_written_and_built(tmp_path: Path) -> None:
    notifiers = build(tmp_path, EVERY_KIND, ENVIRON)

    assert list(notifiers) == ["console", "archive", "desk", "hidden", "night", "slack"]


def test_a_files_path_counts_from_the_data_folder(tmp_path: Path) -> None:
    build(tmp_path, EVERY_KIND, ENVIRON)["archive"].send(message(), "k")

    assert (tmp_path / "told" / "alerts.jsonl").is_file()


def test_the_shipped_channels_are_the_console_and_a_file() -> None:
    channels = load_channels(seed("channels.yaml"))

    assert [channel.type for channel in channels] == [ChannelType.CONSOLE, ChannelType.FILE]
    assert set(build_notifiers(channels, Settings(data=Path("data")), print)) == {c.name for c in channels}


def one(channel: str) -> str:
    return f"channels:\n  - {{name: first, type: console}}\n  - {{name: c, {channel}}}\n"


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        ("type: pigeon", "write one of"),
        ("type: console, language: de", "messages are written in en and fr"),
        ("type: console, zone: Mars", "no time zone"),
        ("type: console, limit: {most: 0, per: 1m}", "must let one message through"),
        ("type: console, limit: {most: 1, per: soon}", "soon"),
        ("type: file, language: fr", "`language` means nothing for the type file"),
        ("type: console, url: x", "`url` means nothing for the type console"),
        ("type: webhook", "give either `url` or `url_env`"),
        ("type: webhook, url: 'https://a.example', url_env: A", "give either `url` or `url_env`"),
        ("type: webhook, url: 'ftp://a.example/'", "must begin with http"),
        ("type: webhook, url: 'https:///x'", "names no host"),
        ("type: webhook, url: 'https://me:hunter2@a.example/'", "write `url_env: ITS_NAME`"),
        ("type: webhook, url: 'https://a.example/?token=hunter2'", "write `url_env: ITS_NAME`"),
        ("type: webhook, url: 'https://a.example/', secret: hunter2", "write `secret_env: ITS_NAME`"),
        ("type: webhook, url: 'https://a.example/', secret_env: hunter2-hunter2", "name of an environment variable"),
        ("type: apprise, url: 'slack://hunter2', token: hunter2", "write `url_env: ITS_NAME`"),
        ("type: email, host: m.example", "`sender` is missing"),
        ("type: email, host: m.example, sender: nobody, to: [a@b.example]", "is no mail address"),
        ("type: email, host: m.example, sender: a@b.example, to: ['x']", "is no mail address"),
        (
            'type: email, host: m.example, sender: a@b.example, to: ["a@b.example\\r\\nBcc: c@d.example"]',
            "no mail address",
        ),
        ("type: email, host: m.example, port: 99999, sender: a@b.example, to: [a@b.example]", "1 to 65535"),
        ("type: email, host: m.example, sender: a@b.example, to: [a@b.example], username: u", "belong together"),
        (
            "type: email, host: m.example, sender: a@b.example, to: [a@b.example], username: u, secret_env: S, security: none",
            "unprotected",
        ),
        ("type: console, colour: red", "`colour` is no setting here"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_what_to_do_and_without_the_secret(
    tmp_path: Path, channel: str, says: str
) -> None:
    path = written(tmp_path, one(channel))

    with pytest.raises(BadInput) as caught:
        load_channels(path)

    text = str(caught.value)
    assert text.startswith(f"{path}:3: ")
    assert says in text
    assert "\n" not in text
    assert "hunter2" not in text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (one("type: console").replace("name: c", "name: FIRST"), "another channel has that name"),
        (one("type: console").replace("name: c", "name: 'a b'"), "up to 64 letters"),
        ("channels: []\n", "nobody would be told"),
        ("channels: [\n", "channels.yaml:"),
    ],
)
def test_names_and_the_file_as_a_whole_are_checked(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        load_channels(written(tmp_path, text))


@pytest.mark.parametrize("missing", list(ENVIRON))
def test_a_secret_that_is_not_set_is_named_with_its_channel(tmp_path: Path, missing: str) -> None:
    with pytest.raises(BadInput, match=rf"channel \w+: .*{missing} is not set"):
        build(tmp_path, EVERY_KIND, {name: value for name, value in ENVIRON.items() if name != missing})


@pytest.mark.parametrize(
    "url",
    ["slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#sahel", "tgram://123456789:abcdefg_hijklmnop/12315544/"],
)
def test_an_apprise_address_that_holds_a_key_belongs_into_a_variable(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadInput, match="url_env: ITS_NAME") as caught:
        build(tmp_path, one(f"type: apprise, url: '{url}'"), {})
    assert "TIiajkdnlazkcOXrIdevi7FQ" not in str(caught.value)
    assert "hijklmnop" not in str(caught.value)


@pytest.mark.parametrize("url", ["nonsense", "pigeon://coop", "slack://"])
def test_an_address_that_apprise_can_not_read_is_refused_at_the_start(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadInput, match=r"channel c: .*Apprise"):
        build(tmp_path, one("type: apprise, url_env: HIDDEN"), {"HIDDEN": url})


def test_an_address_that_apprise_can_not_read_is_not_in_the_log_either(tmp_path: Path) -> None:
    written = StringIO()
    handler = logging.StreamHandler(written)
    logging.getLogger().addHandler(handler)
    try:
        with pytest.raises(BadInput):
            build(tmp_path, one("type: apprise, url_env: HIDDEN"), {"HIDDEN": "pigeon://hunter2/coop"})
    finally:
        logging.getLogger().removeHandler(handler)
    assert "hunter2" not in written.getvalue()


def test_a_bad_address_in_a_variable_is_told_by_the_variables_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="channel c: the address in HIDDEN must begin with http"):
        build(tmp_path, one("type: webhook, url_env: HIDDEN"), {"HIDDEN": "hunter2"})
