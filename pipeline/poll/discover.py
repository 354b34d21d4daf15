"""Finding a site's feeds from the address of a page.

Asked for in this order, until something is found: the address itself, which may be a feed; what the page and its headers
declare (`rel=alternate`, RFC 8288 and RSS Autodiscovery); links whose words or address look like a feed's; addresses that
publishing systems use; the news sitemaps that robots.txt names.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree, html

from pipeline.fetch.addresses import absolute, url_problem, without_credentials
from pipeline.fetch.interface import Fetcher, FetchError, Request, Response
from pipeline.poll.articles import host_of
from pipeline.poll.parse import NotAFeed, ParsedFeed
from pipeline.poll.reading import DocumentReader
from pipeline.poll.sitemapindex import Indexes
from pipeline.poll.sitemaps import named_sitemaps
from pipeline.poll.statuses import status_sentence

MOST_ASKED = 12
"""Addresses that are tried in one go: a page may name hundreds."""

PAGE_LIMIT = 3_000_000
TIME_LIMIT = 20.0

_TYPES = frozenset(
    (
        *("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"),
        *("application/xml", "text/xml", "application/json"),
    )
)
_NO_FEED = re.compile(r"/wp-json/|oembed|/manifest\.json|opensearch|/xmlrpc", re.IGNORECASE)
_LOOKS_LIKE = re.compile(r"(?:^|[/._?=&-])(?:rss|feeds?|atom|rdf)(?:$|[/._?=&\d-])|\.(?:rss|atom|rdf)$", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|kommentar|coment[aá]rio|replies", re.IGNORECASE)
# What WordPress, Ghost, Hugo, Jekyll, Drupal, Blogger, Movable Type and their kin answer at.
_USUAL = (
    *("feed/", "rss.xml", "feed.xml", "rss", "atom.xml", "index.xml", "feed.json", "?feed=rss2", "index.rdf"),
    *("feeds/posts/default", "rss/", "feed/atom/"),
)
_LINK_HEADER = re.compile(r"<([^<>]*)>((?:[^,\"]|\"[^\"]*\")*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A feed that was found and can be read. `found` says where its address stood, in words."""

    url: str
    feed: ParsedFeed
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """The feeds of a site, the likeliest first. `problem` says why there is none; `answered` whether a page could be read."""

    candidates: tuple[Candidate, ...] = ()
    problem: str | None = None
    answered: bool = True


