"""What an outlet changed in an article, so that nobody goes on with what it corrected, and nobody is told of a comma."""

import time

import pytest

from pipeline.text.changes import ChangeKind, Changes, compare
from pipeline.text.document import Document

REST = (
    " The column had left the camp before dawn. Traders on the road said that they had heard shots for an hour. The wounded"
    " were carried to the hospital of the next town."
)


def changes(old: str, new: str, *, title: str = "A convoy is attacked", new_title: str | None = None) -> Changes:
    return compare(Document(title, old + REST), Document(new_title or title, new + REST))


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("At least 12 soldiers were killed near Ber.", "At least 21 soldiers were killed near Ber.", "numbers"),
        ("Au moins douze soldats ont été tués.", "Au moins vingt soldats ont été tués.", "numbers"),
        ("قتل ١٢ جنديا في الهجوم.", "قتل ٢١ جنديا في الهجوم.", "numbers"),
        ("袭击造成12名士兵死亡。", "袭击造成21名士兵死亡。", "numbers"),
        ("The army confirmed the attack.", "The army has not confirmed the attack.", "negations"),
        ("L'armée a confirmé l'attaque.", "L'armée n'a pas confirmé l'attaque.", "negations"),
        ("Армия подтвердила нападение.", "Армия не подтвердила нападение.", "negations"),
        ("أكد الجيش وقوع الهجوم.", "لم يؤكد الجيش وقوع الهجوم.", "negations"),
        ("军方证实了袭击。", "军方没有证实袭击。", "negations"),
        ("The convoy was led by Colonel Diarra that day.", "The convoy was led by Colonel Koné that day.", "names"),
        ("Об этом сообщил генерал Камара в среду.", "Об этом сообщил генерал Траоре в среду.", "names"),
    ],
)
def test_a_change_of_numbers_names_or_negations_is_material(old: str, new: str, kind: str) -> None:
    found = changes(old, new)

    assert kind in found.kinds
    assert found.material


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The convoi was attacked near Ber.", "The convoy was attacked near Ber."),
        ("The convoy was attacked near Timbuktu on Sunday.", "The convoy was attacked, near Timbuktu, on Sunday."),
        ("It was led by Colonel Diara at dawn.", "It was led by Colonel Diarra at dawn."),
        ("Gunmen attacked the convoy.", "Gunmen ambushed the convoy."),
        ("L'ATTAQUE a eu lieu dimanche.", "L'attaque a eu lieu dimanche."),
        ("Конвой подвергся нападению.", "Конвой попал под удар."),
        ("The convoy  was attacked.", "The convoy was attacked."),
    ],
)
def test_spelling_style_and_punctuation_are_cosmetic(old: str, new: str) -> None:
    assert not changes(old, new).material


def test_a_new_sentence_is_an_addition_and_no_correction() -> None:
    found = changes("The convoy was attacked.", "The convoy was attacked. Three lorries burned, the army said.")

    assert found.kinds == {ChangeKind.ADDED}


def test_what_was_changed_is_shown_in_its_place() -> None:
    found = changes("At least 12 soldiers were killed near Ber.", "At least 21 soldiers were killed near Ber.")

    (edit,) = found.edits
    assert (edit.part, edit.removed, edit.added) == ("lead", "12", "21")
    assert edit.before.endswith("At least ")
    assert edit.after.startswith(" soldiers")


def test_a_changed_headline_is_told_from_a_changed_text() -> None:
    found = changes("Same.", "Same.", title="Twelve killed in ambush", new_title="Twenty killed in ambush")

    assert [edit.part for edit in found.edits] == ["title"]
    assert ChangeKind.NUMBERS in found.kinds


@pytest.mark.parametrize(
    "notice",
    [
        "Correction: an earlier version gave the wrong toll.",
        "Rectificatif : le bilan est de 21 morts.",
        "Исправлено: число погибших.",
        "更正：死亡人数有误。",
        "تصحيح: عدد القتلى.",
    ],
)
def test_an_edit_that_the_outlet_declares_is_told_from_a_silent_one(notice: str) -> None:
    assert changes("At least 12 died.", f"At least 21 died. {notice}").declared
    assert not changes("At least 12 died.", "At least 21 died.").declared


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("RETRACTED: A convoy is attacked", None),
        (None, "This article has been withdrawn because it did not meet our standards."),
        (None, "Cet article a été retiré."),
        (None, "本文已撤回。"),
    ],
)
def test_an_article_that_its_outlet_takes_back_is_withdrawn(title: str | None, text: str | None) -> None:
    old = Document("A convoy is attacked", "Twelve soldiers were killed near Ber on Sunday." + REST * 5)

    found = compare(old, Document(title or old.title, text or old.text))

    assert ChangeKind.WITHDRAWAL in found.kinds
    assert found.material
    assert found.declared


