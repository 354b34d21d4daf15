"""The settings say at once what is wrong with them, and never show a secret."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.fetch.limits import HostLimit
from pipeline.settings import load_settings


def test_without_settings_everything_is_embedded():
    settings = load_settings({})
    assert (settings.kafka, settings.elasticsearch, settings.database, settings.kibana) == (None, None, None, None)
    assert settings.allow_networks == ()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("", [timedelta(minutes=15), timedelta(hours=2), timedelta(days=1)]),
        ("3h, 10m", [timedelta(minutes=10), timedelta(hours=3)]),
        ("off", []),
    ],
)
def test_when_pages_are_asked_for_again_is_read_or_turned_off(said: str, meant: list[timedelta]):
    assert list(load_settings({"HARMATTAN_RECHECKS": said}).rechecks) == meant


def test_servers_networks_and_lengths_of_time_are_read():
    settings = load_settings(
        {
            "HARMATTAN_KAFKA": "kafka:9092",
            "HARMATTAN_DATABASE": "postgresql://harmattan@db/harmattan",
            "HARMATTAN_ALLOW_NETWORKS": "127.0.0.0/8, 10.1.0.0/16",
            "HARMATTAN_INTERVAL": "2m",
        }
    )
    assert settings.kafka == "kafka:9092"
    assert settings.allow_networks == (ip_network("127.0.0.0/8"), ip_network("10.1.0.0/16"))
    assert settings.interval == timedelta(minutes=2)


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("HARMATTAN_ELASTICSEARCH", "localhost:9200", "http://"),
        ("HARMATTAN_RECHECKS", "soon", "15m,2h,1d, or off"),
        ("HARMATTAN_DATABASE", "mysql://db/harmattan", "postgresql://"),
        ("HARMATTAN_DATABASE", "postgresql://me:secret-word@db/harmattan", "password"),
        ("HARMATTAN_ALLOW_NETWORKS", "127.0.0.1/8", "127.0.0.0/8"),
        ("HARMATTAN_INTERVAL", "soon", "15m"),
        ("HARMATTAN_PARTITIONS", "0", "1 to 1000"),
        ("HARMATTAN_DATABASE_PASSWORD_FILE", "/nowhere/at/all", "name a file"),
    ],
)
def test_a_setting_that_can_not_be_used_is_named_with_what_to_do(name: str, value: str, advice: str):
    with pytest.raises(BadInput) as caught:
        load_settings({name: value})
    assert name in str(caught.value)
    assert advice in str(caught.value)
    assert "secret-word" not in str(caught.value)


def test_secrets_come_from_variables_or_files_and_do_not_show(tmp_path: Path):
    (tmp_path / "password").write_text("open sesame\n")
    settings = load_settings(
        {
            "HARMATTAN_DATABASE_PASSWORD_FILE": str(tmp_path / "password"),
            "HARMATTAN_ELASTICSEARCH_API_KEY": "a-key",
            "DESK_HOOK": "whsec_abc",
        }
    )
    assert settings.database_password == "open sesame"
    assert settings.secret("DESK_HOOK") == "whsec_abc"
    shown = repr(settings)
    assert "open sesame" not in shown
    assert "a-key" not in shown
    assert "whsec_abc" not in shown


def test_a_secret_that_a_channel_names_and_nobody_set_is_named():
    with pytest.raises(BadInput, match="DESK_HOOK"):
        load_settings({}).secret("DESK_HOOK")


def test_limits_of_hosts_and_bounds_of_intervals_are_read():
    settings = load_settings(
        {
            "HARMATTAN_HOST_LIMITS": "News.example.org=4/200ms, *.example.net=1/10s,*=3/0",
            "HARMATTAN_INTERVAL_MIN": "30s",
            "HARMATTAN_INTERVAL_MAX": "1h",
        }
    )
    assert settings.host_limits == {
        "news.example.org": HostLimit(4, timedelta(milliseconds=200)),
        "*.example.net": HostLimit(1, timedelta(seconds=10)),
        "*": HostLimit(3, timedelta(0)),
    }
    assert (settings.interval_min, settings.interval_max) == (timedelta(seconds=30), timedelta(hours=1))


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("HARMATTAN_HOST_LIMITS", "news.example=0/1s", "'news.example=0/1s' is no limit"),
        ("HARMATTAN_HOST_LIMITS", "news.example", "write host=exchanges/spacing"),
        ("HARMATTAN_HOST_LIMITS", "news.example=2/soon", "no length of time"),
        ("HARMATTAN_INTERVAL_MIN", "7h", "is longer"),
    ],
)
def test_limits_that_make_no_sense_are_refused(variable: str, value: str, words: str):
    with pytest.raises(BadInput, match=words):
        load_settings({variable: value})
