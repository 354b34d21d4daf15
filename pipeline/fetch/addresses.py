"""Which addresses may be asked: written ones (URLs) and real ones (IP)."""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_SERVICE_PORTS = """
    7 9 19 21 22 23 25 53 69 110 111 119 135 137 139 143 389 445 465 514 587 636 993 995
    1433 2049 3306 3389 5432 5900 6379 6667 11211 27017
"""
SERVICE_PORTS = frozenset(map(int, _SERVICE_PORTS.split()))
"""Ports where something other than HTTP listens, which a GET could be made to talk to."""

_V4_REFUSED = tuple(
    (ip_network(network), what)
    for network, what in (
        # IANA's registry of special-purpose addresses (RFC 6890 and its updates)
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a carrier's private network"),
        ("127.0.0.0/8", "this machine"),
        ("169.254.0.0/16", "a link-local network"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "a special-purpose network"),
        ("192.0.2.0/24", "a network for documentation"),
        ("192.88.99.0/24", "a relay of 6to4"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "a network for benchmarks"),
        ("198.51.100.0/24", "a network for documentation"),
        ("203.0.113.0/24", "a network for documentation"),
        ("224.0.0.0/4", "a multicast network"),
        ("240.0.0.0/4", "a reserved network"),
        # looks public, yet is answered by the cloud's own host (Azure's documentation of its platform address)
        ("168.63.129.16/32", "a cloud's metadata service"),
    )
)
_V6_PUBLIC = ip_network("2000::/3")
_V6_REFUSED = tuple(
    (ip_network(network), what)
    for network, what in (
        ("2001::/23", "a special-purpose network"),
        ("2001:db8::/32", "a network for documentation"),
        ("2002::/16", "a 6to4 network"),
        ("3fff::/20", "a network for documentation"),
    )
)
_NAT64 = ip_network("64:ff9b::/96")


def _in_isatap(ip: IPv6Address) -> bool:
    """Tell whether an address holds an IPv4 one that tunnels lead to (ISATAP, RFC 5214, section 6.1)."""
    return (int(ip) >> 32) & 0xFFFF_FFFF in (0x0000_5EFE, 0x0200_5EFE)


def refusal(address: str | Address, allowed: Sequence[Network] = ()) -> str | None:
    """Say what makes an IP address one that must not be connected to; None for a public or an allowed one."""
    ip = _unwrapped(ip_address(address) if isinstance(address, str) else address)
    if is_allowed(ip, allowed):
        return None
    if isinstance(ip, IPv4Address):
        return next((what for network, what in _V4_REFUSED if ip in network), None)
    if ip not in _V6_PUBLIC:
        return "this machine" if ip.is_loopback else "no public network"
    return next((what for network, what in _V6_REFUSED if ip in network), None)


def is_allowed(address: str | Address, allowed: Sequence[Network]) -> bool:
    """Tell whether the operator has opened a network that the address lies in."""
    ip = _unwrapped(ip_address(address) if isinstance(address, str) else address)
    return any(ip.version == network.version and ip in network for network in allowed)


def _unwrapped(ip: Address) -> Address:
    """Give the IPv4 address that an IPv6 one stands for, where packets to it end up at that one."""
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return ip.ipv4_mapped
        if ip in _NAT64 or _in_isatap(ip):
            return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def literal(host: str) -> Address | None:
    """Read a host that is an IP address, in any form that name resolution takes for one, such as 2130706433 or 0x7f.1."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    if not host[:1].isdigit() or not host.isascii():
        return None
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def url_problem(url: str) -> str | None:
    """Say why an address can't be asked over HTTP at all, in words that follow 'the address'; None if it can."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return f"can't be read ({error})"
    if parts.scheme not in ("http", "https"):
        return "must begin with http:// or https://"
    if not parts.hostname or len(parts.hostname) > 253 or any(c.isspace() for c in parts.netloc):
        return "names no host"
    if "@" in parts.netloc:
        return "holds a name or password, which must not stand in an address"
    if port == 0 or port in SERVICE_PORTS:
        return f"names port {port}, where no web server listens"
    return None


def without_credentials(url: str) -> str:
    """Give the address without a name and password, so that it can be shown."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.rpartition("@")[2]
    if "@" not in parts.netloc:
        return url
    return urlunsplit(SplitResult(parts.scheme, parts.netloc.rpartition("@")[2], *parts[2:]))


def authority(url: str) -> str:
    """Give the server that an address is asked at: its host, and its port where that is not the scheme's own; or nothing."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").rstrip(".")
    return host if port in (None, {"http": 80, "https": 443}.get(parts.scheme)) else f"{host}:{port}"


def loses_encryption(before: str, after: str) -> bool:
    """Tell whether a way leads from https to something that others on the way can read."""
    return before[:6].lower() == "https:" and after[:6].lower() != "https:"


def absolute(base: str, link: str) -> str | None:
    """Resolve a link against the document's address; None unless that gives an address of the web."""
    try:
        url = urljoin(base, link.strip())
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None
