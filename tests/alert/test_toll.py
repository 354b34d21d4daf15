"""The number of dead that an article tells, as the alert step finds it in what enrichment has found."""

import pytest

from pipeline.alert.toll import toll
from pipeline.text.clues import find_clues
from pipeline.text.document import Document
from tests.builders import prepared


@pytest.mark.parametrize(
    ("title", "text", "told"),
    [
        ("Ambush near Gao: 21 soldiers killed", "At least 20 of them died at once, 8 were hurt.", "21"),
        ("Embuscade près de Gao : 14 morts", "", "14"),
        ("Attack in Mali", "Twelve people died on Monday. In 2012 some 1,200 people were killed there.", "12"),
        ("Convoy of 300 trucks leaves Gao", "Nobody was there to see it.", None),
    ],
)
def test_the_toll_is_the_first_number_of_dead(title: str, text: str, told: str | None) -> None:
    article = prepared(title=title, text=text, clues=find_clues(Document(title, text, "en"), None))

    assert toll(article) == told


def test_an_article_of_an_older_harmattan_tells_none() -> None:
    assert toll(prepared(clues=None)) is None
