"""Maps of places: what is on them, how large they are, and that they can be read without being seen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records.article import Place
from pipeline.web.maps import NARROW, draw
from tests.builders import enriched
from tests.web.site import Site

BER = Place(name="Ber", country="ML", lat=16.83, lon=-2.52, kind="town", event=True)
GAO = Place(name="Gao", country="ML", lat=16.27, lon=-0.04, kind="town")
MALI = Place(name="Mali", country="ML", lat=17.0, lon=-4.0, kind="country")
SUVA = Place(name="Suva", country="FJ", lat=-18.14, lon=178.44, kind="town")
ALASKA = Place(name="Nome <b>", country="US", lat=64.5, lon=-165.4, kind="town")
AFRICA = Place(name="Africa", country=None, lat=7.2, lon=21.1, kind="continent")


def test_a_map_is_cropped_to_the_places_and_labels_them() -> None:
    drawn = draw([BER, GAO, GAO, AFRICA], NARROW)

    assert drawn
    assert {(dot.name, dot.kind, dot.label is not None) for dot in drawn.dots} == {
        ("Ber", "event", True),
        ("Gao", "town", True),
    }
    east, west = (next(dot.x for dot in drawn.dots if dot.name == name) for name in ("Gao", "Ber"))
    assert 0 < west < east < drawn.width
    assert drawn.borders, "Mali's neighbours tell where it is"


def test_without_a_place_there_is_no_map() -> None:
    assert draw([AFRICA]) is None
    assert draw([]) is None


def test_the_whole_world_fits_on_a_page() -> None:
    drawn = draw([BER, SUVA, ALASKA])

    assert drawn
    assert drawn.outside == 0
    assert len(drawn.land) + len(drawn.borders) < 45_000


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(st.lists(st.tuples(st.floats(), st.floats(), st.sampled_from(["town", "country"])), max_size=8))
def test_places_anywhere_are_drawn_within_the_map_or_counted_as_outside(spots: list[tuple[float, float, str]]) -> None:
    drawn = draw([Place(name="X", country=None, lat=lat, lon=lon, kind=kind) for lat, lon, kind in spots])

    for dot in drawn.dots if drawn else ():
        assert 0 <= dot.x <= drawn.width  # type: ignore[union-attr]
        assert 0 <= dot.y <= drawn.height  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["/articles/a1", "/stories/s1"])
def test_article_and_story_show_a_map_that_says_its_places(site: Site, path: str) -> None:
    site.publish(enriched("a1", story="s1", places=(BER, GAO, MALI)))

    answer = site.get(path)

    [drawn] = answer.page.cssselect("svg[role=img]")
    named = [answer.page.get_element_by_id(name) for name in str(drawn.get("aria-labelledby")).split()]
    assert "Ber (where it happened)" in " ".join(one.text_content() for one in named)
    assert "Natural Earth" in answer.seen("figcaption")
    assert len(answer.text) < 60_000
    assert not answer.page.cssselect("main img, main iframe, [style]")
