"""Languages, of whole articles and of headlines."""

from collections import Counter

import pytest
import yaml

from pipeline.enrich.language import LANGUAGES as KNOWN
from pipeline.enrich.language import LanguageGuesser
from pipeline.errors import BadInput
from pipeline.seeds import seed
from tests.enrich.entries import LANGUAGES
from tests.figures import Tell
from tests.rules.labelled_set import labelled_articles


def test_headlines_of_the_sample_newsroom_are_told_or_left_open(tell: Tell) -> None:
    right = open_ = wrong = 0
    for path in seed("newsroom").glob("*.yaml"):
        outlet = yaml.safe_load(path.read_text(encoding="utf-8"))
        for article in outlet["articles"]:
            found = LANGUAGES.guess(article["title"])
            right += found == outlet["language"]
            open_ += found == "und"
            wrong += found not in {outlet["language"], "und"}
    tell(f"languages of headlines: {right} right, {open_} left open, {wrong} wrong")
    assert wrong + open_ <= 0.05 * (right + wrong + open_)


SCRIPTS = {
    "Cyrillic": {"ru", "uk", "bg"},
    "Arabic": {"ar", "fa", "ur"},
    "East Asian": {"zh", "ja", "ko"},
    "other": {"el", "he", "hi", "am"},
}


def test_titles_alone_are_told_or_left_open_in_every_script(tell: Tell) -> None:
    right, left, wrong = Counter[str](), Counter[str](), Counter[str]()
    titles = ((article.title, article.lang) for article in labelled_articles() if article.lang in KNOWN)
    for title, language in titles:
        script = next((script for script, languages in SCRIPTS.items() if language in languages), "Latin")
        found = LANGUAGES.guess(title)
        (right if found == language else left if found == "und" else wrong)[script] += 1
    for script in right:
        count = right[script] + left[script] + wrong[script]
        tell(
            f"languages of titles, {script}: {right[script]} of {count} right, {left[script]} open, {wrong[script]} wrong"
        )
        assert right[script] >= 0.85 * count
        assert wrong[script] <= 0.08 * count


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


FRENCH = (
    "L'armée a repris la ville après trois jours de combats, ont indiqué des habitants joints par téléphone. Les écoles"
    " restent fermées et le marché n'a pas rouvert. Des familles campent au bord du fleuve et attendent des vivres. "
)
ENGLISH = (
    "The army has retaken the town after three days of fighting, residents said by telephone. Schools remain closed and"
    " the market has not reopened. Families are camping on the bank of the river and waiting for food to arrive there. "
)
ARABIC = (
    "استعاد الجيش المدينة بعد ثلاثة أيام من القتال، بحسب سكان تم الاتصال بهم هاتفيا. ولا تزال المدارس مغلقة ولم يفتح السوق"
    " أبوابه بعد، فيما تخيم عائلات على ضفة النهر في انتظار وصول المساعدات الغذائية. "
)


@pytest.mark.parametrize("text", [FRENCH * 2 + ENGLISH * 2, ENGLISH * 2 + FRENCH * 2, FRENCH + ARABIC])
def test_a_text_in_two_languages_is_left_open(text: str) -> None:
    assert LANGUAGES.guess(text, declared="fr") == "und"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (FRENCH * 3 + ' "We will not leave", a dit un commerçant en anglais. ' + FRENCH, "fr"),
        (ARABIC * 3 + " BBC News, Reuters, France 24. " + ARABIC, "ar"),
    ],
)
def test_a_quotation_does_not_make_a_text_mixed(text: str, language: str) -> None:
    assert LANGUAGES.guess(text) == language


def test_an_operator_names_the_languages_that_are_told_apart() -> None:
    few = LanguageGuesser(("en", "ar"))

    assert few.guess(ARABIC) == "ar"
    assert few.guess(ENGLISH) == "en"


def test_a_language_that_the_model_does_not_know_is_refused() -> None:
    with pytest.raises(BadInput, match=r"HARMATTAN_LANGUAGES.*xx"):
        LanguageGuesser(("en", "xx"))
