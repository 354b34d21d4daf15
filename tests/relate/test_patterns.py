"""Texts by one pattern, and shuffled ones: each tells an event of its own, and none is a copy of another."""

import random
from collections.abc import Callable

import pytest

from pipeline.enrich.given import GivenArticle
from pipeline.relate.lines import LinesTogether, Placed
from tests.acceptance import stories
from tests.relate.labelled_stories import describer

ARTICLES = 60
TOWNS = [
    "Timbuktu",
    "Gao",
    "Kidal",
    "Mopti",
    "Sévaré",
    "Ménaka",
    "Bamako",
    "Djibo",
    "Niamey",
    "Agadez",
    "Segou",
    "Kayes",
    "Tessalit",
    "Ansongo",
    "Dori",
]
NEWS = " ".join((stories.MARKET, stories.FLOOD, stories.AGENCY, stories.OPERA)).split()


class Machine:
    """Writes articles that are alike and on different things, always the same ones."""

    def __init__(self) -> None:
        self._chance = random.Random(3)
        syllables = [consonant + vowel for consonant in "bcdfghklmnprstvz" for vowel in "aeiou"]
        self._words = ["".join(self._chance.choices(syllables, k=self._chance.randint(2, 4))) for _ in range(2000)]

    def _some(self, words: list[str], count: int) -> str:
        return " ".join(self._chance.choice(words) for _ in range(count))

    def shuffled_words(self, number: int) -> tuple[str, str]:
        words = stories.MARKET.split()
        return f"Article number{number}", f"zanzarim number{number} " + " ".join(self._chance.sample(words, len(words)))

    def words_of_no_language(self, number: int) -> tuple[str, str]:
        return f"Article {number}", self._some(self._words, 100) + " Wagner Group."

    def few_words_of_no_language(self, number: int) -> tuple[str, str]:
        return f"Article {number}", self._some(self._words[:200], 100) + " Wagner Group mercenaries in Mali."

    def sightings(self, number: int) -> tuple[str, str]:
        town, other = self._chance.choice(TOWNS), self._chance.choice(TOWNS)
        men, vehicles = self._chance.randint(3, 90), self._chance.randint(2, 30)
        return (
            f"Report {number}: Wagner fighters seen near {town}",
            f"Report {number}. Fighters of the Wagner Group were seen near {other} on Monday, residents said."
            f" About {men} men arrived in {vehicles} vehicles.",
        )

    def numbered_reports(self, number: int) -> tuple[str, str]:
        text = f"This is report number {number} about the Wagner Group in Mali. Unique token {number * 7919}."
        return f"Wagner report {number}", text

    def words_of_real_texts(self, number: int) -> tuple[str, str]:
        return f"Story {number}", self._some(NEWS, 80)

    def headlines_of_their_own(self, number: int) -> tuple[str, str]:
        title = f"Wagner Group report {number} {self._some(self._words, 2)}"
        return title, f"The Wagner Group, report {number}. " + self._some(self._words, 40)


def told(articles: list[tuple[str, str]]) -> list[Placed]:
    """Give what `harmattan analyze` tells of titles and texts."""
    together = LinesTogether()
    for number, (title, text) in enumerate(articles):
        described = describer().describe(GivenArticle(title=title, text=text))
        together.add(number, described.document, described.facts.places, described.facts.countries, None)
    return list(together.placed().values())


@pytest.mark.parametrize(
    ("write", "least"),
    [
        (Machine.shuffled_words, 60),
        (Machine.words_of_no_language, 60),
        (Machine.few_words_of_no_language, 60),
        (Machine.sightings, 58),
        (Machine.numbered_reports, 60),
        (Machine.words_of_real_texts, 56),
        (Machine.headlines_of_their_own, 60),
    ],
)
def test_what_a_machine_writes_by_one_pattern_is_as_many_stories_and_no_copies(
    write: Callable[[Machine, int], tuple[str, str]], least: int
) -> None:
    machine = Machine()
    found = told([write(machine, number) for number in range(ARTICLES)])
    assert len({placed.story for placed in found}) >= least
    assert not [placed for placed in found if placed.copy_of is not None]


