"""Which words of an article a word of a rule stands for, in each language."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.rules.inflection import is_joined, joined
from pipeline.rules.ruleset import RuleSet
from pipeline.rules.syntax import Phrase, Reading, Term
from pipeline.rules.vocabulary import Vocabulary
from pipeline.rules.words import fulfils, read_terms
from pipeline.text.tokens import words as words_of
from tests.rules.queries import rule, words


@pytest.mark.parametrize(
    ("query", "lang", "article"),
    [
        ("mercenary", "en", "Mercenaries leave"),
        ("mercenaire", "fr", "des mercenaires"),
        ("sahélien", "fr", "les populations sahéliennes"),
        ("golpe", "es", "los golpes"),
        ("Söldner", "de", "mit Söldnern"),
        ("наёмник", "ru", "наёмниками"),
        ("найманець", "uk", "найманець"),
        ("найманців", "uk", "найманцями"),
        ("najemnik", "pl", "najemników"),
        ("žoldnéř", "cs", "žoldnéřů"),
        ("asker", "tr", "askerler"),
        ("huurling", "nl", "huurlingen"),
        ("rebell", "sv", "rebeller"),
        ("mercenario", "it", "i mercenari"),
        ("mercenário", "pt", "os mercenários"),
    ],
)
def test_a_word_stands_for_its_forms_in_the_articles_language(query: str, lang: str, article: str) -> None:
    assert words(query, article, lang=lang)


def test_without_a_known_language_a_word_is_just_itself() -> None:
    assert words("mercenary", "mercenaries", lang="und") is None
    assert words("mercenary", "Mercenary", lang="und")


@pytest.mark.parametrize(
    ("query", "lang", "article"),
    [
        ("Wagner", "en", "Wagner's men"),
        ("Wagner", "de", "Wagners Leute"),
        ("Wagner", "pl", "ludzie Wagnera"),
        ("Wagner", "cs", "s Wagnerem"),
        ("Wagner", "tr", "Wagner'in adamları"),
        ("Вагнер", "ru", "с Вагнером"),
        ("Вагнер", "uk", "про Вагнера"),
        ("Сахель", "ru", "в Сахеле"),
        ("Пригожин", "ru", "Пригожиным"),
        ("Tuareg", "en", "the Tuaregs"),
        ("Mali", "fr", "au mali"),
    ],
)
def test_a_name_is_written_with_a_capital_and_has_its_cases(query: str, lang: str, article: str) -> None:
    assert words(query, article, lang=lang)


@pytest.mark.parametrize(
    ("query", "lang", "article"),
    [
        ("Niger", "en", "Nigeria"),
        ("Нигер", "ru", "в Нигерии"),
        ("Мали", "ru", "мало людей"),
        ("Mali", "en", "the male lead"),
        ("Wagner", "de", "der Wagen"),
        ("Wagner", "en", "wagners were cart makers"),  # other forms of a name have a capital, too
        ("Вагнер", "ru", "вагнера"),
        ("Mali", "de", "er malt"),
    ],
)
def test_a_name_is_not_taken_for_another_word(query: str, lang: str, article: str) -> None:
    assert words(query, article, lang=lang) is None


@pytest.mark.parametrize(
    ("query", "found", "passed"),
    [
        ("AES", ["AES", "l'AES", "AES's"], ["aes", "Aes", "países", "AEST"]),
        ("JNIM", ["JNIM", "Jnim"], ["jnim"]),
        ("ECOWAS", ["ECOWAS", "Ecowas", "ecowas"], []),
        ("ДНИМ", ["ДНИМ"], ["дним"]),
    ],
)
def test_an_acronym_is_written_in_capitals_unless_it_is_long(query: str, found: list[str], passed: list[str]) -> None:
    for article in found:
        assert words(query, f"the {article} meets", lang="en"), article
    for article in passed:
        assert words(query, f"the {article} meets", lang="en") is None, article


def test_one_equals_sign_asks_for_this_form_and_two_for_this_spelling() -> None:
    assert words("=mercenary", "MERCENARY", lang="en")
    assert words("=mercenary", "mercenaries", lang="en") is None
    assert words("=Wagner", "Wagners", lang="de") is None
    assert words("==AES", "AES")
    assert words("==AES", "Aes") is None
    assert words("==Étoile", "Etoile") is None
    assert words("==Étoile", "l'E\u0301toile")  # however it is encoded
    assert words('=="Africa Corps"', "the Africa Corps")
    assert words('=="Africa Corps"', "Africa corps") is None


@pytest.mark.parametrize(
    ("query", "found", "passed"),
    [
        ("merc*", ["mercenary", "Mercs", "MERC"], ["commerce"]),
        ("reb?l", ["rebel", "rebal"], ["rebels", "rebl", "reball"]),
        ("m*naries", ["mercenaries", "Missionaries"], ["mercenary"]),
        ("mali?", ["malin"], ["mali", "malien"]),
        ('"groupe wagner*"', ["groupe Wagnérien"], ["groupe de Wagner"]),
        ("наемн*", ["наемников"], ["наём"]),
    ],
)
def test_a_star_is_any_ending_or_middle_and_a_question_mark_one_character(
    query: str, found: list[str], passed: list[str]
) -> None:
    for article in found:
        assert words(query, article), article
    for article in passed:
        assert words(query, article) is None, article


@pytest.mark.parametrize(
    ("query", "found", "passed"),
    [
        ("فاغنر", ["وفاغنر", "بفاغنر", "لفاغنر", "فَاغْنَر"], ["اغنر"]),
        ("مالي", ["بمالي", "ومالي", "لمالي", "مالى"], ["مالية", "المالية", "المالي", "مال"]),
        ("مرتزق", ["المرتزقة", "مرتزقة", "والمرتزقة", "المرتزقين"], ["رزق"]),
        ("الساحل", ["للساحل", "والساحل", "بالساحل"], ["ساحل", "الساحلي"]),
        ("קבוצה", ["הקבוצה", "לקבוצה", "והקבוצה"], ["קבוצת"]),
        ("바그너", ["바그너가", "바그너의", "바그너는"], ["바그너리안"]),
        ("瓦格纳", ["俄罗斯瓦格纳集团"], ["瓦格"]),
        ("مزدور", ["مزدوران", "مزدورها", "مزدور\u200cهای"], ["مزد"]),
    ],
)
def test_what_a_script_joins_to_a_word_does_not_hide_it(query: str, found: list[str], passed: list[str]) -> None:
    for article in found:
        assert words(query, article, lang="ar"), article
    for article in passed:
        assert words(query, article, lang="ar") is None, article


@pytest.mark.parametrize(
    ("query", "article"),
    [
        ("Wagner", "Wagner\u2019s men"),
        ("Étoile", "l'Étoile du Sahel"),
        ("étoile", "ETOILE"),
        ("Sahel", "Sahel-Zone"),
        ('"Wagner Söldner"', "die Wagner-Söldner"),
        ("mali", "\uff2d\uff41\uff4c\uff49"),  # full width
        ("ёлка", "Ёлка"),
    ],
)
def test_apostrophes_hyphens_width_case_and_accents_do_not_hide_a_word(query: str, article: str) -> None:
    assert words(query, article)


def test_letters_that_are_letters_of_their_own_stay_apart() -> None:
    assert words("елка", "ёлка") is None
    assert words("мои", "мой") is None
    assert words("елка", "ёлки", lang="ru") is None
    assert words("ёлка", "ёлки", lang="ru")
    assert words("все", "всё", lang="ru") is None


# --------------------------------------------------------------------------- the quick way and the plain one agree

_WORDS = words_of(
    """
    mercenary mercenaries Wagner wagners Wagnera Wagnerem Wagnerin Mali mali malis male Malinin Niger
    Nigers Nigeria Söldner soldner Söldnern sahélien Sahéliennes AES aes Aes JNIM Jnim ECOWAS Ecowas U
    2026 G5 Straße STRASSE İstanbul istanbul Étoile Нигер Нигера нигере Нигерия Мали мало Вагнер
    Вагнером вагнера наёмник наемники Сахель Сахеля Пригожин Пригожиным ДНИМ дним найманець найманців
    فاغنر وفاغنر للساحل الساحل ساحل مالي مالية بمالي المرتزقة مرتزقة مزدوران ואגנר לואגנר 바그너 바그너의 格 ワ
    """
)
_QUERIES = [*_WORDS, *(f"={word}" for word in _WORDS), *(f"=={word}" for word in _WORDS)]
_QUERIES += ["mer*", "m*ies", "wagn?r", "W*ner", "наем*", "فاغ*", "바그*", "mali?", "格*"]


def _term(query: str) -> Term:
    marks = len(query) - len(query.lstrip("="))
    (term,) = read_terms(query[marks:], (None, Reading.FORM, Reading.EXACT)[marks])
    return term


@settings(max_examples=100, deadline=None)
@given(
    st.sets(st.sampled_from(_QUERIES), min_size=1),
    st.sampled_from(["en", "de", "fr", "ru", "pl", "tr", "ar", "uk", "und"]),
)
def test_the_quick_look_up_finds_what_each_term_by_itself_would_find(queries: set[str], language: str) -> None:
    vocabulary = Vocabulary()
    terms = {query: _term(query) for query in queries}
    numbers = {query: vocabulary.number(term) for query, term in terms.items()}
    (known,) = vocabulary.words(language)
    for word in _WORDS:
        wanted = {numbers[query] for query, term in terms.items() if fulfils(term, word, language)}
        assert known[word] == known[f"({word},"], "what stands around a word makes no difference"
        assert set(known[word]) == wanted, word


@pytest.mark.parametrize("most", [1, 3, 100])
def test_what_is_forgotten_or_remembered_makes_no_difference(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.rules.vocabulary.MOST_REMEMBERED", most)
    monkeypatch.setattr("pipeline.rules.vocabulary.MOST_YOUNG", 2)
    rules = RuleSet()
    for count, name in enumerate(["Mali", "golpe", "sahel*", "=l", "Wagner", '"l étoile"', "niger"]):
        rules.put(rule(name, f"r{count}"))
        found = [rules.match("", "L'étoile, Wagner-sahelien: Mali golpes (l’étoile) niger", "es") for _ in range(2)]
        assert [[match.rule for match in matches] for matches in found] == [[f"r{n}" for n in range(count + 1)]] * 2


def test_what_a_word_of_a_phrase_is_shows_in_its_look() -> None:
    (phrase,) = [rule('"Wagner group of JNIM 格"').meaning]
    assert isinstance(phrase, Phrase)
    assert [term.reading for term in phrase.terms] == [
        Reading.NAME,
        Reading.WORD,
        Reading.WORD,
        Reading.ACRONYM,
        Reading.FORM,
    ]


def test_a_joined_form_is_told_without_making_all_of_them() -> None:
    words = ["مالي", "فاغنر", "مدينه", "المالي", "حكومه", "ال", "في", "واد", "לחם", "זהב", "말리", "그", "mali"]
    before = ("", "و", "ال", "لل", "ولل", "بال", "ל", "וה")
    behind = ("", "ين", "ه", "تها", "는", "에서")
    forms = {
        start + core + end
        for word in words
        for core in (word, word[:-1], word[2:])
        for start in before
        for end in behind
    }

    assert all(is_joined(form, word) is (form in joined(word)) for form in forms if form for word in words)
    assert all(is_joined(form, word) for word in words for form in joined(word))
