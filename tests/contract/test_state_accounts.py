"""What every database does for accounts, their sessions and tokens, and the tries to sign in."""

from datetime import UTC, datetime, timedelta

from pipeline.state.interface import ApiScope, Role, TryLimit
from pipeline.state.interface_accounts import IDLE, LONGEST, LONGEST_ELSEWHERE, TRY_WINDOW
from tests.state.harness import StateUnderTest, side_by_side

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def trail(state: StateUnderTest) -> list[tuple[str, str, str]]:
    return [(entry.what, entry.who, entry.detail) for entry in state.client().ledger.audit(LONG_AGO)]


def test_an_account_is_kept_with_its_role_and_its_password_s_hash(state: StateUnderTest) -> None:
    accounts = state.client().accounts

    assert [accounts.add("awa", Role.ANALYST, "hash", by="op"), accounts.add("awa", Role.OPERATOR, "x", by="op")] == [
        True,
        False,
    ]
    assert accounts.add("léa", Role.READER, None, by="op")

    assert [(one.name, one.role, one.has_password) for one in state.client().accounts.list()] == [
        ("awa", Role.ANALYST, True),
        ("léa", Role.READER, False),
    ]
    assert [accounts.password(name) for name in ("awa", "léa", "nobody")] == ["hash", None, None]
    assert accounts.get("Awa") is None
    assert trail(state) == [("account added", "op", "awa, analyst"), ("account added", "op", "léa, reader")]


