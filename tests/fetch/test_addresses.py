from ipaddress import ip_network

import pytest

from pipeline.fetch.addresses import (
    absolute,
    authority,
    literal,
    loses_encryption,
    refusal,
    url_problem,
    without_credentials,
)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.31.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2001:0:53aa:64c::80ff:fffe",
        "2002:7f00:1::",
        "2a00:1450::5efe:10.0.0.1",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "ff02::1",
    ],
)
def test_addresses_inside_are_refused_in_every_form(address: str) -> None:
    assert refusal(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "172.32.0.1",
        "192.0.1.1",
        "2a00:1450:4001::1",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2606:4700::5efe:8.8.8.8",
    ],
)
def test_addresses_of_the_world_are_asked(address: str) -> None:
    assert refusal(address) is None


def test_a_network_that_the_operator_opens_is_asked_and_no_other() -> None:
    allowed = [ip_network("10.1.0.0/16"), ip_network("fd00:1::/32")]
    assert refusal("10.1.2.3", allowed) is None
    assert refusal("::ffff:10.1.2.3", allowed) is None
    assert refusal("fd00:1::5", allowed) is None
    assert refusal("10.2.0.1", allowed) == "a private network"
    assert refusal("fd00:2::5", allowed) == "no public network"


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1"])
def test_numbers_that_name_resolution_takes_for_addresses_are_addresses(host: str) -> None:
    assert str(literal(host)) == "127.0.0.1"


@pytest.mark.parametrize("host", ["example.org", "1und1.example", "127.0.0.1.nip.example", "٣.example"])
def test_names_are_not(host: str) -> None:
    assert literal(host) is None


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.org/feed", "must begin with http"),
        ("example.org/feed", "must begin with http"),
        ("file:///etc/passwd", "must begin with http"),
        ("http:///feed", "names no host"),
        ("https://exa mple.org/", "names no host"),
        ("http://[::1/feed", "can't be read"),
        ("http://example.org:99999/", "can't be read"),
        ("http://example.org:6379/", "port 6379"),
        ("http://user:secret@example.org/", "name or password"),
    ],
)
def test_an_address_that_can_never_be_asked_says_why(url: str, words: str) -> None:
    problem = url_problem(url)
    assert problem
    assert words in problem
    assert "secret" not in problem


@pytest.mark.parametrize("url", ["http://example.org", "https://пример.рф:8443/лента?a=1&b=2", "http://[2a00::1]/x"])
def test_an_address_of_the_web_has_no_problem(url: str) -> None:
    assert url_problem(url) is None


def test_a_shown_address_holds_no_credentials() -> None:
    assert without_credentials("https://user:secret@example.org:8443/feed?a=1") == "https://example.org:8443/feed?a=1"
    assert without_credentials("https://example.org/@user") == "https://example.org/@user"


def test_links_are_resolved_and_those_that_are_no_addresses_of_the_web_dropped() -> None:
    assert absolute("https://example.org/a/feed", "../b?x=1&y=2") == "https://example.org/b?x=1&y=2"
    assert absolute("https://example.org/", "mailto:x@example.org") is None
    assert absolute("https://example.org/", "javascript:alert(1)") is None
    assert absolute("https://example.org/", "http://[broken") is None


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("https://Post.example./feed", "post.example"),
        ("https://post.example:443/", "post.example"),
        ("http://post.example:443/", "post.example:443"),
        ("http://[2a00::1]:8080/", "2a00::1:8080"),
        ("no address", ""),
        ("http://[", ""),
    ],
)
def test_a_server_is_a_host_and_an_unusual_port(url: str, server: str) -> None:
    assert authority(url) == server


@pytest.mark.parametrize(
    ("before", "after", "loses"),
    [
        ("https://hub.example/", "http://hub.example/", True),
        ("https://hub.example/", "HTTP://other.example/", True),
        ("HTTPS://hub.example/", "https://other.example/", False),
        ("http://hub.example/", "http://hub.example/a", False),
        ("http://hub.example/", "https://hub.example/", False),
    ],
)
def test_a_way_from_https_to_http_loses_its_encryption(before: str, after: str, loses: bool) -> None:
    assert loses_encryption(before, after) is loses
