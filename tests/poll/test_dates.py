"""Dates in the habits of many countries: each of these is ten o'clock in the morning, universal time, of 15 November 2026."""

from datetime import UTC, datetime

import pytest

from pipeline.poll.dates import read_date
from pipeline.poll.datewords import MONTHS

TEN = datetime(2026, 11, 15, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("Sun, 15 Nov 2026 10:00:00 Z", ""),
        ("Sun, 15 November 2026 10:00 GMT", ""),
        ("15 Nov 26 10:00 UT", ""),
        ("15-Nov-2026 10:00", ""),
        ("Sun, 15 Nov 2026 12:00:00 +02:00", ""),
        ("Sun Nov 15 10:00:00 2026", ""),
        ("Sun, 15 Nov 2026T10:00:00Z", ""),
        ("20261115T100000Z", ""),
        ("2026-11-15 10:00:00 AM", ""),
        ("Nov 15, 2026 10:00 AM", ""),
        ("November 15, 2026 at 5:00 a.m. EST", ""),
        ("Sunday, November 15, 2026 1:00 PM EAT", ""),
        ("11/15/2026 10:00:00", ""),
        ("15/11/2026 12:00 +0200", ""),
        ("15.11.2026 10:00 Uhr", "de"),
        ("15. November 2026, 11:00 MEZ", "de"),
        ("Sun, 15 Nov 2026 11:00 Europe/Paris", ""),
        ("Sun, 15 Nov 2026 15:30:00 IST", "en"),
        ("Sun, 15 Nov 2026 12:00:00 IST", "he"),
        ("Sun, 15 Nov 2026 18:00:00 CST", "zh"),
        ("Sun, 15 Nov 2026 04:00:00 CST", "en"),
        ("15 novembre 2026 à 10h00", "fr"),
        ("mar. 15 nov. 2026 10:00", "fr"),
        ("15 de noviembre de 2026, 10:00", "es"),
        ("15 de novembro de 2026 às 10h00", "pt"),
        ("15 novembre 2026 10:00", "it"),
        ("15 ноября 2026 г., 13:00 (МСК)", "ru"),
        ("15 листопада 2026 10:00", "uk"),
        ("15 listopada 2026 10:00", "pl"),
        ("15 studenoga 2026. 10:00", "hr"),
        ("2026. november 15. 10:00", "hu"),
        ("Pts, 15 Kas 2026 10:00:00 +0000", "tr"),
        ("15 Νοεμβρίου 2026 10:00", "el"),
        ("15 november 2026 kl. 10.00", "sv"),
        ("15 בנובמבר 2026 10:00", "he"),
        ("الأحد 15 نوفمبر 2026 10:00", "ar"),
        ("١٥ نوفمبر ٢٠٢٦ ١٠:٠٠", "ar"),
        ("15 تشرين الثاني 2026 10:00", "ar"),
        ("15 نونبر 2026 10:00", "ar"),
        ("15 نوفمبر 2026 10:00 ص", "ar"),
        ("۱۵ نوامبر ۲۰۲۶ ۱۰:۰۰", "fa"),
        ("15 نومبر 2026 10:00", "ur"),
        ("15 नवंबर 2026 10:00", "hi"),
        ("১৫ নভেম্বর ২০২৬ ১০:০০", "bn"),
        ("15 Novemba 2026 10:00", "sw"),
        ("15 ga Nuwamba, 2026 10:00", "ha"),
        ("15 ኖቬምበር 2026 10:00", "am"),
        ("15 Nofeembar 2026 10:00", "so"),
        ("15 พฤศจิกายน 2569 10:00 น.", "th"),
        ("ngày 15 tháng 11 năm 2026 10:00", "vi"),
        ("15 November 2026 pukul 10.00", "id"),
        ("2026年11月15日 10:00", "zh"),
        ("2026年11月15日 上午10:00", "zh"),
        ("2026年11月15日 10時00分", "ja"),
        ("2026년 11월 15일 오전 10:00", "ko"),
    ],
)
def test_is_read(written: str, language: str) -> None:
    assert read_date(written, language) == TEN


@pytest.mark.parametrize("written", ["15 novembre 2026 10:00", "15 ноября 2026 10:00", "15 نوفمبر 2026 10:00"])
def test_is_read_where_the_feed_does_not_say_its_language(written: str) -> None:
    assert read_date(written) == TEN


def test_a_name_that_languages_use_for_different_months_is_settled_by_the_feeds_language() -> None:
    assert read_date("15 listopad 2026", "cs") == datetime(2026, 11, 15, tzinfo=UTC)
    assert read_date("15 listopad 2026", "hr") == datetime(2026, 10, 15, tzinfo=UTC)
    assert read_date("15 listopad 2026") is None


def test_the_day_comes_first_but_in_america() -> None:
    assert read_date("05/11/2026", "fr") == read_date("05/11/2026") == datetime(2026, 11, 5, tzinfo=UTC)
    assert read_date("05/11/2026", "en-US") == datetime(2026, 5, 11, tzinfo=UTC)


def test_midnight_may_be_the_end_of_a_day() -> None:
    assert read_date("Sun, 15 Nov 2026 24:00:00 GMT") == datetime(2026, 11, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        *("yesterday at noon", "Mon, 01 Jan 0001 00:00:00 GMT", "1970-01-01T00:00:00Z", "Sun, 99 Nov 2026", "17631115"),
        *("2026-13-45", "15 novembre", "abc 2026 def", "1.2.3.4 2026 x", "1 " * 50, "٣" * 99, "2026-11-15" * 20, ""),
    ],
)
def test_what_is_none_is_none(written: str) -> None:
    assert read_date(written) is None


def test_the_names_of_months_are_those_of_cldr() -> None:
    babel = pytest.importorskip("babel")
    table = {line.split("\t")[0] for line in MONTHS.read_text(encoding="utf-8").splitlines()}
    assert len(table) > 1_000
    languages = "en fr es pt de it nl ru uk pl tr ar fa he hi ur bn sw ha am so el sv"
    for language in languages.split():
        locale = babel.Locale.parse(language)
        for month, name in locale.months["format"]["wide"].items():
            assert read_date(f"15 {name} 2026 10:00", language) == TEN.replace(month=month), (language, name)
