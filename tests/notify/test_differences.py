"""What a message says of an article that its outlet changed: the difference, in few words, in any script and medium."""

from dataclasses import replace
from datetime import UTC, datetime

from pipeline.notify.interface import Message, Reader
from pipeline.notify.media import CHAT, MAIL, MARKDOWN, TEXT
from pipeline.notify.texts import PLAIN
from pipeline.notify.webhook import event
from pipeline.records.change import Change, ChangeKind, Edit, Nature
from tests.notify.messages import alert, article, message

AT = datetime(2026, 1, 6, 14, 5, tzinfo=UTC)
TOLL = Edit(
    "lead", "The army said that at least ", "12", "21", " soldiers were killed near Ber.", (ChangeKind.NUMBERS,)
)


def changed(*edits: Edit, kind: Nature = Nature.CORRECTION, declared: bool = True, **given: object) -> Message:
    change = Change(revision=2, at=AT, kind=kind, declared=declared, fields=("lead",), edits=edits)
    told = message(alert(article(changes=(change,), **given)), update=1)
    return replace(told, reasons=("withdrawal" if kind is Nature.WITHDRAWAL else "correction",))


def test_the_old_and_the_new_stand_side_by_side_with_what_is_around_them() -> None:
    text = PLAIN.body(changed(TOLL))
    assert "Corrected by its outlet · 2026-01-06 14:05 UTC" in text
    assert "that at least [12 → 21] soldiers were killed" in text


def test_the_subject_says_why_the_message_comes() -> None:
    assert "(update 1, correction)" in PLAIN.subject(changed(TOLL))
    assert "(update 1, withdrawal)" in PLAIN.subject(changed(kind=Nature.WITHDRAWAL))


def test_a_silent_edit_is_told_as_one() -> None:
    text = PLAIN.body(changed(TOLL, kind=Nature.MATERIAL, declared=False))
    assert "Changed by its outlet, without saying so" in text


def test_that_the_rule_matches_no_more_is_told() -> None:
    assert "It matches the rule no more." in PLAIN.body(changed(TOLL, matches_no_more=AT))


def test_a_reader_of_french_is_told_in_french() -> None:
    told = replace(changed(TOLL), reader=Reader(language="fr"))
    assert "Rectifié par le média" in PLAIN.body(told)
    assert "rectification" in PLAIN.subject(told)


def test_what_was_only_added_or_removed_is_told() -> None:
    text = PLAIN.body(changed(replace(TOLL, removed=""), replace(TOLL, added="")))
    assert "[+ 21]" in text
    assert "[12 → ∅]" in text


def test_hostile_passages_are_harmless_in_every_medium() -> None:
    hostile = replace(
        TOLL, removed="<script>x</script>", added="*b* [l](http://e.example)\r\nBcc: a\u202e", before="a\n@all "
    )
    assert "<script>" not in PLAIN.body(changed(hostile), medium=CHAT)
    assert "<script>" not in PLAIN.body(changed(hostile), medium=MAIL)
    assert "[l](http" not in PLAIN.body(changed(hostile), medium=MARKDOWN)
    assert not any(line.startswith("Bcc:") for line in PLAIN.body(changed(hostile), medium=TEXT).splitlines())
    assert "\u202e" not in PLAIN.body(changed(hostile))


def test_arabic_keeps_its_order_beside_the_arrow() -> None:
    text = PLAIN.body(
        changed(replace(TOLL, before="قال الجيش إن ", removed="١٢ جنديا", added="٢١ جنديا", after=" قتلوا"))
    )
    assert "[\u2068١٢ جنديا\u2069 → \u2068٢١ جنديا\u2069]" in text


def test_the_tightest_text_still_has_the_difference() -> None:
    assert "12 → 21" in PLAIN.body(changed(TOLL), limit=450)


def test_the_webhooks_data_hold_the_difference() -> None:
    told = event(changed(TOLL), "key", "harmattan", AT)
    assert told["type"] == "harmattan.alert.updated"
    assert told["reasons"] == "correction"
    (change,) = told["data"]["articles"][0]["changes"]
    assert (change["kind"], change["declared"]) == ("correction", True)
    assert [(edit["removed"], edit["added"]) for edit in change["edits"]] == [("12", "21")]
