"""`harmattan feeds`, as an operator uses it on feeds of every kind."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.cli.main import main
from pipeline.newsroom import open_newsroom
from pipeline.poll.feeds_file import load_feeds
from pipeline.state.database import DatabaseState
from pipeline.state.interface import FeedState
from tests.fetch.hostile import Asked, HostileServer, Send, answer, redirect, with_etag
from tests.poll.documents import item, rss

FEED = rss(
    [item("Base at Timbuktu", "/1", "g1", "Mon, 16 Nov 2026 10:00:00 +0000", "Troops moved in.")], title="The Post"
)
COMMENTS = rss([item("Re: Base", "/1#c")], title="Comments on The Post")

Harmattan = Callable[..., Result]


@pytest.fixture
def harmattan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Harmattan:
    """Run `harmattan feeds ...`, as a script does."""
    for name, value in {"DATA": str(tmp_path / "data"), "ALLOW_NETWORKS": "127.0.0.0/8"}.items():
        monkeypatch.setenv(f"HARMATTAN_{name}", value)

    def run(*arguments: str, **options: Any) -> Result:
        result = CliRunner().invoke(_as_command, ["feeds", *map(str, arguments)], **options)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


class _AsCommand:
    """The entry point with its exit statuses, in the shape that the runner invokes."""

    name = "harmattan"

    def main(self, args: list[str], prog_name: str, **_: Any) -> None:
        main(args)


_as_command: Any = _AsCommand()


def rows(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def listed(harmattan: Harmattan) -> dict[str, dict[str, Any]]:
    return {row["url"]: row for row in rows(harmattan("list", "--json"))}


class TestAdding:
    def test_a_feed_is_shown_and_added_under_its_address(self, harmattan: Harmattan, server: HostileServer):
        server.behaviours["/rss"] = answer(FEED, content_type="application/rss+xml")
        said = harmattan("add", server.url("/rss"), "--tag", "sahel")
        assert said.exit_code == 0
        assert "The Post" in said.stdout
        assert "2026-11-16 10:00  Base at Timbuktu" in said.stdout
        assert listed(harmattan)[server.url("/rss")]["tags"] == ["sahel"]

    def test_a_site_is_added_by_its_home_page(self, harmattan: Harmattan, server: HostileServer):
        link = '<link rel="alternate" type="application/rss+xml" href="/the.rss">'
        server.behaviours |= {"/": answer(link.encode()), "/the.rss": answer(FEED)}
        assert harmattan("add", server.url("/")).exit_code == 0
        assert list(listed(harmattan)) == [server.url("/the.rss")]

    def test_the_sample_newsrooms_outlets_are_added_by_their_home_pages(self, harmattan: Harmattan, tmp_path: Path):
        with open_newsroom(tmp_path, clock=lambda: datetime.now(UTC)) as running:
            newsroom = running.newsroom
            outlets = {outlet.format: outlet for outlet in newsroom.contents}
            assert outlets.keys() == {"rss2", "rss1", "atom", "json"}
            for outlet in outlets.values():
                assert harmattan("add", newsroom.home_url(outlet), "--yes").exit_code == 0
            assert listed(harmattan).keys() == {newsroom.feed_url(outlet) for outlet in outlets.values()}
            assert [row["error"] for row in rows(harmattan("check", "--json"))] == [None] * len(outlets)

    def test_of_several_feeds_one_has_to_be_chosen(self, harmattan: Harmattan, server: HostileServer):
        links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{n}">' for n in ("comments", "news"))
        server.behaviours |= {"/": answer(links.encode()), "/news": answer(FEED), "/comments": answer(COMMENTS)}
        refused = harmattan("add", server.url("/"))
        assert refused.exit_code == 2
        assert "has 2 feeds" in refused.stderr
        assert server.url("/comments") in refused.stdout
        assert listed(harmattan) == {}
        assert harmattan("add", server.url("/"), "--yes").exit_code == 0
        assert list(listed(harmattan)) == [server.url("/news")]

    def test_a_page_without_feeds_is_refused(self, harmattan: Harmattan, server: HostileServer):
        server.behaviours["/"] = answer(b"<html><body>nothing</body></html>")
        refused = harmattan("add", server.url("/"), "--yes")
        assert refused.exit_code == 2
        assert "no feed was found on its site" in refused.stderr

    def test_a_feed_that_can_not_be_read_now_is_added_with_a_warning(self, harmattan: Harmattan, server: HostileServer):
        server.behaviours["/rss"] = answer(status=503)
        said = harmattan("add", server.url("/rss"))
        assert said.exit_code == 0
        assert "can't be read now" in said.stderr
        assert list(listed(harmattan)) == [server.url("/rss")]

    def test_a_preview_shows_markup_and_control_characters_as_text(self, harmattan: Harmattan, server: HostileServer):
        server.behaviours["/rss"] = answer(rss([item("\x1b[31mred", "/1")], title="\x07bell"))
        assert "\x1b" not in harmattan("add", server.url("/rss")).stdout

    def test_what_is_said_later_is_added_to_what_is_known(self, harmattan: Harmattan, server: HostileServer):
        server.behaviours["/rss"] = answer(FEED)
        url = server.url("/rss")
        harmattan("add", url, "--tag", "a", "--country", "ML")
        harmattan("add", url, "--tag", "b", "--interval", "1m")
        harmattan("tag", url, "c", "--remove", "a")
        harmattan("set", url, "--title", "Mine", "--language", "fr")
        row = listed(harmattan)[url]
        assert (row["tags"], row["country"], row["own_interval"]) == (["b", "c"], "ML", 60.0)
        assert (row["title"], row["language"]) == ("Mine", "fr")
        harmattan("set", url, "--adaptive", "--title", "")
        row = listed(harmattan)[url]
        assert (row["own_interval"], row["title"]) == (None, url)

    def test_alerts_on_a_new_feeds_past_are_asked_for_by_feed_or_list_and_come_back_from_opml(
        self, harmattan: Harmattan, server: HostileServer, tmp_path: Path
    ):
        server.behaviours["/rss"] = answer(FEED)
        harmattan("add", server.url("/rss"), "--alert-past", "7d")
        more = tmp_path / "more.txt"
        more.write_text("https://wire.example/rss")
        assert harmattan("import", more, "--alert-past", "2w").exit_code == 0
        asked = {server.url("/rss"): 7 * 86400, "https://wire.example/rss": 14 * 86400}
        assert {url: row["alert_past"] for url, row in listed(harmattan).items()} == asked
        exported = tmp_path / "feeds.opml"
        exported.write_bytes(harmattan("export").stdout_bytes)
        assert {spec.url: spec.alert_past and spec.alert_past.total_seconds() for spec in load_feeds(exported)} == asked


class TestLogins:
    SECRET = "pa:55word"

    @pytest.fixture
    def members(self, server: HostileServer) -> str:
        async def behave(asked: Asked, send: Send) -> None:
            right = asked.headers.get("authorization") == "Basic cmVhZGVyOnBhOjU1d29yZA=="
            await (answer(FEED) if right else answer(status=401))(asked, send)

        server.behaviours["/members"] = behave
        return server.url("/members")

    def test_are_named_and_kept_nowhere(
        self, harmattan: Harmattan, members: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        (tmp_path / "secret").write_text(f"reader:{self.SECRET}\n")
        monkeypatch.setenv("HARMATTAN_FEED_MEMBERS_FILE", str(tmp_path / "secret"))
        said = harmattan("add", members, "--login", "basic:HARMATTAN_FEED_MEMBERS")
        assert "Base at Timbuktu" in said.stdout
        checked = harmattan("check", "--json")
        assert rows(checked)[0]["error"] is None
        assert "the login travels unencrypted" in checked.stdout
        everything = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
        assert self.SECRET.encode() not in everything
        assert b"HARMATTAN_FEED_MEMBERS" in everything
        assert self.SECRET not in harmattan("export").stdout + harmattan("list", "--csv").stdout + checked.stdout

    def test_that_lack_their_secret_say_so(self, harmattan: Harmattan, members: str):
        refused = harmattan("add", members, "--login", "basic:HARMATTAN_FEED_MEMBERS")
        assert refused.exit_code == 2
        assert "HARMATTAN_FEED_MEMBERS is not set" in refused.stderr


class TestLists:
    def test_come_back_as_they_went_out(self, harmattan: Harmattan, tmp_path: Path):
        file = tmp_path / "in.opml"
        file.write_text(
            '<opml version="2.0"><body><outline text="Sahel"><outline text="Gao"><outline type="rss" text="The Post"'
            ' xmlUrl="https://post.example/rss" htmlUrl="https://post.example/" description="d" interval="5m"/>'
            '</outline></outline><outline xmlUrl="gopher://old.example/"/></body></opml>'
        )
        said = harmattan("import", str(file))
        assert "1 feeds will be polled" in said.stdout
        assert "gopher://old.example/: the address must begin with" in said.stderr
        assert listed(harmattan)["gopher://old.example/"]["error"]
        out = tmp_path / "out.opml"
        out.write_bytes(harmattan("export").stdout_bytes)
        assert sorted(load_feeds(out), key=str) == sorted(load_feeds(file), key=str)

    def test_are_written_as_csv_that_runs_nothing_in_a_spreadsheet(self, harmattan: Harmattan):
        harmattan("add", "https://nowhere.invalid/rss", "--title", "=cmd|' /C calc'!A0", "--tag", "a", "--tag", "b")
        for said in (harmattan("list", "--csv"), harmattan("export", "--format", "csv")):
            [row] = list(csv.DictReader(io.StringIO(said.stdout)))
            assert row["title"] == "'=cmd|' /C calc'!A0"
            assert row["tags"] == "a,b"
        [row] = rows(harmattan("export", "--format", "json"))
        assert row["title"] == "=cmd|' /C calc'!A0"

    def test_a_feed_of_a_file_is_changed_in_the_file(self, harmattan: Harmattan, tmp_path: Path):
        url = "https://nowhere.invalid/rss"
        harmattan("list")
        state = DatabaseState.embedded(tmp_path / "data" / "state.db")
        state.feeds.put(load_feeds(write(tmp_path / "f.txt", url)), listed_in="/etc/f.txt")
        for command in (["tag", url, "x"], ["set", url, "--interval", "1m"], ["add", url]):
            refused = harmattan(*command)
            assert refused.exit_code == 2
            assert "stands in /etc/f.txt" in refused.stderr
        assert harmattan("disable", url).exit_code == 0
        state.feeds.put(load_feeds(tmp_path / "f.txt"), listed_in="/etc/f.txt")
        assert state.feeds.list()[0].state is FeedState.DISABLED
        assert "comes back when /etc/f.txt is read again" in harmattan("remove", url).stderr
        state.close()


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


class TestChecking:
    def test_names_what_keeps_a_feed_from_being_polled(
        self, harmattan: Harmattan, server: HostileServer, tmp_path: Path
    ):
        server.behaviours["/rss"] = with_etag(FEED, '"a"', content_type="application/rss+xml")
        listed_in = tmp_path / "feeds.opml"
        listed_in.write_text(
            f'<opml version="2.0"><body><outline type="rss" text="P" xmlUrl="{server.url("/rss")}" login="basic:PATH"/>'
            '<outline type="rss" text="Q" xmlUrl="gopher://old.example/"/></body></opml>'
        )
        harmattan("import", listed_in)
        rows_in_list = listed(harmattan)
        assert {row["state"] for row in rows_in_list.values()} == {"invalid"}
        checked = {row["url"]: row for row in rows_of(harmattan("check", "--json"), 1)}
        assert checked[server.url("/rss")]["faults"] == [rows_in_list[server.url("/rss")]["error"]]
        assert checked["gopher://old.example/"]["error"] == rows_in_list["gopher://old.example/"]["error"]
        assert checked["gopher://old.example/"]["faults"] == []

    def test_says_all_that_is_wrong_in_words(self, harmattan: Harmattan, server: HostileServer):
        odd = [item("No link"), item("Late", "/2", date="Mon, 16 Nov 2099 10:00:00 +0000"), item("Old", "/3")]
        server.behaviours |= {
            "/odd": redirect("/odd2", 301),
            "/odd2": answer(rss(odd), content_type="text/html", etag='"a"'),
            "/good": with_etag(FEED, '"a"', content_type="application/rss+xml"),
            "/page": answer(b"<html><body>x</body></html>"),
        }
        checked = rows_of(harmattan("check", *map(server.url, ("/odd", "/good", "/page", "/gone")), "--json"), 1)
        odd_row, good, page, gone = checked
        words = "; ".join(odd_row["faults"])
        for wrong in (
            *("moved for good to", "served as text/html", "1 of 3 entries have no link", "2 of 3 entries have no date"),
            *("1 of 3 entries are dated in the future", "answers 200 instead of 304"),
        ):
            assert wrong in words
        assert (good["error"], good["entries"]) == (None, 1)
        assert [fault for fault in good["faults"] if "old" not in fault] == []
        assert page["error"].startswith("the document")
        assert "404" in gone["error"]
        assert "nothing is wrong" not in harmattan("check", server.url("/odd")).stdout

    def test_without_addresses_asks_all_feeds_and_keeps_nothing(self, harmattan: Harmattan, server: HostileServer):
        server.behaviours["/rss"] = answer(FEED)
        harmattan("add", server.url("/rss"))
        harmattan("disable", server.url("/rss"))
        [row] = rows(harmattan("check", "--json"))
        assert any("it is disabled here" in fault for fault in row["faults"])
        assert listed(harmattan)[server.url("/rss")]["last_polled"] is None


def rows_of(result: Result, status: int) -> list[dict[str, Any]]:
    assert result.exit_code == status, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_discovery_shows_what_is_in_each_feed(harmattan: Harmattan, server: HostileServer):
    server.behaviours |= {"/": answer(b"<html></html>"), "/feed/": answer(FEED)}
    [row] = rows(harmattan("discover", server.url("/"), "--json"))
    assert (row["url"], row["entries"], row["found"]) == (server.url("/feed/"), 1, "a usual address")
    assert row["preview"][0]["title"] == "Base at Timbuktu"
    nothing = harmattan("discover", server.url("/nothing"), "--json")
    assert nothing.exit_code == 1
    assert "404" in nothing.stderr
