"""What counts as a word, and which words count as the same."""

import itertools
from time import process_time
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.tokens import fold, forms, pieces, tokens, word_spans, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l'Étoile du Sahel", "l etoile du sahel"),
        ("l’Étoile", "l etoile"),
        ("Wagner's well-known men", "wagner s well known men"),
        ("snake_case, U.S. and AT&T", "snake case u s and at t"),
        ("3,5 million en 2024", "3 5 million en 2024"),
        ("الجيش يدخل تُمبُكتو", "الجيش يدخل تمبكتو"),
        ("瓦格纳在马里", "瓦 格 纳 在 马 里"),
        ("Wagner瓦格纳2024年", "wagner 瓦 格 纳 2024 年"),
        ("カタカナ・テスト", "カ タ カ ナ テ ス ト"),
        ("กรุงเทพ", "ก รุ ง เ ท พ"),
        ("한국어 뉴스", "한국어 뉴스"),
        ("हिन्दी समाचार", "हिन्दी समाचार"),
        ("", ""),
        ("… !?  💥", ""),
        ("ـــ", ""),
    ],
)
def test_a_text_is_cut_into_the_words_a_reader_sees(text: str, expected: str) -> None:
    assert " ".join(forms(text)) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Timbuktu", "TIMBUKTU"),
        ("Ménaka", "menaka"),
        ("Ménaka", normalize("NFD", "Ménaka")),
        ("Straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("ISPARTA", "ısparta"),
        ("Łódź", "lodz"),
        ("Ǿ", "ø"),
        ("Əliyev", "aliyev"),
        ("Ｗａｇｎｅｒ", "wagner"),
        ("ΑΘΉΝΑΣ", "αθηνας"),
        ("вагнер", "ВАГНЕР"),
        ("за\u0301мок", "замок"),
        ("ёлка", normalize("NFD", "Ёлка")),
        ("йод", normalize("NFD", "Йод")),
        ("مُحَمَّد", "محمد"),
        ("تمبكتـــو", "تمبكتو"),
        ("أزواد", "ازواد"),
        ("مدرسة", "مدرسه"),
        ("مالى", "مالي"),
        ("تهران ایران", "تهران ايران"),
        ("שָׁלוֹם", "שלום"),
        ("٢٠٢٤", "2024"),
        ("۲۰۲۴", "2024"),
        ("ｶﾞｰﾅ", "ガーナ"),
        ("co\u00adoperation", "cooperation"),
    ],
)
def test_spellings_of_one_word_have_one_form(one: str, other: str) -> None:
    assert forms(one) == forms(other) != []


@pytest.mark.parametrize(
    ("one", "other"), [("йод", "иод"), ("все", "всё"), ("їх", "іх"), ("мир", "мип"), ("が", "か"), ("सड़क", "सडक")]
)
def test_letters_of_their_own_keep_words_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_offsets_are_code_points_of_the_original_text() -> None:
    text = "💥 İzmir: l’E\u0301toile, مُحَمَّد 马里"

    assert [text[token.start : token.end] for token in tokens(text)] == [
        "İzmir",
        "l",
        "E\u0301toile",
        "مُحَمَّد",
        "马",
        "里",
    ]


@given(st.text())
def test_any_text_has_ordered_words_whose_forms_are_stable_and_without_space(text: str) -> None:
    found = tokens(text)

    assert [token.form for token in found] == forms(text)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
    assert all(token.form and not any(map(str.isspace, token.form)) for token in found)
    assert all(fold(token.form) == token.form for token in found)


@given(st.text() | st.text(st.sampled_from("aZ9éе\u0301’'-_ \xa0\u2028\u200d\x1c\t马ｶﾞمـ\u3000")))
def test_the_words_of_a_text_are_those_of_its_pieces(text: str) -> None:
    inside = list(pieces(text))

    assert [word for piece in inside for word in words(piece)] == words(text)
    assert [piece[start:end] for piece in inside for start, end in word_spans(piece)] == words(text)
    assert all(words(word) == [word] for word in words(text))


@pytest.mark.parametrize("word", ["Timbuktu, ", "تمبكتو ", "马里", "a", "e\u0301", "- "])
def test_a_megabyte_of_one_thing_takes_no_time_worth_mentioning(word: str) -> None:
    text = word * (1_000_000 // len(word))

    start = process_time()
    tokens(text)

    assert process_time() - start < 5
