"""The number of dead that an article tells."""

from pipeline.records.article import PreparedArticle

_DEAD = "dead "


def toll(article: PreparedArticle) -> str | None:
    """Give the first number of dead that title or text tell, in the title before the text; None where they tell none.

    Numbers further on are mostly of what happened before. Ones and twos are not among them: enrichment's clues leave them out.
    """
    numbers = article.clues.numbers if article.clues else ()
    return next((number.removeprefix(_DEAD) for number in numbers if number.startswith(_DEAD)), None)
