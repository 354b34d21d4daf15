"""What the page shows of an article that its outlet changed."""

from dataclasses import replace

from pipeline.records.change import Change, ChangeKind, Edit, Nature
from pipeline.state.interface import KnownText
from tests.builders import NOON, enriched, match, minutes
from tests.web.site import Site, alert_article

TOLL = Edit("lead", "At least ", "12", "21", " soldiers <b>died</b>.", (ChangeKind.NUMBERS,))
CHANGE = Change(
    revision=2, at=NOON + minutes(30), kind=Nature.MATERIAL, declared=False, fields=("lead",), edits=(TOLL,)
)


def keep(site: Site, article: str, change: Change, title: str, text: str) -> None:
    earlier = KnownText(
        article=article, text_source="feed", first_seen=NOON, revision=1, seen=NOON, title=title, text=text
    )
    assert site.state.stories.lead("tests", minutes(5))
    with site.state.stories.decide("tests", "relate@1") as decision:
        decision.put_change(article, change, earlier)


def test_each_version_shows_what_was_taken_out_and_put_in_and_what_stood_there(site: Site) -> None:
    keep(site, "v1", CHANGE, "Twelve die", "At least 12 soldiers <b>died</b>.\n\n<script>alert(1)</script>")
    site.publish(enriched("v1", revision=2, corrected=True, changes=(CHANGE,), undeclared=True))

    answer = site.get("/articles/v1")

    assert (answer.seen("#versions del"), answer.seen("#versions ins")) == ("12", "21")
    assert "changed by its outlet" in answer.seen("header")
    assert "without saying so" in answer.seen("#versions")
    assert "Twelve die" in answer.seen("#versions details")
    assert "<script>alert(1)" in answer.seen("#versions details")
    assert answer.page.cssselect("#versions script, #versions b") == []


def test_changes_in_right_to_left_text_are_told_as_such(site: Site) -> None:
    edit = replace(TOLL, before="قتل ", removed="١٢", added="٢١", after=" جنديا")
    keep(site, "v2", replace(CHANGE, edits=(edit,)), "عنوان", "قتل ١٢ جنديا")
    site.publish(enriched("v2", language="ar", changes=(CHANGE,)))

    answer = site.get("/articles/v2")

    assert {one.get("dir") for one in answer.page.cssselect("#versions .excerpt, #versions details div")} == {"rtl"}


def test_the_gravest_change_is_told_first_whatever_followed(site: Site) -> None:
    withdrawn = replace(CHANGE, kind=Nature.WITHDRAWAL, edits=(), fields=("withdrawal",))
    site.publish(enriched("v3", changes=(withdrawn, replace(CHANGE, revision=3, kind=Nature.COSMETIC))))

    assert "withdrawn by its outlet" in site.get("/articles/v3").seen("header")


def test_an_alert_shows_the_difference_and_that_its_rule_matches_no_more(site: Site) -> None:
    article = enriched("v4", title="Convoy stopped", matches=(match(),))
    alert = site.raise_alert(match(), article, "mail")
    changed = replace(alert_article(article), revision=2, changes=(CHANGE,), matches_no_more=CHANGE.at)
    with site.state.ledger.decide("tests") as decision:
        decision.join(alert.id, changed, article.story, (), alert.severity)

    answer = site.get(f"/alerts/{alert.id}")

    assert (answer.seen("del"), answer.seen("ins")) == ("12", "21")
    assert "it matches the rule no more" in answer.seen()
