"""Signing in at an OpenID Connect provider, as the provider, the visitor and the log see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from pipeline.accounts import Passwords
from pipeline.cli.main import cli
from pipeline.cli.serve import open_provider
from pipeline.errors import BadInput
from pipeline.health import Health
from pipeline.settings import load_settings
from pipeline.state.interface import Role
from pipeline.web.app import create_app
from pipeline.web.server import listening
from pipeline.web.visitors import Access
from tests.web.conftest import KEYS
from tests.web.identity import CLIENT, SECRET, IdentityProvider, identity_provider
from tests.web.site import Answer, Site

AWA = {"sub": "248289", "preferred_username": "awa", "groups": ["news-desk", "tennis"]}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def elsewhere() -> Iterator[IdentityProvider]:
    with identity_provider() as provider:
        provider.claims = dict(AWA)
        yield provider


def environment(elsewhere: IdentityProvider, **changes: str) -> dict[str, str]:
    return {
        "HARMATTAN_BASE_URL": "https://desk.example.org/harmattan",
        "HARMATTAN_OIDC_ISSUER": elsewhere.address,
        "HARMATTAN_OIDC_CLIENT_ID": CLIENT,
        "HARMATTAN_OIDC_CLIENT_SECRET": SECRET,
        "HARMATTAN_OIDC_ROLES": "news-desk=analyst; CN=ops,OU=news=operator",
        **{f"HARMATTAN_{name}": value for name, value in changes.items()},
    }


@contextmanager
def opened(site: Site, elsewhere: IdentityProvider, **changes: str) -> Iterator[Site]:
    settings = load_settings(environment(elsewhere, **changes))
    access = Access(open=False, base_url=settings.base_url, passwords=settings.passwords)
    with open_provider(settings) as provider:
        app = create_app(
            site.index,
            site.state,
            lambda: Health(problems=()),
            keys=KEYS,
            access=access,
            base_url=settings.base_url,
            provider=provider,
        )
        with listening(app, "127.0.0.1", 0) as address:
            yield Site(address, site.index, site.state)


@pytest.fixture
def desk(site: Site, elsewhere: IdentityProvider) -> Iterator[Site]:
    with opened(site, elsewhere) as here:
        yield here


def cookies(answer: Answer) -> dict[str, str]:
    return {"Cookie": answer.headers["set-cookie"].partition(";")[0]}


def begin(desk: Site, back: str = "") -> Answer:
    answer = desk.get(f"/sign-in/openid?next={back}")
    assert answer.status == 303, answer.text
    return answer


def enter(desk: Site, elsewhere: IdentityProvider, back: str = "", more: str = "") -> Answer:
    begun = begin(desk, back)
    query = elsewhere.sign_in(begun.headers["location"])
    return desk.get(f"/sign-in/openid/answer?{query}{more}", **cookies(begun))


def session(answer: Answer) -> dict[str, str]:
    """Give the session's cookie of an answer that sets two."""
    assert answer.status == 303, answer.seen()
    [kept] = [part for part in answer.headers["set-cookie"].split("\n") if part.startswith("harmattan_session=")]
    return {"Cookie": kept.partition(";")[0]}


def trail(site: Site) -> list[tuple[str, str, str]]:
    return [(one.what, one.who, one.detail) for one in site.state.ledger.audit(LONG_AGO) if one.what != "due"]


def test_the_first_sign_in_makes_an_account_with_the_role_of_its_groups_and_leads_back(
    desk: Site, elsewhere: IdentityProvider
) -> None:
    host = urlsplit(elsewhere.address).netloc
    [link] = [link for link in desk.get("/sign-in?next=/alerts").links() if "openid" in link]
    assert link == "./sign-in/openid?next=%2Falerts"
    begun = begin(desk, "/alerts")
    assert begun.headers["location"].startswith(f"{elsewhere.address}/authorize?")
    sent = SimpleCookie(begun.headers["set-cookie"])["harmattan_sign_in"]
    assert (sent["httponly"], sent["samesite"], sent["secure"]) == (True, "lax", True)

    entered = desk.get(f"/sign-in/openid/answer?{elsewhere.sign_in(begun.headers['location'])}", **cookies(begun))

    assert entered.headers["location"] == "../../alerts"
    assert "awa" in desk.get("/alerts", **session(entered)).seen("header")
    account = desk.state.accounts.get("awa")
    assert account
    assert (account.role, account.has_password, account.subject) == (
        Role.ANALYST,
        False,
        f"{elsewhere.address} 248289",
    )
    assert trail(desk) == [
        ("account added", f"sign-in at {host}", "awa, analyst"),
        ("signed in", "awa", ""),
    ]


