"""kill -9 of any worker at any time: nothing is lost, no document and no alert is there twice."""

import random
import time
from dataclasses import replace

import pytest

from tests.acceptance import stories
from tests.acceptance.desk import STEPS, Desk, eventually

KILLS = 5
WAVE = 24
ARTICLES = KILLS * WAVE

RULES = "rules: [{id: numbered, name: Numbered, query: 'zanzarim', severity: high}]\n"


class Presses:
    """Outlets that publish articles of which no two are alike; a third is watched for."""

    def __init__(self, desk: Desk) -> None:
        self._outlets = [desk.outlets.outlet(f"outlet-{number}", full=True) for number in range(3)]
        self._words = stories.MARKET.split()
        self._chance = random.Random(7)
        self.urls: set[str] = set()

    def publish_a_wave(self) -> None:
        for _ in range(WAVE):
            number = len(self.urls)
            mixed = " ".join(self._chance.sample(self._words, len(self._words)))
            text = f"{'zanzarim' if number % 3 == 0 else 'nothing'} number{number} {mixed}"
            self.urls.add(self._outlets[number % 3].publish(title=f"Article number{number}", text=text))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("step", ["poll", *STEPS])
def test_a_step_killed_at_random_moments_loses_and_repeats_nothing(desk: Desk, step: str):
    desk = replace(desk, servers={**desk.servers, "HARMATTAN_INTERVAL": "1s"})
    rules = desk.folder / "rules.yaml"
    rules.write_text(RULES)
    options = ["--rules", str(rules)]
    presses = Presses(desk)
    assert desk.runs("feeds", "import", str(desk.feeds())).status == 0
    others = [name for name in ("poll", *STEPS) if name != step]
    chance = random.Random(step)

    with desk.working(*others, options=options), desk.working(step, options=options) as victim:
        desk.waits_for("poll", *STEPS)
        for _ in range(KILLS):
            presses.publish_a_wave()
            time.sleep(chance.uniform(0.2, 2.5))  # the random moment is the point here
            victim.killed()
            victim.start()
        eventually(lambda: len(desk.finds("*", "--limit", "1000")) == ARTICLES, 300, every=0.5)
        eventually(lambda: len({row["id"] for row in desk.told()}) == ARTICLES // 3, 300, every=0.5)

    assert {hit["url"] for hit in desk.finds("*", "--limit", "1000")} == presses.urls
    assert len(desk.finds("*", "--limit", "1000")) == ARTICLES
    assert len(desk.alerts()) == ARTICLES // 3
    told = [row["id"] for row in desk.told()]
    repeated = len(told) - len(set(told))
    # Only the instant between a delivery and its record may repeat it, and only where the notifier itself was killed.
    assert repeated <= (KILLS if step == "notify" else 0)
