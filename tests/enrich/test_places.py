"""The places that articles name: those of the labelled texts and of the sample newsroom, and what they cost."""

import subprocess
import sys
from pathlib import Path
from time import process_time

import pytest

from pipeline.enrich.outlets import Outlet
from pipeline.enrich.places import GazetteerPlaces
from pipeline.errors import BadInput
from pipeline.gazetteer.build import open_gazetteer
from pipeline.gazetteer.file import Gazetteer
from pipeline.gazetteer.operator import gazetteer_with
from pipeline.newsroom.content import load_contents
from pipeline.records.article import Place, Source
from pipeline.text.document import Document
from tests.enrich.places_events import EVENTS
from tests.enrich.places_labelled import TEXTS, Labelled
from tests.figures import Tell

NO_SOURCE = Source(feed="", name="")
FINDER = GazetteerPlaces(open_gazetteer())
NEWSROOM = {
    article.id: (Document(article.title, "\n\n".join((article.summary, *article.paragraphs))), outlet.country)
    for outlet in load_contents()
    for article in outlet.articles
}


def find(text: str, title: str = "", country: str | None = None) -> tuple[dict[str, Place], tuple[str, ...]]:
    places, countries = FINDER.find(Document(title, text), "und", Source(feed="", name="", country=country))
    return {place.name: place for place in places}, countries


def in_newsroom(article: str) -> tuple[set[str], tuple[str, ...]]:
    document, country = NEWSROOM[article]
    places, countries = FINDER.find(document, "und", Source(feed="", name="", country=country))
    return {place.name for place in places}, countries


def labels(text: str) -> tuple[frozenset[str], frozenset[str]]:
    found, countries = find(text)
    named = (
        f"={place.country}" if place.kind == "country" else "/".join(filter(None, (place.name, place.country)))
        for place in found.values()
    )
    return frozenset(named), frozenset(countries)


def recall_and_precision(pairs: list[tuple[frozenset[str], frozenset[str]]]) -> tuple[float, float]:
    right = sum(len(wanted & found) for wanted, found in pairs)
    return right / sum(len(wanted) for wanted, _ in pairs), right / sum(len(found) for _, found in pairs)


def test_places_and_countries_of_the_labelled_texts_are_found_and_little_else(tell: Tell):
    found = [labels(each.text) for each in TEXTS]
    places = recall_and_precision([(each.places, named) for each, (named, _) in zip(TEXTS, found, strict=True)])
    countries = recall_and_precision([(each.countries, told) for each, (_, told) in zip(TEXTS, found, strict=True)])
    tell(f"{len(TEXTS)} texts in {len({each.language for each in TEXTS})} languages")
    tell(f"places: recall {places[0]:.3f}, precision {places[1]:.3f}")
    tell(f"countries: recall {countries[0]:.3f}, precision {countries[1]:.3f}")
    for each, (named, told) in zip(TEXTS, found, strict=True):
        if (named, told) != (each.places, each.countries):
            tell(f"  {each.text}\n    {sorted(named)} {sorted(told)}")
    assert len(TEXTS) >= 60
    assert places[0] >= 0.95
    assert places[1] >= 0.95
    assert countries[0] >= 0.95
    assert countries[1] >= 0.95


@pytest.mark.parametrize(
    "each", [each for each in TEXTS if not each.countries and not each.places], ids=lambda each: each.text
)
def test_what_is_only_named_like_a_place_is_none(each: Labelled):
    assert labels(each.text) == (frozenset(), frozenset())


def test_a_town_has_geonames_english_name_its_country_and_where_it_lies():
    found, _ = find("Des habitants de Tombouctou, au Mali, manquent d'eau.")
    place = found["Timbuktu"]
    assert (place.country, place.kind) == ("ML", "town")
    assert (place.lat, place.lon) == (pytest.approx(16.773, abs=0.01), pytest.approx(-3.007, abs=0.01))


def test_places_come_once_and_in_the_order_in_which_the_article_names_them():
    found, countries = find("From Kidal to Gao, and from Gao to Niamey. Kidal is far.", title="Roads of Mali")
    assert list(found) == ["Mali", "Kidal", "Gao", "Niamey"]
    assert countries == ("ML", "NE")


