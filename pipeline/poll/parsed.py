"""What a feed's document says, in one form for all formats, with every size bounded."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pipeline.fetch.addresses import absolute
from pipeline.identity import Fingerprint, Names, canonical_url, digest, fingerprint, looked_through, names_of
from pipeline.poll.plain import clean, language_code, plain, shortened

MOST_ENTRIES = 1_000
LONGEST_TITLE = 1_000
LONGEST_SUMMARY = 50_000
LONGEST_CONTENT = 250_000
LONGEST_LINK = 4_000
LONGEST_ID = 2_000
_LONGEST_NAME = 200
_MOST_NAMES = 50
_TITLE_FROM_TEXT = 100


class NotAFeed(Exception):
    """A document is no feed in any format. The message says what it looks like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of a feed. `id` is unique in its document; `title` is plain text; `summary` and `content` are HTML as received.

    `link` is an absolute address of the web, and `canonical` the name that all its spellings share; `shared_link` tells that
    several entries of the document have it. Addresses within the HTML are relative to `base`. Dates are the feed's own claims.
    `received` holds both fingerprints of what was received, once the HTML has been sanitised.
    """

    id: str
    link: str | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    language: str | None = None
    base: str = field(default="", compare=False)
    canonical: str | None = field(default=None, compare=False)
    shared_link: bool = False
    received: tuple[Fingerprint, str] | None = field(default=None, compare=False)

    @property
    def key(self) -> str:
        """A digest of the identity within the document."""
        return digest(self.id)

    @property
    def names(self) -> Names:
        """The digests under which the entry is known in its feed."""
        return names_of(self.id, self.canonical, shared=self.shared_link)

    @property
    def fingerprint(self) -> Fingerprint:
        """Digests of what makes the entry another version when it changes."""
        if self.received:
            return self.received[0]
        return fingerprint(
            title=self.title,
            summary=self.summary,
            content=self.content,
            canonical=self.canonical,
            updated=self.updated,
            published=self.published,
        )

    @property
    def first_fingerprint(self) -> str:
        """The fingerprint as Harmattan 0.1 wrote it."""
        if self.received:
            return self.received[1]
        text = digest("\0".join((self.title, self.summary, self.content, self.link or "")))
        return text[:18] + digest(f"{self.updated}")[:6]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLinks:
    """The addresses that a feed gives of itself and of what belongs to it; all are absolute addresses of the web.

    `hubs` and `self` are those of WebSub (W3C Recommendation, section 4); `next` leads to older entries and `previous_archive`
    to the archive before this document (RFC 5005); `site` is the page that the feed belongs to.
    """

    site: str | None = None
    self: str | None = None
    hubs: tuple[str, ...] = ()
    next: str | None = None
    previous_archive: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed's document. `problem` says why entries are missing: it breaks off (`broken`), holds too many, or is an index.

    `format` is its name in words, such as `RSS 2.0`; `held` counts the entries that the document holds, those that were left
    out too. `ttl` is RSS's, `period` comes from `sy:updatePeriod` and `sy:updateFrequency`: how often the publisher says that
    something changes. `complete` tells that the document holds all there is (RFC 5005, section 2). `remarks` are faults that
    lost nothing, in words that follow 'the document'. `sitemaps` are the documents that an index of sitemaps names, those
    for news and the latest first; `parts` counts those of them that this was put together from.
    """

    title: str
    language: str | None
    entries: tuple[Entry, ...]
    problem: str | None = None
    broken: bool = False
    format: str = ""
    held: int = 0
    generator: str = ""
    ttl: timedelta | None = None
    period: timedelta | None = None
    complete: bool = False
    links: FeedLinks = FeedLinks()
    remarks: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    parts: int = 0

    @property
    def dates(self) -> tuple[datetime, ...]:
        """When its entries were published, or else changed, as the feed itself says; the latest first."""
        found = (entry.published or entry.updated for entry in self.entries)
        return tuple(sorted((date for date in found if date), reverse=True))


def make_entry(
    *,
    base: str,
    id: str = "",
    link: str = "",
    title: str = "",
    summary: str = "",
    content: str = "",
    authors: Iterable[str] = (),
    categories: Iterable[str] = (),
    published: datetime | None = None,
    updated: datetime | None = None,
    language: object = None,
) -> Entry | None:
    """Bring an entry's fields into their form; None when there is nothing in it."""
    summary = clean(summary, LONGEST_SUMMARY).strip()
    content = clean(content, LONGEST_CONTENT).strip()
    title = plain(title, LONGEST_TITLE)
    url = absolute(base, clean(link, LONGEST_LINK + 1)) if link.strip() else None
    url = looked_through(url) if url and len(url) <= LONGEST_LINK else None
    if not (title or summary or content or url):
        return None
    return Entry(
        id=_identifier(id) or url or digest(f"{title}\0{summary or content}"),
        link=url,
        title=title or shortened(plain(summary or content, LONGEST_TITLE), _TITLE_FROM_TEXT),
        summary="" if summary == content else summary,
        content=content,
        authors=_names(authors),
        categories=_names(categories),
        published=published,
        updated=updated,
        language=language_code(language),
        base=base,
        canonical=canonical_url(url) if url else None,
    )


def _identifier(written: str) -> str:
    """Give an id as it is, but for markup, which has no place in one."""
    return plain(written, LONGEST_ID) if "<" in written else clean(written, LONGEST_ID).strip()


def _names(names: Iterable[str]) -> tuple[str, ...]:
    cleaned = (plain(name, _LONGEST_NAME) for name in names)
    return tuple(dict.fromkeys(name for name in cleaned if name))[:_MOST_NAMES]


def lost(kept: int, held: int, *, broken: bool, which: str = "first") -> str | None:
    """Say what of a document could not be taken, where it breaks off or `held` more than MOST_ENTRIES entries."""
    if held > MOST_ENTRIES:
        return f"the document holds {held:,} entries; the {which} {MOST_ENTRIES:,} were read"
    return f"the document breaks off; the {kept} entries before that were read" if broken else None


def distinct(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Leave out repetitions, and keep entries apart that share an id but not their link, or a link but not their title."""
    by_id: dict[str, dict[str | None, Entry]] = defaultdict(dict)
    for entry in entries:
        by_id[entry.id].setdefault(entry.canonical or entry.link, entry)
    kept: dict[str, Entry] = {}
    for same in by_id.values():
        for entry in same.values():
            single = entry if len(same) == 1 else replace(entry, id=f"{entry.id} {entry.link or ''}")
            kept.setdefault(single.id, single)
    return _by_link(kept.values())


def _by_link(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    titles: dict[str, dict[str, Entry]] = defaultdict(dict)
    for entry in entries:
        titles[entry.canonical or entry.id].setdefault(entry.title, entry)
    return tuple(
        entry if len(same) == 1 else replace(entry, shared_link=True)
        for same in titles.values()
        for entry in same.values()
    )
