"""Accounts and tokens by `harmattan users`."""

import json
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner, Result

from pipeline.accounts import Passwords, digest
from pipeline.cli.main import cli
from pipeline.state.database import DatabaseState
from pipeline.state.interface import ApiScope

PASSWORD = "sand and wind at noon"


def harmattan(data: Path, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["users", *arguments, "--data", str(data)], input=typed)


def test_an_account_is_added_with_a_password_from_standard_input_which_is_kept_as_a_hash(tmp_path: Path) -> None:
    assert harmattan(tmp_path, "add", "awa", "--role", "analyst", typed=f"{PASSWORD}\n").exit_code == 0
    assert harmattan(tmp_path, "add", "machine", "--no-password").exit_code == 0

    [awa, machine] = map(json.loads, harmattan(tmp_path, "list", "--json").stdout.splitlines())
    assert (awa["name"], awa["role"], awa["password"]) == ("awa", "analyst", True)
    assert (machine["name"], machine["role"], machine["password"]) == ("machine", "reader", False)
    kept = DatabaseState.embedded(tmp_path / "state.db").accounts.password("awa")
    assert kept
    assert kept.startswith("$argon2id$")
    assert Passwords().fits(kept, PASSWORD)
    assert not Passwords().fits(kept, PASSWORD.upper())
    assert PASSWORD.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("state.db*"))


def test_what_can_not_be_is_said_with_what_to_do(tmp_path: Path) -> None:
    harmattan(tmp_path, "add", "awa", "--no-password")

    for arguments, typed, said in (
        (("add", "awa", "--no-password"), None, "already"),
        (("add", "b", "--role", "king"), None, "'king' is not one of"),
        (("add", "b"), "short\n", "from 12 to 1000 characters"),
        (("add", "b"), "", "no password on standard input"),
        (("add", " b", "--no-password"), None, "can't be the name"),
        (("add", "b" * 81, "--no-password"), None, "can't be the name"),
        (("remove", "b"), None, "no account 'b'"),
        (("passwd", "b"), f"{PASSWORD}\n", "no account 'b'"),
        (("role", "b", "reader"), None, "no account 'b'"),
        (("token", "add", "b", "--scope", "read"), None, "no account 'b'"),
        (("token", "add", "awa", "--scope", "operate"), None, "needs the role operator"),
        (("token", "remove", "b"), None, "no token b"),
    ):
        result = harmattan(tmp_path, *arguments, typed=typed)
        assert result.exit_code != 0, arguments
        assert said in f"{result.exception} {result.output}", arguments


def test_a_token_is_shown_once_and_kept_as_a_digest(tmp_path: Path) -> None:
    harmattan(tmp_path, "add", "awa", "--no-password", "--role", "analyst")

    text = harmattan(
        *(
            tmp_path,
            "token",
            "add",
            "awa",
            "--scope",
            "analyse",
            "--scope",
            "read",
            "--purpose",
            "the wall",
            "--for",
            "90d",
        )
    ).stdout.strip()

    assert text.startswith("hmt_")
    [shown] = map(json.loads, harmattan(tmp_path, "token", "list", "--json").stdout.splitlines())
    assert (shown["account"], shown["scopes"], shown["purpose"]) == ("awa", ["read", "analyse"], "the wall")
    assert text not in str(shown)
    assert text.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("state.db*"))
    found = DatabaseState.embedded(tmp_path / "state.db").accounts.token(digest(text))
    assert found
    assert found[1].scopes == (ApiScope.READ, ApiScope.ANALYSE)
    assert harmattan(tmp_path, "token", "remove", shown["id"]).exit_code == 0
    assert harmattan(tmp_path, "token", "list", "--json").stdout == ""


def test_roles_and_passwords_change_and_accounts_go(tmp_path: Path) -> None:
    harmattan(tmp_path, "add", "awa", "--no-password")

    assert harmattan(tmp_path, "role", "awa", "operator").exit_code == 0
    assert harmattan(tmp_path, "passwd", "awa", typed=f"{PASSWORD}\n").exit_code == 0
    [awa] = map(json.loads, harmattan(tmp_path, "list", "--json").stdout.splitlines())
    assert (awa["role"], awa["password"]) == ("operator", True)
    assert harmattan(tmp_path, "remove", "awa").exit_code == 0
    assert "no accounts" in harmattan(tmp_path, "list").stdout


def test_what_commands_change_stands_in_the_audit_trail(tmp_path: Path) -> None:
    feed, data = "https://post.example/rss", ["--data", str(tmp_path)]
    (tmp_path / "list.opml").write_text(
        '<opml version="2.0"><body><outline xmlUrl="https://wire.example/"/></body></opml>'
    )
    for line in (
        ["search", "Kidal", "--save", "north"],
        ["searches", "remove", "north"],
        ["feeds", "import", str(tmp_path / "list.opml")],
        ["feeds", "import", str(tmp_path / "list.opml")],
        ["feeds", "add", feed, "--title", "The Post"],
        ["feeds", "tag", feed, "sahel"],
        ["feeds", "disable", feed],
        ["feeds", "remove", feed],
    ):
        assert CliRunner().invoke(cli, [*line, *data]).exit_code in (0, None), line

    trail = DatabaseState.embedded(tmp_path / "state.db").ledger.audit(datetime(2020, 1, 1, tzinfo=UTC))
    assert [(entry.what, entry.detail) for entry in trail] == [
        ("search kept", "north"),
        ("search forgotten", "north"),
        ("feeds imported", "1 from list.opml"),
        ("feeds imported", "1 from list.opml"),
        *((f"feed {what}", feed) for what in ("added", "changed", "disabled", "removed")),
    ]
    assert all(entry.who for entry in trail)
