"""What an analyst is told of, and finds; once, and for the right reason."""

import re
from pathlib import Path

import pytest

from tests.acceptance import stories
from tests.acceptance.desk import Desk

SEED = Path(__file__).parents[2].parent / "shared" / "seed"


def test_a_new_article_about_what_is_watched_is_found_and_alerts_once_with_its_words(desk: Desk):
    url = desk.outlets.outlet("sahara-wire").publish(title="Fighters take over airfield", text=stories.AGENCY)

    desk.polls()
    desk.polls()

    (hit,) = desk.finds("Timbuktu")
    assert (hit["url"], hit["language"], hit["source"]) == (url, "en", "sahara-wire")
    assert sorted(hit["rules"]) == ["sahel", "wagner-group"]
    assert desk.told_rules() == ["sahel", "wagner-group"]
    (alert,) = desk.alerts("wagner-group")
    assert alert["articles"] == [{**alert["articles"][0], "url": url, "title": "Fighters take over airfield"}]
    assert "Wagner Group" in alert["matches"]
    assert alert["state"] == "sent"


def test_an_agency_story_in_four_outlets_is_one_story_and_one_alert(desk: Desk):
    texts = [stories.AGENCY, stories.AGENCY_BYLINED, stories.AGENCY_SHORTENED, stories.AGENCY]
    for number, text in enumerate(texts):
        outlet = desk.outlets.outlet(f"outlet-{number}", full=number % 2 == 0)
        outlet.publish(title=f"Headline number {number}", text=text)
        desk.polls()

    hits = desk.finds("airfield Goundam")
    assert len(hits) == 4
    assert len({hit["story"] for hit in hits}) == 1
    (alert,) = desk.alerts("wagner-group")
    assert len(alert["articles"]) == 4
    assert desk.told_rules() == ["sahel", "wagner-group"]


def test_an_opera_and_a_football_club_alert_nobody(desk: Desk):
    desk.outlets.outlet("proscenium").publish(title="A tram for Lohengrin: Wagner at the festival", text=stories.OPERA)
    desk.outlets.outlet("ballon", language="fr").publish(title="L'Étoile du Sahel renverse le derby", text=stories.CLUB)

    desk.polls()

    assert {hit["language"] for hit in desk.finds("*")} == {"en", "fr"}
    assert desk.alerts() == []
    assert desk.told() == []


def test_a_corrected_toll_is_found_as_it_now_stands_and_told_once_with_the_difference(desk: Desk):
    outlet = desk.outlets.outlet("sahel-post")
    url = outlet.publish(title="Ferry turns over near Mopti", text=stories.FLOOD + " The Sahel mourns.")
    desk.polls()

    text = stories.FLOOD.replace("Eleven", "Seventeen")
    outlet.correct(url, text=text + " The Sahel mourns.", summary=text.partition("\n\n")[0])
    desk.polls()

    assert desk.finds("Eleven ferry") == []
    (hit,) = desk.finds("Seventeen ferry")
    assert (hit["url"], hit["revision"]) == (url, 2)
    assert len(desk.alerts()) == 1
    raised, corrected = desk.told()
    assert (raised["update"], corrected["update"], corrected["reasons"]) == (0, 1, ["correction"])
    (change,) = corrected["articles"][0]["changes"]
    assert ("Eleven", "Seventeen") in [(edit["removed"], edit["added"]) for edit in change["edits"]]

    (shown,) = desk.asks("articles", "show", url, "--json").rows()
    assert "Eleven" in shown["versions"][0]["earlier"]["text"]

    assert desk.runs("replay").status == 0
    desk.polls()
    assert desk.told() == [raised, corrected]


def test_articles_replayed_from_the_log_alert_nobody_and_are_there_once(desk: Desk):
    desk.outlets.outlet("sahara-wire").publish(title="Fighters take over airfield", text=stories.AGENCY)
    desk.outlets.outlet("kayes-weekly").publish(title="Market reopens", text=stories.MARKET)
    desk.polls()

    assert desk.runs("replay").status == 0
    desk.polls()

    assert len(desk.finds("*")) == 2
    assert desk.told_rules() == ["sahel", "wagner-group"]


def test_what_a_new_rule_finds_in_stored_articles_is_searchable_and_wakes_nobody(desk: Desk):
    desk.outlets.outlet("kayes-weekly").publish(title="Market reopens", text=stories.MARKET)
    desk.polls()
    rules = desk.folder / "rules.yaml"
    rules.write_text("rules: [{id: markets, name: Markets, query: '\"cattle market\"', severity: low}]\n")

    assert desk.runs("replay", "--since", "1d", "--rules", str(rules)).status == 0

    (hit,) = desk.finds("*", "--rule", "markets")
    assert hit["revision"] == 2
    assert desk.told() == []

    assert desk.runs("replay", "--rules", str(rules)).status == 0
    assert [found["revision"] for found in desk.finds("*")] == [2]


