"""What `harmattan analyze` says of a line."""

import json
from collections.abc import Sequence

from pipeline.enrich.analyze import Analysis, Line
from pipeline.enrich.given import Describer
from pipeline.enrich.outlets import Outlets
from pipeline.enrich.places import GazetteerPlaces
from pipeline.gazetteer.build import open_gazetteer
from pipeline.relate.lines import LinesTogether
from tests.enrich.entries import ARTICLE, LANGUAGES, SENTENCES, NoPlaces, Standing


def describer() -> Describer:
    return Describer(NoPlaces(), LANGUAGES, Outlets())


def analyze(*given: object) -> Sequence[Line]:
    lines = [line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() for line in given]
    return list(Analysis(Standing(camp="timbuktu OR лагерь").current(), describer(), LinesTogether).lines(lines))


def test_a_line_tells_language_places_rules_story_and_copy() -> None:
    (line,) = analyze({"id": "a", "title": "Лагерь 🐪", "text": f"у Timbuktu. {'Грузовики ушли до рассвета. ' * 20}"})
    assert line.result
    (rule,) = line.result["rules"]
    version, passage = rule.pop("version"), rule.pop("passage")
    assert version
    assert passage["start"] == 10
    assert passage["text"].startswith("у Timbuktu. Грузовики ушли до рассвета.")
    assert line.result == {
        "id": "a",
        "language": "ru",
        "places": [],
        "countries": [],
        "rules": [
            {
                "id": "camp",
                "severity": "low",
                "matches": [
                    {"start": 0, "end": 6, "text": "Лагерь"},
                    {"start": 12, "end": 20, "text": "Timbuktu"},
                ],
            }
        ],
        "story": "story-1",
        "copy_of": None,
    }


def test_a_rule_can_ask_for_the_outlet_and_the_day_that_a_line_gives() -> None:
    rules = Standing(kind='kind:agency source:"Example News"', day="date:2024-05-01", french="lang:fr").current()
    source = {"name": "Example News", "kinds": ["agency"]}
    given = [
        {"id": 1, "title": "Lorries", "text": ARTICLE, "source": source, "published": "2024-05-01T23:00:00Z"},
        {"id": 2, "title": "Lorries", "text": ARTICLE, "source": "Example News", "published": 1714694400},
    ]
    lines = Analysis(rules, describer(), LinesTogether).lines(json.dumps(line).encode() for line in given)
    assert [[rule["id"] for rule in line.result["rules"]] for line in lines if line.result] == [["kind", "day"], []]


def test_a_near_copy_names_the_earliest_line_that_it_repeats_and_shares_its_story() -> None:
    shortened = "\n\n".join(SENTENCES[:-2])
    first, other, second, third = analyze(
        {"id": 1, "title": "Lorries", "text": ARTICLE},
        {"id": 2, "title": "Opera", "text": "A quite different evening. " * 30},
        {"id": 3, "title": "Camp empties", "text": shortened},
        {"id": 4, "title": "Lorries again", "text": ARTICLE, "source": "Other", "published": "2024-05-01"},
    )
    assert [line.result["copy_of"] for line in (first, other, second, third) if line.result] == [None, None, 1, 1]
    stories = [line.result["story"] for line in (first, other, second, third) if line.result]
    assert stories[0] == stories[2] == stories[3] != stories[1]


def test_lines_may_stand_in_any_order_and_the_earliest_published_is_the_original() -> None:
    shortened = "\n\n".join(SENTENCES[:-2])
    later, first = analyze(
        {"id": "later", "title": "Camp empties", "text": shortened, "published": "2024-05-02T09:00:00Z"},
        {"id": "first", "title": "Lorries", "text": ARTICLE, "published": "2024-05-02T07:00:00Z"},
    )
    assert later.result
    assert first.result
    assert (later.result["copy_of"], first.result["copy_of"]) == ("first", None)
    assert later.result["story"] == first.result["story"] == "story-2"


def test_articles_on_one_event_in_two_languages_share_a_story_without_being_copies() -> None:
    flood = "Floods have destroyed 312 houses since Tuesday, and four people are missing."
    inondation = "Les inondations ont détruit 312 maisons depuis mardi, et quatre personnes sont portées disparues."
    first, other, second = analyze(
        {"id": 1, "title": "Floods destroy 312 houses", "text": flood},
        {"id": 2, "title": "Chess final in Oslo", "text": "The final of the chess tournament ended in a draw."},
        {"id": 3, "title": "Inondations : 312 maisons détruites", "text": inondation},
    )
    told = [line.result for line in (first, other, second) if line.result]
    assert [line["copy_of"] for line in told] == [None, None, None]
    assert [line["story"] for line in told] == ["story-1", "story-2", "story-1"]


def test_short_texts_are_copies_only_when_headline_and_text_are_the_same() -> None:
    same = {"title": "Gao", "text": "Calm night."}
    lines = analyze({"id": 1, **same}, {"id": 2, **same}, {"id": 3, "title": "Kidal", "text": "Calm night."})
    assert [line.result["copy_of"] for line in lines if line.result] == [None, 1, None]


def test_a_line_that_can_not_be_read_is_told_by_its_number_and_the_others_are_done() -> None:
    lines = analyze(
        {"id": 1, "title": "a", "text": "b"},
        b"not json",
        b"",
        {"id": 2, "title": "a"},
        {"id": 3, "title": 7, "text": "b"},
        b'{"id": 4, "title": "\xff", "text": ""}',
        {"id": 5, "title": "a", "text": "c"},
    )
    assert [(line.number, line.problem is None) for line in lines] == [
        (1, True),
        (2, False),
        (4, False),
        (5, False),
        (6, False),
        (7, True),
    ]
    assert "`text`" in (lines[2].problem or "")


def test_where_a_source_is_at_home_is_learnt_from_its_lines() -> None:
    texts = [
        "The council in Paris meets on Monday. Residents of Reno and Blossom may speak.",
        "A barn burned near Blossom, the Lamar County sheriff said.",
        "Deport and Blossom will share a water line, officials said in Paris.",
        "The band of North Lamar plays in Clarksville and Reno on Friday.",
        "Police in Paris and Reno are looking for a man.",
    ]
    places = GazetteerPlaces(open_gazetteer())

    def paris(source: str) -> list[float]:
        given = [{"id": number, "title": "News", "text": text, "source": source} for number, text in enumerate(texts)]
        lines = [json.dumps(line).encode() for line in given]
        analysis = Analysis(Standing().current(), Describer(places, LANGUAGES, Outlets()), LinesTogether)
        results = [line.result for line in analysis.lines(lines)]
        return [place["lon"] for result in results if result for place in result["places"] if place["name"] == "Paris"]

    assert all(lon < -90 for lon in paris("The Lamar Leader"))
    assert paris("")[-1] > 0, "the last line alone"
