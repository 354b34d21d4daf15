import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_network
from itertools import pairwise
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard

from pipeline.fetch.http import _LARGE_PLACES, HttpFetcher, _Redirect
from pipeline.fetch.interface import AddressRefused, FetchError, HostHeld, Request, Response, Unreached
from pipeline.fetch.limits import HostLimit
from pipeline.fetch.pace import Pace
from tests.fetch import hostile
from tests.fetch.hostile import HostileServer, answer, redirect

PAGE = "Тимбукту, Gao et Kidal. ".encode() * 200


def get(fetcher: HttpFetcher, url: str, **options: object) -> Response:
    return fetcher.submit(Request(url=url, **options)).result(30)  # type: ignore[arg-type]


@contextmanager
def fetching(**options: Any) -> Iterator[HttpFetcher]:
    """A fetcher of the test's own that may speak to loopback."""
    fetcher = HttpFetcher(contact=None, version="1", allow_networks=[ip_network("127.0.0.0/8")], **options)
    try:
        yield fetcher
    finally:
        fetcher.close()


def gzip(data: bytes) -> bytes:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return squeezer.compress(data) + squeezer.flush()


def bare_deflate(data: bytes) -> bytes:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return squeezer.compress(data) + squeezer.flush()


class TestAnswers:
    def test_gives_status_headers_in_lower_case_and_body(self, server: HostileServer, fetcher: HttpFetcher) -> None:
        server.behaviours["/"] = answer(PAGE, ETag='"v1"', Last_Modified="Sun, 01 Nov 2026 10:00:00 GMT")
        response = get(fetcher, server.url())
        assert (response.status, response.body, response.truncated) == (200, PAGE, False)
        assert (response.etag, response.last_modified) == ('"v1"', "Sun, 01 Nov 2026 10:00:00 GMT")

    def test_says_who_asks_and_where_to_complain(self, server: HostileServer, fetcher: HttpFetcher) -> None:
        get(fetcher, server.url())
        assert server.asked[0].headers["user-agent"] == "Harmattan/1.2 (+ops@example.org)"

    def test_an_error_is_an_answer_too(self, server: HostileServer, fetcher: HttpFetcher) -> None:
        assert get(fetcher, server.url("/nothing")).status == 404

    def test_what_has_not_changed_is_not_sent_again(self, server: HostileServer, fetcher: HttpFetcher) -> None:
        server.behaviours["/"] = hostile.with_etag(PAGE, 'W/"v1"')
        first = get(fetcher, server.url())
        second = get(fetcher, server.url(), etag=first.etag)
        assert (second.status, second.body, second.etag) == (304, b"", 'W/"v1"')

    @pytest.mark.parametrize(
        ("coding", "squeeze"),
        [
            ("gzip", gzip),
            ("x-gzip", gzip),
            ("deflate", zlib.compress),
            ("deflate", bare_deflate),
            ("br", brotli.compress),
            ("zstd", zstandard.ZstdCompressor().compress),
            ("identity", bytes),
        ],
    )
    def test_reads_every_compression_that_it_asks_for(
        self, server: HostileServer, fetcher: HttpFetcher, coding: str, squeeze: object
    ) -> None:
        server.behaviours["/"] = answer(squeeze(PAGE), Content_Encoding=coding)  # type: ignore[operator]
        assert get(fetcher, server.url()).body == PAGE
        assert server.asked[0].headers["accept-encoding"] == "gzip, deflate, br, zstd"

    def test_gzip_in_several_members_is_one_body(self, server: HostileServer, fetcher: HttpFetcher) -> None:
        server.behaviours["/"] = answer(gzip(PAGE) + gzip(b"end"), Content_Encoding="gzip")
        assert get(fetcher, server.url()).body == PAGE + b"end"

    def test_an_address_with_a_query_is_asked_exactly_as_written(
        self, server: HostileServer, fetcher: HttpFetcher
    ) -> None:
        path = "/a%2Fb?x=1&y=%7E%2B+z&sig=a%3D%3D"
        get(fetcher, server.url(path + "#part"))
        assert server.asked[0].path == path

    def test_an_address_in_another_script_is_quoted(self, server: HostileServer, fetcher: HttpFetcher) -> None:
        get(fetcher, server.url("/новости?q=Мали"))
        assert server.asked[0].path == "/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8?q=%D0%9C%D0%B0%D0%BB%D0%B8"

    def test_cookies_are_not_kept(self, server: HostileServer, fetcher: HttpFetcher) -> None:
        server.behaviours["/"] = answer(b"", Set_Cookie="id=1; Path=/")
        get(fetcher, server.url())
        get(fetcher, server.url())
        assert "cookie" not in server.asked[1].headers


