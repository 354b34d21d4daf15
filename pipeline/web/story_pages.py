"""The page of a story: its articles in the order of time, the outlets, whose reports these are, languages, and its alerts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline.index.interface import ArticleIndex, Hit, SearchQuery
from pipeline.records.alert import Alert
from pipeline.records.article import EnrichedArticle
from pipeline.state.interface import Ledger
from pipeline.web.answers import page
from pipeline.web.maps import draw

MOST = 200
MOST_READ = 100
"""How many articles are read whole, to know whom they credit."""
MOST_ASKED = 20


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose report it is, and which outlets carry it."""

    name: str
    outlets: tuple[str, ...]


class StoryPages:
    """Shows what the index holds of a story, and the alerts on it."""

    def __init__(self, index: ArticleIndex, ledger: Ledger) -> None:
        self._index = index
        self._ledger = ledger

    def story(self, request: Request) -> Response:
        """Show a story."""
        story = request.path_params["story"]
        found = self._index.search(SearchQuery(story=story, limit=MOST))
        if not found.hits:
            raise HTTPException(404)
        hits = sorted(found.hits, key=_when)
        whole = [article for hit in hits[:MOST_READ] if (article := self._index.article(hit.id))]
        origins = origins_of(whole)
        first = hits[0]
        return page(
            request,
            "story.html",
            story=story,
            title=first.title,
            first=first,
            total=found.total,
            days=[(day, list(of_day)) for day, of_day in groupby(hits, key=lambda hit: _when(hit).date())],
            outlets=Counter(hit.source for hit in hits),
            origins=origins,
            in_part=found.total > len(whole),
            languages=Counter(hit.language for hit in hits),
            kinds={one.article.source.name: one.article.source.kinds for one in whole},
            places=_places(whole),
            map=draw([place for one in whole for place in one.article.places]),
            alerts=self._alerts(hits),
            copies={one.id for one in whole if one.copy_of},
            corrected={one.id for one in whole if one.corrected},
        )

    def _alerts(self, hits: Sequence[Hit]) -> list[Alert]:
        asked = [hit for hit in hits if hit.rules][:MOST_ASKED]
        found = {alert.id: alert for hit in asked for alert in self._ledger.alerts_of_article(hit.id)}
        return sorted(found.values(), key=lambda alert: (alert.created, alert.id))


def origins_of(articles: Sequence[EnrichedArticle]) -> list[Origin]:
    """Say whose reports a story's articles are: copies, and articles that credit one agency, share an origin."""
    by_id = {one.id: one for one in articles}
    carried: dict[str, dict[str, None]] = {}
    for one in articles:
        original, seen = one, {one.id}
        while original.copy_of in by_id and original.copy_of not in seen:
            original = by_id[original.copy_of]
            seen.add(original.id)
        carried.setdefault(_own(original), {})[one.article.source.name] = None
    found = [Origin(name, tuple(outlets)) for name, outlets in carried.items()]
    return sorted(found, key=lambda origin: -len(origin.outlets))


def _own(article: EnrichedArticle) -> str:
    """Give whose report an article says it is, as alerts count it: by an outlet's id where it has one."""
    source = article.article.source
    return article.article.credit or source.name


def _places(articles: Sequence[EnrichedArticle]) -> list[str]:
    named = Counter(place.name for one in articles for place in one.article.places if place.kind != "continent")
    return [name for name, _ in named.most_common(20)]


def _when(hit: Hit) -> datetime:
    return hit.published or hit.first_seen
