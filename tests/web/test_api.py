"""The JSON API, as programs use it."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from pipeline.accounts import make_token
from pipeline.health import Health
from pipeline.records.alert import Alert
from pipeline.state.interface import ApiScope, FeedSpec, Role
from pipeline.web.app import create_app
from pipeline.web.server import listening
from pipeline.web.visitors import Access
from tests.builders import enriched, match
from tests.state.client import open_state
from tests.web.conftest import KEYS, POLICY, RULES
from tests.web.site import Answer, Site
from tests.web.test_safety import HOSTILE, IndexOutOfReach

API = "/api/v1"
BOUNDED = settings(
    max_examples=8,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
UNTYPED = ("rules", "searches", "status")
"""Operations that are given nothing, and so nothing wrong."""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Client:
    """A program with a token, or without one."""

    def __init__(self, site: Site, token: str | None = None) -> None:
        self._site = site
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, path: str, method: str = "GET", body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = self.answer(path, method, body, **headers)
        return answer.status, json.loads(answer.text) if answer.text else None

    def answer(self, path: str, method: str = "GET", body: Any = None, **headers: str) -> Answer:
        given = {
            "Content-Type": "application/json",
            **self.headers,
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        text = body if isinstance(body, str) else None if body is None else json.dumps(body)
        return self._site._ask(method, f"{API}{path}", text, given)


@pytest.fixture
def alert(site: Site) -> Alert:
    article = enriched("a1", title="Convoy near Gao", matches=(match("convoys"),), story="s1")
    site.publish(article, enriched("a2", title="Convoy near Gao", url="https://post.example/2", story="s1"))
    site.state.feeds.put([FeedSpec(url="https://post.example/rss", title=HOSTILE)])
    return site.raise_alert(article.article.matches[0], article, "console")


@pytest.fixture
def closed(site: Site) -> Iterator[Site]:
    app = create_app(
        site.index,
        site.state,
        lambda: Health(problems=()),
        keys=KEYS,
        access=Access(open=False),
        policy=lambda: POLICY,
        read_rules=lambda: RULES,
    )
    for name, role in (("rita", Role.READER), ("awa", Role.ANALYST), ("omar", Role.OPERATOR)):
        site.state.accounts.add(name, role, None, by="tests")
    with listening(app, "127.0.0.1", 0) as address:
        yield Site(address, site.index, site.state)


def client(closed: Site, name: str, *scopes: ApiScope) -> Client:
    return Client(closed, make_token(closed.state.accounts, name, scopes, "", None, by="tests").text)


def test_articles_are_searched_page_by_page_with_facets(site: Site, alert: Alert) -> None:
    api = Client(site)

    status, first = api.ask("/search?q=convoy&facets=true&limit=1")
    assert (status, first["total"], len(first["hits"])) == (200, 2, 1)
    assert sum(first["facets"]["language"].values()) == 2
    _, second = api.ask(f"/search?q=convoy&limit=1&after={first['next']}")
    assert {first["hits"][0]["id"], second["hits"][0]["id"]} == {"a1", "a2"}
    assert second["next"] is None
    _, stories = api.ask("/search?stories=true&order=oldest")
    assert [hit["of_story"] for hit in stories["hits"]] == [2]


def test_an_article_a_story_and_an_alert_are_shown_whole(site: Site, alert: Alert) -> None:
    api = Client(site)

    _, article = api.ask("/articles/a1")
    assert (article["title"], article["story"], article["versions"]) == ("Convoy near Gao", "s1", [])
    _, story = api.ask("/stories/s1")
    assert ([one["id"] for one in story["articles"]], [one["id"] for one in story["alerts"]]) == (
        ["a1", "a2"],
        [alert.id],
    )
    _, shown = api.ask(f"/alerts/{alert.id}")
    assert shown["alert"]["articles"][0]["title"] == "Convoy near Gao"
    assert [one["channel"] for one in shown["deliveries"]] == ["console"]
    _, listed = api.ask("/alerts?rule=convoys&since=1d")
    assert ([one["id"] for one in listed["alerts"]], listed["more"]) == ([alert.id], False)
    _, why = api.ask("/why?article=a2&rule=convoys&to=awa")
    assert why["answers"][0]["lines"]
    for path in ("/articles/x", "/stories/x", "/alerts/x", "/searches/x", "/nothing"):
        status, problem = api.ask(path)
        assert (status, problem["status"], problem["detail"][-1]) == (404, 404, ".")


def test_an_alert_is_acknowledged_muted_and_judged_in_the_token_s_name(closed: Site, alert: Alert) -> None:
    awa = client(closed, "awa", ApiScope.ANALYSE)
    path = f"/alerts/{alert.id}"

    assert awa.ask(f"{path}/acknowledge", "POST", {"note": "on it", "by": "somebody else"})[0] == 200
    assert awa.ask(f"{path}/feedback", "POST", {"verdict": "false", "note": "an opera"})[0] == 200
    mute = {"length": "1h", "what": "rule", "analyst": "awa"}
    said = [awa.ask(f"{path}/mute", "POST", mute, Idempotency_Key="k")[1]["said"] for _ in range(2)]

    ledger = closed.state.ledger
    assert [(one.by, one.note) for one in ledger.acknowledgements(alert.id)] == [("awa", "on it")]
    assert [(one.by, one.verdict) for one in ledger.feedback(alert.id)] == [("awa", "false")]
    assert [(one.by, one.rule, one.analyst) for one in ledger.mutes()] == [("awa", "convoys", "awa")]
    assert "is muted for awa" in said[0]
    assert "set before" in said[1]


def test_what_another_analyst_is_told_is_for_operators_to_say(closed: Site, alert: Alert) -> None:
    awa = client(closed, "awa", ApiScope.ANALYSE)

    answer = awa.ask(f"/alerts/{alert.id}/mute", "POST", {"length": "1h", "what": "rule", "analyst": "omar"})

    assert answer[0] == 403
    assert "another analyst" in answer[1]["detail"]
    assert closed.state.ledger.mutes() == []
    trail = closed.state.ledger.audit(datetime(2020, 1, 1, tzinfo=UTC))
    assert any(one.what == "refused" and one.who == "awa" and "mute" in one.detail for one in trail)


def test_a_token_does_what_its_scopes_say_and_its_account_s_role_allows(closed: Site, alert: Alert) -> None:
    reads, acts = client(closed, "omar", ApiScope.READ), client(closed, "omar", ApiScope.ANALYSE, ApiScope.OPERATE)
    demoted = client(closed, "awa", ApiScope.ANALYSE)
    closed.state.accounts.set_role("awa", Role.READER, by="tests")
    feed = {"url": "https://post.example/rss"}
    acknowledge = f"/alerts/{alert.id}/acknowledge"

    assert reads.ask("/search")[0] == 200
    for api, path, body in (
        (reads, acknowledge, {}),
        (reads, "/feeds/disable", feed),
        (demoted, acknowledge, {}),
    ):
        status, problem = api.ask(path, "POST", body)
        assert (status, "needs the role" in problem["detail"]) == (403, True)
    assert acts.ask("/search")[0] == 403
    assert acts.ask("/feeds/disable", "POST", feed)[1]["said"] == "The feed will not be polled."
    assert [one.state.value for one in closed.state.feeds.list()] == ["disabled"]
    assert acts.ask("/feeds/enable", "POST", {"url": "https://unheard.example/"})[0] == 404
    assert closed.state.ledger.acknowledgements(alert.id) == []
    noted = {(one.what, one.who, one.detail) for one in closed.state.ledger.audit(LONG_AGO)}
    assert {
        ("refused", "omar", "acknowledge needs the scope analyse"),
        ("refused", "omar", "disableFeed needs the scope operate"),
        ("refused", "awa", "acknowledge needs the scope analyse"),
        ("feed disabled", "omar", "https://post.example/rss"),
    } <= noted


def test_without_a_token_that_holds_nobody_is_answered(closed: Site, caplog: pytest.LogCaptureFixture) -> None:
    token = make_token(closed.state.accounts, "rita", [ApiScope.READ], "", timedelta(0), by="tests").text

    for headers in ({}, {"Authorization": "Bearer hmt_guess"}, {"Authorization": f"Bearer {token}"}):
        answer = closed.get(f"{API}/search", **headers)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Bearer realm="Harmattan"')
        assert answer.headers["content-type"] == "application/problem+json"
    assert token not in caplog.text
    assert "hmt_guess" not in caplog.text
    assert closed.get(f"{API}/openapi.json").status == 200


def test_an_open_page_s_api_takes_names_from_requests_and_nothing_from_other_sites(site: Site, alert: Alert) -> None:
    api, path = Client(site), f"/alerts/{alert.id}/acknowledge"

    assert "say who you are" in api.ask(path, "POST", {})[1]["detail"].casefold()
    assert api.ask(path, "POST", {"by": "awa"}, Sec_Fetch_Site="cross-site")[0] == 403
    assert api.ask(path, "POST", {"by": "awa"}, Content_Type="text/plain")[0] == 415
    assert site.state.ledger.acknowledgements(alert.id) == []
    assert api.ask(path, "POST", {"by": "awa"})[0] == 200
    assert [one.by for one in site.state.ledger.acknowledgements(alert.id)] == ["awa"]


def test_searches_are_kept_shown_and_forgotten(closed: Site) -> None:
    api = client(closed, "awa", ApiScope.READ, ApiScope.ANALYSE)

    status, kept = api.ask(
        "/searches/Nord%20%C3%A9", "PUT", {"q": "Kidal", "lang": "fr", "since": "7d", "order": "newest"}
    )
    assert (status, kept["name"], kept["by"]) == (200, "Nord é", "awa")
    assert kept["filters"] == {"lang": "fr", "since": "7d", "order": "newest"}
    assert [one["name"] for one in api.ask("/searches")[1]["searches"]] == ["Nord é"]
    assert api.ask("/searches/Nord%20%C3%A9", "PUT", {"q": "x", "since": "yesterday"})[0] == 400
    assert [api.ask("/searches/Nord%20%C3%A9", "DELETE")[0] for _ in range(2)] == [204, 404]


def test_a_query_is_checked_with_the_place_of_the_mistake(site: Site) -> None:
    api = Client(site)

    assert api.ask("/rules/check", "POST", {"query": 'convoy AND "fuel trucks"'})[1]["usable"]
    _, wrong = api.ask("/rules/check", "POST", {"query": "convoy\nAND (gao"})
    assert (wrong["usable"], wrong["line"]) == (False, 2)
    assert wrong["column"] >= 1
    assert "^" in wrong["pointer"]
    assert wrong["problem"]
    assert [rule["id"] for rule in api.ask("/rules")[1]["rules"]] == ["convoys"]


def test_feeds_are_listed_in_pages_and_the_status_says_what_is_wrong(site: Site, alert: Alert) -> None:
    site.state.feeds.put([FeedSpec(url="https://wire.example/rss")])
    api = Client(site)

    _, first = api.ask("/feeds?limit=1")
    _, rest = api.ask(f"/feeds?after={first['next']}")
    assert [one["url"] for one in first["feeds"] + rest["feeds"]] == [
        "https://post.example/rss",
        "https://wire.example/rss",
    ]
    assert rest["next"] is None
    status = api.ask("/status")[1]
    assert status["healthy"] == (not status["problems"])


@pytest.mark.parametrize(
    "path",
    [
        *("/search?limit=0", "/search?limit=x", "/search?limit=201", "/search?nothing=1", "/search?q=a&q=b"),
        *("/search?order=best", "/search?since=tomorrow-ish", "/search?after=x", f"/search?q={'a' * 1001}"),
        *("/search?q=%00", "/alerts?state=lost", "/why", "/why?article=x", "/status?x=1"),
    ],
)
def test_what_can_not_be_asked_is_refused_in_words(site: Site, path: str) -> None:
    status, problem = Client(site).ask(path)

    assert status in (400, 200 if "%00" in path else 400)
    assert status == 200 or (problem["status"], bool(problem["detail"])) == (400, True)


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '{"by": 1}', '{"by": "x", "more": 1}', "[" * 100_000, '{"note": "\\ud800"}', "\0"]
)
def test_a_body_that_can_not_be_read_is_refused_in_words(site: Site, alert: Alert, body: str) -> None:
    status, problem = Client(site).ask(f"/alerts/{alert.id}/acknowledge", "POST", body)

    assert (status, problem["title"]) == (400, "Not understood")


def test_characters_that_no_database_takes_are_refused_in_words_on_servers_too(
    site: Site, postgres_database: str
) -> None:
    state = open_state(postgres_database)
    state.setup()
    app = create_app(site.index, state, lambda: Health(problems=()), keys=KEYS)
    with listening(app, "127.0.0.1", 0) as address:
        api = Client(Site(address, site.index, state))
        assert api.ask("/alerts?rule=%00")[0] == 400
        assert api.ask("/alerts/%00")[0] == 404
        assert api.ask("/feeds/disable", "POST", {"url": "a\0"})[0] == 400
        assert Site(address, site.index, state).get("/alerts?rule=%00").status == 400
        assert sign_in_as(Site(address, site.index, state), "a\0").status in (400, 403)
    state.close()


def sign_in_as(desk: Site, name: str) -> Answer:
    form = desk.get("/sign-in").page.cssselect("input[name='form']")[0].get("value")
    return desk.post("/sign-in", {"form": form, "name": name, "password": "guess"})


def test_a_body_without_end_is_refused(site: Site, alert: Alert) -> None:
    body = json.dumps({"note": "x" * 1_100_000})

    assert Client(site).ask(f"/alerts/{alert.id}/acknowledge", "POST", body)[0] == 413


def test_ways_that_there_are_not_are_refused_in_words(site: Site) -> None:
    answer = Client(site).answer("/search", "DELETE")

    assert (answer.status, answer.headers["content-type"]) == (405, "application/problem+json")
    assert "GET" in answer.headers["allow"]


def test_when_a_part_is_out_of_reach_the_api_says_so(site: Site) -> None:
    app = create_app(IndexOutOfReach(), site.state, lambda: Health(problems=("down",)))  # type: ignore[arg-type]
    with listening(app, "127.0.0.1", 0) as address:
        status, problem = Client(Site(address, site.index, site.state)).ask("/search")

    assert (status, problem["title"]) == (503, "Out of reach for now")


def described(site: Site) -> Mapping[str, Any]:
    found: Mapping[str, Any] = Client(site).ask("/openapi.json")[1]
    return found


def test_the_description_names_every_operation_with_its_scope(site: Site) -> None:
    document = described(site)

    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "https://harmattan.example.org/desk"}]
    operations = {one["operationId"]: one for path in document["paths"].values() for one in path.values()}
    assert {"search", "article", "story", "alerts", "acknowledge", "mute", "feedback", "why", "rules"} <= set(
        operations
    )
    assert "`analyse`" in operations["acknowledge"]["description"]
    assert all(one["summary"] for one in operations.values())


def test_whatever_the_description_allows_and_more_is_answered_as_it_says(closed: Site, alert: Alert) -> None:
    """Schemathesis makes requests from the description, and compares answers, headers and statuses with it."""
    import schemathesis
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    api = client(closed, "omar", *ApiScope)
    schema = schemathesis.openapi.from_url(f"{closed.address}{API}/openapi.json")
    asked = 0
    for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
        for result in schema.get_all_operations():
            operation = result.ok()
            if mode is schemathesis.GenerationMode.NEGATIVE and operation.definition.raw["operationId"] in UNTYPED:
                continue

            @BOUNDED
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                nonlocal asked
                asked += 1
                # what a query or a length of time may be, no schema can say: refusing one in words is right
                case.call_and_validate(headers=api.headers, excluded_checks=[positive_data_acceptance])

            ask()
    assert asked >= 200