class TestRedirects:
    def test_are_followed_and_the_answer_says_where_they_ended(
        self, server: HostileServer, fetcher: HttpFetcher
    ) -> None:
        server.behaviours.update({"/a": hostile.redirect("b", 301), "/b": hostile.redirect("/c?d=1", 308)})
        server.behaviours["/c?d=1"] = answer(PAGE)
        assert get(fetcher, server.url("/a")).url == server.url("/c?d=1")

    @pytest.mark.parametrize(
        ("statuses", "moved"),
        [((301, 308), "/c"), ((301, 302), "/b"), ((302, 301), None), ((), None)],
    )
    def test_tell_where_the_permanent_ones_lead(
        self, server: HostileServer, fetcher: HttpFetcher, statuses: tuple[int, ...], moved: str | None
    ) -> None:
        paths = ["/a", "/b", "/c"]
        for path, to, status in zip(paths, paths[1:], statuses, strict=False):
            server.behaviours[path] = redirect(to + "#part", status)
        assert get(fetcher, server.url("/a")).moved == (moved and server.url(moved))

    def test_that_go_round_in_circles_end_in_an_error(self, server: HostileServer, fetcher: HttpFetcher) -> None:
        server.behaviours["/a"] = hostile.redirect("/a")
        with pytest.raises(FetchError, match=r"127\.0\.0\.1 redirects more than 5 times"):
            get(fetcher, server.url("/a"))
        assert len(server.asked) == 6

    @pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/plain,x", "javascript:1"])
    def test_to_anything_but_the_web_are_refused(self, server: HostileServer, fetcher: HttpFetcher, to: str) -> None:
        server.behaviours["/"] = hostile.redirect(to)
        with pytest.raises(AddressRefused, match="must begin with http"):
            get(fetcher, server.url())

    @pytest.mark.parametrize("to", ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/"])
    def test_into_a_network_that_is_not_open_are_refused(
        self, server: HostileServer, fetcher: HttpFetcher, to: str
    ) -> None:
        server.behaviours["/"] = hostile.redirect(to)
        with pytest.raises(AddressRefused, match="HARMATTAN_ALLOW_NETWORKS"):
            get(fetcher, server.url())


class TestAddresses:
    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "①②⑦.⓪.⓪.①", "[::ffff:127.0.0.1]"]
    )
    def test_no_spelling_of_loopback_is_asked_unless_it_is_open(self, server: HostileServer, host: str) -> None:
        closed = HttpFetcher(contact=None, version="1")
        try:
            with pytest.raises(AddressRefused, match="belongs to this machine"):
                get(closed, server.url(host=host))
        finally:
            closed.close()
        assert server.asked == []

    def test_a_name_that_turns_private_after_it_was_judged_is_not_connected_to(
        self, server: HostileServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        closed = HttpFetcher(contact=None, version="1")

        async def public(host: str) -> list[str]:
            return ["127.0.0.1"]  # what a rebinding name server says once the first answer has passed

        monkeypatch.setattr(closed._resolver, "addresses", public)
        try:
            with pytest.raises(AddressRefused):
                get(closed, server.url(host="rebinding.example"))
        finally:
            closed.close()
        assert server.asked == []

    def test_an_open_network_may_be_asked_by_name(self, server: HostileServer, fetcher: HttpFetcher) -> None:
        assert get(fetcher, server.url(host="localhost")).status == 404

    def test_a_password_in_an_address_is_refused_and_not_repeated(self, fetcher: HttpFetcher) -> None:
        with pytest.raises(AddressRefused) as error:
            get(fetcher, "http://user:secret@example.org/feed")
        assert "secret" not in str(error.value)
        assert "example.org/feed" in str(error.value)

    def test_ports_of_other_services_are_refused(self, fetcher: HttpFetcher) -> None:
        with pytest.raises(AddressRefused, match="port 25"):
            get(fetcher, "http://127.0.0.1:25/")

    def test_an_unknown_name_is_said_to_be_unknown(self, fetcher: HttpFetcher) -> None:
        with pytest.raises(FetchError, match=r"the name no-such\.invalid"):
            get(fetcher, "http://no-such.invalid/")


class TestHostility:
    def test_a_byte_now_and_then_does_not_keep_the_exchange_alive(
        self, server: HostileServer, fetcher: HttpFetcher
    ) -> None:
        server.behaviours["/"] = hostile.dripping()
        began = time.monotonic()
        with pytest.raises(FetchError, match=r"127\.0\.0\.1 gave no complete answer within 0\.5 s"):
            get(fetcher, server.url(), timeout=0.5)
        assert time.monotonic() - began < 3

    def test_redirects_do_not_win_time(self, server: HostileServer, fetcher: HttpFetcher) -> None:
        server.behaviours["/"] = hostile.after(0.3, hostile.redirect("/"))
        with pytest.raises(FetchError, match=r"within 0\.5 s"):
            get(fetcher, server.url(), timeout=0.5)

    def test_a_large_body_that_waits_for_others_loses_no_time_of_its_own(
        self, server: HostileServer, fetcher: HttpFetcher
    ) -> None:
        server.behaviours["/"] = hostile.answer(b"x" * 400_000)
        server.behaviours["/drip"] = hostile.dripping(b"x" * 400_000)
        held = [get(fetcher, server.url()) for _ in range(_LARGE_PLACES)]
        fifth = fetcher.submit(Request(url=server.url(), timeout=0.4))
        with pytest.raises(FutureTimeout):
            fifth.result(timeout=1)
        held.clear()
        assert len(fifth.result(timeout=5).body) == 400_000
        with pytest.raises(FetchError, match=r"within 0\.4 s"):
            get(fetcher, server.url("/drip"), timeout=0.4)

    def test_what_says_nothing_at_all_is_out_of_reach_and_what_speaks_badly_is_not(
        self, server: HostileServer, fetcher: HttpFetcher
    ) -> None:
        for url in ("http://127.0.0.1:1/", "http://no-such.invalid/"):
            with pytest.raises(Unreached):
                get(fetcher, url)
        with pytest.raises(FetchError) as error:
            get(fetcher, server.url().replace("http:", "https:"))
        assert not isinstance(error.value, Unreached)

    def test_an_endless_body_is_cut_at_the_limit(self, server: HostileServer, fetcher: HttpFetcher) -> None:
        server.behaviours["/"] = hostile.endless()
        response = get(fetcher, server.url(), limit=100_000)
        assert (len(response.body), response.truncated) == (100_000, True)

    @pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
    def test_a_bomb_costs_no_more_memory_than_the_limit(
        self, server: HostileServer, fetcher: HttpFetcher, coding: str
    ) -> None:
        bomb = {
            "gzip": gzip,
            "deflate": zlib.compress,
            "br": brotli.compress,
            "zstd": zstandard.ZstdCompressor().compress,
        }[coding](bytes(50_000_000))
        server.behaviours["/"] = answer(bomb, Content_Encoding=coding)
        tracemalloc.start()
        try:
            response = get(fetcher, server.url(), limit=1_000_000)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert (len(response.body), response.truncated) == (1_000_000, True)
        assert peak < 20_000_000

    def test_a_bomb_within_a_bomb_is_inflated_once_at_most(self, server: HostileServer, fetcher: HttpFetcher) -> None:
        bomb = gzip(gzip(bytes(100_000_000)))
        server.behaviours["/once"] = answer(bomb, Content_Encoding="gzip")
        server.behaviours["/twice"] = answer(bomb, Content_Encoding="gzip, gzip")
        assert len(get(fetcher, server.url("/once")).body) < 200_000
        with pytest.raises(FetchError, match="compressed more than once"):
            get(fetcher, server.url("/twice"))

    @pytest.mark.parametrize(
        ("behaviour", "words"),
        [
            (answer(b"no gzip at all", Content_Encoding="gzip"), "is not the compressed data"),
            (answer(gzip(PAGE)[:-20], Content_Encoding="gzip"), "breaks off before its end"),
            (answer(b"x", Content_Encoding="snappy"), "'snappy', which nobody asked for"),
            (hostile.raw(hostile.head(content_length="5000") + b"too little"), "broke off in the middle"),
            (hostile.raw(b""), "closed the connection without an answer"),
            (hostile.raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "not HTTP"),
            (hostile.raw(hostile.head(x="y" * 100_000)), "not HTTP"),
        ],
    )
    def test_a_broken_answer_is_an_error_that_names_the_server(
        self, server: HostileServer, fetcher: HttpFetcher, behaviour: hostile.Behaviour, words: str
    ) -> None:
        server.behaviours["/"] = behaviour
        with pytest.raises(FetchError, match=words) as error:
            get(fetcher, server.url())
        assert "127.0.0.1" in str(error.value)

    def test_a_closed_port_is_told_from_a_silent_server(self, server: HostileServer, fetcher: HttpFetcher) -> None:
        with pytest.raises(FetchError, match=r"127\.0\.0\.1 refused the connection; check"):
            get(fetcher, "http://127.0.0.1:9999/")

    def test_a_server_without_tls_is_said_to_be_one(self, server: HostileServer, fetcher: HttpFetcher) -> None:
        with pytest.raises(FetchError, match="check whether it speaks https"):
            get(fetcher, server.url().replace("http:", "https:"))


class TestHeaders:
    def test_a_long_one_is_read_and_one_without_end_is_an_error(
        self, server: HostileServer, fetcher: HttpFetcher
    ) -> None:
        server.behaviours["/long"] = answer(PAGE, Content_Security_Policy="x" * 20_000, ETag='"1"')
        server.behaviours["/longer"] = answer(PAGE, Content_Security_Policy="x" * 50_000)
        for _ in range(2):
            response = get(fetcher, server.url("/long"))
            assert (response.body, response.etag) == (PAGE, '"1"')
            assert "content-security-policy" not in response.headers
        with pytest.raises(FetchError, match="not HTTP"):
            get(fetcher, server.url("/longer"))

    def test_too_many_are_an_error(self, server: HostileServer, fetcher: HttpFetcher) -> None:
        server.behaviours["/"] = answer(PAGE, **{f"X_{n}": "x" for n in range(200)})
        with pytest.raises(FetchError, match="not HTTP"):
            get(fetcher, server.url())


class TestManners:
    def test_a_host_is_asked_by_few_at_a_time_and_with_pauses(self, server: HostileServer) -> None:
        server.behaviours["/"] = hostile.after(0.25, answer(b"x"))
        with fetching(limits={"127.0.0.1": HostLimit(2, timedelta(seconds=0.1))}) as polite:
            for future in [polite.submit(Request(url=server.url())) for _ in range(5)]:
                future.result(10)
        assert server.most_at_once == 2
        times = [asked.at for asked in server.asked]
        assert all(later - earlier > 0.09 for earlier, later in pairwise(times))

    def test_waiting_for_a_turn_does_not_use_up_the_time_limit(self, server: HostileServer) -> None:
        with fetching(limits={"127.0.0.1": HostLimit(2, timedelta(seconds=0.4))}) as polite:
            futures = [polite.submit(Request(url=server.url(), timeout=0.5)) for _ in range(4)]
            assert [future.result(10).status for future in futures] == [404] * 4

    def test_a_limit_may_be_set_for_a_host_a_domain_or_all(self) -> None:
        slow, news, usual = HostLimit(1), HostLimit(4), HostLimit(3)
        pace = Pace({"slow.example.org": slow, "*.example.org": news, "*": usual}, 64)
        hosts = ("slow.example.org", "www.example.org", "example.org", "notexample.org")
        assert [pace.limit(host, opened=False) for host in hosts] == [slow, news, news, usual]
        assert pace.limit("printer.lan", opened=True) is None
        assert Pace({}, 64).limit("a.example", opened=False) == HostLimit(2, timedelta(seconds=1))

    def test_a_connection_is_kept_open_only_while_others_wait_for_its_host(self, server: HostileServer) -> None:
        with fetching(limits={"127.0.0.1": HostLimit(1, timedelta(0))}) as polite:
            for future in [polite.submit(Request(url=server.url())) for _ in range(3)]:
                future.result(10)
        # Whether the others were there when the first one began is chance.
        assert [asked.headers.get("connection") for asked in server.asked][1:] == [None, "close"]

    @pytest.mark.parametrize("status", [429, 503])
    def test_a_host_that_wants_to_be_left_alone_is_asked_nothing_more(
        self, server: HostileServer, fetcher: HttpFetcher, status: int
    ) -> None:
        server.behaviours["/busy"] = answer(status=status, Retry_After="30")
        assert get(fetcher, server.url("/busy")).status == status
        with pytest.raises(HostHeld, match=r"127\.0\.0\.1:\d+ has asked to be left alone for 30 s more") as held:
            get(fetcher, server.url("/other"))
        assert timedelta(seconds=28) < held.value.wait <= timedelta(seconds=30)
        assert [asked.path for asked in server.asked] == ["/busy"]
        assert get(fetcher, server.url("/other", host="localhost")).status == 404

    def test_a_host_in_an_open_network_is_not_made_to_wait(self, server: HostileServer, fetcher: HttpFetcher) -> None:
        server.behaviours["/slow"] = hostile.dripping()
        slow = [fetcher.submit(Request(url=server.url("/slow"), timeout=5)) for _ in range(10)]
        began = time.monotonic()
        for _ in range(5):
            get(fetcher, server.url("/"))
        assert time.monotonic() - began < 1
        for future in slow:
            future.cancel()

    def test_no_more_are_in_flight_than_allowed(self, server: HostileServer) -> None:
        narrow = HttpFetcher(contact=None, version="1", allow_networks=[ip_network("127.0.0.0/8")], in_flight=3)
        server.behaviours["/"] = hostile.after(0.05, answer(b"x"))
        try:
            for future in [narrow.submit(Request(url=server.url())) for _ in range(12)]:
                future.result(10)
        finally:
            narrow.close()
        assert server.most_at_once == 3


class TestEnd:
    def test_closing_ends_what_is_under_way_and_leaves_no_thread(self, server: HostileServer) -> None:
        before = set(threading.enumerate())
        fetcher = HttpFetcher(contact=None, version="1", allow_networks=[ip_network("127.0.0.0/8")])
        server.behaviours["/"] = hostile.dripping()
        hanging = fetcher.submit(Request(url=server.url(host="localhost")))
        while not server.asked:
            time.sleep(0.01)
        fetcher.close()
        fetcher.close()
        with pytest.raises(FetchError, match="closed"):
            hanging.result(1)
        with pytest.raises(FetchError, match="closed"):
            get(fetcher, server.url())
        assert set(threading.enumerate()) <= before

    def test_a_caller_who_no_longer_wants_the_answer_ends_the_exchange(
        self, server: HostileServer, fetcher: HttpFetcher
    ) -> None:
        server.behaviours["/"] = hostile.dripping()
        future = fetcher.submit(Request(url=server.url()))
        while not server.at_once:
            time.sleep(0.01)
        future.cancel()
        deadline = time.monotonic() + 10
        while server.at_once and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.at_once == 0


class TestCredentials:
    def test_are_sent_to_the_server_that_was_named_and_to_no_other(self, server: HostileServer, fetcher: HttpFetcher):
        with HostileServer() as other:
            other.behaviours["/b"] = redirect(server.url("/c"))
            server.behaviours |= {"/a": redirect("/inside"), "/inside": redirect(other.url("/b")), "/c": answer(b"x")}
            login = {"Authorization": "Bearer abc"}
            fetcher.submit(Request(url=server.url("/a"), credentials=login)).result(10)
            assert [asked.headers.get("authorization") for asked in server.asked] == ["Bearer abc"] * 3
            assert [asked.headers.get("authorization") for asked in other.asked] == [None]

    def test_are_in_no_description_of_the_request(self):
        assert "abc" not in repr(Request(url="https://a.example/", credentials={"Authorization": "Bearer abc"}))


def test_a_form_is_posted_and_follows_only_redirects_that_keep_the_method(server: HostileServer, fetcher: HttpFetcher):
    server.behaviours |= {"/a": redirect("/b", 307), "/b": answer(status=202), "/c": redirect("/b", 302)}
    assert fetcher.submit(Request(url=server.url("/a"), form={"x": "1 & 2"})).result(10).status == 202
    assert fetcher.submit(Request(url=server.url("/c"), form={"x": "1"})).result(10).status == 302


class Redirected(HttpFetcher):
    """Answers every first exchange with a redirect of a server with TLS to one without, and notes what is asked."""

    asked: tuple[str, ...] = ()

    async def _turn(self, hop: Any) -> Any:
        self.asked += (str(hop.url),)
        return _Redirect("http://other.example/", permanent=False)


def test_a_form_with_its_secret_is_not_sent_on_in_the_clear():
    fetcher = Redirected(contact=None, version="1")
    try:
        with pytest.raises(FetchError, match="without TLS"):
            fetcher.submit(Request(url="https://hub.example/", form={"hub.secret": "x"})).result(10)
        assert fetcher.asked == ("https://hub.example/",)
    finally:
        fetcher.close()