def test_an_article_about_a_withdrawal_takes_nothing_back() -> None:
    old = Document("A paper retreats", "The minister retracted his words." + REST * 5)
    new = Document("A paper retreats", "The minister retracted his words on Monday." + REST * 5)

    assert ChangeKind.WITHDRAWAL not in compare(old, new).kinds


def test_a_place_in_place_of_another_is_material_in_scripts_without_capitals_too() -> None:
    old, new = Document("t", "وقع الهجوم في بير." + REST), Document("t", "وقع الهجوم في كيدال." + REST)

    assert not compare(old, new, ["Ber"], ["Ber"]).material
    assert ChangeKind.PLACES in compare(old, new, ["Ber"], ["Kidal"]).kinds


def test_a_place_that_a_new_sentence_names_is_news_and_no_correction() -> None:
    old = Document("t", "The attack was at Ber." + REST)
    new = Document("t", "The attack was at Ber." + REST + " Shots were heard in Kidal, too.")

    assert not compare(old, new, ["Ber"], ["Ber", "Kidal"]).material


def test_what_a_page_counts_by_itself_is_no_change_of_numbers() -> None:
    old, new = "Published 2 hours ago\n", "Published 3 hours ago\n"

    assert not changes(old, new).material
    assert not changes("12 comments\n", "57 comments\n").material
    assert not changes("Mis à jour à 14 h 05\n", "Mis à jour à 16 h 30\n").material
    assert changes("The attack was 2 hours ago, and 12 died.", "The attack was 2 hours ago, and 21 died.").material


def test_a_notice_of_a_correction_is_told_from_the_word_in_a_sentence() -> None:
    assert changes("It fell on Monday.", "It fell on Tuesday.\nCorrection: it was Tuesday.").corrects
    assert changes("It fell on Monday.", "It fell on Tuesday. An earlier version had another day.").corrects
    assert not changes(
        "It fell on Monday.", "It fell on Monday. A market correction was expected, traders said."
    ).corrects


def test_capitals_of_a_headline_written_in_capitals_tell_no_names() -> None:
    assert not changes(
        "Same.", "Same.", title="Gunmen Attack Army Convoy", new_title="Gunmen Ambush Army Convoy"
    ).material
    assert not changes(
        "Same.", "Same.", title="GUNMEN ATTACK ARMY CONVOY", new_title="GUNMEN AMBUSH ARMY CONVOY"
    ).material
    assert changes("Same.", "Same.", title="Army blames Mali for raid", new_title="Army blames Niger for raid").material


def test_where_all_nouns_have_capitals_a_noun_is_no_name() -> None:
    def german(old: str, new: str) -> Changes:
        return compare(Document("t", old, "de"), Document("t", new, "de"))

    assert not german("Der Angriff begann am Morgen.", "Der Überfall begann am Morgen.").material
    assert german("Geführt wurde er von Oberst Diarra.", "Geführt wurde er von Oberst Koné.").material


def test_each_passage_says_what_it_touches() -> None:
    found = changes("At least 12 soldiers died.", "At least 21 soldiers died.", new_title="A convoy was attacked")

    assert {edit.part: edit.material for edit in found.edits} == {"title": False, "lead": True}


def test_the_same_version_twice_has_no_changes() -> None:
    assert changes("Same.", "Same.") == Changes((), frozenset(), False)


def test_long_and_hostile_versions_take_bounded_time() -> None:
    started = time.process_time()

    compare(Document("t", "a b " * 9_000), Document("t", "b a " * 9_000))
    compare(Document("t", "x. " * 9_000), Document("t", "y. " * 9_000))
    compare(Document("t", "一" * 50_000), Document("t", "二" * 50_000))

    assert time.process_time() - started < 20


def test_versions_that_repeat_themselves_without_end_take_bounded_time() -> None:
    started = time.process_time()

    compare(Document("t", "x. y. " * 3_000), Document("t", "y. x. z. " * 2_000))

    assert time.process_time() - started < 10
