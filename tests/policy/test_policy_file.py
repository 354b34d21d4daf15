"""The policy file: an analyst's desk in a few lines, and clear words for what is wrong in it."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.policy.file import check_policy, load_policy
from pipeline.policy.model import Digest, Reason
from pipeline.records.article import Severity

CHANNELS = ("mail", "phone", "desk")
RULES = ("sahel", "wagner-group")
GOOD = """
analysts:
  - id: awa
    name: Awa Diarra
    zone: Africa/Bamako
    language: fr
    channels: [mail]
    quiet: {start: "22:00", end: "06:30", days: [mon, tue]}
  - {id: omar, channels: [phone]}
routes:
  - name: night
    rules: [wagner-group]
    severity: high
    to: [awa, omar]
    updates: {outlets: [30, 3, 10], on: [severity, place]}
    escalate: [{after: 15m, to: [omar]}]
  - name: region
    countries: [ml, BF]
    to: [awa]
    group: 10m
    throttle: {most: 5, per: 1h}
    digest: daily
    digest_at: "06:45"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    return path


def test_a_policy_says_who_is_told_of_what_and_how(tmp_path: Path) -> None:
    policy = load_policy(written(tmp_path, GOOD), CHANNELS, RULES)

    awa, omar = policy.analysts
    night, region = policy.routes
    assert (str(awa.zone), awa.language, awa.quiet and awa.quiet.end) == ("Africa/Bamako", "fr", time(6, 30))
    assert (omar.name, omar.quiet) == ("omar", None)
    assert (night.severity, night.updates.outlets) == (Severity.HIGH, (3, 10, 30))
    assert night.updates.on == {Reason.SEVERITY, Reason.PLACE}
    assert night.escalate[0].after == timedelta(minutes=15)
    assert (region.countries, region.digest, region.digest_at) == ({"ML", "BF"}, Digest.DAILY, time(6, 45))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("Africa/Bamako", "Bamako", r":5: 'Bamako' is no time zone"),
        ("channels: [mail]", "channels: [mial]", r":7: .*no channel 'mial'; did you mean mail"),
        ("channels: [mail]", "channels: []", r":7: awa has no channel"),
        ('end: "06:30"', 'end: "22:00"', r":8: these quiet hours would never end"),
        ('start: "22:00"', 'start: "25:00"', r":8: '25:00' is no time of day"),
        ("days: [mon, tue]", "days: [mon, lundi]", r":8: 'lundi' is no day"),
        ("to: [awa, omar]", "to: [awa, omra]", r":14: this file has no analyst 'omra'; did you mean omar"),
        ("to: [awa, omar]", "to: []", r":14: the route night leads to nobody"),
        ("rules: [wagner-group]", "rules: [wagner]", r":12: the rule file has no rule 'wagner'"),
        ("after: 15m", "after: soon", r":16: 'soon' is no length of time"),
        ("outlets: [30, 3, 10]", "outlets: [1]", r":15: the first outlet raises the alert"),
        ("on: [severity, place]", "on: [correction]", r":15: a correction is sent to whoever was told"),
        ("on: [severity, place]", "on: [severities]", r":15: .*severities"),
        ("most: 5", "most: 0", r":21: a throttle must let one message through"),
        ("countries: [ml, BF]", "countries: [Mali]", r":18: 'Mali' is no code of two letters"),
        ("name: region", "name: night", r":17: the name night is taken"),
        ("severity: high", "severity: hihg", r":13: .*did you mean `high`"),
        ("language: fr", "language: tlh", r":6: messages are written in en and fr"),
        ("  - {id: omar", "  - {id: awa", r":9: the id awa is taken"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_what_to_do(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    assert old in GOOD

    with pytest.raises(BadInput, match=complaint):
        load_policy(written(tmp_path, GOOD.replace(old, new, 1)), CHANNELS, RULES)


def test_a_route_that_no_alert_can_take_is_told(tmp_path: Path) -> None:
    text = GOOD.replace("    rules: [wagner-group]\n    severity: high\n", "", 1)

    with pytest.raises(BadInput, match=r"the route region is never taken: night takes all of its alerts"):
        load_policy(written(tmp_path, text), CHANNELS, RULES)


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("Africa/Bamako", "Bamako").replace("most: 5", "most: 0")

    assert len(check_policy(written(tmp_path, text), CHANNELS, RULES)[1]) == 2
