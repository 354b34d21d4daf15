"""Languages, of whole articles and of headlines."""

import pytest
import yaml

from pipeline.seeds import seed
from tests.enrich.entries import LANGUAGES


def test_headlines_of_the_sample_newsroom_are_told_or_left_open(capsys: pytest.CaptureFixture[str]) -> None:
    right = open_ = wrong = 0
    for path in seed("newsroom").glob("*.yaml"):
        outlet = yaml.safe_load(path.read_text(encoding="utf-8"))
        for article in outlet["articles"]:
            found = LANGUAGES.guess(article["title"])
            right += found == outlet["language"]
            open_ += found == "und"
            wrong += found not in {outlet["language"], "und"}
    with capsys.disabled():
        print(f"\nlanguages of headlines: {right} right, {open_} left open, {wrong} wrong")
    assert wrong + open_ <= 0.05 * (right + wrong + open_)


@pytest.mark.parametrize(
    "text", ["", "2:1", "Mali", "Wagner", "Kidal, Gao", "https://news.example/una-noticia-importante"]
)
def test_a_text_that_could_be_in_any_language_is_left_open(text: str) -> None:
    assert LANGUAGES.guess(text) == "und"


def test_what_the_feed_declares_decides_where_the_text_does_not() -> None:
    assert LANGUAGES.guess("Mali", declared="fr-ML") == "fr"
    assert LANGUAGES.guess("", declared="pt_BR") == "pt"
    assert LANGUAGES.guess("Mali", declared="nonsense") == "und"


def test_a_feed_that_declares_the_wrong_language_is_not_believed() -> None:
    assert LANGUAGES.guess("The army has retaken the town after three days of fighting.", declared="fr") == "en"
    assert LANGUAGES.guess("Армия вернула город после трёх дней боёв.", declared="en") == "ru"
