"""Who may see and do what, where the page is not only for who sits at its machine."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from ipaddress import ip_network
from pathlib import Path

import pytest

from pipeline.accounts import TRIES_OF_NAME_AND_ADDRESS, Passwords, make_token
from pipeline.health import Health
from pipeline.policy.model import Mute
from pipeline.records.alert import Alert
from pipeline.settings import Settings
from pipeline.state.interface import ApiScope, Role
from pipeline.web.app import create_app
from pipeline.web.server import access_of, listening
from pipeline.web.visitors import Access
from tests.builders import enriched, match
from tests.web.conftest import KEYS
from tests.web.site import Answer, Site

PASSWORD = "sand and wind at noon"
CLOSED = Access(open=False)


@pytest.fixture(scope="module")
def hashed() -> str:
    return Passwords().hash(PASSWORD)


@pytest.fixture
def desk(site: Site, hashed: str) -> Iterator[Site]:
    for name, role in (("awa", Role.ANALYST), ("rita", Role.READER), ("omar", Role.ANALYST)):
        site.state.accounts.add(name, role, hashed, by="tests")
    with opened(site, CLOSED) as address:
        yield Site(address, site.index, site.state)


@pytest.fixture
def alert(site: Site) -> Alert:
    article = enriched("a1", matches=(match("convoys"),))
    site.publish(article)
    return site.raise_alert(article.article.matches[0], article, "console")


def opened(site: Site, access: Access):
    app = create_app(site.index, site.state, lambda: Health(problems=()), keys=KEYS, access=access)
    return listening(app, "127.0.0.1", 0)


def token_of(page: Answer, path: str) -> str:
    [form] = page.page.cssselect(f"form[action$='{path}']")
    return str(form.cssselect("input[name='form']")[0].get("value"))


def sign_in(desk: Site, name: str, password: str = PASSWORD, back: str = "", **headers: str) -> Answer:
    fields = {"form": token_of(desk.get("/sign-in"), "sign-in"), "name": name, "password": password, "next": back}
    return desk.post("/sign-in", fields, **headers)


def cookie(answer: Answer) -> dict[str, str]:
    return {"Cookie": answer.headers["set-cookie"].partition(";")[0]}


def trail(site: Site) -> list[tuple[str, str, str]]:
    entries = site.state.ledger.audit(site.state.accounts.list()[0].created - timedelta(days=1))
    return [(one.what, one.who, one.detail) for one in entries if one.what not in ("account added", "due")]


def test_nobody_sees_anything_before_the_sign_in_which_leads_back(desk: Site, alert: Alert) -> None:
    path = f"/alerts/{alert.id}?done=mute"
    answer = desk.get(path)
    assert (answer.status, answer.text) == (303, "")
    assert answer.headers["location"].startswith("../sign-in?next=/alerts/")
    for other in ("/", "/search.csv", "/alerts.atom", "/status", "/searches", "/nothing", "/api/v1/search"):
        assert desk.get(other).status in (303, 401)
    assert desk.post(f"/alerts/{alert.id}", {"do": "acknowledge", "by": "x"}).status == 401
    assert [desk.get(open_to_all).status for open_to_all in ("/health", "/static/live.js", "/sign-in")] == [200] * 3

    page = desk.get(answer.headers["location"].removeprefix(".."))
    [back] = page.page.cssselect("input[name='next']")
    entered = sign_in(desk, "rita", back=back.get("value"))

    assert (entered.status, entered.headers["location"]) == (303, f".{path}")
    inside = desk.get(path, **cookie(entered))
    assert inside.status == 200
    assert "rita" in inside.seen("header")


def test_the_session_s_cookie_is_for_this_page_alone_and_no_script(desk: Site, site: Site) -> None:
    plain = SimpleCookie(sign_in(desk, "awa").headers["set-cookie"])["harmattan_session"]
    assert (plain["httponly"], plain["samesite"], plain["path"], plain["secure"]) == (True, "lax", "/", "")
    with opened(site, Access(open=False, base_url="https://harmattan.example.org")) as address:
        secure = sign_in(Site(address, site.index, site.state), "awa").headers["set-cookie"]
    assert "; Secure" in secure
    assert "; Secure" in sign_in(desk, "awa", **{"X-Forwarded-Proto": "https"}).headers["set-cookie"]


def test_a_reader_sees_and_an_analyst_acts_in_their_own_name(desk: Site, alert: Alert) -> None:
    path = f"/alerts/{alert.id}"
    reader, analyst, other = (cookie(sign_in(desk, name)) for name in ("rita", "awa", "omar"))
    assert not desk.get(path, **reader).page.cssselect("form.deeds")
    form = token_of(desk.get(path, **analyst), path)

    assert desk.post(path, {"form": form, "do": "acknowledge", "by": "awa"}, **reader).status == 403
    assert desk.post(path, {"form": form, "do": "acknowledge", "by": "awa"}, **other).status == 403
    assert (
        desk.post(path, {"form": form, "do": "acknowledge"}, **analyst, **{"Sec-Fetch-Site": "cross-site"}).status
        == 403
    )
    assert desk.state.ledger.acknowledgements(alert.id) == []
    assert desk.post(path, {"form": form, "do": "acknowledge", "by": "the minister"}, **analyst).status == 303
    assert [one.by for one in desk.state.ledger.acknowledgements(alert.id)] == ["awa"]

    assert desk.get("/searches?q=convoy", **reader).page.cssselect("form.deeds") == []
    form = token_of(desk.get("/searches?q=convoy", **analyst), "searches")
    assert desk.post("/searches", {"form": form, "q": "convoy", "name": "c", "do": "keep"}, **reader).status == 403
    assert desk.post("/searches", {"form": form, "q": "convoy", "name": "c", "do": "keep"}, **analyst).status == 303
    assert ("search kept", "awa", "c") in trail(desk)


def test_a_mute_of_another_analyst_s_own_is_for_them_and_for_operators_to_end(desk: Site) -> None:
    now = datetime.now(UTC)
    for whose in ("omar", None):
        mute = Mute(
            id=f"of {whose}", by="omar", reason="", since=now, until=now + timedelta(hours=1), analyst=whose, rule="r"
        )
        desk.state.ledger.mute(mute)
    awa, omar = (cookie(sign_in(desk, name)) for name in ("awa", "omar"))

    def end(mute: str, who: dict[str, str]) -> int:
        [form, *_] = desk.get("/mutes", **who).page.cssselect("form[action$='mutes'] input[name='form']")
        return desk.post("/mutes", {"form": form.get("value"), "mute": mute}, **who).status

    assert end("of omar", awa) == 403
    assert [detail for what, who, detail in trail(desk) if (what, who) == ("refused", "awa")] == [
        "to end the mute of omar of omar"
    ]
    assert end("of None", awa) == 303
    assert end("of omar", omar) == 303
    assert desk.state.ledger.mutes() == []


def test_guessing_ends_soon_and_is_noted_without_what_was_typed(desk: Site, caplog: pytest.LogCaptureFixture) -> None:
    answers = [sign_in(desk, "awa", f"guess number {n}") for n in range(TRIES_OF_NAME_AND_ADDRESS + 2)]

    assert {answer.status for answer in answers} == {403}
    assert "don't belong together" in answers[0].seen(".problem")
    assert "Try again in 15 minutes" in answers[-1].seen(".problem")
    assert "Try again" in sign_in(desk, "awa").seen(".problem")  # the right one is no help now
    assert "don't belong together" in sign_in(desk, PASSWORD, "a password in the wrong field").seen(".problem")
    noted = trail(desk)
    assert noted.count(("sign-in refused", "awa", "from 127.0.0.1")) == TRIES_OF_NAME_AND_ADDRESS
    assert [who for what, who, _ in noted if what == "sign-ins held off"] == ["awa"]
    assert ("sign-in refused", "(a name without an account)", "from 127.0.0.1") in noted
    written = caplog.text + str(noted)
    assert "sign-in refused" in caplog.text
    assert not [secret for secret in ("guess number", PASSWORD) if secret in written]


def test_an_account_without_a_password_can_not_sign_in_by_one(desk: Site) -> None:
    desk.state.accounts.add("machine", Role.OPERATOR, None, by="tests")

    assert sign_in(desk, "machine", "").status == 403
    assert sign_in(desk, "machine").status == 403


@pytest.mark.parametrize(
    "back",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example", "evil"],
)
def test_the_sign_in_leads_to_no_other_site(desk: Site, back: str) -> None:
    assert sign_in(desk, "rita", back=back).headers["location"] == "./"


def test_signing_out_ends_the_session_and_a_stolen_cookie_is_worth_nothing_then(desk: Site) -> None:
    session = cookie(sign_in(desk, "rita"))
    form = token_of(desk.get("/alerts", **session), "sign-out")

    assert desk.post("/sign-out", {"form": "x"}, **session).status == 403
    assert desk.post("/sign-out", {"form": form}, **session).status == 303
    assert desk.get("/alerts", **session).status == 303
    assert [what for what, _, _ in trail(desk)] == ["signed in", "signed out"]


def test_a_new_sign_in_ends_the_session_of_before(desk: Site) -> None:
    first = cookie(sign_in(desk, "rita"))
    second = cookie(sign_in(desk, "rita", **first))

    assert first != second
    assert [desk.get("/alerts", **session).status for session in (first, second)] == [303, 200]


def test_feeds_and_exports_are_read_with_a_token_and_pages_are_not(desk: Site) -> None:
    reads = make_token(desk.state.accounts, "rita", [ApiScope.READ], "reader of feeds", None, by="tests").text
    acts = make_token(desk.state.accounts, "awa", [ApiScope.ANALYSE], "", None, by="tests").text
    basic = {"Authorization": "Basic " + b64encode(f"rita:{reads}".encode()).decode()}

    assert desk.get("/alerts.atom", **basic).status == 200
    assert desk.get("/search.csv", Authorization=f"Bearer {reads}").status == 200
    assert desk.get("/alerts", **basic).status == 303
    for authorization in ("Bearer x", "Basic !", "Basic eDp5", f"Bearer {acts}", "Bearer "):
        refused = desk.get("/alerts.atom", Authorization=authorization)
        assert refused.status == 401
        assert refused.headers["www-authenticate"].startswith("Basic")
    assert ("refused", "awa", "/alerts.atom needs the scope read") in trail(desk)


def test_a_proxy_names_who_is_signed_in_and_is_believed_only_where_it_stands(site: Site, alert: Alert) -> None:
    site.state.accounts.add("awa", Role.ANALYST, None, by="tests")
    path = f"/alerts/{alert.id}"
    behind = Access(open=False, user_header="X-Forwarded-User", proxies=(ip_network("127.0.0.0/8"),))
    with opened(site, behind) as address:
        desk = Site(address, site.index, site.state)
        assert desk.get(path).status == 303
        assert not desk.get(path, **{"X-Forwarded-User": "somebody"}).page.cssselect("form.deeds")
        assert desk.get(path, **{"X-Forwarded-User": "awa"}).page.cssselect("form.deeds")
    elsewhere = Access(open=False, user_header="X-Forwarded-User", proxies=(ip_network("10.0.0.0/8"),))
    with opened(site, elsewhere) as address:
        assert Site(address, site.index, site.state).get(path, **{"X-Forwarded-User": "awa"}).status == 303


def test_guesses_are_told_apart_by_the_address_that_a_trusted_proxy_gives(site: Site, hashed: str) -> None:
    site.state.accounts.add("awa", Role.ANALYST, hashed, by="tests")
    with opened(site, Access(open=False, proxies=(ip_network("127.0.0.1/32"),))) as address:
        desk = Site(address, site.index, site.state)
        for _ in range(TRIES_OF_NAME_AND_ADDRESS + 1):
            sign_in(desk, "awa", "guess", **{"X-Forwarded-For": "192.0.2.99, 203.0.113.7"})
        assert sign_in(desk, "awa", **{"X-Forwarded-For": "198.51.100.2"}).status == 303
        assert sign_in(desk, "awa", **{"X-Forwarded-For": "203.0.113.7"}).status == 403
    assert ("sign-in refused", "awa", "from 203.0.113.7") in trail(site)


def test_an_open_page_is_not_open_to_who_comes_through_a_proxy(site: Site) -> None:
    assert site.get("/alerts").status == 200
    assert site.get("/alerts", **{"X-Forwarded-For": "203.0.113.7"}).status == 303
    assert site.get("/alerts", Host="harmattan.example.org").status == 303


@pytest.mark.parametrize(
    ("settings", "host", "open_here"),
    [
        ({}, "127.0.0.1", True),
        ({}, "::1", True),
        ({}, "localhost", True),
        ({}, "0.0.0.0", False),
        ({}, "192.0.2.1", False),
        ({"database": "postgresql://h@db/h"}, "127.0.0.1", False),
        ({"elasticsearch": "http://es:9200"}, "127.0.0.1", False),
        ({"kafka": "kafka:9092"}, "127.0.0.1", False),
    ],
)
def test_the_page_is_open_on_loopback_with_the_embedded_stores_alone(
    tmp_path: Path, settings: dict[str, str], host: str, open_here: bool
) -> None:
    assert access_of(Settings(data=tmp_path, **settings), host).open is open_here
