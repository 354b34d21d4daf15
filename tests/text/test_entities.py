"""Entities and dates are one and the same clue in every language."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.text.clues import find_clues
from pipeline.text.document import Document

ROOT = Path(__file__).parent.parent.parent
PUBLISHED = datetime(2026, 11, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("entity", "language", "title"),
    [
        ("@jnim", "en", "JNIM claims attack on convoy"),
        ("@jnim", "fr", "Le GSIM revendique l'attaque d'un convoi"),
        ("@jnim", "ar", "جماعة نصرة الإسلام والمسلمين تتبنى الهجوم"),
        ("@wagner-group", "ru", "Бойцы ЧВК Вагнера покинули Гао"),
        ("@wagner-group", "en", "Wagner mercenaries leave Gao"),
        ("@wagner-group", "zh", "瓦格纳集团撤离加奥"),
    ],
)
def test_an_entity_of_the_lexicon_is_the_same_clue_in_every_language(entity: str, language: str, title: str) -> None:
    assert entity in find_clues(Document(title, "", language), PUBLISHED).names


def test_a_word_that_only_begins_like_a_name_is_none() -> None:
    names = find_clues(Document("Jnimare and Wagnerian tubas", "", "en"), PUBLISHED).names
    assert not [name for name in names if name.startswith("@")]


@pytest.mark.parametrize(
    "text",
    [
        "The ferry sank on 3 November off the coast.",
        "The ferry sank on November 3rd off the coast.",
        "Le ferry a coulé le 3 novembre au large.",
        "El ferry se hundió el 3 de noviembre.",
        "Die Fähre sank am 3. November vor der Küste.",
        "Паром затонул 3 ноября у берега.",
        "غرقت العبارة في 3 نوفمبر قبالة الساحل.",
        "渡轮11月3日在海上沉没。",
        "渡轮3日在海上沉没。",
        "The ferry sank on Tuesday off the coast.",
    ],
)
def test_a_date_is_the_same_however_it_is_written(text: str) -> None:
    assert find_clues(Document("Ferry", text), PUBLISHED).days == ("2026-11-03",)


@pytest.mark.parametrize(
    "text", ["It opened on 3 May and may 4 people fail.", "On 31 February.", "On 3 November 1998 x"]
)
def test_dates_that_are_background_or_none_are_left_out(text: str) -> None:
    assert find_clues(Document("Ferry", text), PUBLISHED).days == ()


def test_the_names_are_those_of_the_lexicon() -> None:
    """`python benchmarks/entity_names.py` brings them up to date."""
    code = "from benchmarks.entity_names import WRITTEN, lines\nassert WRITTEN.read_text('utf-8').splitlines() == list(lines())"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
