"""What makes two entries, or two addresses, one article. Every rule is here, with what it rests on.

Addresses (`canonical_url`). Two spellings count as one address where they differ in nothing but:

- the scheme, a default port, credentials, the case of the host, a dot at its end, the fragment (RFC 3986, section 6). Feeds
  that go from http to https and thereby show everything anew are a stock complaint (NetNewsWire #324, feedbin/support #515).
  A fragment that begins with `!` or `/` stays: a script makes pages of it (Google's AJAX crawling scheme of 2009);
- `www.`, and the names of mobile and AMP hosts before the outlet's own: `m.`, `mobile.`, `touch.`, `amp.`, also behind a
  language's label as in en.m.wikipedia.org;
- AMP's paths and parameters: the WordPress plugin's `/amp/` and `?amp`, the BBC's `.amp`, `.amp.html`, Le Monde's
  `/amp/article/`, Arc's `?outputType=amp`, the caches of AMP (`*.cdn.ampproject.org/c/s/`) and Google (`google.com/amp/s/`);
- slashes at the end or doubled, and percent-encoding of characters that need none (RFC 3986, section 6.2.2.2);
- parameters that say how a reader came, each by its own name: lists by likeness take away more. courlan's, for one, drops
  `?gallery=5`, `?eid=7` and `?12345`, which are whole addresses of articles, so that different articles would be one. Nor are
  `id`, `sid` (PHP-Nuke), `cid`, `ref` or `source` dropped, except where their value says `rss` or the like;
- the order of parameters, and Blogger's `m=0` and `m=1`.

Search services that give their own address with the article's in it (Google Alerts' `google.com/url?url=`, Bing News'
`bing.com/news/apiclick.aspx?url=`) are looked through: what they add differs with every alert.

What is merged wrongly is never seen by anybody; what is kept apart wrongly is seen twice, and mostly as a near copy that
shares its story and raises no second alert. So every rule here leans to keeping apart.

Entries of a feed (`names_of`, `Fingerprint.can_be`, `were_renamed`):

- an id names an entry, and so does its address: ids rotate (FreshRSS #5909, feedbin/support #416, miniflux #2358) and addresses
  change with the headline, hardly ever both at once;
- the address names nothing where it is the site's front page, or where the document gives it to entries with different
  titles (skx/rss2email #111: podcasts, and lists of advisories);
- one id for many addresses in one document names nothing by itself either (miniflux #4197: it showed one entry of ten); id
  and address together do. The same holds when an id that is known comes back with another address, another title and
  another date of publication, or none: programs number from 1 again (miniflux #3186 tells of an id used twice). A changed
  headline with its changed address keeps its date, and stays one article;
- a title with its date of publication (or, without a date, all the text) names an entry only in a document that shows hardly
  anything known by other names, yet three and a fifth of whose titles and dates are known: then ids and addresses were all
  changed at once, as by a site's move (haven #72, liferea #1195).

Articles (`identity_keys`): the address that the page declares, the entry's own, and feed and id, in that order.
"""

import re
from collections.abc import Collection, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Self
from urllib.parse import parse_qs, quote, urljoin, urlsplit, urlunsplit

from pipeline.records.article import RawArticle

LONGEST = 2_000
"""Characters of an address that can name an article."""
FEWEST_RENAMED = 3
"""Fewer entries than this may be like known ones by chance."""

_SIDE_DOORS = frozenset({"www", "m", "mobile", "touch", "amp"})
_ADVERTISERS = (
    "gclid gclsrc dclid gbraid wbraid gad_source msclkid fbclid igshid igsh twclid ttclid li_fat_id yclid ysclid"
)
_ADVERTISERS += " _openstat"  # Google, Microsoft, Meta, X, TikTok, LinkedIn, Yandex
_CAMPAIGNS = (
    "mc_cid mc_eid _hsenc _hsmi hsctatracking mkt_tok s_cid s_kwcid ef_id xtor xtref ns_mchannel ns_source ns_campaign"
)
_CAMPAIGNS += " ns_linkname ns_fee"  # Mailchimp, HubSpot, Marketo, Adobe, AT Internet (Piano), Comscore
_SHARED_OR_SESSIONS = "_ga _gl ref_src ref_url __twitter_impression ncid phpsessid jsessionid"
_OUTLETS = "maca traffic_source ito ocid cmpid smid smtyp emc"  # Deutsche Welle, Al Jazeera, Mail Online, MSN, CNN, NYT
_TRACKERS = frozenset(f"{_ADVERTISERS} {_CAMPAIGNS} {_SHARED_OR_SESSIONS} {_OUTLETS}".split())
_TRACKER_FAMILIES = (
    "utm_",
    "pk_",
    "mtm_",
    "matomo_",
    "piwik_",
    "hsa_",
    "at_medium",
    "at_campaign",
    "at_custom",
    "at_link",
)
_BY_FEED = frozenset({"rss", "rss2", "rss1", "rssfeed", "rss-feed", "rss_feed", "feed", "atom", "xml-rss"})
_AMP_PATH = re.compile(r"/amp(?=/|$)|\.amp(?=\.html$|$)|/amp(?=\.html$)", re.IGNORECASE)
_CACHED = re.compile(r"/(?:[a-z]/)?s/([^/]+\.[^/]+)(/.*)?")
_SERVICE = re.compile(r"(?:www\.)?(?:google\.[a-z.]{2,6}/url|bing\.com/news/apiclick\.aspx)")
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_SLASHES = re.compile("/{2,}")
_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE = "/%:@!$&'()*+,;=~?"


