"""The policy file: an analyst's desk in a few lines, and clear words for what is wrong in it."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.policy.file import check_policy, load_policy
from pipeline.policy.in_force import PolicyFile
from pipeline.policy.model import Digest, Reason
from pipeline.records.article import Severity
from pipeline.settings import Settings

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


def test_a_route_for_some_kinds_of_sources_takes_not_all_alerts(tmp_path: Path) -> None:
    text = GOOD.replace("    rules: [wagner-group]\n    severity: high\n", "    kinds: [agency, public]\n", 1)

    policy = load_policy(written(tmp_path, text), CHANNELS, RULES)

    assert policy.routes[0].kinds == {"agency", "public"}
    with pytest.raises(BadInput, match="kinds"):
        load_policy(written(tmp_path, text.replace("[agency, public]", "[agencies]")), CHANNELS, RULES)


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("Africa/Bamako", "Bamako").replace("most: 5", "most: 0")

    assert len(check_policy(written(tmp_path, text), CHANNELS, RULES)[1]) == 2


SIGNALS = """
signals:
  - {id: mali-burst, kind: burst, of: country, names: [ML], severity: high, chance: 1.0e-6}
  - {id: new-town, kind: first, of: place, countries: [ml], after: 90d}
"""


def test_signals_stand_beside_routes_which_can_name_them(tmp_path: Path) -> None:
    text = GOOD.replace("rules: [wagner-group]", "rules: [wagner-group, mali-burst]") + SIGNALS

    policy = load_policy(written(tmp_path, text), CHANNELS, RULES)

    burst, town = policy.signals
    assert (burst.severity, burst.chance, burst.names, burst.least) == (Severity.HIGH, 1e-6, {"ml"}, 5)
    assert (town.after, town.countries) == (timedelta(days=90), {"ML"})


def test_a_file_of_signals_alone_is_a_policy_file(tmp_path: Path) -> None:
    assert len(load_policy(written(tmp_path, SIGNALS), CHANNELS, RULES).signals) == 2


@pytest.mark.parametrize(
    ("entry", "line", "why"),
    [
        ("{id: sahel, kind: burst, of: rule}", 2, "a rule or another signal has the id sahel"),
        ("{id: s, kind: burst, of: rule, names: [sahara]}", 2, "the rule file has no rule 'sahara'"),
        ("{id: s, kind: burst, of: country, names: [Mali]}", 2, "'Mali' is no code of two letters"),
        ("{id: s, kind: silence, of: source, times: 4}", 2, "only `burst` has use for times"),
        (
            "{id: s, kind: burst, of: country, after: 4d}",
            2,
            "only `first` and `return` and `silence` has use for after",
        ),
        ("{id: s, kind: burst, of: country, chance: 0.5}", 2, "a chance is over 0 and under 0.1"),
        ("{id: s, kind: burst, of: country, channels: [pager]}", 2, "the channels file has no channel 'pager'"),
        ("{id: s, kind: burst, of: language, countries: [ML]}", 2, "only places are narrowed by countries"),
        ("{id: s, kind: flood, of: country}", 2, "write one of burst, first, return, silence"),
    ],
)
def test_what_is_wrong_with_a_signal_is_told_with_its_line(tmp_path: Path, entry: str, line: int, why: str) -> None:
    path = written(tmp_path, f"signals:\n  - {entry}\n")

    _, problems = check_policy(path, CHANNELS, RULES)

    assert str(problems[0]).startswith(f"{path}:{line}: ")
    assert why in str(problems[0])


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 10
        return self.now


def test_a_policy_that_is_changed_is_taken_as_a_whole_or_not_at_all(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    channels = tmp_path / "channels.yaml"
    channels.write_text("channels:\n" + "".join(f"  - {{name: {name}, type: console}}\n" for name in CHANNELS))
    path = written(tmp_path, GOOD)
    policy = PolicyFile(Settings(data=tmp_path, policy=path, channels=channels), Clock()).current
    assert [analyst.id for analyst in policy().analysts] == ["awa", "omar"]

    path.write_text(GOOD.replace("id: omar", "id: lea").replace("omar", "lea"))
    assert [analyst.id for analyst in policy().analysts] == ["awa", "lea"]

    with caplog.at_level("ERROR"):
        path.write_text(GOOD.replace("zone: Africa/Bamako", "zone: Africa/Timbuktoo"))
        assert [analyst.id for analyst in policy().analysts] == ["awa", "lea"]
    assert "the policy stays as it was" in caplog.text
    assert f"{path}:5" in caplog.text

    path.unlink()
    assert [analyst.id for analyst in policy().analysts] == ["awa", "lea"]

    path.write_text(GOOD)
    assert [analyst.id for analyst in policy().analysts] == ["awa", "omar"]
