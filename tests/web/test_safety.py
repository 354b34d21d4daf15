"""What a hostile article, a foreign site or a broken part can not do to the page."""

import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from pipeline.errors import OutOfReach
from pipeline.health import Health
from pipeline.index.interface import SearchQuery, SearchResult
from pipeline.records.article import EnrichedArticle, Place, Source
from pipeline.state.database import DatabaseState
from pipeline.state.interface import FeedSpec, SavedSearch, Verdict
from pipeline.web.app import create_app
from pipeline.web.server import listening
from tests.builders import enriched, match
from tests.web.site import Site

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}{% raw %}\u202egnol</style></title>&lt;"
PAGES = (
    "/", "/?q=script", "/articles/a1", "/alerts", "/alerts?rule=convoys", "/status", "/stories/s1", "/searches",
    "/rules/convoys", "/rules", "/feeds", "/mutes", "/signals", "/why?article=a1&rule=convoys", "/sign-in?next=/%3Cscript%3E",
)  # fmt: skip


def hostile_article() -> EnrichedArticle:
    place = Place(name=HOSTILE, country="ML", lat=0.0, lon=0.0, kind=HOSTILE)
    return enriched(
        "a1",
        title=HOSTILE,
        text=f"{HOSTILE}\n{HOSTILE}",
        url="javascript:alert(3)",
        source=Source(feed="https://x.example/", name=HOSTILE, language="en"),
        language="en",
        authors=(HOSTILE,),
        categories=(HOSTILE,),
        places=(place,),
        page_error=HOSTILE,
        matches=(match("convoys", HOSTILE, name=HOSTILE),),
        story="s1",
    )


@pytest.fixture
def hostile(site: Site) -> Site:
    article = hostile_article()
    site.publish(article, enriched("a2", title=HOSTILE, story="s1", url="https://post.example/2"))
    alert = site.raise_alert(article.article.matches[0], article, "console")
    site.state.feeds.put([FeedSpec(url="https://x.example/<script>", title=HOSTILE, problem=HOSTILE)])
    site.state.ledger.acknowledge(alert.id, HOSTILE, HOSTILE)
    site.state.ledger.say(alert.id, HOSTILE, Verdict.FALSE, HOSTILE)
    kept = SavedSearch(name=HOSTILE, text="convoy", filters={"source": HOSTILE})
    site.state.searches.save(kept)
    site.alert = alert.id  # type: ignore[attr-defined]
    return site


@pytest.mark.parametrize("path", [*PAGES, "the alert"])
def test_markup_from_outside_is_shown_as_text_everywhere(hostile: Site, path: str) -> None:
    path = f"/alerts/{hostile.alert}" if path == "the alert" else path  # type: ignore[attr-defined]
    answer = hostile.get(path)

    assert answer.status == 200
    scripts = answer.page.cssselect("script")
    assert [script.get("src", "").partition("?")[0].lstrip("./") for script in scripts] == ["static/live.js"]
    assert not [script for script in scripts if script.text]
    assert [image.get("src", "").partition("?")[0].lstrip("./") for image in answer.page.cssselect("img")] == [
        "static/icon.svg"
    ]
    attributes = {name for element in answer.page.iter() if isinstance(element.tag, str) for name in element.attrib}
    assert not {name for name in attributes if name.startswith("on") or name == "style"}
    assert "{{ 7*7 }}" in answer.text or "script" not in answer.seen()
    assert not [link for link in answer.links() if urlsplit(link).scheme not in ("", "http", "https")]
    away = [link for link in answer.page.cssselect("a[href]") if urlsplit(str(link.get("href"))).netloc]
    assert away
    assert all("noopener" in link.get("rel", "") for link in away)


