"""What the shipped newsroom promises to hold."""

import re
from collections import Counter
from difflib import SequenceMatcher
from itertools import pairwise

import pytest

from pipeline.errors import BadInput
from pipeline.newsroom.content import Article, Outlet, load_contents

OUTLETS = load_contents()
PAIRS = [(outlet, article) for outlet in OUTLETS for article in outlet.articles]
FRIEND = re.compile(r"wagner|вагнер|فاغنر|瓦格纳", re.IGNORECASE)


def language(outlet: Outlet, article: Article) -> str:
    return article.language or outlet.language


def text(article: Article) -> str:
    return "\n".join([article.title, article.summary, *article.paragraphs])


def test_seven_languages_have_at_least_five_articles_each_and_there_are_over_sixty() -> None:
    counted = Counter(language(outlet, article) for outlet, article in PAIRS)
    assert counted.total() >= 66
    assert {code for code, count in counted.items() if count >= 5} >= {"en", "fr", "ru", "ar", "es", "pt", "zh"}


def test_at_least_eight_healthy_feeds_cover_the_four_formats() -> None:
    healthy = [outlet for outlet in OUTLETS if outlet.fault is None and outlet.unavailable is None]
    assert len(healthy) >= 8
    assert {outlet.format for outlet in healthy} == {"rss2", "rss1", "atom", "json"}
    assert {outlet.content for outlet in healthy} == {"full", "summary"}


def test_the_agency_story_from_timbuktu_is_carried_by_four_other_outlets_nearly_word_for_word() -> None:
    agency = next(article for _, article in PAIRS if article.id == "wagner-base-timbuktu")
    body = "\n".join(agency.paragraphs)
    carriers = [
        outlet.id
        for outlet, article in PAIRS
        if article is not agency
        and SequenceMatcher(None, body, "\n".join(article.paragraphs), autojunk=False).quick_ratio() > 0.9
        and SequenceMatcher(None, body, "\n".join(article.paragraphs), autojunk=False).ratio() > 0.9
    ]
    assert len(set(carriers)) == 4
    assert agency.after <= 20


def test_the_mercenaries_and_the_region_are_reported_on_in_every_language() -> None:
    for subject in ("wagner-group", "sahel"):
        languages = {language(outlet, article) for outlet, article in PAIRS if subject in article.about}
        assert languages >= {"en", "fr", "ru", "ar", "es", "pt", "zh"}


def test_wagner_the_composer_the_baker_and_the_footballer_are_no_mercenaries() -> None:
    alike = [article.id for _, article in PAIRS if FRIEND.search(text(article)) and not article.about]
    assert {"ring-in-one-day", "tannhaeuser-ohne-berg", "parsifal-lyon", "boulangerie-wagner"} <= set(alike)


def test_the_football_club_and_the_coast_of_algiers_are_not_the_region() -> None:
    alike = {article.id for _, article in PAIRS if re.search(r"Sahel|الساحل", text(article)) and not article.about}
    assert {"etoile-du-sahel-derby", "annajm-assahili", "algiers-coast-farms"} <= alike


def test_articles_that_name_the_mercenaries_are_marked_as_being_about_them() -> None:
    named = re.compile(r"Wagner (Group|fighters)|[Gg]roupe Wagner|Grupo Wagner|Вагнера|مجموعة فاغنر|瓦格纳集团")
    for _, article in PAIRS:
        assert bool(named.search(text(article))) == ("wagner-group" in article.about), article.id


def test_an_article_is_corrected_while_the_newsroom_runs() -> None:
    corrected = [article for _, article in PAIRS if article.corrections]
    assert corrected
    assert all(correction.after > article.after for article in corrected for correction in article.corrections)


def test_something_new_appears_every_few_seconds() -> None:
    times = sorted(article.after for _, article in PAIRS)
    live = [0, *(after for after in times if after > 0)]
    assert len(times) - len(live) + 1 >= 20
    assert max(later - before for before, later in pairwise(live)) <= 8
    assert 200 <= live[-1] <= 300


def test_there_are_entries_without_an_id_without_a_date_and_with_markup() -> None:
    articles = [article for _, article in PAIRS]
    assert any(not article.guid for article in articles)
    assert any(not article.dated for article in articles)
    assert any(article.title_html for article in articles)
    assert any(article.summary_html for article in articles)


def test_ids_are_unique_within_an_outlet_so_that_addresses_are() -> None:
    counted = Counter((outlet.id, article.id) for outlet, article in PAIRS)
    assert [pair for pair, count in counted.items() if count > 1] == []


def test_a_folder_without_outlets_is_refused_by_name(tmp_path) -> None:
    with pytest.raises(BadInput, match=re.escape(str(tmp_path))):
        load_contents(tmp_path)