def is_web_address(url: str | None) -> bool:
    """Tell whether this is an http or https address with a host."""
    with suppress(ValueError):
        parts = urlsplit(url or "")
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    return False


def canonical_url(url: str) -> str | None:
    """Give an address as one address for all its spellings; None for what is no web address. It is a name, not to be asked."""
    if len(url) > LONGEST:
        return None
    with suppress(ValueError):
        parts = urlsplit(url.strip())
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return None
        host, path = _uncached(parts.hostname, parts.path)
        port = "" if parts.port in {None, 80, 443} else f":{parts.port}"
        fragment = parts.fragment if parts.fragment[:1] in {"!", "/"} else ""
        return urlunsplit(("https", _host(host) + port, _path(path), _query(parts.query), fragment))
    return None


def looked_through(url: str) -> str:
    """Give the article's address where a search service's own holds it, and otherwise the address itself."""
    if "url=" not in url:
        return url
    with suppress(ValueError):
        parts = urlsplit(url)
        if _SERVICE.fullmatch(f"{parts.hostname or ''}{parts.path}"):
            return next((target for target in parse_qs(parts.query).get("url", ()) if is_web_address(target)), url)
    return url


def is_front_page(canonical: str) -> bool:
    """Tell whether a canonical address is a site's front page, which names no article."""
    parts = urlsplit(canonical)
    return not parts.path.strip("/") and not parts.query and not parts.fragment


def _uncached(host: str, path: str) -> tuple[str, str]:
    if host.endswith(".cdn.ampproject.org"):
        found = _CACHED.fullmatch(path)
    elif path.startswith("/amp/s/") and host.startswith(("www.google.", "google.")):
        found = _CACHED.fullmatch(path.removeprefix("/amp"))
    else:
        return host, path
    return (found[1].lower(), found[2] or "/") if found else (host, path)


def _host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    labels = (host if host.isascii() else host.encode("idna").decode("ascii")).rstrip(".").split(".")
    for place in (0, 0, 1):
        if len(labels) > place + 2 and labels[place] in _SIDE_DOORS and (place == 0 or len(labels[0]) == 2):
            del labels[place]
    return ".".join(labels)


def _path(path: str) -> str:
    if "%" in path:
        path = _ESCAPE.sub(_unescaped, path)
    path = _AMP_PATH.sub("", _SESSION.sub("", path)) if "amp" in path or "AMP" in path or ";" in path else path
    path = _SLASHES.sub("/", path).rstrip("/")
    return quote(path, safe=_SAFE) or "/"