@pytest.mark.parametrize(
    "path", ["/", "/alerts", "/status", "/health", "/nothing", "/static/live.js", "/static/style.css"]
)
def test_every_answer_forbids_what_the_page_does_not_need(site: Site, path: str) -> None:
    headers = site.get(path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_loaded_from_elsewhere_and_nothing_stands_inline(site: Site, path: str) -> None:
    page = site.get(path).page

    loaded = [element.get("src") or element.get("href") for element in page.cssselect("script, img, link")]
    assert loaded
    assert all(not urlsplit(address).netloc for address in loaded)
    assert not page.cssselect("style, script:not([src]), [style]")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:1", 200),
        ("localhost:8765", 200),
        ("[::1]:8765", 200),
        ("harmattan.example.org", 303),  # beyond this machine, people sign in
        ("HARMATTAN.example.org:443", 303),
        ("evil.example", 421),
        ("harmattan.example.org.evil.example", 421),
        ("", 421),
        ("[", 421),
    ],
)
def test_the_page_answers_only_under_its_own_names(site: Site, host: str, status: int) -> None:
    assert site.get("/alerts", Host=host).status == status


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/alerts", "/status"])
def test_nothing_can_be_changed(site: Site, method: str, path: str) -> None:
    assert site.get(path, method).status == 405


@pytest.mark.parametrize("path", ["/alerts", "/articles/a1"])
def test_links_stay_right_wherever_a_proxy_puts_the_page(site: Site, path: str) -> None:
    site.publish(enriched("a1"))

    addresses = [link for link in site.get(path).links() if not urlsplit(link).netloc and not link.startswith("#")]

    assert addresses
    assert all(re.match(r"\.\.?/", link) for link in addresses)


def test_a_page_of_results_is_small(site: Site) -> None:
    site.publish(*(enriched(f"a{n}", url=f"https://post.example/{n}", matches=(match(),)) for n in range(20)))

    page = site.get("/").text
    weight = sum(len(site.get(path).text) for path in ("/static/style.css", "/static/live.js", "/static/icon.svg"))

    assert len(page) + weight < 100_000


def test_a_health_check_is_told_that_all_is_well(site: Site) -> None:
    answer = site.get("/health")

    assert answer.status == 200
    assert json.loads(answer.text) == {"healthy": True, "state": "ok", "index": "ok"}


DOWN = "Elasticsearch at http://127.0.0.1:9200 can't be reached: is it running?"


class IndexOutOfReach:
    """An article index whose server is down."""

    def search(self, query: SearchQuery) -> SearchResult:
        raise OutOfReach(DOWN)

    def article(self, article_id: str) -> EnrichedArticle | None:
        raise OutOfReach(DOWN)

    def check(self) -> None:
        raise OutOfReach(DOWN)


@pytest.fixture
def without_index(stores: tuple[object, DatabaseState, object]) -> Iterator[Site]:
    index = IndexOutOfReach()
    app = create_app(index, stores[1], lambda: Health(problems=("the index is down",)))  # type: ignore[arg-type]
    with listening(app, "127.0.0.1", 0) as address:
        yield Site(address, index, stores[1])  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["/", "/?q=convoy", "/articles/a1"])
def test_when_the_index_is_out_of_reach_the_page_says_so(without_index: Site, path: str) -> None:
    answer = without_index.get(path)

    assert answer.status == 503
    assert "Elasticsearch at http://127.0.0.1:9200 can't be reached" in answer.seen()


def test_when_the_index_is_out_of_reach_alerts_and_status_still_show(without_index: Site) -> None:
    alert = without_index.raise_alert(match("convoys"), enriched("a1"), "console")

    assert "Convoys" in without_index.get("/alerts").seen()
    assert without_index.get(f"/alerts/{alert.id}").status == 200
    assert without_index.get("/status").status == 200
    assert without_index.get("/health").status == 503
    assert "Elasticsearch" in json.loads(without_index.get("/health").text)["index"]


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=%ff%fe",
        "q=%22unclosed",
        "q=((((",
        "q=" + "a+" * 400,
        "q=*a*",
        "q=a:b:c",
        "lang=%00",
        "limit=-1",
        "limit=99999999999999999999",
        "limit=%D9%A1",
        "since=%00",
        "since=9999999999w",
        "since=0001-01-01",
        "since=2026-01-01T00:00:00%2B23:59",
        "story=%F0%9F%9A%92",
        "q=x&q=y&q[]=z",
    ],
)
def test_whatever_is_typed_is_answered_or_refused_in_words(site: Site, query: str) -> None:
    answer = site.get(f"/?{query}")

    assert answer.status in (200, 400)
    assert answer.page.cssselect("form.search")
    assert site.get(f"/alerts?{query.replace('q=', 'rule=')}").status == 200