@pytest.mark.parametrize("servers", ["embedded"], indirect=True)
def test_a_replay_that_is_asked_to_raises_the_missing_alerts_once(desk: Desk):
    desk.outlets.outlet("kayes-weekly").publish(title="Market reopens", text=stories.MARKET)
    desk.polls()
    rules = desk.folder / "rules.yaml"
    rules.write_text("rules: [{id: markets, name: Markets, query: '\"cattle market\"', severity: low}]\n")

    for _ in range(2):
        said = desk.runs("replay", "--rules", str(rules), "--alert", "--rule", "markets", "--json")
        assert (said.status, said.rows()[0]["shown_to_alert"]) == (0, 1)

    assert desk.told_rules() == ["markets"]


@pytest.mark.parametrize("servers", ["servers"], indirect=True)
def test_articles_are_replayed_between_the_fresh_ones_of_running_workers(desk: Desk):
    desk.outlets.outlet("kayes-weekly").publish(title="Market reopens", text=stories.MARKET)
    desk.polls()
    rules = desk.folder / "rules.yaml"
    rules.write_text("rules: [{id: markets, name: Markets, query: '\"cattle market\"', severity: low}]\n")

    with desk.working("enrich", "relate", "index", "alert", "notify", options=("--rules", str(rules))):
        desk.waits_for("relate", "index", "alert")
        assert desk.runs("replay", "--rules", str(rules)).status == 0
        assert len(desk.finds("*", "--rule", "markets")) == 1
    assert desk.told() == []


def test_old_entries_at_a_feeds_first_poll_are_searchable_and_wake_nobody(desk: Desk):
    from datetime import UTC, datetime, timedelta

    long_ago = datetime.now(UTC) - timedelta(days=3)
    outlet = desk.outlets.outlet("sahara-wire")
    outlet.publish(title="Fighters take over airfield", text=stories.AGENCY, published=long_ago)

    desk.polls()

    assert len(desk.finds("Timbuktu")) == 1
    assert desk.told() == []


def test_a_search_can_be_narrowed(desk: Desk):
    desk.outlets.outlet("sahara-wire").publish(title="Fighters take over airfield", text=stories.AGENCY)
    desk.outlets.outlet("ballon", language="fr").publish(title="L'Étoile du Sahel renverse le derby", text=stories.CLUB)
    desk.polls()

    assert [hit["source"] for hit in desk.finds("*", "--lang", "fr")] == ["ballon"]
    assert [hit["source"] for hit in desk.finds("*", "--rule", "wagner-group")] == ["sahara-wire"]
    assert [hit["source"] for hit in desk.finds("Sahel", "--limit", "1")] != []
    assert desk.finds("*", "--since", "2100-01-01") == []


def test_a_search_is_kept_turned_page_by_page_counted_and_made_a_rule(desk: Desk):
    desk.outlets.outlet("sahara-wire").publish(title="Fighters take over airfield", text=stories.AGENCY)
    desk.outlets.outlet("ballon", language="fr").publish(title="L'Étoile du Sahel renverse le derby", text=stories.CLUB)
    desk.polls()

    first = desk.asks("search", "Sahel OR Timbuktu", "--since", "30d", "--limit", "1", "--facets", "--save", "north")
    assert "language: en 1, fr 1" in first.out
    (after,) = re.findall(r"--after (\S+)", first.out)
    pages = [desk.finds("Sahel OR Timbuktu", "--limit", "1", *page) for page in ([], ["--after", after])]
    assert {hit["source"] for page in pages for hit in page} == {"sahara-wire", "ballon"}

    kept = desk.asks("search", "--saved", "north", "--lang", "fr", "--stories", "--json").rows()
    assert [(hit["source"], hit["of_story"]) for hit in kept] == [("ballon", 1)]
    assert desk.asks("searches", "list", "--json").rows()[0]["query"] == "Sahel OR Timbuktu"

    desk.asks("search", "Sahel -derby", "--lang", "fr", "--save", "Le Sahel")
    rules = desk.folder / "rules.yaml"
    rules.write_text(desk.asks("searches", "rule", "Le Sahel").out)
    assert '(Sahel NOT derby) AND lang:"fr"' in rules.read_text()
    assert desk.asks("rules", "check", str(rules)).status != 2

    assert desk.asks("search", "--saved", "nowhere").status == 2
    assert desk.asks("searches", "remove", "north").status == 0


@pytest.mark.skipif(not SEED.is_dir(), reason="../shared is not there: its article can't be read")
def test_the_article_that_the_system_was_conceived_from(desk: Desk):
    title, _, text = next(SEED.glob("*.txt")).read_text(encoding="utf-8").partition("\n\n")
    summary = text.partition("\n\n")[0]
    first = desk.outlets.outlet("first-outlet")
    url = first.publish(title=title, text=text, summary=summary)

    desk.polls()
    (hit,) = desk.finds("Timbuktu")
    assert hit["url"] == url
    matches = {alert["rule"]: alert["matches"] for alert in desk.alerts()}
    assert set(matches) >= {"wagner-group", "sahel"}
    assert any(re.search("Wagner", word) for word in matches["wagner-group"])
    assert any(re.search("Sahel", word) for word in matches["sahel"])
    told = [rule for rule in desk.told_rules() if rule in ("wagner-group", "sahel")]
    assert told == ["sahel", "wagner-group"]

    before = desk.told()
    desk.polls()
    desk.outlets.outlet("second-outlet").publish(title=title, text=text, summary=summary)
    desk.polls()
    assert desk.runs("replay").status == 0
    desk.polls()

    assert desk.told() == before
