"""Named entities by a spaCy model that the operator has installed: the example of an enricher of one's own.

spaCy's models name people PER or PERSON, organisations ORG; https://spacy.io/models lists them by language.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pipeline.enrich.own import Article
from pipeline.errors import BadInput

if TYPE_CHECKING:
    from spacy.language import Language

LOOKED_AT = 20_000
"""Code points of an article that are looked at."""
NEEDLESS = ["tagger", "morphologizer", "parser", "lemmatizer", "attribute_ruler", "senter"]
"""Parts of a model that entities don't need."""

_KINDS = {"PER": "people", "PERSON": "people", "ORG": "organisations"}


class SpacyEntities:
    """Gives `people` and `organisations` of articles in the languages of its models."""

    def __init__(self, models: Sequence[str]) -> None:
        """Load models by the names under which they are installed, or by their folders. Raises BadInput."""
        self._models: dict[str, Language] = {}
        for name in models:
            model = _load(name)
            self._models[model.lang or ""] = model

    def __call__(self, article: Article) -> Mapping[str, Sequence[str]]:
        """Find the entities of an article; of one in another language, nothing is said."""
        model = self._models.get(article.language)
        if model is None:
            return {}
        found: dict[str, list[str]] = {}
        for entity in model(f"{article.title}\n\n{article.text}"[:LOOKED_AT]).ents:
            if kind := _KINDS.get(entity.label_):
                found.setdefault(kind, []).append(" ".join(entity.text.split()))
        return found


def _load(name: str) -> "Language":
    try:
        import spacy
    except ImportError as error:
        raise BadInput("HARMATTAN_SPACY_MODELS: spaCy is not installed; pip install 'harmattan[spacy]'") from error
    try:
        return spacy.load(name, exclude=NEEDLESS)
    except (OSError, ValueError) as error:
        raise BadInput(
            f"HARMATTAN_SPACY_MODELS: the model {name} can't be loaded ({str(error).splitlines()[0][:200]});"
            f" python -m spacy download {name}"
        ) from error
