"""What outlets change on their pages alone, without a word in the feed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.acceptance import stories
from tests.acceptance.desk import Desk, eventually
from tests.newsroom.sample import SampleServer

EVERY_SECOND = {"HARMATTAN_RECHECKS": ",".join(f"{second}s" for second in range(1, 60))}
TOLL = "At least 12 soldiers were killed near Ber in the Sahel, two officials said. " + stories.MARKET


def test_a_page_that_is_corrected_and_then_taken_away_is_told_to_who_was_told(tmp_path: Path, outlets: SampleServer):
    desk = Desk(tmp_path, outlets, EVERY_SECOND)
    outlet = outlets.outlet("sahel-post")
    url = outlet.publish(title="Soldiers killed", text=TOLL)
    desk.polls()
    text = TOLL.replace("12", "21")
    outlet.correct(url, text=text, summary=text.partition("\n\n")[0])

    def told(reason: str) -> Mapping[str, Any] | None:
        return next((row for row in desk.told() if row["reasons"] == [reason]), None)

    with desk.working():
        corrected = eventually(lambda: told("correction"))
        outlet.withdraw(url)
        withdrawn = eventually(lambda: told("withdrawal"))

    assert [(e["removed"], e["added"]) for e in corrected["articles"][0]["changes"][0]["edits"]] == [("12", "21")]
    assert withdrawn["articles"][0]["changes"][-1]["kind"] == "withdrawal"
    assert [row["update"] for row in desk.told()] == [0, 1, 2]
    assert any("if-none-match" in asked.headers for asked in outlets.asked if asked.path in url)
    (hit,) = desk.finds("soldiers")
    assert [change["kind"] for change in hit["changes"]] == ["material", "withdrawal"]