class Discoverer:
    """Looks for feeds; `credentials` are headers for the asked site alone."""

    def __init__(self, fetcher: Fetcher, reader: DocumentReader, credentials: Mapping[str, str] | None = None) -> None:
        self._fetcher = fetcher
        self._reader = reader
        self._credentials = dict(credentials or {})
        self._home = ""

    def discover(self, address: str) -> Discovery:
        """Find the feeds of a page's site, or recognise the address of a feed; an address without a scheme will do."""
        written = address.strip()
        urls = [written] if "://" in written else [f"https://{written}", f"http://{written}"]
        if problem := url_problem(urls[0]):
            return Discovery(problem=f"the address {without_credentials(urls[0])[:200]} {problem}", answered=False)
        page, problem = self._first(urls)
        if page is None:
            return Discovery(problem=problem, answered=False)
        try:
            feed = self._parsed(page)
            if feed.sitemaps:
                feed = Indexes(self._fetcher, self._reader).whole(feed, self._request(page.url))
            return Discovery(candidates=(Candidate(url=page.url, feed=feed, found="the address itself"),))
        except NotAFeed as error:
            problem = f"the document at {without_credentials(page.url)} {error}"
        for found, links in self._places(page):
            if candidates := self._readable(links, found):
                return Discovery(candidates=candidates)
        return Discovery(problem=f"{problem}, and no feed was found on its site; give the feed's own address")

    def _first(self, urls: Iterable[str]) -> tuple[Response | None, str]:
        problem = ""
        for url in urls:
            self._home = url
            try:
                response = self._get(url)
            except FetchError as error:
                problem = problem or str(error)
                continue
            if 200 <= response.status < 300:
                return response, ""
            problem = status_sentence(host_of(response.url), response.status)
        return None, problem

    def _get(self, url: str) -> Response:
        return self._fetcher.submit(self._request(url)).result()

    def _request(self, url: str) -> Request:
        own = _origin(url) == _origin(self._home)
        return Request(url=url, limit=PAGE_LIMIT, timeout=TIME_LIMIT, credentials=self._credentials if own else {})

    def _parsed(self, response: Response) -> ParsedFeed:
        if not 200 <= response.status < 300:
            raise NotAFeed(f"has the status {response.status}")
        kind = response.headers.get("content-type", "")
        return self._reader.read(response.body, url=response.url, content_type=kind).result()

    def _places(self, page: Response) -> Iterator[tuple[str, list[str]]]:
        tree = _tree(page.body)
        yield "declared by the page", [*_in_headers(page), *_declared(page.url, tree)]
        yield "linked from the page", _linked(page.url, tree)
        roots = dict.fromkeys(filter(None, (absolute(page.url, "./"), absolute(page.url, "/"))))
        yield "a usual address", [url for root in roots for path in _USUAL if (url := absolute(root, path))]
        yield "a news sitemap", list(named_sitemaps(page.url, self._get))

    def _readable(self, urls: Iterable[str], found: str) -> tuple[Candidate, ...]:
        """Give those that are feeds; one that shows the same articles as another is left out."""
        wanted = list(dict.fromkeys(urls))[:MOST_ASKED]
        asked = [(url, self._fetcher.submit(self._request(url))) for url in wanted]
        candidates: dict[object, Candidate] = {}
        for url, answer in asked:
            try:
                response = answer.result()
                feed = self._parsed(response)
            except (FetchError, NotAFeed):
                continue
            if feed.sitemaps and not feed.entries:
                continue  # an index of sitemaps
            same_host = urlsplit(url).hostname == urlsplit(response.url).hostname
            candidate = Candidate(url=response.url if same_host else url, feed=feed, found=found)
            shown = frozenset(entry.link or entry.id for entry in feed.entries) or candidate.url
            candidates.setdefault(shown, candidate)
        return tuple(sorted(candidates.values(), key=_rank))


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _tree(body: bytes) -> html.HtmlElement | None:
    try:
        return html.document_fromstring(body)
    except (etree.LxmlError, ValueError):
        return None


def _in_headers(page: Response) -> Iterator[str]:
    for target, parameters in _LINK_HEADER.findall(page.headers.get("link", "")[:10_000]):
        if re.search(r"\brel\s*=\s*\"?[^\";]*\balternate\b", parameters, re.IGNORECASE) and _of_feed(
            parameters, target
        ):
            yield from filter(None, [absolute(page.url, target)])


def _of_feed(kind: str, target: str) -> bool:
    return any(known in kind.lower() for known in _TYPES) and not _NO_FEED.search(target)


def _declared(base: str, tree: html.HtmlElement | None) -> Iterator[str]:
    if tree is None:
        return
    for link in tree.iter("link", "a"):
        words = str(link.get("rel") or "").lower().split()
        href = str(link.get("href") or "")
        kind = str(link.get("type") or "").lower()
        if href and ("feed" in words or ("alternate" in words and _of_feed(kind, href))):
            yield from filter(None, [absolute(_base(base, tree), href)])


def _base(base: str, tree: html.HtmlElement) -> str:
    for element in tree.iter("base"):
        if element.get("href"):
            return absolute(base, str(element.get("href"))) or base
    return base


def _linked(base: str, tree: html.HtmlElement | None) -> list[str]:
    """Give links that look like a feed's, those of the same site first, the shortest first."""
    if tree is None:
        return []
    found: dict[str, tuple[bool, int]] = {}
    for link in tree.iter("a"):
        url = absolute(_base(base, tree), str(link.get("href") or "")) if link.get("href") else None
        if url and url not in found and not _NO_FEED.search(url):
            parts = urlsplit(url)
            words = (link.text_content() or "").strip().lower()
            if _LOOKS_LIKE.search(f"{parts.path}?{parts.query}") or words in ("rss", "atom", "feed", "rss feed"):
                found[url] = (host_of(url) != host_of(base), len(url))
    return sorted(found, key=lambda url: found[url])


def _rank(candidate: Candidate) -> tuple[bool, bool]:
    of_comments = _COMMENTS.search(urlsplit(candidate.url).path + candidate.feed.title[:200])
    return bool(of_comments), not candidate.feed.entries
