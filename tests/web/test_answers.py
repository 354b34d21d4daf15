"""What the links in messages and the buttons of the page do, and what they never do."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import pipeline.web
from pipeline.answer_links import ANSWERABLE, LinkKeys, Purpose
from pipeline.health import Health
from pipeline.policy.desk import EVERYONE
from pipeline.records.alert import Alert
from pipeline.state.interface import Role, Verdict
from pipeline.web.actions import LENGTHS, SCOPES
from pipeline.web.app import create_app
from pipeline.web.server import listening
from pipeline.web.visitors import Access
from pipeline.web.words import FRENCH
from tests.builders import enriched, match
from tests.web.conftest import KEYS
from tests.web.site import Answer, Site


@pytest.fixture
def alert(site: Site) -> Alert:
    return site.raise_alert(match("convoys"), enriched("a1"), "console")


def link(alert: Alert, reader: str = "awa", keys: LinkKeys = KEYS, holds: timedelta = ANSWERABLE) -> str:
    return f"/answer/{keys.sign(Purpose.ANSWER, alert.id, reader, datetime.now(UTC) + holds)}"


def unsubscribing(digest: str = "rest", reader: str = "awa") -> str:
    return f"/unsubscribe/{KEYS.sign(Purpose.UNSUBSCRIBE, digest, reader, datetime.now(UTC) + timedelta(days=9))}"


def untouched(site: Site, alert: Alert) -> bool:
    ledger = site.state.ledger
    return not (ledger.acknowledgements(alert.id) or ledger.mutes() or ledger.feedback(alert.id))


@pytest.mark.parametrize("do", ["", "?do=acknowledge", "?do=mute", "?do=useful", "?do=false", "?do=nonsense"])
def test_opening_a_link_changes_nothing_and_offers_a_button(site: Site, alert: Alert, do: str) -> None:
    answer = site.get(link(alert) + do)

    assert site.get(link(alert) + do, "HEAD").status in (200, 405)
    assert answer.status == 200
    assert answer.page.cssselect("form[method=post] button")
    assert "Convoy stopped near Ber" in answer.seen()
    assert untouched(site, alert)


def test_a_button_acknowledges_in_the_readers_name_and_once_more_changes_nothing(site: Site, alert: Alert) -> None:
    pressed = site.post(link(alert), {"do": "acknowledge", "by": "somebody else", "note": "on it"})
    again = site.post(link(alert), {"do": "acknowledge", "note": "on it"})

    assert "Acknowledged by awa" in pressed.seen("[role=status]")
    assert "already" in again.seen("[role=status]")
    assert [(one.by, one.note) for one in site.state.ledger.acknowledgements(alert.id)] == [("awa", "on it")]


def test_feedback_comes_in_from_a_message_and_the_last_word_counts(site: Site, alert: Alert) -> None:
    site.post(link(alert), {"do": "useful"})
    answer = site.post(link(alert), {"do": "false", "note": "an opera"})

    assert "false alarm" in answer.seen("[role=status]")
    assert [(one.by, one.verdict) for one in site.state.ledger.feedback(alert.id)] == [("awa", Verdict.FALSE)]


def test_a_mute_by_a_link_holds_for_its_reader_and_is_not_set_anew_by_the_same_request(
    site: Site, alert: Alert
) -> None:
    fields, address = {"do": "mute", "what": "rule", "for": "8h"}, link(alert)
    assert "muted for awa" in site.post(address, fields).seen("[role=status]")
    [mute] = site.state.ledger.mutes()
    assert (mute.analyst, mute.rule, mute.story, mute.by) == ("awa", "convoys", None, "awa")
    assert timedelta(hours=7) < mute.until - datetime.now(UTC) <= timedelta(hours=8)

    site.state.ledger.unmute(mute.id)
    replayed = site.post(address, fields)

    assert "set before by the same link" in replayed.seen("[role=status]")
    assert site.state.ledger.mutes() == []


def test_who_answers_for_a_channel_that_serves_everybody_says_who_they_are(site: Site, alert: Alert) -> None:
    nameless = site.post(link(alert, EVERYONE), {"do": "acknowledge", "by": "  "})
    named = site.post(link(alert, EVERYONE), {"do": "acknowledge", "by": "Omar\r\nBcc: x"})

    assert (nameless.status, named.status) == (400, 200)
    assert "who you are" in nameless.seen("[role=alert]")
    assert [one.by for one in site.state.ledger.acknowledgements(alert.id)] == ["Omar Bcc: x"]


def wrong_links(alert: Alert) -> dict[str, str]:
    whole = link(alert)
    head, _, signature = whole.rpartition(".")
    other = KEYS.sign(Purpose.UNSUBSCRIBE, alert.id, "awa", datetime.now(UTC) + ANSWERABLE)
    return {
        "cut": whole[:-5],
        "changed": f"{head[:-2]}AA.{signature}",
        "no link": "/answer/nothing",
        "odd letters": "/answer/%00%ff.%E2%80%AE",
        "of another key": link(alert, keys=LinkKeys(b"another key of 32 characters....")),
        "for another purpose": f"/answer/{other}",
        "expired": link(alert, holds=-timedelta(seconds=1)),
        "of an alert that is gone": link(replace(alert, id="gone")),
    }


def test_a_link_that_can_not_be_used_says_why_in_words_and_does_nothing(site: Site, alert: Alert) -> None:
    for what, address in wrong_links(alert).items():
        for answer in (site.get(address), site.post(address, {"do": "acknowledge"})):
            assert answer.status == 410, what
            assert "This link can't be used" in answer.seen(), what
    assert "expired on" in site.get(wrong_links(alert)["expired"]).seen()
    assert untouched(site, alert)


@pytest.mark.parametrize("fields", [{}, {"do": "delete"}, {"do": "mute", "for": "99y"}, {"do": "mute", "what": "all"}])
def test_a_form_that_makes_no_sense_is_answered_in_words(site: Site, alert: Alert, fields: dict[str, str]) -> None:
    answer = site.post(link(alert), fields)

    assert answer.status == 400
    assert answer.seen("[role=alert]")
    assert untouched(site, alert)


def test_a_form_that_is_too_large_is_refused(site: Site, alert: Alert) -> None:
    assert site.post(link(alert), {"do": "acknowledge", "note": "x" * 20_000}).status == 400
    assert untouched(site, alert)


# ------------------------------------------------------------------------------------------- leave of a digest


def test_one_post_takes_leave_of_a_digest_as_mail_programs_send_it(site: Site) -> None:
    address = unsubscribing()
    assert site.get(address).page.cssselect("form[method=post] button")
    assert site.state.ledger.mutes() == []

    answer = site.post(address, {"List-Unsubscribe": "One-Click"})

    assert answer.status == 200
    [mute] = site.state.ledger.mutes()
    assert (mute.analyst, mute.digest, mute.rule) == ("awa", "rest", None)
    assert "nothing has changed" in site.post(address, {}).seen("[role=status]")
    site.state.ledger.unmute(mute.id)
    assert "used before" in site.post(address, {}).seen("[role=status]")
    assert site.state.ledger.mutes() == []
    assert site.post("/unsubscribe/wrong.link", {}).status == 410


# ------------------------------------------------------------------------------------------ buttons of the page


def form(answer: Answer) -> dict[str, str]:
    return {str(field.get("name")): str(field.get("value")) for field in answer.page.cssselect("input[type=hidden]")}


def test_the_buttons_of_the_alerts_page_do_what_they_say_and_lead_back(site: Site, alert: Alert) -> None:
    path = f"/alerts/{alert.id}"
    fields = {**form(site.get(path)), "by": "awa", "note": "calling the governor"}

    pressed = site.post(path, {**fields, "do": "acknowledge"}, **{"Sec-Fetch-Site": "same-origin"})
    site.post(path, {**fields, "do": "false"})
    site.post(path, {**fields, "do": "mute", "what": "story", "for": "1d", "to": "awa"})

    assert (pressed.status, pressed.headers["location"]) == (303, f"{alert.id}?done=acknowledge")
    seen = site.get(path).seen()
    for expected in ("acknowledged by awa", "calling the governor", "false alarm says awa"):
        assert expected in seen
    [mute] = site.state.ledger.mutes()
    assert (mute.story, mute.analyst) == (alert.story, "awa")
    assert "Acknowledged" in site.get(f"{path}?done=acknowledge").seen("[role=status]")


def test_a_form_from_elsewhere_does_nothing(site: Site, alert: Alert) -> None:
    path = f"/alerts/{alert.id}"
    fields = {**form(site.get(path)), "by": "awa", "do": "acknowledge"}
    other = KEYS.sign(Purpose.FORM, "another alert", "", datetime.now(UTC) + timedelta(hours=1))
    old = KEYS.sign(Purpose.FORM, alert.id, "", datetime.now(UTC) - timedelta(seconds=1))

    answers = [
        site.post(path, fields, **{"Sec-Fetch-Site": "cross-site"}),
        site.post(path, {**fields, "form": other}),
        site.post(path, {**fields, "form": old}),
        site.post(path, {**fields, "form": ""}),
    ]

    assert [answer.status for answer in answers] == [403] * 4
    assert untouched(site, alert)


def test_behind_a_sign_in_the_buttons_are_for_those_it_names(site: Site, alert: Alert) -> None:
    access = Access(user_header="X-Forwarded-User", user_role=Role.ANALYST)
    app = create_app(site.index, site.state, lambda: Health(problems=()), keys=KEYS, access=access)
    path = f"/alerts/{alert.id}"
    with listening(app, "127.0.0.1", 0) as address:
        signed_in, stranger = Site(address, site.index, site.state), {"do": "acknowledge", "by": "awa"}
        page = signed_in.get(path, **{"X-Forwarded-User": "omar"})
        assert not signed_in.get(path).page.cssselect("form.deeds")
        assert signed_in.post(path, {**form(page), **stranger}).status == 403
        signed_in.post(path, {**form(page), **stranger}, **{"X-Forwarded-User": "omar"})
    assert [one.by for one in site.state.ledger.acknowledgements(alert.id)] == ["omar"]


def test_the_pages_behind_a_french_readers_links_are_french(site: Site, alert: Alert) -> None:
    page = site.get(link(alert, "lea"))
    pressed = site.post(link(alert, "lea"), {"do": "mute", "what": "rule"})
    left = site.post(unsubscribing(reader="lea"), {})

    assert "Prendre en charge" in page.seen()
    assert page.page.get("lang") == "fr"
    assert "la règle Convoys" in pressed.seen("[role=status]")
    assert "Vous ne recevrez plus ce résumé." in left.seen()


def test_every_sentence_of_those_pages_is_translated() -> None:
    folder = Path(pipeline.web.__file__).parent
    texts = [(folder / name).read_text("utf-8") for name in ("actions.py", "answer_pages.py")]
    texts += [(folder / "templates" / name).read_text("utf-8") for name in ("answer.html", "unsubscribe.html")]
    said = {found for text in texts for found in re.findall(r'say\(\s*"([^"]+)"', text)}
    said |= set(SCOPES.values()) | {words for words, _ in LENGTHS.values()} | {"acknowledged", "by", "useful", "says"}

    assert said <= FRENCH.keys()
