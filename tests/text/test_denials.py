"""Headlines that deny something, in the languages that are read."""

import pytest

from pipeline.text.denials import denies


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Army denies losing its base near Gao", "en"),
        ("L'état-major dément la prise de Kidal", "fr"),
        ("El ministro desmintió la retirada", "es"),
        ("Exército nega ataque", "pt"),
        ("Минобороны опровергло потери", "ru"),
        ("الجيش ينفي سقوط القاعدة", "ar"),
        ("باماكو تتهم ونفت النيجر", "ar"),
        ("军方否认失守", "zh"),
        ("Ankara iddiaları yalanladı", "tr"),
    ],
)
def test_a_headline_that_denies_something_is_known(title: str, language: str) -> None:
    assert denies(title, language)


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Army takes its base near Gao", "en"),
        ("Nie wieder Krieg", "de"),
        ("Nie ma wody w Gao", "pl"),
        ("Denies", "und"),
        ("", "fr"),
    ],
)
def test_others_are_not(title: str, language: str) -> None:
    assert not denies(title, language)
