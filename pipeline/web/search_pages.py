"""The search: its page, the same as CSV and as an Atom feed, and the searches that are kept under a name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote, urlencode
from uuid import NAMESPACE_URL, uuid5

from lxml import etree
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from pipeline.csv_rows import write_csv
from pipeline.errors import BadInput, OutOfReach
from pipeline.index.interface import MOST_VALUES, ArticleIndex, Facet, Hit, Order, SearchQuery, SearchResult
from pipeline.index.query import ReaderSource
from pipeline.index.saved import LONGEST_NAME, rule_query, saved_search
from pipeline.notify.media import TEXT
from pipeline.records.alert_json import iso_time
from pipeline.records.links import web_link
from pipeline.state.interface import Accounts
from pipeline.state.interface_searches import SavedSearch, Searches
from pipeline.text.languages import NAMES
from pipeline.web.actions import read_fields
from pipeline.web.answers import page, sentence
from pipeline.web.atom import add, answer, new_feed, spoken
from pipeline.web.guard import Guard
from pipeline.web.requests import ORDERS, PERIODS, read_form, search_query
from pipeline.web.visitors import HERE

MOST_EXPORTED = 10_000
MOST_IN_FEED = 50
COLUMNS = (
    "id",
    "url",
    "title",
    "language",
    "published",
    "first_seen",
    "source",
    "story",
    "rules",
    "countries",
    "excerpt",
)
FIELDS: Mapping[Facet, str] = {
    Facet.COUNTRY: "country",
    Facet.PLACE: "place",
    Facet.LANGUAGE: "lang",
    Facet.KIND: "kind",
    Facet.SOURCE: "source",
    Facet.RULE: "rule",
}
"""The fields of the form that the facets fill in, in the order in which they are shown."""

_NOTHING = SearchResult(hits=(), total=0)
_FORM = "searches"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line, and whether it is one of the words that were searched for."""

    text: str
    found: bool


