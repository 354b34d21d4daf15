"""kill -9 of any worker at any time: nothing is lost, no document and no alert is there twice."""

import random
import time

import pytest

from tests.acceptance import stories
from tests.acceptance.desk import STEPS, Desk, eventually

ARTICLES = 60
KILLS = 4

RULES = "rules: [{id: numbered, name: Numbered, query: 'zanzarim', severity: high}]\n"


def publish(desk: Desk) -> set[str]:
    """Publish articles of which no two are alike; a third is watched for."""
    chance = random.Random(7)
    words = stories.MARKET.split()
    outlets = [desk.outlets.outlet(f"outlet-{number}", full=True) for number in range(3)]
    urls = set()
    for number in range(ARTICLES):
        text = f"{'zanzarim' if number % 3 == 0 else 'nothing'} number{number} " + " ".join(
            chance.sample(words, len(words))
        )
        urls.add(outlets[number % 3].publish(title=f"Article number{number}", text=text))
    return urls


@pytest.mark.timeout(300)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_killed_at_random_moments_loses_and_repeats_nothing(desk: Desk, step: str):
    rules = desk.folder / "rules.yaml"
    rules.write_text(RULES)
    others = [name for name in STEPS if name != step]
    urls = publish(desk)
    chance = random.Random(step)
    options = ["--rules", str(rules)]
    with desk.working(*others, options=options), desk.working(step, options=options) as victim:
        said = desk.runs("poll", "--feeds", str(desk.feeds()))
        assert said.status == 0, said
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.3, 1.8))  # the random moment is the point here
            victim.killed()
            victim.start()
        eventually(lambda: len(desk.finds("*", "--limit", "1000")) == ARTICLES, 120, every=1)
        eventually(lambda: len({row["id"] for row in desk.told()}) == ARTICLES // 3, 90, every=0.5)

    hits = desk.finds("*", "--limit", "1000")
    assert {hit["url"] for hit in hits} == urls
    assert len(hits) == ARTICLES
    assert len(desk.alerts()) == ARTICLES // 3
    told = [row["id"] for row in desk.told()]
    repeated = len(told) - len(set(told))
    # Only the instant between a delivery and its record may repeat it, and only where the notifier itself was killed.
    assert repeated <= (KILLS if step == "notify" else 0)


@pytest.mark.timeout(300)
def test_a_poller_killed_at_random_moments_loses_and_repeats_nothing(desk: Desk):
    rules = desk.folder / "rules.yaml"
    rules.write_text(RULES)
    urls = publish(desk)
    desk.runs("feeds", "import", str(desk.feeds()))
    chance = random.Random(3)
    with desk.working(options=["--rules", str(rules)]), desk.working("poll") as victim:
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.3, 1.2))
            victim.killed()
            victim.start()
        eventually(lambda: len(desk.finds("*", "--limit", "1000")) == ARTICLES, 180, every=1)
        eventually(lambda: len(desk.told()) == ARTICLES // 3, 60, every=0.5)
    assert {hit["url"] for hit in desk.finds("*", "--limit", "1000")} == urls
