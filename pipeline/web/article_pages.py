"""The page of an article."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline.index.interface import ArticleIndex, Hit, SearchQuery
from pipeline.records.article import Span
from pipeline.records.change import Nature
from pipeline.records.passage import passage_of
from pipeline.state.interface import Version, Versions
from pipeline.web.answers import page
from pipeline.web.maps import NARROW, draw
from pipeline.web.marking import mark

MOST_OF_STORY = 50
GRAVITY = [Nature.UNKNOWN, Nature.COSMETIC, Nature.MATERIAL, Nature.CORRECTION, Nature.WITHDRAWAL]
"""From what matters least to what matters most to whoever read the article before."""


class ArticlePages:
    """Shows what the article index holds."""

    def __init__(self, index: ArticleIndex, versions: Versions) -> None:
        self._index = index
        self._versions = versions

    def article(self, request: Request) -> Response:
        """Show an article with the words that matched, its places, its versions, and the other articles of its story."""
        found = self._index.article(request.path_params["article"])
        if found is None:
            raise HTTPException(404)
        article = found.article
        return page(
            request,
            "article.html",
            found=found,
            article=article,
            marked=mark(article.title, article.text, article.matches),
            words={match.rule: _words(match.spans) for match in article.matches},
            passages={match.rule: passage_of(match) for match in article.matches},
            map=draw(article.places, NARROW),
            others=self._others(found.id, found.story),
            changed=max((change.kind for change in found.changes), key=GRAVITY.index, default=None),
            versions=self._made(found.id) if found.changes else [],
        )

    def _made(self, article: str) -> list[Version]:
        """Give what the outlet changed, the latest first."""
        return self._versions.of(article)[::-1]

    def _others(self, article: str, story: str) -> list[Hit]:
        result = self._index.search(SearchQuery(story=story, limit=MOST_OF_STORY))
        return [hit for hit in result.hits if hit.id != article]


def _words(spans: Sequence[Span]) -> list[str]:
    return list(dict.fromkeys(span.text for span in spans))
