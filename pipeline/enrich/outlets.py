"""The outlets and agencies that are known: what they are, whose they are, and how others name them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.errors import BadInput
from pipeline.files import SettingsFile, read_settings_file
from pipeline.records.article import Source, SourceKind
from pipeline.text.tokens import forms

_ID = re.compile(r"[a-z0-9-]{1,60}")
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An outlet of the sources file, which describes the fields; `according_to` tells where kinds and owner come from."""

    id: str
    name: str
    according_to: str
    names: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    country: str | None = None
    languages: tuple[str, ...] = ()
    kinds: tuple[SourceKind, ...] = ()
    owner: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletsDocument:
    """What a sources file holds."""

    sources: tuple[Outlet, ...]


class Outlets:
    """The known outlets, found by the addresses of their feeds and articles or by their names."""

    def __init__(self, known: Iterable[Outlet] = ()) -> None:
        self.known = tuple(known)
        self._by_host = {host: outlet for outlet in self.known for host in outlet.hosts}
        self._by_name: dict[str, Outlet] = {}
        for outlet in self.known:
            for name in (outlet.name, *outlet.names):
                self._by_name.setdefault(_key(name), outlet)

    def outlet_of(self, source: Source, url: str | None) -> Outlet | None:
        """Give the outlet that an article is from, by its feed's address, its own address or its source's name."""
        for address in (source.feed, url):
            if address and (outlet := self._at(address)):
                return outlet
        return self._by_name.get(_key(source.name)) if source.name else None

    def describe(self, source: Source, url: str | None) -> Source:
        """Complete what is known of a source; what its feed's entry says about country and language stays."""
        outlet = self.outlet_of(source, url)
        if outlet is None:
            return source
        return replace(
            source,
            country=source.country or outlet.country,
            language=source.language or (outlet.languages[0] if len(outlet.languages) == 1 else None),
            outlet=outlet.id,
            kinds=tuple(outlet.kinds),
            owner=outlet.owner,
        )

    def _at(self, address: str) -> Outlet | None:
        try:
            parts = urlsplit(address)
            host = (parts.hostname or "").rstrip(".")
        except ValueError:
            return None
        path = parts.path.strip("/").lower()
        while host:
            found = self._by_host.get(f"{host}/{path}") or self._by_host.get(host)
            if found is not None:
                return found
            host = host.partition(".")[2]
        return None


def load_outlets(path: Path) -> Outlets:
    """Read a sources file. Raises BadInput with file and line, what is wrong and what to do."""
    document = read_settings_file(path, OutletsDocument)
    hosts: dict[str, str] = {}
    ids: set[str] = set()
    for position, outlet in enumerate(document.value.sources):
        _check(document, position, outlet, ids, hosts)
    return Outlets(document.value.sources)


def _check(
    document: SettingsFile[OutletsDocument], position: int, outlet: Outlet, ids: set[str], hosts: dict[str, str]
) -> None:
    def error(field: str, what: str) -> BadInput:
        return document.error(("sources", position, field), what)

    if not _ID.fullmatch(outlet.id):
        raise error("id", f"the id {outlet.id[:40]!r} may have only small letters, digits and hyphens")
    if outlet.id in ids:
        raise error("id", f"the id {outlet.id} is taken by an earlier source; give this one another")
    ids.add(outlet.id)
    if outlet.country and not _COUNTRY.fullmatch(outlet.country):
        raise error("country", f"{outlet.country!r} is no country; write its ISO 3166 code, such as ML")
    for host in outlet.hosts:
        if "://" in host or host != host.lower():
            raise error("hosts", f"{host!r} is no host; write it in small letters without https://, such as afp.com")
        if host in hosts:
            raise error("hosts", f"the host {host} is named by {hosts[host]} already; keep it in one place")
        hosts[host] = outlet.id


def _key(name: str) -> str:
    return " ".join(forms(name))