def test_the_role_follows_the_groups_at_each_sign_in_and_the_account_stays_whatever_its_name_is_there(
    desk: Site, elsewhere: IdentityProvider
) -> None:
    enter(desk, elsewhere)
    elsewhere.claims = {**AWA, "preferred_username": "awa.married", "groups": ["CN=ops,OU=news", "news-desk"]}
    assert enter(desk, elsewhere).status == 303
    elsewhere.claims = {**AWA, "groups": "news-desk"}

    [account] = desk.state.accounts.list()
    assert (account.name, account.role) == ("awa", Role.OPERATOR)
    enter(desk, elsewhere)
    assert [one.role for one in desk.state.accounts.list()] == [Role.ANALYST]


def test_who_has_no_group_that_may_sign_in_is_refused_in_words(desk: Site, elsewhere: IdentityProvider) -> None:
    for groups in ([], ["tennis"], None, {"news-desk": True}, 7):
        elsewhere.claims = {**AWA, "groups": groups}
        refused = enter(desk, elsewhere)
        assert refused.status == 403
        assert "awa may not sign in here" in refused.seen(".problem")
    assert desk.state.accounts.list() == []


def test_everybody_may_read_where_the_operator_says_so_and_roles_may_lie_deep(
    site: Site, elsewhere: IdentityProvider
) -> None:
    with opened(
        site, elsewhere, OIDC_ROLES="*=reader; boss=operator", OIDC_ROLE_CLAIM="realm.roles", OIDC_NAME_CLAIM="email"
    ) as desk:
        elsewhere.claims = {"sub": "1", "email": "a@example.org"}
        assert enter(desk, elsewhere).status == 303
        elsewhere.claims = {"sub": "2", "email": "b@example.org", "realm": {"roles": ["boss"]}}
        assert enter(desk, elsewhere).status == 303
    assert [(one.name, one.role.value) for one in site.state.accounts.list()] == [
        ("a@example.org", "reader"),
        ("b@example.org", "operator"),
    ]


def test_what_the_token_leaves_out_is_asked_for_and_must_be_of_the_same_person(
    desk: Site, elsewhere: IdentityProvider
) -> None:
    elsewhere.claims = {"sub": "248289"}
    elsewhere.userinfo = dict(AWA)
    assert enter(desk, elsewhere).status == 303
    elsewhere.userinfo = {**AWA, "sub": "1"}
    assert "somebody else" in enter(desk, elsewhere).seen(".problem")


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another sign-in's nonce": ({"nonce": "x"}, "nonce"),
    "no nonce": ({"nonce": None}, "nonce"),
    "another audience": ({"aud": "another-client"}, "another audience"),
    "several audiences": ({"aud": [CLIENT, "another-client"]}, "another audience"),
    "another party": ({"azp": "another-client"}, "another audience"),
    "another issuer": ({"iss": "https://evil.example"}, "another issuer"),
    "expired": ({"exp": int(time()) - 120}, "expired"),
    "endless": ({"exp": None}, "no time exp"),
    "no number": ({"exp": float("nan")}, "no time exp"),
    "the future": ({"iat": int(time()) + 86400}, "of the future"),
    "nobody": ({"sub": ""}, "whom it is about"),
    "no name": ({"preferred_username": "a\nb"}, "no usable name"),
}


def test_a_token_that_is_not_for_this_sign_in_lets_nobody_in(
    desk: Site, elsewhere: IdentityProvider, caplog: pytest.LogCaptureFixture
) -> None:
    for name, (changes, said) in WRONG.items():
        elsewhere.changes = changes
        refused = enter(desk, elsewhere)
        assert (refused.status, said in refused.seen(".problem")) == (403, True), (name, refused.seen(".problem"))
        assert "harmattan_session" not in refused.headers["set-cookie"]
    assert desk.state.accounts.list() == []
    noted = trail(desk)
    assert {what for what, _, _ in noted} == {"sign-in refused"}
    assert len(noted) == len(WRONG)
    written = caplog.text + str(noted)
    assert "The ID token has expired" in caplog.text
    assert not [secret for secret in (*elsewhere.secrets, SECRET) if secret in written]


