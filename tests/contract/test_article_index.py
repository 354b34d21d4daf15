"""What every article index does, on one machine (tantivy) or as a server (Elasticsearch)."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import BadInput, OutOfReach, TooNew
from pipeline.index import tantivy_folder
from pipeline.index.interface import ArticleIndex, Hit, SearchQuery
from pipeline.index.templates import install
from pipeline.records.article import EnrichedArticle, Source
from pipeline.rules.query import parse_query
from tests.index.articles import MALI, NOON, SAHEL, SOURCE, TIMBUKTU, an_article
from tests.index.stores import Store, store_of

ROOT = Path(__file__).parents[2]
FAR = TIMBUKTU.__class__(name="Nowhere", country=None, lat=123.0, lon=0.0, kind="town")


@dataclass(frozen=True)
class Bench:
    """An index that is set up, and how to open it again or make it seem of another version."""

    where: Sequence[str]
    open: Store
    index: ArticleIndex
    set_version: Callable[[int], None]

    def write(self, *articles: EnrichedArticle) -> None:
        assert self.index.write(articles) == []
        self.index.refresh()

    def find(self, text: str = "*", **filters: object) -> list[str]:
        return [hit.id for hit in self.hits(text, **filters)]

    def hits(self, text: str = "*", **filters: object) -> Sequence[Hit]:
        return self.index.search(SearchQuery(text=text, **filters)).hits  # type: ignore[arg-type]


@pytest.fixture(params=["tantivy", "elasticsearch"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Sequence[str]:
    if request.param == "tantivy":
        return ("tantivy", str(tmp_path / "index"))
    server = request.getfixturevalue("elasticsearch_server")
    return ("elasticsearch", server.address, request.getfixturevalue("elasticsearch_prefix").rstrip("-"))


@pytest.fixture
def bench(where: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    def set_version(version: int) -> None:
        monkeypatch.setattr(tantivy_folder, "VERSION", version)
        monkeypatch.setattr(install, "VERSION", version)
        monkeypatch.setattr(install, "META", {"version": version})

    store = store_of(*where)
    with closing(store()) as index:
        index.setup()
        yield Bench(where, store, index, set_version)


# ------------------------------------------------------------------------------------------------------ writing


def test_what_was_written_is_found_as_it_was(bench: Bench) -> None:
    article = an_article(
        rules=["sahel", "wagner-group"],
        places=(TIMBUKTU, MALI, SAHEL),
        countries=("ML",),
        authors=("A. Touré",),
        categories=("Security",),
        updated=NOON,
        page_error="the page answered 503",
    )

    bench.write(article)

    assert bench.index.article("a1") == article
    (hit,) = bench.hits("timbuktu")
    assert (hit.id, hit.url, hit.title) == ("a1", article.article.url, article.article.title)
    assert (hit.rules, hit.countries, hit.story) == (("sahel", "wagner-group"), ("ML",), "s1")
    assert (hit.published, hit.first_seen, hit.revision) == (article.article.published, NOON, 1)
    assert (hit.source, hit.language) == ("Sahel Post", "en")
    assert hit.score > 0


def test_what_is_not_there_is_none(bench: Bench) -> None:
    assert bench.index.article("nobody") is None
    assert bench.index.search(SearchQuery()).total == 0


def test_a_batch_delivered_twice_changes_nothing(bench: Bench) -> None:
    batch = [an_article("a1"), an_article("a2")]

    bench.write(*batch)
    bench.write(*batch)

    assert sorted(bench.find()) == ["a1", "a2"]


def test_an_older_revision_never_overwrites_a_newer_one(bench: Bench) -> None:
    bench.write(an_article(title="Second thoughts", revision=2))
    bench.write(an_article(title="First draft", revision=1))

    assert bench.find("second thoughts") == ["a1"]
    assert bench.find("draft") == []


def test_the_same_revision_with_other_words_changes_nothing(bench: Bench) -> None:
    bench.write(an_article(title="Told first"))
    bench.write(an_article(title="Told otherwise"))

    assert [hit.title for hit in bench.hits()] == ["Told first"]


def test_a_newer_revision_replaces_the_whole_document(bench: Bench) -> None:
    bench.write(an_article(title="Ten dead", rules=["sahel"]))
    bench.write(an_article(title="Eleven dead", revision=2))

    assert bench.find("ten") == []
    assert bench.find(rule="sahel") == []
    assert [(hit.title, hit.revision) for hit in bench.hits()] == [("Eleven dead", 2)]


@pytest.mark.parametrize("revisions", [(1, 2, 3), (3, 1, 2)])
def test_the_newest_of_several_revisions_in_one_batch_stays(bench: Bench, revisions: Sequence[int]) -> None:
    bench.write(*(an_article(title=f"Version {number}", revision=number) for number in revisions))

    assert [hit.title for hit in bench.hits()] == ["Version 3"]


def test_documents_that_can_never_be_indexed_are_named_and_the_others_written(bench: Bench) -> None:
    batch = [
        an_article("a1"),
        an_article("a2", url="https://sahel-post.example/" + "x" * 40_000),
        an_article("a3", title="Half a \ud83d"),
        an_article("a4"),
        an_article("a5", places=(FAR,)),
    ]

    refusals = bench.index.write(batch)
    bench.index.refresh()

    assert [refusal.position for refusal in refusals] == [1, 2, 4]
    assert "url: 40027 bytes" in refusals[0].reason
    assert "title" in refusals[1].reason
    assert "Nowhere" in refusals[2].reason
    assert sorted(bench.find()) == ["a1", "a4"]


def test_an_empty_batch_is_no_work(bench: Bench) -> None:
    assert bench.index.write([]) == []


def test_a_writer_killed_at_any_moment_leaves_all_that_it_reported_and_can_be_repeated(bench: Bench) -> None:
    bench.index.close()
    for _ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.index.endless_writer", *bench.where], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert writer.stdout
        writer.stdout.readline()
        time.sleep(random.uniform(0, 0.3))
        writer.kill()
        reported = int((writer.stdout.read().split() or [b"16"])[-1])
        writer.wait()
        writer.stdout.close()

        with closing(bench.open()) as index:
            index.setup()
            index.refresh()
            found = index.search(SearchQuery(text="timbuktu", limit=10_000))
            assert len({hit.id for hit in found.hits}) == found.total >= reported
            assert index.write([an_article(f"a{number:06}") for number in range(reported + 16)]) == []
            index.refresh()
            assert index.search(SearchQuery(text="timbuktu")).total >= reported + 16


# ---------------------------------------------------------------------------------------------------- searching

TEXTS = {
    "en": ("Wagner's men reach the base", "The U.S.-trained unit left; well-known fighters entered Timbuktu."),
    "fr": ("L’Étoile du Sahel", "Des éléments armés sont entrés à Ménaka, près de l'aéroport."),
    "ru": ("Бойцы в Мали", "Йод и ёлка: ВАГНЕР уходит, за\u0301мок цел."),
    "ar": ("فاغنر في تُمبُكتو", "قال أحمد إن القوّات دخلت المدينـــة سنة ٢٠٢٤."),
    "zh": ("瓦格纳在马里", "士兵进入廷巴克图的基地。"),
    "de": ("Straße nach Gao gesperrt", "In Łódź und İstanbul demonstrierten Tausende."),
    "th": ("ทหารเข้ากรุงเทพ", "ข่าววันนี้"),
    "el": ("Επίθεση στην Αθήνα", "Ο πρόεδρος μίλησε."),
}


@pytest.fixture
def library(bench: Bench) -> Bench:
    bench.write(*(an_article(lang, title, text, language=lang) for lang, (title, text) in TEXTS.items()))
    return bench


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("wagner", ["en"]),
        ("WAGNER base", ["en"]),
        ("base -wagner", []),
        ("well-known", ["en"]),
        ("known well", ["en"]),
        ('"known well"', []),
        ('"U.S. trained"', ["en"]),
        ('"base the"', []),  # a phrase does not reach from the title into the text
        ("étoile", ["fr"]),
        ("Etoile", ["fr"]),
        ("l'etoile", ["fr"]),
        ('"etoile du sahel"', ["fr"]),
        ("“étoile du” sahel", ["fr"]),
        ("menaka aeroport", ["fr"]),
        ("e\u0301le\u0301ments", ["fr"]),
        ("вагнер", ["ru"]),
        ("замок", ["ru"]),
        ("йод", ["ru"]),
        ("иод", []),
        ("=елка", []),
        ("تمبكتو", ["ar"]),
        ("احمد القوات", ["ar"]),
        ("2024", ["ar"]),
        ("瓦格纳", ["zh"]),
        ("廷巴克图 马里", ["zh"]),
        ("格瓦", []),
        ("马廷", []),
        ("strasse lodz istanbul", ["de"]),
        ("กรุงเทพ", ["th"]),
        ("αθηνα", ["el"]),
        ("timb*", ["en"]),
        ("Well-kno*", ["en"]),
        ('"trained un*"', ["en"]),
        ("тимб*", []),
        ("瓦格*", ["zh"]),
        ("wagner OR étoile", ["en", "fr"]),
        ("wagner OR étoile sahel", ["en", "fr"]),
        ("(wagner OR étoile) sahel", ["fr"]),
        ("* -wagner -étoile -вагнер -马里 -مدينه -المدينة", ["de", "el", "th"]),
        ("wagner NOT base", []),
        ("wagner AND base", ["en"]),
        ("nothing", []),
    ],
)
def test_words_are_found_in_every_script(library: Bench, query: str, found: list[str]) -> None:
    assert sorted(library.find(query)) == found


@pytest.fixture
def newsstand(bench: Bench) -> Bench:
    other = Source(feed="https://courrier.example/atom", name="Le Courrier du Désert", language="fr")
    bench.write(
        an_article("plain", "Rain in Gao"),
        an_article("ruled", "Rain in Kidal", rules=["sahel"], story="s2"),
        an_article("placed", "Rain in Timbuktu", places=(TIMBUKTU, MALI, SAHEL), countries=("ML",)),
        an_article("french", "Pluie à Gao", source=other, language="fr"),
    )
    return bench


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"language": "fr"}, ["french"]),
        ({"language": "FR"}, ["french"]),
        ({"place": "Timbuktu"}, ["placed"]),
        ({"place": "timbuktu"}, ["placed"]),
        ({"place": "ML"}, ["placed"]),
        ({"place": "sahel"}, ["placed"]),
        ({"place": "Tim"}, []),
        ({"rule": "sahel"}, ["ruled"]),
        ({"source": "Le Courrier du Désert"}, ["french"]),
        ({"source": "le courrier du desert"}, ["french"]),
        ({"source": "https://courrier.example/atom"}, ["french"]),
        ({"story": "s2"}, ["ruled"]),
        ({"text": "gao", "source": "Sahel Post"}, ["plain"]),
        ({"text": "rain", "rule": "sahel", "language": "fr"}, []),
        ({"text": "*", "language": "en"}, ["placed", "plain", "ruled"]),
    ],
)
def test_every_filter_must_hold(newsstand: Bench, filters: dict[str, str], found: list[str]) -> None:
    assert sorted(newsstand.find(**filters)) == found


def test_since_goes_by_the_published_time_or_the_time_first_seen(bench: Bench) -> None:
    hour = timedelta(hours=1)
    bench.write(
        an_article("old news polled now", published=NOON - 48 * hour),
        an_article("undated", published=None),
        an_article("from the future", published=NOON + 48 * hour),
        an_article("fresh", published=NOON - hour),
    )

    assert sorted(bench.find(since=NOON - 2 * hour)) == ["fresh", "from the future", "undated"]
    assert bench.find(since=NOON + hour) == []


def test_a_star_finds_everything_the_newest_first_up_to_the_limit(bench: Bench) -> None:
    moments = {f"a{number}": NOON - timedelta(hours=number) for number in range(5)}
    bench.write(*(an_article(name, published=moment) for name, moment in moments.items()))

    result = bench.index.search(SearchQuery(text="*", limit=3))

    assert [hit.id for hit in result.hits] == ["a0", "a1", "a2"]
    assert result.total == 5
    assert bench.find("") == bench.find("  ") == bench.find("*") == ["a0", "a1", "a2", "a3", "a4"]


def test_all_that_a_query_may_mean_is_given_the_newest_first_and_page_by_page(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine in ("tantivy", "elasticsearch"):
        monkeypatch.setattr(f"pipeline.index.{engine}.READ_AT_ONCE", 2)
    days = [an_article(f"d{n}", title=f"Gao, day {n}", first_seen=NOON - timedelta(days=n)) for n in range(5)]
    bench.write(*days, an_article("other", title="Rain", text="It rained."))
    found = bench.index.candidates(parse_query("gao"))
    assert found.total == 5
    assert list(found.articles) == days
    since = bench.index.candidates(parse_query("gao"), NOON - timedelta(days=2, minutes=10))
    assert [one.id for one in since.articles] == ["d0", "d1", "d2"]
    everything = bench.index.candidates(None)
    assert (everything.total, len(list(everything.articles))) == (6, 6)
    assert list(bench.index.candidates(parse_query("kidal")).articles) == []


def test_with_words_the_most_relevant_comes_first(bench: Bench) -> None:
    filler = "Nothing else of note was reported from the north of the country this week. " * 20
    bench.write(
        an_article("aside", "The week", filler + "Kidal was quiet.", published=NOON),
        an_article("about", "Kidal falls", "Kidal was taken. " + filler, published=NOON - timedelta(days=3)),
    )

    assert bench.find("kidal") == ["about", "aside"]


def test_the_excerpt_is_plain_text_around_the_words(bench: Bench) -> None:
    before = "<b>Bold</b> & plain words come first in this text. " * 20
    bench.write(an_article("a1", "News", f"{before}\n\nAt dawn the Ménaka market\nburned. {before}"))

    (hit,) = bench.hits('"menaka market"')
    (first,) = bench.hits("*")

    assert "dawn the Ménaka market burned." in hit.excerpt
    assert hit.excerpt.startswith("… ")
    assert hit.excerpt.endswith(" …")
    assert first.excerpt.startswith("<b>Bold</b> & plain words")
    assert max(len(hit.excerpt), len(first.excerpt)) < 300


HOSTILE = [
    "(((", "[a TO", "a:b:c", "title:*", "/.*/", "\\", "a\\", '"', '""', "*" * 50, "?" * 9, "-", "--", "NOT", "OR", "OR OR a",
    "a AND", "~5", "a~", "a^9999999999", "{!x}", "\x00", "\ud800", "\U0010ffff", "a" * 1000, "a " * 500, "' OR 1=1 --",
    "𝕎𝕒𝕘𝕟𝕖𝕣*", ".*", "a.*b*", '"a" "', "-*", "\u202e\u200d", "ﷺ*", "[[[*",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_query_is_answered_or_called_unreadable(bench: Bench, query: str) -> None:
    bench.write(an_article())
    try:
        bench.find(query)
    except BadInput as error:
        assert "\n" not in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    "query",
    [
        " OR ".join(f"word{number}" for number in range(5_000)),
        " ".join(f"w{number}" for number in range(8_000)),
        " OR ".join(f'"two words{number}"' for number in range(2_000)),
        "(" * 150 + "a" + " OR b)" * 75 + " c)" * 75,
        "x " + "NOT (" * 170 + "a" + ")" * 170,
        "(" + " OR ".join(f"wo{number}*" for number in range(50)) + ") NEAR/5 (tr* OR so*)",
        " NEAR/5 ".join(["(the OR base)"] * 80),
        "ba" + "?" * 900,
        '"' + "ba* " * 40 + '"',
        "base" * 2_000,
        f"source:{'x' * 40_000}",
        "a OR (b " * 1_000,
    ],
    ids=lambda query: query[:20],
)
def test_an_endless_query_is_answered_or_refused_within_seconds(bench: Bench, query: str) -> None:
    bench.write(an_article())
    begun = time.monotonic()

    with suppress(BadInput):
        bench.find(query)

    assert time.monotonic() - begun < 20


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.text(max_size=60), filters=st.fixed_dictionaries({}, optional={"place": st.text(), "source": st.text()})
)
def test_any_text_at_all_is_answered_or_called_unreadable(bench: Bench, query: str, filters: dict[str, str]) -> None:
    try:
        bench.find(query, **filters)
    except BadInput as error:
        assert str(error)  # noqa: PT017


@pytest.mark.parametrize("limit", [-1, 0, 10_001])
def test_a_limit_that_no_index_can_meet_is_bad_input(bench: Bench, limit: int) -> None:
    with pytest.raises(BadInput, match="limit"):
        bench.find(limit=limit)


# -------------------------------------------------------------------------------------------------- keeping house


def test_retention_drops_whole_months_by_the_time_first_seen(bench: Bench) -> None:
    bench.write(
        an_article("january", first_seen=datetime(2026, 1, 31, 23, 59, tzinfo=UTC)),
        an_article("february", first_seen=datetime(2026, 2, 1, tzinfo=UTC), published=datetime(2020, 1, 1, tzinfo=UTC)),
        an_article("march"),
    )

    assert bench.index.drop_before(datetime(2026, 2, 15, tzinfo=UTC)) == 1
    bench.index.refresh()

    assert sorted(bench.find()) == ["february", "march"]
    assert bench.index.drop_before(datetime(2026, 2, 15, tzinfo=UTC)) == 0
    bench.write(an_article("january", first_seen=datetime(2026, 1, 31, 23, 59, tzinfo=UTC)))


def test_setting_up_again_keeps_what_is_there(bench: Bench) -> None:
    bench.write(an_article())

    bench.index.setup()
    with closing(bench.open()) as other:
        other.setup()
        other.check()

    assert bench.find() == ["a1"]


def test_without_a_set_up_nothing_is_written_and_the_operator_is_told(where: Sequence[str]) -> None:
    with closing(store_of(*where)()) as index:
        with pytest.raises(BadInput, match="run `harmattan setup`"):
            index.check()
        with pytest.raises(BadInput, match="run `harmattan setup`"):
            index.write([an_article()])


def test_an_index_of_an_older_version_is_not_written_to_until_it_is_set_up(bench: Bench) -> None:
    bench.index.close()
    bench.set_version(max(install.VERSION, tantivy_folder.VERSION) + 1)
    with closing(bench.open()) as newer:
        with pytest.raises(BadInput, match="run `harmattan setup`"):
            newer.check()
        with pytest.raises(BadInput, match="run `harmattan setup`"):
            newer.write([an_article()])
        newer.setup()
        newer.check()
        assert newer.write([an_article()]) == []


def test_an_index_of_a_newer_version_asks_for_an_upgrade(bench: Bench) -> None:
    bench.index.close()
    bench.set_version(0)
    with closing(bench.open()) as older:
        for attempt in (older.check, older.setup, lambda: older.write([an_article()])):
            with pytest.raises(TooNew, match="upgrade"):
                attempt()


def test_an_index_out_of_reach_says_where_and_what_to_check(tmp_path: Path, where: Sequence[str]) -> None:
    (tmp_path / "file").write_text("not a folder")
    nowhere = {
        "tantivy": ("tantivy", str(tmp_path / "file" / "index")),
        "elasticsearch": ("elasticsearch", "http://127.0.0.1:9", "test"),
    }
    with closing(store_of(*nowhere[where[0]])()) as index:
        for attempt in (
            index.setup,
            index.check,
            lambda: index.write([an_article()]),
            lambda: index.search(SearchQuery()),
            lambda: index.article("a1"),
            lambda: index.drop_before(NOON),
        ):
            with pytest.raises(OutOfReach, match=r"check|harmattan"):
                attempt()


def test_what_one_process_wrote_another_finds(bench: Bench) -> None:
    with closing(bench.open()) as reader:
        reader.search(SearchQuery())
        bench.write(an_article())

        assert reader.search(SearchQuery(text="timbuktu")).total == 1
        assert SOURCE.name == reader.search(SearchQuery()).hits[0].source
