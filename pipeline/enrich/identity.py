"""Under which keys an article is known: its canonical address, or its feed and entry."""

from contextlib import suppress
from urllib.parse import urljoin, urlsplit, urlunsplit

from courlan import normalize_url

from pipeline.records.article import RawArticle

LONGEST = 2_000


def is_web_address(url: str | None) -> bool:
    """Tell whether this is an http or https address with a host."""
    with suppress(ValueError):
        parts = urlsplit(url or "")
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    return False


def canonical_url(url: str) -> str | None:
    """Give an address as one address for all its spellings; None for what is no web address.

    Trackers, fragment, default port, credentials and letter case of the host are taken away, and http counts as https.
    """
    if len(url) > LONGEST or not is_web_address(url):
        return None
    with suppress(ValueError):
        parts = urlsplit(normalize_url(url.strip()))
        host = parts.hostname or ""
        port = "" if parts.port in {None, 80, 443} else f":{parts.port}"
        host = f"[{host}]" if ":" in host else host.rstrip(".").encode("idna").decode("ascii")
        return urlunsplit(("https", host + port, parts.path or "/", parts.query, ""))
    return None


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
            parts = urlsplit(address)
            return address if parts.path.strip("/") or parts.query else None
    return None


def identity_keys(raw: RawArticle, declared: str | None = None) -> tuple[str, ...]:
    """Give the keys of an article, the strongest first, none twice.

    The address that the page declares comes before the entry's own. Feed and entry come last: they hold together the versions
    of an entry whose address changes, and stand alone where there is no address.
    """
    addresses = [page_canonical(raw.url, declared), canonical_url(raw.url)] if raw.url else []
    urls = [f"url:{address}" for address in addresses if address]
    return (*dict.fromkeys(urls), f"entry:{raw.source.feed} {raw.entry}"[:LONGEST])
