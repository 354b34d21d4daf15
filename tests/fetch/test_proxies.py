"""Requests go out through the proxy that the environment names."""

from collections.abc import Iterator

import pytest

from pipeline.errors import BadInput
from pipeline.fetch.http import HttpFetcher
from pipeline.fetch.interface import AddressRefused, FetchError, Request
from pipeline.fetch.proxies import Proxies, read_proxies
from pipeline.settings import load_settings
from tests.fetch.hostile import HostileServer, answer
from tests.fetch.test_http import fetching, get


@pytest.fixture
def proxy() -> Iterator[HostileServer]:
    with HostileServer() as running:
        yield running


def test_the_proxy_is_asked_for_the_address_and_its_own_is_exempt(proxy: HostileServer) -> None:
    # A public address, so that nothing but the proxy need be asked; the proxy is on loopback, which is not opened.
    proxy.behaviours["http://8.8.8.8/feed"] = answer(b"from the proxy")
    address = proxy.url("").replace("//", "//user:secret@")
    fetcher = HttpFetcher(contact=None, version="1", proxies=Proxies({"http": address}))
    try:
        assert get(fetcher, "http://8.8.8.8/feed").body == b"from the proxy"
        assert proxy.asked[0].headers["proxy-authorization"].startswith("Basic ")
        assert "secret" not in repr(Proxies({"http": address}))
    finally:
        fetcher.close()


def test_an_address_that_must_not_be_asked_is_not_asked_through_the_proxy_either(proxy: HostileServer) -> None:
    fetcher = HttpFetcher(contact=None, version="1", proxies=Proxies({"http": proxy.url("")}))
    try:
        for url in ("http://169.254.169.254/latest", "http://localhost/", "http://10.1.2.3/"):
            with pytest.raises(AddressRefused):
                get(fetcher, url)
    finally:
        fetcher.close()
    assert proxy.asked == []


def test_hosts_of_no_proxy_are_asked_directly(proxy: HostileServer, server: HostileServer) -> None:
    with fetching(proxies=Proxies({"http": proxy.url("")}, "outlet.example, 127.0.0.0/8")) as fetcher:
        get(fetcher, server.url("/feed"))
    assert ([asked.path for asked in server.asked], proxy.asked) == (["/feed"], [])


def test_a_proxy_that_is_away_or_refuses_is_named_without_its_password(proxy: HostileServer) -> None:
    proxy.behaviours["8.8.8.8:443"] = answer(status=403)
    fetcher = HttpFetcher(
        contact=None, version="1", proxies=Proxies({"http": "http://u:secret@127.0.0.1:9999", "https": proxy.url("")})
    )
    try:
        with pytest.raises(FetchError, match=r"the proxy for 8\.8\.8\.8 can't be reached .* check http_proxy") as away:
            fetcher.submit(Request(url="http://8.8.8.8/")).result(10)
        assert "secret" not in str(away.value)
        with pytest.raises(FetchError, match=r"the proxy does not connect to 8\.8\.8\.8 \(403\)"):
            fetcher.submit(Request(url="https://8.8.8.8/")).result(10)
    finally:
        fetcher.close()


@pytest.mark.parametrize(
    ("direct", "host", "port", "goes"),
    [
        ("", "a.example", None, "out"),
        ("*", "a.example", None, "direct"),
        ("example", "a.example", None, "direct"),
        (".example,b.test", "a.example", None, "direct"),
        ("*.example", "a.example", None, "direct"),
        ("ample", "a.example", None, "out"),
        ("a.example:8080", "a.example", 8080, "direct"),
        ("a.example:8080", "a.example", None, "out"),
        ("10.0.0.0/8", "10.3.2.1", None, "direct"),
        ("10.0.0.0/8", "11.3.2.1", None, "out"),
        ("::1", "::1", None, "direct"),
    ],
)
def test_no_proxy_is_read_as_programs_read_it(direct: str, host: str, port: int | None, goes: str) -> None:
    proxies = Proxies({"http": "http://proxy:3128"}, direct)
    assert proxies.of("http", host, port) == ("http://proxy:3128" if goes == "out" else None)


def test_the_usual_variables_are_read() -> None:
    proxies = read_proxies({"HTTP_PROXY": "proxy:3128", "ALL_PROXY": "http://all:1", "no_proxy": "a.example"})
    assert proxies == Proxies({"http": "http://proxy:3128", "https": "http://all:1"}, "a.example")
    assert read_proxies({}) == Proxies()


def test_a_proxy_of_another_kind_is_refused_at_the_start() -> None:
    with pytest.raises(BadInput, match=r"all_proxy: this is no proxy that can be used; write http://host:port"):
        load_settings({"ALL_PROXY": "socks5://127.0.0.1:1080"})
