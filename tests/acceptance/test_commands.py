"""The commands that an operator uses by hand."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pipeline.cli.main import cli
from tests.acceptance import stories
from tests.acceptance.desk import Desk
from tests.newsroom.sample import SampleServer


@pytest.fixture
def desk(tmp_path: Path, outlets: SampleServer) -> Desk:
    return Desk(tmp_path, outlets)


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize(("path", "command"), [pytest.param(p, c, id=" ".join(p)) for p, c in commands(cli)])
def test_every_commands_help_shows_an_example_and_every_command_takes_the_data_folder(
    path: tuple[str, ...], command: click.Command
):
    text = command.get_help(click.Context(command, info_name=" ".join(path)))
    assert "Example:" in text
    assert isinstance(command, click.Group) or "--data" in text


def test_a_feed_is_added_listed_carried_to_another_installation_disabled_and_removed(desk: Desk):
    added = desk.runs(
        "feeds", "add", "https://post.example/rss", "--title", "The Post", "--country", "ML", "--tag", "sahel"
    )
    assert added.status == 0
    (row,) = desk.runs("feeds", "list", "--json").rows()
    assert (row["url"], row["title"], row["state"], row["entries"]) == (
        "https://post.example/rss",
        "The Post",
        "new",
        0,
    )

    exported = desk.folder / "exported.opml"
    exported.write_text(desk.runs("feeds", "export").out)
    elsewhere = ["--data", str(desk.folder / "elsewhere")]
    assert desk.runs("feeds", "import", str(exported), *elsewhere).status == 0
    (copied,) = desk.runs("feeds", "list", "--json", *elsewhere).rows()
    assert (copied["url"], copied["country"], copied["tags"]) == ("https://post.example/rss", "ML", ["sahel"])

    desk.runs("feeds", "disable", "https://post.example/rss")
    assert desk.runs("feeds", "list", "--json").rows()[0]["state"] == "disabled"
    assert desk.runs("feeds", "remove", "https://post.example/rss").status == 0
    assert desk.runs("feeds", "list", "--json").rows() == []
    assert desk.runs("feeds", "remove", "https://post.example/rss").status == 2


def test_a_feed_is_checked_without_being_kept(desk: Desk):
    outlet = desk.outlets.outlet("kayes-weekly")
    outlet.publish(title="Market reopens", text=stories.MARKET)
    said = desk.runs("feeds", "check", outlet.feed_url, "--json")
    assert said.status == 0
    assert said.rows()[0]["entries"] == 1
    assert desk.runs("feeds", "check", outlet.home_url + "nothing").status == 1
    assert desk.runs("feeds", "list", "--json").rows() == []


def test_a_file_of_feeds_decides_about_its_own_and_leaves_the_others_alone(desk: Desk):
    post, weekly, own = (desk.outlets.outlet(name).feed_url for name in ("post", "weekly", "own"))
    assert desk.runs("feeds", "add", own).status == 0
    file = desk.folder / "feeds.txt"
    file.write_text(f"{post}\n{weekly}\n")
    assert desk.runs("poll", "--feeds", str(file)).status == 0
    assert {row["state"] for row in desk.feed_list().values()} == {"ok"}
    file.write_text(f"{weekly}\n")
    assert desk.runs("poll", "--feeds", str(file)).status == 0
    rows = desk.feed_list()
    assert {url: row["state"] for url, row in rows.items()} == {post: "disabled", weekly: "ok", own: "ok"}
    assert (rows[weekly]["listed_in"], rows[own]["listed_in"]) == (str(file), None)
    refused = desk.runs("feeds", "tag", weekly, "sahel")
    assert (refused.status, str(file) in refused.err) == (2, True)


def test_a_channel_is_tried_with_a_message_that_says_so(desk: Desk):
    assert desk.runs("alerts", "send-test", "desk").status == 0
    (told,) = desk.told()
    assert "test" in told["articles"][0]["title"].lower()
    missing = desk.runs("alerts", "send-test", "pager")
    assert missing.status == 2
    assert "desk" in missing.err


def test_a_days_digest_is_sent_over_the_channels_that_ask_for_it(desk: Desk):
    (desk.folder / "channels.yaml").write_text("channels: [{name: desk, type: file, path: told.jsonl, digest: true}]\n")
    said = desk.runs("housekeeping", "digest", "--day", "2026-11-01")
    assert said.status == 0, said
    (told,) = desk.told()
    assert (told["digest"], told["alerts"]) == ("2026-11-01", [])


def test_texts_are_analysed_without_being_stored_and_a_bad_line_stops_nothing(desk: Desk):
    lines = [
        json.dumps({"id": "1", "title": "Fighters take over airfield", "text": stories.AGENCY}),
        "nonsense",
        json.dumps({"id": "2", "title": "Taken over", "text": stories.AGENCY_BYLINED}),
    ]
    said = desk.runs("analyze", "-", given="\n".join(lines))
    assert said.status == 1
    assert ":2:" in said.err
    first, second = said.rows()
    assert (first["language"], first["copy_of"], second["copy_of"]) == ("en", None, "1")
    assert first["story"] == second["story"]
    assert {"wagner-group", "sahel"} <= {rule["id"] for rule in first["rules"]}
    whole = "Fighters take over airfield\n\n" + stories.AGENCY
    spans = [span for rule in first["rules"] for span in rule["matches"]]
    assert all(whole[span["start"] : span["end"]] == span["text"] for span in spans)
    assert "Timbuktu" in {place["name"] for place in first["places"]}
    assert "ML" in first["countries"]
