"""The proxies that stand between this machine and the web, by the variables that programs have long shared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from urllib.parse import urlsplit

from pipeline.fetch.addresses import literal

_SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class Proxies:
    """Where requests go out: a proxy's address for each scheme, and the hosts that are asked directly, as no_proxy lists them.

    Addresses may hold a name and password, which are kept out of `repr`.
    """

    by_scheme: Mapping[str, str] = field(default_factory=dict, repr=False)
    direct: str = ""

    def of(self, scheme: str, host: str, port: int | None) -> str | None:
        """Give the proxy for a host; None for those that are asked directly."""
        proxy = self.by_scheme.get(scheme)
        if proxy is None:
            return None
        return None if any(_covers(entry, host, port) for entry in self.direct.split(",")) else proxy


NO_PROXIES = Proxies()


def read_proxies(environ: Mapping[str, str]) -> Proxies:
    """Read http_proxy, https_proxy, all_proxy and no_proxy, in small letters or capitals.

    Raises ValueError, naming the variable, for a proxy of another kind than HTTP.
    """
    found = {}
    for scheme in _SCHEMES:
        for name in (f"{scheme}_proxy", "all_proxy"):
            if value := _value(environ, name):
                found[scheme] = _address(name, value)
                break
    return Proxies(found, _value(environ, "no_proxy"))


def _covers(entry: str, host: str, port: int | None) -> bool:
    """Tell whether an entry of no_proxy means the host: `*`, the host or a domain above it, or a network that it is in."""
    entry = entry.strip().lower()
    name, _, its_port = entry.partition(":") if entry.count(":") == 1 else (entry, "", "")
    if not name or (its_port and its_port != str(port)):
        return False
    name = name.removeprefix("*").lstrip(".")
    if not name or host == name or host.endswith(f".{name}"):
        return True
    address = literal(host)
    try:
        return address is not None and address in ip_network(name, strict=False)
    except ValueError:
        return False


def _value(environ: Mapping[str, str], name: str) -> str:
    return (environ.get(name) or environ.get(name.upper()) or "").strip()


def _address(name: str, value: str) -> str:
    address = value if "://" in value else f"http://{value}"
    try:
        parts = urlsplit(address)
        usable = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(f"{name}: this is no proxy that can be used; write http://host:port (SOCKS is not spoken)")
    return address