def test_an_adjective_tells_the_country_and_is_no_place():
    assert labels("Des soldats maliens et l'armée burkinabè patrouillent.") == (frozenset(), frozenset({"ML", "BF"}))


def test_a_region_of_several_countries_has_none():
    found, countries = find("Hunger in the Sahel")
    assert (found["Sahel"].kind, found["Sahel"].country, countries) == ("region", None, ())


def test_a_small_town_is_told_where_its_state_or_country_is_named():
    found, _ = find("She left Greenville, Mississippi, on Friday, a sheriff in Leland said.")
    assert found["Greenville"].lat == pytest.approx(33.4, abs=0.3)
    assert "Sikasso" in find("Le coton de Sikasso se vend mal, dit le ministère malien.")[0]


def test_towns_that_lie_together_tell_which_are_meant():
    found, _ = find(
        "Volunteers from Camden, Rockland and Thomaston searched the bay, the coast guard in Portland, Maine, said."
    )
    assert found["Rockland"].lat == pytest.approx(44.1, abs=0.3)
    assert found["Portland"].lat == pytest.approx(43.66, abs=0.3)


def test_counties_are_places_and_tell_which_towns_are_meant():
    found, _ = find("Crews from King City and Albany met in Gentry County on Friday.")
    assert (found["Gentry County"].kind, found["Gentry County"].country) == ("admin", "US")
    assert found["King City"].lat == pytest.approx(40.05, abs=0.3)


def test_a_state_is_told_from_its_abbreviation_behind_a_town():
    found, _ = find("LEBANON, Pa. (AP) - A man from Myerstown was held on Friday.")
    assert found["Lebanon"].lat == pytest.approx(40.34, abs=0.3)
    assert found["Pennsylvania"].kind == "admin"


def test_seas_rivers_and_mountains_are_regions():
    found, countries = find("Ash from Mount St. Helens reached the Columbia River; ships wait in the Red Sea.")
    assert {name: place.kind for name, place in found.items()} == dict.fromkeys(
        ("Mount St. Helens", "Columbia River", "Red Sea"), "region"
    )
    assert "Red Sea" not in countries


def test_somebodys_age_tells_a_surname_from_a_town():
    found, _ = find(
        "Houston Banks, 20, of Leland, and Florence Lincoln, 61, of Indianola, Mississippi, died on Friday."
    )
    assert {"Leland", "Indianola"} <= found.keys()
    assert found.keys().isdisjoint({"Banks", "Lincoln", "Houston", "Florence"})


def test_people_and_firms_named_like_towns_are_none():
    text = "Dallas Monroe threw four times, coach Marshall Madison said. Lincoln Financial paid. Austin Wells was out."
    assert find(text)[0].keys() == set()


def test_the_place_where_it_happened_is_marked():
    found, _ = find("A bomb killed nine in Quetta on Friday. Islamabad and Kabul condemned it.", title="Bomb in Quetta")
    assert [name for name, place in found.items() if place.event] == ["Quetta"]


def test_the_events_place_is_told_from_those_named_in_passing(tell: Tell):
    right = told = wanted = 0
    for title, text, events in EVENTS:
        found, _ = find(text, title=title)
        marked = {name for name, place in found.items() if place.event}
        right += len(marked & events)
        told += len(marked)
        wanted += len(events)
        if marked != events:
            tell(f"event's place: {title}: {sorted(marked)}, not {sorted(events)}")
    tell(f"event's place, {len(EVENTS)} short reports: recall {right / wanted:.2f}, precision {right / told:.2f}")
    assert right / wanted >= 0.8
    assert right / told >= 0.7


def test_a_town_of_the_sources_own_country_is_likelier_meant():
    document = Document("", "Residents of Kingston want their library back.")

    def likelihood(country: str | None) -> float:
        _, weighed = FINDER.weigh(document, Source(feed="", name="", country=country))
        return max(each.likelihood for each in weighed[0].candidates if each.meaning.entry.country == "CA")

    assert likelihood("CA") > likelihood(None)


def test_the_town_of_an_outlet_tells_which_of_several_is_meant():
    outlet = Outlet(id="whig", name="The Whig", country="CA", place="Kingston", according_to="this test")
    finder = GazetteerPlaces(open_gazetteer(), [outlet])
    document = Document("Library to close", "Residents of Kingston want their library back.", "en")
    places, countries = finder.find(document, "en", Source(feed="", name="The Whig", country="CA", outlet="whig"))
    assert [(place.name, place.country) for place in places] == [("Kingston", "CA")]
    assert countries == ("CA",)


