"""People and organisations, by a spaCy model that the operator has installed."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.enrich.entities import SpacyEntities
from pipeline.enrich.own import Article, OwnEnrichers
from pipeline.errors import BadInput
from pipeline.records.article import Source

TOLD = Article(
    title="Awa Diarra visits the camp",
    text="Awa Diarra of Sahel Relief said so in Gao.",
    language="en",
    source=Source(feed="f", name="Post"),
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of a few words: what spaCy offers for download is too large for a test."""
    spacy = pytest.importorskip("spacy", reason="the extra spacy is not installed")
    language = spacy.blank("en")
    language.add_pipe("entity_ruler").add_patterns(
        [
            {"label": "PERSON", "pattern": "Awa Diarra"},
            {"label": "ORG", "pattern": "Sahel Relief"},
            {"label": "GPE", "pattern": "Gao"},
        ]
    )
    path: Path = tmp_path_factory.mktemp("model")
    language.to_disk(path)
    return path


def test_people_and_organisations_are_found_once_each(model: Path) -> None:
    own = OwnEnrichers({"spacy": SpacyEntities([str(model)])})

    assert own.look_at(TOLD).found == {"organisations": ("Sahel Relief",), "people": ("Awa Diarra",)}


def test_nothing_is_said_of_articles_in_languages_without_a_model(model: Path) -> None:
    assert SpacyEntities([str(model)])(replace(TOLD, language="fr")) == {}


def test_a_model_that_is_not_installed_is_told_with_what_to_do() -> None:
    pytest.importorskip("spacy", reason="the extra spacy is not installed")

    with pytest.raises(BadInput, match=r"HARMATTAN_SPACY_MODELS: the model xx_no_such .* spacy download xx_no_such"):
        SpacyEntities(["xx_no_such"])