def test_clocks_may_be_a_minute_apart(desk: Site, elsewhere: IdentityProvider) -> None:
    elsewhere.changes = {"exp": int(time()) - 30, "iat": int(time()) + 30}
    assert enter(desk, elsewhere).status == 303


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_the_provider_s_own_signature_is_not_believed(
    desk: Site, elsewhere: IdentityProvider, algorithm: str
) -> None:
    elsewhere.algorithm = algorithm
    refused = enter(desk, elsewhere)
    assert refused.status == 403
    assert "signature can't be believed" in refused.seen(".problem")


def test_a_new_key_of_the_provider_is_learnt_and_an_unpublished_one_is_not_believed(
    desk: Site, elsewhere: IdentityProvider
) -> None:
    for _ in range(2):
        assert enter(desk, elsewhere).status == 303
    assert elsewhere.asked.count("/keys") == 1
    elsewhere.rotate()
    assert enter(desk, elsewhere).status == 303
    assert elsewhere.asked.count("/keys") == 2

    elsewhere.sign_with_an_unpublished_key()
    refused = enter(desk, elsewhere)
    assert refused.status == 403
    assert "a key that the provider does not publish" in refused.seen(".problem")


def test_an_answer_counts_once_and_only_in_the_browser_that_began(desk: Site, elsewhere: IdentityProvider) -> None:
    begun = begin(desk)
    path = f"/sign-in/openid/answer?{elsewhere.sign_in(begun.headers['location'])}"
    other = begin(desk)

    assert "began in another browser" in desk.get(path).seen(".problem")
    assert "belongs to no sign-in" in desk.get(path, **cookies(other)).seen(".problem")
    assert "belongs to no sign-in" in desk.get("/sign-in/openid/answer?code=c", **cookies(other)).seen(".problem")
    assert desk.get(path, **cookies(begun)).status == 303
    assert "used already" in desk.get(path, **cookies(begun)).seen(".problem")


def test_a_code_that_was_stolen_or_used_is_refused_by_the_provider(desk: Site, elsewhere: IdentityProvider) -> None:
    victim, thief = begin(desk), begin(desk)
    [code, _] = elsewhere.sign_in(victim.headers["location"]).split("&")
    [_, state] = elsewhere.sign_in(thief.headers["location"]).split("&")
    refused = desk.get(f"/sign-in/openid/answer?{code}&{state}", **cookies(thief))
    assert refused.status == 403
    assert "did not accept this sign-in" in refused.seen(".problem")


def test_an_answer_of_another_provider_is_refused(desk: Site, elsewhere: IdentityProvider) -> None:
    assert "another provider" in enter(desk, elsewhere, more="&iss=https%3A%2F%2Fevil.example").seen(".problem")
    assert enter(desk, elsewhere, more=f"&iss={elsewhere.address}").status == 303


def test_what_the_provider_refuses_is_told_without_its_markup(desk: Site) -> None:
    begun = begin(desk)
    state = begun.headers["location"].partition("state=")[2].partition("&")[0]
    refused = desk.get(f"/sign-in/openid/answer?error=access_denied%3Cscript%3E&state={state}", **cookies(begun))
    assert refused.status == 403
    assert "let nobody in (access_deniedscript)" in refused.seen(".problem")


def test_nobody_takes_over_an_account_by_its_name_unless_it_is_linked(
    site: Site, desk: Site, elsewhere: IdentityProvider
) -> None:
    site.state.accounts.add("awa", Role.OPERATOR, Passwords().hash("sand and wind at noon"), by="op")
    refused = enter(desk, elsewhere)
    assert refused.status == 403
    assert "There is an account awa already" in refused.seen(".problem")

    assert site.state.accounts.link("awa", f"{elsewhere.address} 248289", by="op")
    assert enter(desk, elsewhere).status == 303
    [account] = site.state.accounts.list()
    assert (account.role, account.has_password) == (Role.ANALYST, True)