class SearchPages:
    """Shows what the article index finds."""

    def __init__(
        self,
        index: ArticleIndex,
        searches: Searches,
        accounts: Accounts,
        rules: Mapping[str, str],
        reader: ReaderSource,
        guard: Guard,
        base_url: str | None,
        now: Callable[[], datetime],
        *,
        may_edit: bool = False,
    ) -> None:
        self._may_edit = may_edit
        self._index = index
        self._searches = searches
        self._accounts = accounts
        self._rules = rules
        self._reader = reader
        self._guard = guard
        self._base = base_url.rstrip("/") if base_url else None
        self._now = now

    def search(self, request: Request) -> Response:
        """Show the search form and what was found; without words the newest articles."""
        form = read_form(request.query_params)
        result, problem, status = _NOTHING, None, 200
        try:
            query = search_query(form, self._now())
            result = self._index.search(replace(query, facets=tuple(FIELDS), paged=True))
        except OutOfReach as error:
            problem, status = sentence(str(error)), 503
        except BadInput as error:
            problem, status = sentence(str(error)), 400
        return page(
            request,
            "search.html",
            status=status,
            form=form,
            result=result,
            lines={
                hit.id: (pieces(hit.title, hit.title_marks), pieces(hit.excerpt, hit.excerpt_marks))
                for hit in result.hits
            },
            problem=problem,
            fields=FIELDS,
            many=MOST_VALUES,
            languages=dict(sorted(NAMES.items(), key=lambda item: item[1])),
            periods=PERIODS,
            orders=ORDERS,
            rules=self._rules,
            link=f"?{urlencode(form.values())}" if form.values() else "",
            may_keep=self._guard.open_to(request),
        )

    def csv(self, request: Request) -> Response:
        """Give what a search finds as CSV."""
        result = self._all(request, MOST_EXPORTED)
        body = write_csv(({name: getattr(hit, name) for name in COLUMNS} for hit in result.hits), COLUMNS)
        # a search that was ended for want of time says so where the file is kept
        name = "harmattan-incomplete.csv" if result.unchecked else "harmattan.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(body, media_type="text/csv; charset=utf-8", headers=headers)

    def atom(self, request: Request) -> Response:
        """Give the newest articles that a search finds as a feed."""
        result = self._all(request, MOST_IN_FEED, Order.NEWEST)
        base = self._base or str(request.base_url).rstrip("/")
        asked = urlencode(read_form(request.query_params).values())
        title = request.query_params.get("q", "").strip()[:100]
        updated = max((hit.first_seen for hit in result.hits), default=self._now())
        feed = new_feed(f"Harmattan: {title or 'articles'}", base, f"search.atom?{asked}", f"?{asked}", updated)
        for hit in result.hits:
            _entry(feed, hit, base)
        return answer(request, feed, lasting=bool(result.hits))

    def _all(self, request: Request, most: int, order: Order | None = None) -> SearchResult:
        form = replace(read_form(request.query_params), after="")
        try:
            query: SearchQuery = search_query(form, self._now())
            return self._index.search(replace(query, limit=most, order=order or query.order))
        except BadInput as error:
            raise HTTPException(400, sentence(str(error))) from error

    # ------------------------------------------------------------------------------------------ kept searches

    async def kept(self, request: Request) -> Response:
        """Show the searches that are kept; on a POST keep one, or forget it."""
        if request.method != "POST":
            return await run_in_threadpool(self._show_kept, request)
        try:
            fields = await read_fields(request)
        except (BadInput, ClientDisconnect) as error:
            return page(
                request, "error.html", status=400, title="Not understood", detail=sentence(str(error) or "No form")
            )
        return await run_in_threadpool(self._change_kept, request, fields)

    def _show_kept(self, request: Request, problem: str | None = None) -> Response:
        form = read_form(request.query_params)
        return page(
            request,
            "searches.html",
            status=400 if problem else 200,
            kept=[self._shown(search) for search in self._searches.list()],
            form=form if form.values() else None,
            token=self._guard.token(request, _FORM, self._now()) if self._guard.open_to(request) else None,
            longest=LONGEST_NAME,
            may_edit=self._may_edit and self._guard.open_to(request),
            problem=problem,
        )

    def _shown(self, search: SavedSearch) -> Mapping[str, object]:
        try:
            rule, why = rule_query(search, self._reader()), None
        except BadInput as error:
            rule, why = None, sentence(str(error))
        values = {"q": search.text, **search.filters}
        return {"search": search, "link": "?" + urlencode(values), "rule": rule, "why": why}

    def _change_kept(self, request: Request, fields: Mapping[str, str]) -> Response:
        if not self._guard.open_to(request) or not self._guard.is_ours(
            request, _FORM, fields.get("form", ""), self._now()
        ):
            detail = "This form did not come from the page, stood open too long, or isn't for you. Open the page again."
            return page(request, "error.html", status=403, title="Nothing was changed", detail=detail)
        name = fields.get("name", "").strip()
        if fields.get("do") == "forget":
            if self._searches.remove(name):
                self._accounts.note("search forgotten", self._guard.user(request) or HERE, name)
        else:
            form = read_form(fields)
            try:
                query = search_query(replace(form, until="", story="", after=""), self._now())
                by = self._guard.user(request) or None
                self._searches.save(saved_search(name, query, form.since or None, self._reader(), by))
                self._accounts.note("search kept", by or HERE, name)
            except BadInput as error:
                return self._show_kept(request, sentence(str(error)))
        return RedirectResponse("searches", 303)


def pieces(line: str, marks: Sequence[tuple[int, int]]) -> list[Piece]:
    """Cut a line at the words that were searched for; where two overlap, the later one begins behind the first."""
    found: list[Piece] = []
    at = 0
    for first, last in marks:
        first = max(first, at)
        if last <= first:
            continue
        if first > at:
            found.append(Piece(line[at:first], False))
        found.append(Piece(line[first:last], True))
        at = last
    if at < len(line):
        found.append(Piece(line[at:], False))
    return found


def _entry(feed: etree._Element, hit: Hit, base: str) -> None:
    entry = add(feed, "entry")
    add(entry, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, f'harmattan article {hit.id}')}")
    spoken(add(entry, "title", TEXT.foreign(hit.title or "-")), hit.language)
    add(entry, "published", iso_time(hit.published or hit.first_seen))
    add(entry, "updated", iso_time(hit.first_seen))
    add(entry, "link", rel="alternate", type="text/html", href=f"{base}/articles/{quote(hit.id, safe='')}")
    add(add(entry, "author"), "name", hit.source or "-")
    if address := web_link(hit.url):
        add(entry, "link", rel="related", href=address)
    if hit.excerpt:
        spoken(add(entry, "summary", TEXT.foreign(hit.excerpt)), hit.language)
