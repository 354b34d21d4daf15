"""The page of a story, feeds of alerts, and why somebody was not told."""

from dataclasses import replace
from urllib.parse import unquote

from lxml import etree

from pipeline.records.article import Severity
from pipeline.state.interface import Verdict
from tests.builders import POST, WIRE, enriched, match
from tests.web.site import Site

ATOM = {"a": "http://www.w3.org/2005/Atom"}
ARABIC = "توقيف قافلة قرب غاو"


def test_a_story_tells_its_articles_in_time_its_outlets_and_whose_reports_they_are(site: Site) -> None:
    why = match("convoys")
    first = enriched("a1", story="s1", source=replace(POST, kinds=("private",)), matches=(why,))
    site.publish(
        first,
        enriched("a2", title="The same", url="https://wire.example/2", source=WIRE, story="s1", copy_of="a1"),
        enriched(
            "a3", title=ARABIC, language="ar", url="https://x.example/3", source=replace(WIRE, name="Sada"), story="s1"
        ),
        enriched("a4", title="Another story", url="https://wire.example/4", story="s2"),
    )
    alert = site.raise_alert(why, first, "console")

    answer = site.get("/stories/s1")

    seen = answer.seen()
    for expected in ("3 articles", "3 outlets", "2 independent origins", "2 languages", "private", "near-copy"):
        assert expected in seen
    assert "Sahel Post carried by Sahel Post , Sahara Wire" in answer.seen("aside")
    assert "Another story" not in seen
    assert answer.page.cssselect("h3[dir=rtl][lang=ar]")
    assert f"../alerts/{alert.id}" in answer.links()
    assert "../stories/s1" in site.get("/articles/a1").links()
    assert site.get("/stories/none").status == 404


def test_an_alert_leads_to_its_story_and_to_kibana_with_the_question_filled_in(site: Site) -> None:
    alert = site.raise_alert(match("convoys"), enriched("a1", story="s'1"), "console")

    answer = site.get(f"/alerts/{alert.id}")

    assert "../stories/s%271" in answer.links()
    [kibana] = [address for address in answer.links() if address.startswith("https://kibana.example.org/s/harmattan/")]
    assert "query:'story : \"s!'1\"'" in unquote(kibana)
    assert "time:(from:'" in unquote(kibana)
    assert "1 outlet, 1 independent origin so far" in answer.seen()


def test_alerts_can_be_followed_in_a_feed_reader_all_or_those_of_one_rule(site: Site) -> None:
    hostile = "<b>bold</b> & ]]> \x00\x1b[31m \u202e end"
    site.raise_alert(match("convoys", severity=Severity.CRITICAL), enriched("a1", title=hostile), "console")
    site.raise_alert(match("floods"), enriched("a2", title=ARABIC, language="ar", url="https://x.example/2"))

    answer = site.get("/alerts.atom")
    feed = etree.fromstring(answer.text.encode())

    assert answer.headers["content-type"].startswith("application/atom+xml")
    titles = feed.xpath("a:entry/a:title/text()", namespaces=ATOM)
    assert any("[CRITICAL] Convoys: <b>bold</b> & ]]>" in title for title in titles)
    assert any(ARABIC in title for title in titles)
    for needed in (
        "a:id",
        "a:title",
        "a:updated",
        "a:link[@rel='self']",
        "a:entry/a:author/a:name",
        "a:entry/a:updated",
    ):
        assert feed.xpath(needed, namespaces=ATOM), needed
    assert feed.xpath("a:entry/a:link[@rel='alternate']/@href", namespaces=ATOM)[0].startswith(
        "https://harmattan.example.org/desk/alerts/"
    )
    assert site.get("/alerts.atom", **{"If-None-Match": answer.headers["etag"]}).status == 304

    of_rule = etree.fromstring(site.get("/rules/floods.atom").text.encode())
    assert len(of_rule.xpath("a:entry", namespaces=ATOM)) == 1
    assert site.get("/rules/nothing.atom").status == 404
    assert "./rules/floods.atom" in site.get("/alerts?rule=floods").links()


def test_why_nobody_was_told_is_said_down_to_the_part_of_the_rule_that_failed(site: Site) -> None:
    site.publish(enriched("a1"))

    answer = site.get("/why?article=a1&rule=convoys&to=awa")

    assert answer.status == 200
    assert "convoys: no alert: the rule does not match" in answer.seen()
    tree = answer.seen("pre.tree")
    assert "✓ convoy" in tree
    assert '✗ "fuel trucks"' in tree


def test_what_can_not_be_asked_is_said_in_words(site: Site) -> None:
    site.publish(enriched("a1"))

    assert site.get("/why").status == 200
    assert site.get("/why?article=unheard-of").status == 400
    assert "never polled" in site.get("/why?article=unheard-of").seen(".problem")
    assert "no analyst" in site.get("/why?article=a1&to=nobody").seen(".problem")


def test_a_rules_page_says_what_it_asks_and_what_analysts_made_of_its_alerts(site: Site) -> None:
    alert = site.raise_alert(match("convoys", "convoi <b>"), enriched("a1", title=ARABIC, language="ar"), "console")
    other = site.raise_alert(match("convoys"), enriched("a2"), "console")
    site.state.ledger.say(alert.id, "awa", Verdict.FALSE, "a wedding")
    site.state.ledger.say(other.id, "awa", Verdict.USEFUL)
    site.state.ledger.acknowledge(other.id, "awa", "")
    signal = site.raise_alert(match("mali-burst"), enriched("a3"))

    answer = site.get("/rules/convoys")

    seen = answer.seen()
    for expected in ('convoy AND "fuel trucks"', "1: 50 % (between 9 % and 91 %", "a wedding", "convoi <b> in 1"):
        assert expected in seen
    assert answer.page.cssselect("[dir=rtl][lang=ar]")
    assert f"../alerts/{alert.id}" in answer.links()
    assert "../rules/convoys" in site.get(f"/alerts/{alert.id}").links()
    assert f"../alerts/{signal.id}" in site.get("/rules/mali-burst").links(), "of what raised alerts and is no rule"
    assert site.get("/rules/none").status == 404
