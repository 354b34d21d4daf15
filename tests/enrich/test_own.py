"""Enrichers of an operator's own: what they find is kept and can be asked for, and what they break stays with them."""

import logging
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.enrich.outlets import Outlets
from pipeline.enrich.own import LONGEST_VALUE, MOST_VALUES, Article, Enricher, OwnEnrichers, load_enrichers
from pipeline.enrich.prepare import Preparer, read_feed_text
from pipeline.errors import BadInput
from pipeline.records.article import Source
from tests.enrich.entries import ENTRY, LANGUAGES, NoPlaces, Standing, entry

LORRY = Article(title="Lorries leave", text="Three lorries left.", language="en", source=Source(feed="f", name="Post"))

FILE = """
def lorries(article):
    return {"lorries": article.text.lower().count("lorr"), "outlet": [article.source.name]}
"""


def broken(article: Article) -> Mapping[str, str]:
    raise ZeroDivisionError("no lorries to divide")


def careful(article: Article) -> Mapping[str, str]:
    return {"mood": "calm"}


def test_a_file_with_a_function_is_all_that_it_takes(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(FILE)

    own = OwnEnrichers(load_enrichers([f"{tmp_path / 'mine.py'}:lorries"]))

    assert own.look_at(LORRY).found == {"lorries": ("1",), "outlet": ("Post",)}


def test_an_installed_module_is_named_without_its_path() -> None:
    assert OwnEnrichers(load_enrichers([f"{__name__}:careful"])).look_at(LORRY).found == {"mood": ("calm",)}


def test_an_enricher_that_fails_is_marked_and_told_once_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    own = OwnEnrichers({"broken": broken, "careful": careful})

    with caplog.at_level(logging.ERROR):
        found = [own.look_at(LORRY) for _ in range(3)][-1]

    assert found.found == {"mood": ("calm",)}
    assert found.errors == ("broken: ZeroDivisionError: no lorries to divide",)
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"Not a name": "x"}, "ValueError: 'Not a name' is no name"),
        (None, "AttributeError"),
        ({"x": None}, "TypeError"),
    ],
)
def test_an_answer_that_is_none_is_a_failure(answer: object, error: str) -> None:
    def odd(article: Article) -> object:
        return answer

    enricher: Enricher = odd  # type: ignore[assignment]
    (said,) = OwnEnrichers({"odd": enricher}).look_at(LORRY).errors
    assert said.startswith(f"odd: {error}")


def test_what_is_found_is_bounded() -> None:
    own = OwnEnrichers({"wild": lambda _: {"all": (f"{number}{'x' * 999}" for number in range(9_999))}})

    values = own.look_at(LORRY).found["all"]

    assert (len(values), max(map(len, values))) == (MOST_VALUES, LONGEST_VALUE)


def test_rules_can_ask_for_what_was_found() -> None:
    rules = Standing(calm='extra:"mood calm"', angry='extra:"mood angry"')
    preparer = Preparer(rules, NoPlaces(), LANGUAGES, Outlets(), OwnEnrichers({"careful": careful, "broken": broken}))

    article = preparer.prepare(entry(), read_feed_text(ENTRY), None)

    assert [match.rule for match in article.matches] == ["calm"]
    assert (article.extra, len(article.enricher_errors)) == ({"mood": ("calm",)}, 1)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("no-function", "write module:function or /path/to/file.py:function"),
        ("no.such.module:look", "can't be loaded"),
        ("/nowhere/mine.py:look", "can't be loaded"),
        (f"{__name__}:FILE", "is no function"),
        (f"{__name__}:nothing", "can't be loaded"),
    ],
)
def test_an_enricher_that_can_not_be_loaded_is_told_before_anything_starts(name: str, told: str) -> None:
    with pytest.raises(BadInput, match=r"^HARMATTAN_ENRICHERS.*") as error:
        load_enrichers([name])
    assert told in str(error.value)
