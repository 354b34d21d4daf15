"""What is known of an outlet: its country, its kinds and who owns it."""

from pathlib import Path

import pytest

from pipeline.enrich.outlets import load_outlets
from pipeline.errors import BadInput
from pipeline.poll.opml import read_opml
from pipeline.records.article import Source
from pipeline.seeds import seed

OUTLETS = load_outlets(seed("sources.yaml"))


@pytest.mark.parametrize(
    ("source", "url", "outlet"),
    [
        (Source(feed="https://www.rfi.fr/fr/afrique/rss", name="RFI Afrique"), None, "rfi"),
        (Source(feed="https://feeds.bbci.co.uk/afrique/rss.xml", name="BBC"), None, "bbc"),
        (Source(feed="", name="wire"), "https://www.reuters.com/world/africa/1", "reuters"),
        (Source(feed="", name="Le Monde"), None, "le-monde"),
        (Source(feed="https://feeds.feedburner.com/PublicoRSS", name="P"), None, "publico-pt"),
    ],
)
def test_an_outlet_is_known_by_its_feed_its_address_or_its_name(source: Source, url: str | None, outlet: str):
    assert OUTLETS.describe(source, url).outlet == outlet


@pytest.mark.parametrize("url", ["https://notreuters.com/1", "https://reuters.com.evil.example/1", "https://[/1", "x"])
def test_a_host_that_only_looks_alike_is_another_outlet(url: str):
    assert OUTLETS.describe(Source(feed=url, name="?"), url).outlet is None


def test_what_the_operator_says_of_a_feed_stays():
    described = OUTLETS.describe(Source(feed="https://www.rfi.fr/rss", name="RFI", country="SN", language="ha"), None)

    assert (described.country, described.language, described.kinds) == ("SN", "ha", ("public",))


def test_every_feed_that_is_shipped_has_an_outlet():
    unknown = [
        feed.url
        for feed in read_opml(seed("feeds.opml").read_bytes(), "feeds.opml")
        if OUTLETS.outlet_of(Source(feed=feed.url, name=feed.title or ""), None) is None
    ]

    assert unknown == []


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{id: a, name: A, according_to: x, country: Mali}", r":2: 'Mali' is no country"),
        ("{id: a, name: A, according_to: x, kinds: [tabloid]}", r":2: .*tabloid"),
        ("{id: a, name: A, according_to: x, hosts: ['https://a.example']}", r":2: .*is no host"),
        ("{id: a, name: A}", r":2: `according_to` is missing"),
    ],
)
def test_a_sources_file_with_an_error_names_the_line(tmp_path: Path, line: str, complaint: str):
    path = tmp_path / "sources.yaml"
    path.write_text(f"sources:\n  - {line}\n")

    with pytest.raises(BadInput, match=complaint):
        load_outlets(path)