def _unescaped(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else found[0].upper()


def _query(query: str) -> str:
    if not query:
        return ""
    if "%" in query:
        query = _ESCAPE.sub(_unescaped, query)
    return quote("&".join(sorted(part for part in query.split("&") if part and not _says_nothing(part))), safe=_SAFE)


def _says_nothing(part: str) -> bool:
    name, _, value = part.lower().partition("=")
    return (
        name in _TRACKERS
        or name.startswith(_TRACKER_FAMILIES)
        or value in _BY_FEED
        or (name == "source" and value.startswith("rss-"))  # Medium's
        or (name == "amp" and value in {"", "1", "true"})
        or (name == "outputtype" and value.startswith("amp"))
        or (name == "m" and value in {"0", "1"})
    )


def page_canonical(url: str, declared: str | None) -> str | None:
    """Give the address that the page of `url` declares as its own, where that can be believed.

    It has to be on the host of `url` and not the site's front page: consent pages and broken sites name that for everything.
    """
    own = canonical_url(url)
    if not own or not declared:
        return None
    with suppress(ValueError):
        address = canonical_url(urljoin(url, declared.strip()))
        if address and urlsplit(address).netloc == urlsplit(own).netloc:
            return None if is_front_page(address) else address
    return None


def identity_keys(raw: RawArticle, declared: str | None = None) -> tuple[str, ...]:
    """Give the keys of an article, the strongest first, none twice.

    The address that the page declares comes before the entry's own; neither counts where the feed gives one address to
    several articles. Feed and entry come last: they hold together the versions of an entry whose address changes, and stand
    alone where there is no address.
    """
    own = canonical_url(raw.url) if raw.url and not raw.shared_url else None
    addresses = [page_canonical(raw.url, declared), own] if raw.url and own and not is_front_page(own) else []
    urls = [f"url:{address}" for address in addresses if address]
    return (*dict.fromkeys(urls), f"entry:{raw.source.feed} {raw.entry}"[:LONGEST])


@dataclass(frozen=True, slots=True)
class Names:
    """The digests under which an entry is known in its feed: by id and by address. `stored` are those to be remembered."""

    by_id: str
    by_address: str | None
    stored: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Both, where there are both."""
        return (self.by_id, self.by_address) if self.by_address else (self.by_id,)


def names_of(id: str, canonical: str | None, *, shared: bool) -> Names:
    """Give the names of an entry. `shared` tells that its document gives the address to other entries, too.

    Where the id is no more than a spelling of the address, only the address is remembered.
    """
    by_id = digest(id)
    if not canonical or shared or is_front_page(canonical):
        return Names(by_id, None, (by_id,))
    by_address = digest(f"address {canonical}")
    only_address = id.startswith("http") and canonical_url(id) == canonical
    return Names(by_id, by_address, (by_address,) if only_address else (by_id, by_address))


_LENGTHS = (18, 6, 8, 6, 6)
_NO_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Digests of what an entry said when it was last seen: of its text, and of what tells entries apart.

    Version 0.1 remembered only `text`, with the address as written in it, and `updated`; the others are empty then.
    """

    text: str
    updated: str
    title: str = ""
    address: str = ""
    published: str = ""

    @classmethod
    def read(cls, written: str) -> Self:
        """Read what `written` gave."""
        parts, position = [], 0
        for length in _LENGTHS:
            parts.append(written[position : position + length])
            position += length
        return cls(*parts)

    def written(self) -> str:
        """Give it as one word."""
        return self.text + self.updated + self.title + self.address + self.published

    @property
    def of_first_version(self) -> bool:
        """Tell whether Harmattan 0.1 wrote it."""
        return not self.title

    def can_be(self, other: Self) -> bool:
        """Tell whether `other`, which came under the same id, can be this entry, and not one that merely reuses its id."""
        if self.of_first_version or self.address == other.address or self.title == other.title:
            return True
        return bool(self.published) and self.published == other.published

    @property
    def gist(self) -> str:
        """What an entry keeps when id and address are taken from it: title and date, or all its text where it has no date.

        Empty where there is no title, and for what version 0.1 wrote.
        """
        if self.title in ("", _NO_TITLE):
            return ""
        return self.title + self.published if self.published else self.text


def fingerprint(
    *,
    title: str,
    summary: str,
    content: str,
    canonical: str | None,
    updated: datetime | None,
    published: datetime | None,
) -> Fingerprint:
    """Make the fingerprint of an entry."""
    return Fingerprint(
        text=digest("\0".join((title, summary, content)))[:18],
        updated=digest(f"{_in_utc(updated)}")[:6],
        title=digest(_NO_LETTERS.sub("", title.casefold()))[:8],
        address=digest(canonical or "")[:6],
        published=digest(f"{_in_utc(published)}")[:6] if published else "",
    )


def _in_utc(moment: datetime | None) -> datetime | None:
    """Give the moment as it was remembered before zones were kept, so that what is known stays known."""
    return moment.astimezone(UTC) if moment else None


def shows_hardly_any(known: int, entries: int) -> bool:
    """Tell whether so few entries of a document are known that it may be all new, or all renamed."""
    return entries >= FEWEST_RENAMED and known * 5 <= entries


def were_renamed(shown: Collection[str], known: Set[str]) -> bool:
    """Tell whether so many of the entries shown, by their gists, are known ones that this can be no chance."""
    same = sum(gist in known for gist in shown if gist)
    return same >= FEWEST_RENAMED and same * 5 >= len(shown)


def digest(text: str) -> str:
    """Give the digest by which texts are compared: 24 hexadecimal digits."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


_NO_TITLE = digest("")[:8]