PATTERNS = {
    "en": "Police stopped a lorry near {0} on Tuesday and found {1} kilograms of cannabis under a load of onions. The driver,"
    " {2}, was taken to the station, and the load was burned in the evening.",
    "fr": "La police a arrêté mardi un camion près de {0} et trouvé {1} kilos de cannabis sous un chargement d'oignons. Le"
    " chauffeur, {2}, a été conduit au poste, et le chargement brûlé dans la soirée.",
    "de": "Die Polizei hat am Dienstag bei {0} einen Lastwagen angehalten und {1} Kilogramm Haschisch unter einer Ladung"
    " Zwiebeln gefunden. Der Fahrer, {2}, kam auf die Wache, und die Ladung wurde am Abend verbrannt.",
    "ru": "Полиция остановила во вторник близ {0} грузовик и нашла {1} килограммов гашиша под грузом лука."
    " Водителя по имени {2} доставили в участок, а груз сожгли вечером того же дня на пустыре за городом.",
    "ar": "أوقفت الشرطة يوم الثلاثاء قرب {0} شاحنة وعثرت على {1} كيلوغراما من الحشيش تحت حمولة من البصل."
    " ونقل السائق {2} إلى المركز وأحرقت الحمولة في المساء خارج المدينة أمام السكان.",
    "zh": "警方周二在{0}附近拦下一辆卡车,在一车洋葱下面发现{1}公斤大麻。司机{2}被带回警局,这批货物当晚在城外被烧毁。",
}
FILLINGS = {
    "en": (("Gao", "120", "Ali Touré"), ("Agadez", "75", "Moussa Barry")),
    "fr": (("Gao", "120", "Ali Touré"), ("Agadez", "75", "Moussa Barry")),
    "de": (("Gao", "120", "Ali Touré"), ("Agadez", "75", "Moussa Barry")),
    "ru": (("Гао", "120", "Али Туре"), ("Агадеса", "75", "Мусса Барри")),
    "ar": (("غاو", "120", "علي توري"), ("أغاديز", "75", "موسى باري")),
    "zh": (("加奥", "120", "阿里·图雷"), ("阿加德兹", "75", "穆萨·巴里")),
}


@pytest.mark.parametrize("language", PATTERNS)
def test_the_same_sentences_with_another_town_and_another_weight_are_another_event(language: str) -> None:
    one, other = (PATTERNS[language].format(*filling) for filling in FILLINGS[language])
    first, second = told([("", one), ("", other)])
    assert second.copy_of is None
    assert second.story != first.story


@pytest.mark.parametrize("changed", [0, 1])
def test_one_figure_or_name_is_enough_in_a_short_text(changed: int) -> None:
    first, second = (list(filling) for filling in FILLINGS["en"])
    other = [*first[:changed], second[changed], *first[changed + 1 :]]
    found = told([("", PATTERNS["en"].format(*first)), ("", PATTERNS["en"].format(*other))])
    assert found[1].copy_of is None


DATELINES = {
    "en": "BAMAKO (Sahara Wire) - ",
    "fr": "De notre correspondant à Bamako. ",
    "de": "Bamako (Sahara-Draht). ",
    "ru": "Бамако, 3 ноября. ",
    "ar": "باماكو - من مراسلنا: ",
    "zh": "本报巴马科3日电 ",
}


@pytest.mark.parametrize("language", PATTERNS)
def test_a_copy_stays_one_with_a_dateline_and_another_headline(language: str) -> None:
    text = PATTERNS[language].format(*FILLINGS[language][0])
    first, second = told([("", text), ("120 kg", DATELINES[language] + text)])
    assert second.copy_of == 0
    assert second.story == first.story


def test_a_report_is_a_copy_when_shortened_with_a_by_line() -> None:
    shortened = "By Awa Diarra in Gao\n\n" + stories.AGENCY_SHORTENED
    cut = "NIAMEY (Wire) - " + " ".join(stories.AGENCY.split()[:50])
    found = told([("Wagner in Timbuktu", stories.AGENCY), ("Column of lorries", shortened), ("Airfield taken", cut)])
    assert [placed.copy_of for placed in found] == [None, 0, 0]


def test_a_long_report_stays_a_copy_when_its_toll_is_brought_up_to_date() -> None:
    """It is the same report of the same event, which a reader has read."""
    background = (
        " The ferry was built in Bamako in 1988 and mended in Mopti last year. It is run by the Niger River Company of"
    )
    background += (
        " Koulikoro, whose director, Amadou Keïta, said that it had been inspected in August. It takes 80 people."
    )
    report = stories.FLOOD + background
    later = report.replace("Eleven people", "Fourteen people").replace("thirty people", "thirty-two people")
    assert [placed.copy_of for placed in told([("Ferry sinks", report), ("Toll rises", later)])] == [None, 0]
