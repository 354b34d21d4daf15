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


def page_canonical(page_url: str, declared: str | None) -> str | None:
    """Give the address that a page declares as its own, where that can be believed.

    It has to be on the page's host and not the site's front page: pages of broken sites all name that.
    """
    if not declared:
        return None
    with suppress(ValueError):
        address = canonical_url(urljoin(page_url, declared.strip()))
        own = canonical_url(page_url)
        if address and own and urlsplit(address).netloc == urlsplit(own).netloc:
            parts = urlsplit(address)
            return address if parts.path.strip("/") or parts.query else None
    return None


def identity_keys(raw: RawArticle, page_url: str | None = None, declared: str | None = None) -> tuple[str, ...]:
    """Give the keys of an article, the strongest first, none twice.

    An address that the page names comes before the entry's own. Feed and entry come last: they hold together the versions
    of an entry whose address changes, and stand alone where there is no address.
    """
    keys = [
        page_canonical(page_url, declared) if page_url else None,
        canonical_url(raw.url) if raw.url else None,
    ]
    urls = [f"url:{key}" for key in keys if key]
    return (*dict.fromkeys(urls), f"entry:{raw.source.feed} {raw.entry}"[:LONGEST])
