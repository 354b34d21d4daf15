"""Near-copies: what an agency's report looks like in twenty outlets."""

import random
import re
import subprocess
import sys
from itertools import combinations

import pytest
import yaml

from pipeline.seeds import seed
from pipeline.text.document import Document
from pipeline.text.similarity import bands, repeats, sign, signature, similarity
from pipeline.text.tokens import forms
from tests.figures import Tell


def newsroom() -> list[tuple[str, str, str]]:
    """Language, id and text of the sample newsroom's articles."""
    articles = []
    for path in sorted(seed("newsroom").glob("*.yaml")):
        outlet = yaml.safe_load(path.read_text(encoding="utf-8"))
        for article in outlet["articles"]:
            if text := "\n\n".join(article.get("paragraphs", [])):
                articles.append((outlet["language"], f"{outlet['id']}/{article['id']}", text))
    return articles


ARTICLES = newsroom()


def is_near_copy(one: bytes, other: bytes) -> bool:
    """Tell whether the other is found to repeat the one."""
    return bool(set(bands(one)) & set(bands(other))) and repeats(other, one)


def signed_text(text: str) -> bytes:
    """Give the signature of a text as enrichment does."""
    return sign(Document("", text))


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?。！？؟])\s*", text) if part.strip()]


def test_articles_of_their_own_are_no_copies_and_those_of_the_agency_are() -> None:
    signed = {name: signed_text(text) for _, name, text in ARTICLES}
    copies = {frozenset(pair) for pair in combinations(signed, 2) if is_near_copy(signed[pair[0]], signed[pair[1]])}
    outlets = {name.split("/")[0] for pair in copies for name in pair}
    assert {"sahara-wire", "guinea-herald", "maghreb-courier", "world-desk"} <= outlets
    near = [similarity(signed[a], signed[b]) for a, b in combinations(signed, 2) if frozenset((a, b)) not in copies]
    assert max(near) < 0.3


@pytest.mark.parametrize(("changed", "floor"), [(0.05, 0.98), (0.15, 0.92), (0.3, 0.68)])
def test_a_copy_is_known_though_some_of_its_sentences_are_others(changed: float, floor: float, tell: Tell) -> None:
    chance = random.Random(1)
    found = []
    for language, _, text in ARTICLES:
        strange = [s for other, _, t in ARTICLES if other == language for s in sentences(t)]
        original = signed_text(text)
        for _ in range(4):
            copy = [chance.choice(strange) if chance.random() < changed else s for s in sentences(text)]
            found.append(is_near_copy(original, signed_text(" ".join(copy))))
    recall = sum(found) / len(found)
    tell(f"near-copies with {changed:.0%} of their sentences changed: recall {recall:.3f} of {len(found)}")
    assert recall >= floor


REPORT = (
    "The governor of the northern region said on Tuesday that the road to the border would stay closed for another week."
    " Rain has washed away two bridges, and a third can carry nothing heavier than a motorcycle. Lorries with millet and"
    " sugar have waited since Friday on both sides of the river. Traders said that prices in the town had gone up by a"
    " third. An engineer of the public works office said that a ferry would be brought from the capital. He did not say"
    " when it would arrive. The army has offered to lay a bridge of its own. In the last rainy season the road was closed"
    " for nineteen days, and two villages had to be supplied by boat. Schools on the far bank have not opened this term."
)
PARTS = sentences(REPORT)


@pytest.mark.parametrize("kept", [2, 4])
def test_a_report_that_was_shortened_to_its_first_sentences_is_a_copy(kept: int) -> None:
    assert is_near_copy(signed_text(REPORT), signed_text(" ".join(PARTS[:kept])))


