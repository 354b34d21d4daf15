"""What analysts and operators find on the pages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.records.article import Place, Severity, Span
from pipeline.state.interface import Attempt, FeedSpec, PollOutcome
from tests.builders import CONVOY, POST, WIRE, enriched, match, minutes, prepared
from tests.web.site import Site

ARABIC = "قوات روسية تنتشر في قاعدة تمبكتو"


def test_without_words_the_newest_articles_come_first(site: Site) -> None:
    site.publish(
        enriched("a1", title="Older", published=prepared().seen - minutes(90)),
        enriched("a2", title="Newer", published=prepared().seen - minutes(1)),
    )

    answer = site.get("/")

    assert answer.status == 200
    assert [title.text_content() for title in answer.page.cssselect(".hit h2")] == ["Newer", "Older"]
    assert "2 articles, newest first" in answer.seen()


def test_a_word_finds_its_articles_and_a_hit_says_what_it_is(site: Site) -> None:
    site.publish(
        enriched("a1", matches=(match("convoys"),), source=POST, story="s1"),
        enriched("a2", title="Rain in Dakar", text="It rained.", url="https://post.example/rain"),
    )

    answer = site.get("/?q=convoy")

    [hit] = answer.page.cssselect(".hit")
    text = " ".join(hit.text_content().split())
    for expected in ("Convoy stopped near Ber", "Sahel Post", "English", "15 Nov 2026, 11:55 UTC", "Convoys"):
        assert expected in text
    links = [link.get("href") for link in hit.cssselect("a")]
    assert {"./articles/a1", "./?rule=convoys", "./?story=s1", "https://post.example/convoy"} <= set(links)
    [out] = [link for link in hit.cssselect("a") if link.get("href") == "https://post.example/convoy"]
    assert {"noopener", "noreferrer", "nofollow"} <= set(out.get("rel").split())


@pytest.mark.parametrize(
    "query", ["lang=fr", "rule=convoys", "place=Ber", "place=ML", "source=Sahara+Wire", "story=s9"]
)
def test_every_filter_narrows_and_stays_filled_in(site: Site, query: str) -> None:
    ber = Place(name="Ber", country="ML", lat=16.8, lon=-2.5, kind="town")
    wanted = {
        "language": "fr",
        "matches": (match("convoys"),),
        "places": (ber,),
        "countries": ("ML",),
        "source": WIRE,
        "story": "s9",
    }
    site.publish(enriched("a1"), enriched("a2", title="Wanted", url="https://wire.example/2", **wanted))

    answer = site.get(f"/?{query}")

    assert [title.text_content() for title in answer.page.cssselect(".hit h2")] == ["Wanted"]
    name, _, value = query.partition("=")
    chosen = answer.page.cssselect(f"[name={name}]")[0]
    filled = chosen.value if chosen.tag == "select" else chosen.get("value")
    assert filled == value.replace("+", " ")


def test_more_can_be_asked_for_than_one_page_shows(site: Site) -> None:
    site.publish(*(enriched(f"a{n}", title=f"Report {n}", url=f"https://post.example/{n}") for n in range(25)))

    first = site.get("/?q=report")
    [more] = first.links(".more a")
    site.publish(*(enriched(f"b{n}", title="Report", url=f"https://post.example/b{n}") for n in range(5)))
    second = site.get(more.removeprefix("."))

    titles = [[hit.text_content() for hit in page.page.cssselect(".hit h2")] for page in (first, second)]
    assert [len(page) for page in titles] == [20, 5]
    assert len({*titles[0], *titles[1]}) == 25
    assert "25 articles" in second.seen()
    assert second.links(".more a") == ["./?q=report"]


@pytest.mark.parametrize("query", ["since=tomorrow-ish", "q=" + "a" * 2000])
def test_a_search_that_can_not_be_read_says_why(site: Site, query: str) -> None:
    answer = site.get(f"/?{query}")

    assert answer.status == 400
    assert "The search can't be answered" in answer.seen(".problem")


def test_an_article_shows_its_text_with_the_words_that_matched_marked(site: Site) -> None:
    found = match("convoys", name="Convoys")
    begin = len("Convoy stopped near Ber\n\nA ")
    spans = (Span(0, 6, "Convoy"), Span(begin, begin + 6, "convoy"))
    site.publish(enriched("a1", matches=(replace(found, spans=spans),)))

    answer = site.get("/articles/a1")

    assert answer.seen("h1 mark") == "Convoy"
    assert answer.seen(".text mark") == "convoy"
    assert answer.page.cssselect(".text mark")[0].get("title") == "Convoys"
    assert answer.seen(".text") == " ".join(CONVOY.split())


def test_an_article_names_its_places_its_versions_and_the_rest_of_its_story(site: Site) -> None:
    ber = Place(name="Ber", country="ML", lat=16.8, lon=-2.5, kind="town")
    site.publish(
        enriched(
            "a1", places=(ber,), story="s1", corrected=True, revision=3, text_source="feed", page_error="timed out"
        ),
        enriched(
            "a2", title="The same, elsewhere", url="https://wire.example/2", source=WIRE, story="s1", copy_of="a1"
        ),
    )

    answer = site.get("/articles/a1")

    for expected in (
        "Ber ML",
        "corrected by its outlet",
        "Revision 3",
        "The same, elsewhere",
        "Sahara Wire",
        "timed out",
    ):
        assert expected in answer.seen()
    assert "../articles/a2" in answer.links()
    assert "near-copy" in site.get("/articles/a2").seen()


def test_right_to_left_text_is_told_as_such_with_its_language(site: Site) -> None:
    site.publish(enriched("a1", title=ARABIC, text=ARABIC, language="ar"), enriched("a2", language="und"))

    hit = site.get("/?lang=ar").page.cssselect(".hit h2")[0]
    heading = site.get("/articles/a1").page.cssselect("h1")[0]
    unknown = site.get("/articles/a2").page.cssselect("h1")[0]

    assert (hit.get("lang"), hit.get("dir")) == ("ar", "rtl")
    assert (heading.get("lang"), heading.get("dir")) == ("ar", "rtl")
    assert (unknown.get("lang"), unknown.get("dir")) == (None, "auto")


def test_alerts_are_listed_with_rule_severity_words_article_and_what_became_of_them(site: Site) -> None:
    alert = site.raise_alert(match("convoys", "convoy", "Ber"), enriched("a1"), "console")

    answer = site.get("/alerts")

    for expected in ("high", "Convoys", "convoy", "Ber", "Convoy stopped near Ber", "Sahel Post", "waiting"):
        assert expected in answer.seen(".alert")
    assert f"./alerts/{alert.id}" in answer.links()


def test_an_alert_and_its_article_show_the_passage_with_the_words_that_matched(site: Site) -> None:
    span = Span(27, 33, CONVOY[2:8])
    why = match("convoys", spans=(span,), passage=Span(25, 60, CONVOY[:35]))
    article = enriched("a1", matches=(why,))
    site.publish(article)
    alert = site.raise_alert(why, article, "console")

    for path, part in (("/alerts", ".alert"), (f"/alerts/{alert.id}", ".hit"), ("/articles/a1", "aside li")):
        [passage] = site.get(path).page.cssselect(f"{part} .excerpt")
        assert passage.text_content() == CONVOY[:35]
        assert [mark.text_content() for mark in passage.cssselect("mark")] == ["convoy"]


def test_alerts_can_be_narrowed_to_a_rule_and_to_what_became_of_them(site: Site) -> None:
    site.raise_alert(match("convoys"), enriched("a1"), "console")
    site.raise_alert(match("floods"), enriched("a2"))

    assert len(site.get("/alerts").page.cssselect(".alert")) == 2
    assert "Floods" in site.get("/alerts?rule=floods").seen(".alert")
    assert "Convoys" not in site.get("/alerts?rule=floods").seen(".alert")
    assert len(site.get("/alerts?state=waiting").page.cssselect(".alert")) == 1
    assert len(site.get("/alerts?state=nonsense").page.cssselect(".alert")) == 2


def test_an_alert_shows_its_deliveries_and_why_one_has_not_arrived(site: Site) -> None:
    alert = site.raise_alert(match("convoys", severity=Severity.CRITICAL), enriched("a1"), "console", "desk")
    for claim in site.state.ledger.claim_due("tests", 10, timedelta(seconds=60)):
        arrived = claim.delivery.channel == "console"
        attempt = Attempt(sent=True) if arrived else Attempt(retry=timedelta(minutes=5), error="connection refused")
        site.state.ledger.record(claim, attempt)

    rows = [" ".join(row.text_content().split()) for row in site.get(f"/alerts/{alert.id}").page.cssselect("tbody tr")]

    console, desk = sorted(rows)
    assert "sent" in console
    assert "due" in desk
    assert "connection refused" in desk


def test_the_status_names_feeds_in_trouble_first_with_the_reason(site: Site) -> None:
    fine, broken = "https://fine.example/rss", "https://broken.example/rss"
    site.state.feeds.put([FeedSpec(url=fine, title="Fine"), FeedSpec(url=broken, title="Broken")])
    for claim in site.state.feeds.claim_due("tests", 10, timedelta(seconds=60)):
        bad = claim.spec.url == broken
        outcome = (
            PollOutcome(delay=minutes(5), error="answered 503") if bad else PollOutcome(delay=minutes(5), entries=7)
        )
        site.state.feeds.save([(claim, outcome)])

    rows = [" ".join(row.text_content().split()) for row in site.get("/status").page.cssselect(".feeds tbody tr")]

    assert rows[0].startswith("Broken")
    assert "answered 503" in rows[0]
    assert rows[1].startswith("Fine")
    assert "7" in rows[1]


def test_the_status_says_of_which_feeds_entries_were_missed(site: Site) -> None:
    site.state.feeds.put([FeedSpec(url=f"https://{name}.example/rss", title=name) for name in ("Fine", "Gappy")])
    claims = {claim.spec.title: claim for claim in site.state.feeds.claim_due("tests", 10, timedelta(seconds=60))}
    since = datetime(2026, 11, 20, 8, tzinfo=UTC)
    site.state.gaps.record(claims["Gappy"].id, since=since, until=since + timedelta(hours=5))
    site.state.feeds.save([(claim, PollOutcome(delay=minutes(5), entries=7)) for claim in claims.values()])

    rows = [" ".join(row.text_content().split()) for row in site.get("/status").page.cssselect(".feeds tbody tr")]

    assert "entries were missed between 2026-11-20 08:00 and 2026-11-20 13:00 UTC" in rows[0]
    assert rows[1].startswith("Fine")
    assert "missed" not in rows[1]


def test_the_status_shows_workers_and_says_when_work_waits_for_none(site: Site) -> None:
    site.state.beat("host-1", "enrich", {"handled": 1200})
    site.raise_alert(match("convoys"), enriched("a1"), "console")

    seen = site.get("/status").seen()

    assert "host-1" in seen
    assert "1,200 handled" in seen
    assert "Deliveries are due and no worker sends them" in seen


def test_empty_stores_say_what_will_come(site: Site) -> None:
    assert "appear here as feeds are polled" in site.get("/").seen()
    assert "when an article matches a watch rule" in site.get("/alerts").seen()
    assert "harmattan feeds import" in site.get("/status").seen()


@pytest.mark.parametrize("path", ["/nothing", "/articles/none", "/alerts/none", "/static/../app.py", "/static/none"])
def test_what_is_not_there_is_said_to_be_not_there(site: Site, path: str) -> None:
    assert site.get(path).status == 404