@pytest.mark.parametrize(
    ("article", "places"),
    [
        ("wagner-fighters-timbuktu", {"Timbuktu", "Mali", "Gao", "Kidal", "Tessalit", "Bamako", "Sahel"}),
        ("mopti-flood", {"Mopti", "Sévaré"}),
        ("vagner-mali-kolonna", {"Ménaka", "Mali", "Gao", "Dakar", "Sahel", "Mopti", "Bamako"}),
        ("wagena-jituan-mali", {"Mali", "Kidal", "Dakar", "Russia", "Gao", "Sahel", "France"}),
        ("majmuat-fagner-hudud", {"Nouakchott", "Néma", "Bamako", "Mali", "Sahel"}),
        ("grupo-wagner-burkina", {"Mali", "Burkina Faso", "Hombori", "Sahel", "Niger", "Mopti"}),
        ("well-at-tin-essako", {"Ti-n-Essako"}),
    ],
)
def test_the_newsrooms_reports_are_placed(article: str, places: set[str]):
    assert places <= in_newsroom(article)[0]


@pytest.mark.parametrize("article", ["etoile-du-sahel-derby", "annajm-assahili", "algiers-coast-farms"])
def test_a_club_and_the_hills_of_algiers_are_not_the_sahel(article: str):
    assert "Sahel" not in in_newsroom(article)[0]


@pytest.mark.parametrize(
    "article", ["tannhaeuser-ohne-berg", "ring-in-one-day", "hollaender-werft", "boulangerie-wagner"]
)
def test_an_opera_by_wagner_is_not_in_mali(article: str):
    assert "ML" not in in_newsroom(article)[1]


def test_the_gazetteer_is_ready_at_once_and_small():
    script = (
        "import resource, time; from pipeline.gazetteer.build import open_gazetteer;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; begun = time.process_time();"
        "gazetteer = open_gazetteer();"
        "print(time.process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    seconds, kilobytes = map(float, done.stdout.split())
    assert seconds < 0.1
    assert kilobytes < 50_000


def test_finding_places_costs_little():
    documents = [document for document, _ in NEWSROOM.values()]
    size = sum(len(document.title) + len(document.text) for document in documents)
    spent = []
    for _ in range(5):
        begun = process_time()
        for document in documents:
            FINDER.find(document, "und", NO_SOURCE)
        spent.append(process_time() - begun)
    assert min(spent[1:]) / size * 3000 < 0.002, "seconds for 3,000 characters"


def test_an_operators_places_are_told_and_names_that_they_strike_out_are_not(tmp_path: Path):
    own = tmp_path / "places.yaml"
    own.write_text(
        "places:\n  - {name: Tin Tersi, kind: site, country: ML, lat: 18.1, lon: 0.5, names: [تين ترسي]}\n"
        "not_places: [Kidal]\n",
        encoding="utf-8",
    )
    finder = GazetteerPlaces(gazetteer_with(own))
    text = "The well of Tin Tersi, in Mali, is dry; Kidal is a song. Gao is a town."
    places, _ = finder.find(Document("", text, "en"), "en", NO_SOURCE)
    assert [place.name for place in places] == ["Tin Tersi", "Mali", "Gao"]
    assert (places[0].lat, places[0].country) == (18.1, "ML")


def test_a_mistake_in_an_operators_places_is_told_with_its_line(tmp_path: Path):
    own = tmp_path / "places.yaml"
    own.write_text("places:\n  - {name: Tin Tersi, kind: hamlet, lat: 18.1, lon: 0.5}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"places.yaml:2"):
        gazetteer_with(own)


def test_a_file_that_is_no_gazetteer_is_refused_with_what_to_do(tmp_path: Path):
    broken = tmp_path / "places.bin"
    broken.write_bytes(b"no gazetteer" * 20)
    with pytest.raises(BadInput, match="install the package again"):
        Gazetteer(broken)
    with pytest.raises(BadInput, match="install the package again"):
        Gazetteer(tmp_path / "missing.bin")