def test_a_long_report_cut_to_a_third_is_a_copy(tell: Tell) -> None:
    long = [(language, text) for language, _, text in ARTICLES if len(forms(text)) > 150]
    found = []
    for _, text in long:
        parts = sentences(text)
        short = " ".join(parts[: max(2, len(parts) // 3)])
        found.append(is_near_copy(signed_text(text), signed_text(short)))
    tell(f"copies cut to a third: recall {sum(found) / len(found):.3f} of {len(found)}")
    assert sum(found) / len(found) >= 0.95


def test_a_report_with_a_by_line_and_a_note_of_the_desk_is_a_copy() -> None:
    desk = "By our correspondent in the north. " + REPORT + " Additional reporting by the desk in the capital."
    assert is_near_copy(signed_text(REPORT), signed_text(desk))


def test_two_sentences_are_enough_to_know_a_copy_by() -> None:
    short = signed_text(" ".join(PARTS[:2]))
    assert is_near_copy(short, signed_text("(Wire) " + " ".join(PARTS[:2])))
    assert not is_near_copy(short, signed_text(" ".join(PARTS[2:4])))


def test_a_follow_up_that_repeats_background_of_an_earlier_report_is_no_copy() -> None:
    news = (
        "The road to the border was opened on Monday evening after engineers of the army finished a bridge of steel. The"
        " first lorries crossed before dusk, and drivers who had slept under their loads for ten nights sang. The mayor"
        " thanked the soldiers and asked for a bridge that would last. A ferry that had been promised never came. "
    )
    assert not is_near_copy(signed_text(REPORT), signed_text(news + " ".join(PARTS[6:8])))


def test_a_full_report_is_no_copy_of_the_flash_that_came_before_it() -> None:
    assert not is_near_copy(signed_text(PARTS[0]), signed_text(REPORT))


@pytest.mark.parametrize(
    ("text", "shortened", "other"),
    [
        (
            "据当地政府消息，北部地区通往边境的公路将继续关闭一周。连日大雨冲毁了两座桥梁，第三座桥只能通行摩托车。"
            "运送小米和食糖的卡车自周五起在河两岸等候。商人表示，城里的物价已上涨三分之一。",
            "本报讯 据当地政府消息，北部地区通往边境的公路将继续关闭一周。连日大雨冲毁了两座桥梁，第三座桥只能通行摩托车。",
            "军方工程师周一傍晚架好钢桥，北部地区通往边境的公路重新开放，第一批卡车在天黑前过河，司机们十分高兴。",
        ),
        (
            "北部の州知事は火曜日、国境へ向かう道路をさらに一週間閉鎖すると述べた。大雨で二つの橋が流され、三つ目の橋は"
            "オートバイしか渡れない。雑穀と砂糖を積んだトラックは金曜日から川の両岸で待っている。",
            "北部の州知事は火曜日、国境へ向かう道路をさらに一週間閉鎖すると述べた。大雨で二つの橋が流された。",
            "軍の技術者が月曜日の夕方に鉄の橋を完成させ、国境への道路が再び開通した。最初のトラックが日没前に渡った。",
        ),
    ],
    ids=["zh", "ja"],
)
def test_copies_are_known_where_words_are_not_written_apart(text: str, shortened: str, other: str) -> None:
    signed = signed_text(text)
    assert is_near_copy(signed, signed_text(shortened))
    assert not is_near_copy(signed, signed_text(other))


def test_a_signature_of_before_is_nobodys_copy() -> None:
    assert bands(b"\1" * 512) == ()
    assert similarity(b"\1" * 512, signed_text(REPORT)) == 0.0


def test_texts_that_are_too_short_to_tell_have_no_signature_and_no_copies() -> None:
    short = signed_text("Read more on our site.")
    assert short == b""
    assert bands(short) == ()
    assert similarity(short, short) == 0.0


def test_a_signature_is_the_same_in_every_process() -> None:
    code = "from pipeline.text.similarity import signature\nprint(signature([f'word{n}' for n in range(50)]).hex())"
    once, again = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in "12"
    )
    assert once == again
    assert once.strip() == signature([f"word{n}" for n in range(50)]).hex()
