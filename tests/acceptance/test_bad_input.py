"""What an operator got wrong is said in one line, and nothing is started."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.acceptance.desk import Desk, Said
from tests.newsroom.sample import SampleServer


@pytest.fixture
def servers() -> Mapping[str, str]:
    return {}


@pytest.fixture
def desk(tmp_path: Path, outlets: SampleServer, servers: Mapping[str, str]) -> Desk:
    return Desk(tmp_path, outlets, servers)


def refused(said: Said, *words: str) -> None:
    assert said.status == 2, said
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1, said.err
    for word in words:
        assert word in said.err


def test_a_rules_file_with_a_mistake_is_named_with_its_line(desk: Desk):
    rules = desk.folder / "rules.yaml"
    rules.write_text("rules:\n  - id: sahel\n    name: Sahel\n    query: sahel\n    severity: urgent\n")
    refused(desk.runs("run", "--rules", str(rules)), f"{rules}:5", "urgent", "critical")
    assert not (desk.data / "log.db").exists()


def test_a_rule_that_names_a_channel_nobody_has_is_refused(desk: Desk):
    rules = desk.folder / "rules.yaml"
    rules.write_text("rules: [{id: a, name: A, query: sahel, severity: low, channels: [pager]}]\n")
    refused(desk.runs("work", "alert", "--rules", str(rules)), f"{rules}:1", "pager", "desk")


def test_a_feeds_file_that_is_none_is_named(desk: Desk):
    feeds = desk.folder / "feeds.opml"
    feeds.write_text("<opml version='2.0'><body><outline")
    refused(desk.runs("run", "--once", "--feeds", str(feeds)), str(feeds))
    refused(desk.runs("run", "--once", "--feeds", "nowhere.opml"), "nowhere.opml")
    assert not (desk.data / "log.db").exists()


def test_a_channels_file_with_a_secret_in_it_is_refused_without_showing_it(desk: Desk):
    channels = desk.folder / "bad.yaml"
    channels.write_text("channels: [{name: desk, type: webhook, url: 'https://me:open-sesame@hook.example/'}]\n")
    said = desk.runs("run", "--channels", str(channels))
    refused(said, f"{channels}:1")
    assert "open-sesame" not in said.err


def test_a_setting_that_can_not_be_used_is_named(desk: Desk):
    desk.servers = {"HARMATTAN_ELASTICSEARCH": "elasticsearch:9200"}
    refused(desk.runs("status"), "HARMATTAN_ELASTICSEARCH", "http://")


@pytest.mark.parametrize(
    ("server", "address"),
    [
        ("HARMATTAN_KAFKA", "127.0.0.1:9"),
        ("HARMATTAN_ELASTICSEARCH", "http://127.0.0.1:9"),
        ("HARMATTAN_DATABASE", "postgresql://harmattan@127.0.0.1:9/harmattan"),
    ],
)
def test_a_server_out_of_reach_at_the_start_is_named_with_its_address(desk: Desk, server: str, address: str):
    desk.servers = {server: address}
    said = desk.runs("work", "index", "alert")
    assert said.status == 1, said
    assert "127.0.0.1:9" in said.err
    assert "Traceback" not in said.err