def test_a_session_ends_when_it_is_not_used_or_has_lasted_too_long_by_the_database_s_clock(
    state: StateUnderTest,
) -> None:
    accounts = state.client().accounts
    accounts.add("awa", Role.ANALYST, "hash", by="op")
    accounts.open_session("k1", "awa")
    found = accounts.session("k1")
    assert found
    assert (found.name, found.role) == ("awa", Role.ANALYST)
    assert accounts.session("k2") is None

    for _ in range(LONGEST // (IDLE * 0.9)):
        state.let_pass(IDLE * 0.9)
        assert accounts.session("k1")
    state.let_pass(IDLE * 0.9)
    assert accounts.session("k1") is None

    accounts.open_session("k3", "awa")
    state.let_pass(IDLE)
    assert accounts.session("k3") is None


def test_a_session_ends_with_its_sign_out_its_password_and_its_account(state: StateUnderTest) -> None:
    accounts = state.client().accounts
    accounts.add("awa", Role.ANALYST, "hash", by="op")
    for key in ("k1", "k2"):
        accounts.open_session(key, "awa")

    accounts.end_session("k1")
    assert [accounts.session(key) is None for key in ("k1", "k2")] == [True, False]
    assert accounts.set_role("awa", Role.READER, by="op")
    changed = accounts.session("k2")
    assert changed
    assert changed.role is Role.READER
    assert accounts.set_password("awa", "other", by="op")
    assert accounts.session("k2") is None
    accounts.open_session("k3", "awa")
    assert [accounts.remove("awa", by="op"), accounts.remove("awa", by="op")] == [True, False]
    assert accounts.session("k3") is None
    assert not accounts.set_role("awa", Role.READER, by="op")
    assert not accounts.set_password("awa", "x", by="op")
    assert [what for what, _, _ in trail(state)] == [
        "account added",
        *("signed in", "signed in", "signed out", "role changed", "password changed", "signed in", "account removed"),
    ]


def test_a_token_holds_until_its_end_or_its_removal(state: StateUnderTest) -> None:
    accounts = state.client().accounts
    accounts.add("desk", Role.ANALYST, None, by="op")
    scopes = (ApiScope.READ, ApiScope.ANALYSE)
    assert accounts.add_token("t1", "k1", "desk", scopes, "the wall", timedelta(days=2), by="op")
    assert accounts.add_token("t2", "k2", "desk", (ApiScope.READ,), "for good", None, by="op")
    assert not accounts.add_token("t3", "k3", "nobody", scopes, "", None, by="op")

    found = accounts.token("k1")
    assert found
    assert (found[0].name, found[0].role, found[1].id, found[1].scopes) == ("desk", Role.ANALYST, "t1", scopes)
    assert accounts.token("t1") is None
    assert [token.used is not None for token in accounts.tokens()] == [True, False]
    state.let_pass(timedelta(days=2))
    assert [accounts.token(key) is None for key in ("k1", "k2")] == [True, False]
    assert [accounts.remove_token("t2", by="op"), accounts.remove_token("t2", by="op")] == [True, False]
    assert accounts.token("k2") is None
    assert accounts.remove("desk", by="op")
    assert accounts.tokens() == []


def test_tries_to_sign_in_are_counted_for_each_subject_and_forgotten_after_a_while(state: StateUnderTest) -> None:
    accounts = state.client().accounts
    limits = [TryLimit("name", 2), TryLimit("address", 3)]

    assert [accounts.begin_try(limits), accounts.begin_try(limits)] == [None, None]
    held = accounts.begin_try(limits)
    assert held
    assert timedelta(0) < held[0] <= TRY_WINDOW
    assert held[1]
    assert accounts.begin_try([TryLimit("name", 2)]) not in (None, held)

    accounts.forget_tries("name")
    assert accounts.begin_try([TryLimit("name", 2)]) is None
    assert accounts.begin_try([TryLimit("address", 3)]) is not None
    state.let_pass(TRY_WINDOW)
    assert accounts.begin_try(limits) is None


def test_guesses_at_the_same_time_are_counted_one_by_one(state: StateUnderTest) -> None:
    limits = [TryLimit("name", 3), TryLimit("address", 5)]
    clients = [state.client().accounts for _ in range(6)]

    answers = side_by_side([lambda one=one: one.begin_try(limits) for one in clients])  # type: ignore[misc]

    assert sum(answer is None for answer in answers) == 3


def test_what_was_changed_stands_in_the_audit_trail_in_its_time(state: StateUnderTest) -> None:
    state.client().accounts.note("search kept", "awa", "Nord\0")

    assert trail(state) == [("search kept", "awa", "Nord\ufffd")]
    assert state.client().ledger.audit(LONG_AGO, LONG_AGO + timedelta(days=1)) == []


def test_a_provider_signs_in_one_subject_to_one_account(state: StateUnderTest) -> None:
    accounts = state.client().accounts
    assert accounts.add("awa", Role.READER, None, by="provider", subject="https://p 1")
    assert not accounts.add("other", Role.READER, None, by="provider", subject="https://p 1")
    accounts.add("omar", Role.ANALYST, "hash", by="op")
    accounts.open_session("k", "omar")

    found = state.client().accounts.of_subject("https://p 1")
    assert found
    assert (found.name, found.has_password) == ("awa", False)
    assert accounts.of_subject("https://p 2") is None
    assert accounts.link("omar", "https://p 1", by="op")
    assert not accounts.link("nobody", "https://p 9", by="op")

    moved = accounts.of_subject("https://p 1")
    assert moved
    assert (moved.name, accounts.session("k")) == ("omar", None)
    assert accounts.link("omar", None, by="op")
    assert accounts.of_subject("https://p 1") is None
    assert [detail for what, _, detail in trail(state) if what == "account linked"] == [
        "omar, https://p 1",
        "omar, to nobody",
    ]


def test_a_session_whose_role_a_provider_gave_ends_within_half_a_day_however_much_it_is_used(
    state: StateUnderTest,
) -> None:
    accounts = state.client().accounts
    accounts.add("awa", Role.READER, None, by="provider", subject="https://p 1")
    accounts.open_session("k", "awa")
    state.let_pass(LONGEST_ELSEWHERE * 0.6)
    assert accounts.session("k")
    state.let_pass(LONGEST_ELSEWHERE * 0.6)
    assert accounts.session("k") is None