def test_the_command_links_an_account_by_the_provider_s_own_name_for_its_owner(
    elsewhere: IdentityProvider, tmp_path: Path
) -> None:
    env = environment(elsewhere, DATA=str(tmp_path))
    run = CliRunner(env=env).invoke
    assert run(cli, ["users", "add", "awa", "--no-password"]).exit_code == 0
    linked = run(cli, ["users", "link", "awa", "248289"])
    assert linked.output == f"awa is linked to {elsewhere.address} 248289\n"
    assert f"{elsewhere.address} 248289" in run(cli, ["users", "list", "--json"]).output
    assert "give either" in str(run(cli, ["users", "link", "awa"]).exception)
    assert run(cli, ["users", "link", "awa", "--nobody"]).output == "awa is linked to nobody\n"


def test_passwords_may_be_turned_off(site: Site, elsewhere: IdentityProvider) -> None:
    site.state.accounts.add("omar", Role.OPERATOR, Passwords().hash("sand and wind at noon"), by="op")
    with opened(site, elsewhere, PASSWORDS="off") as desk:
        page = desk.get("/sign-in")
        assert not page.page.cssselect("input[name='password']")
        assert desk.post("/sign-in", {"name": "omar", "password": "sand and wind at noon"}).status == 403
        assert enter(desk, elsewhere).status == 303


def test_who_signs_out_here_is_shown_the_way_out_there(desk: Site, elsewhere: IdentityProvider) -> None:
    inside = session(enter(desk, elsewhere))
    [form] = desk.get("/alerts", **inside).page.cssselect("form[action$='sign-out'] input")
    left = desk.post("/sign-out", {"form": form.get("value")}, **inside)
    assert left.headers["location"] == "./sign-in?left=1"
    assert "perhaps not at" in desk.get("/sign-in?left=1").seen()
    away = desk.get("/sign-in/openid/leave").headers["location"]
    assert away.startswith(f"{elsewhere.address}/bye?client_id=harmattan&post_logout_redirect_uri=https")
    assert desk.get("/alerts", **inside).status == 303


def test_a_provider_that_is_away_or_another_one_is_told_and_the_page_goes_on(
    site: Site, elsewhere: IdentityProvider
) -> None:
    with opened(site, replace(elsewhere, address="http://127.0.0.1:9")) as desk:
        away = desk.get("/sign-in/openid")
        assert (away.status, "can't be asked" in away.seen(".problem")) == (503, True)
        assert desk.get("/sign-in").status == 200
    with opened(site, replace(elsewhere, address=elsewhere.address + "/")) as desk:
        assert "write HARMATTAN_OIDC_ISSUER exactly like that" in desk.get("/sign-in/openid").seen(".problem")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"BASE_URL": ""}, "HARMATTAN_BASE_URL is not set"),
        ({"OIDC_CLIENT_ID": ""}, "HARMATTAN_OIDC_CLIENT_ID is not set"),
        ({"OIDC_ROLES": ""}, "HARMATTAN_OIDC_ROLES is not set"),
        ({"OIDC_ROLES": "news-desk"}, "gives no role"),
        ({"OIDC_ROLES": "news-desk=king"}, "gives no role"),
        ({"OIDC_SCOPES": "email"}, "openid is missing"),
        ({"OIDC_ISSUER": "login.example.org"}, "is no address"),
        ({"OIDC_ISSUER": "", "PASSWORDS": "off"}, "nothing else signs people in"),
        ({"PASSWORDS": "no"}, "neither on nor off"),
    ],
)
def test_settings_that_leave_a_gap_are_told_before_anything_starts(changes: dict[str, str], said: str) -> None:
    whole = environment(IdentityProvider("https://login.example.org"), **changes)
    with pytest.raises(BadInput, match=said):
        load_settings(whole)


def test_a_secret_of_the_client_may_come_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    given = environment(IdentityProvider("https://login.example.org"))
    del given["HARMATTAN_OIDC_CLIENT_SECRET"]
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    settings = load_settings({**given, "HARMATTAN_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret")})
    assert settings.oidc
    assert settings.oidc.client_secret == SECRET
    assert SECRET not in repr(settings)
