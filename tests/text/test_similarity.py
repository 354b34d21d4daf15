"""Near-copies: what an agency's report looks like in twenty outlets."""

import random
import re
import subprocess
import sys
from itertools import combinations

import pytest
import yaml

from pipeline.seeds import seed
from pipeline.text.similarity import NEAR_COPY, bands, signature, similarity
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
    return bool(set(bands(one)) & set(bands(other))) and similarity(one, other) >= NEAR_COPY


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?。！？؟])\s*", text) if part.strip()]


def test_articles_of_their_own_are_no_copies_and_those_of_the_agency_are() -> None:
    signed = {name: signature(forms(text)) for _, name, text in ARTICLES}
    copies = {frozenset(pair) for pair in combinations(signed, 2) if is_near_copy(signed[pair[0]], signed[pair[1]])}
    outlets = {name.split("/")[0] for pair in copies for name in pair}
    assert {"sahara-wire", "guinea-herald", "maghreb-courier", "world-desk"} <= outlets
    near = [similarity(signed[a], signed[b]) for a, b in combinations(signed, 2) if frozenset((a, b)) not in copies]
    assert max(near) < 0.15


@pytest.mark.parametrize(("changed", "floor"), [(0.05, 0.98), (0.15, 0.92), (0.3, 0.68)])
def test_a_copy_is_known_though_some_of_its_sentences_are_others(changed: float, floor: float, tell: Tell) -> None:
    chance = random.Random(1)
    found = []
    for language, _, text in ARTICLES:
        strange = [s for other, _, t in ARTICLES if other == language for s in sentences(t)]
        original = signature(forms(text))
        for _ in range(4):
            copy = [chance.choice(strange) if chance.random() < changed else s for s in sentences(text)]
            found.append(is_near_copy(original, signature(forms(" ".join(copy)))))
    recall = sum(found) / len(found)
    tell(f"near-copies with {changed:.0%} of their sentences changed: recall {recall:.3f} of {len(found)}")
    assert recall >= floor


def test_texts_that_are_too_short_to_tell_have_no_signature_and_no_copies() -> None:
    short = signature(forms("Read more on our site."))
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
