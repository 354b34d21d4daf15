"""What analysts do by the buttons of the page, or behind the links of a message: acknowledge, mute, call useful or false."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs

from starlette.requests import Request

from pipeline.errors import BadInput
from pipeline.policy.model import Mute
from pipeline.records.alert import Alert
from pipeline.state.interface import Ledger, Verdict
from pipeline.web.words import Say, english

DEEDS = ("acknowledge", "mute", "useful", "false")
LENGTHS: Mapping[str, tuple[str, timedelta]] = {
    "1h": ("1 hour", timedelta(hours=1)),
    "8h": ("8 hours", timedelta(hours=8)),
    "1d": ("a day", timedelta(days=1)),
    "7d": ("a week", timedelta(days=7)),
}
SCOPES = {"story": "this story", "rule": "this rule"}
MOST_BYTES = 10_000
_LONGEST_NAME = 80
_LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One press of a button. `mute_for` None means for everybody; `mark` tells one request from another."""

    deed: str
    by: str
    note: str = ""
    length: str = "8h"
    scope: str = "story"
    mute_for: str | None = None
    mark: str = ""


async def read_fields(request: Request, most: int = MOST_BYTES) -> Mapping[str, str]:
    """Read a form, bounded in size; of what is given twice the first counts. Raises BadInput."""
    body = bytearray()
    async for data in request.stream():
        body += data
        if len(body) > most:
            raise BadInput("this form is larger than any of ours")
    try:
        given = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=50)
    except (ValueError, UnicodeDecodeError) as error:
        raise BadInput("this form can't be read; send it from the page") from error
    return {name: values[0] for name, values in given.items()}


def read_action(fields: Mapping[str, str], by: str, mute_for: str | None, mark: str) -> Action:
    """Make an action of a form's fields. Raises BadInput with a sentence for who filled it in."""
    deed = fields.get("do", "")
    if deed not in DEEDS:
        raise BadInput("no button was pressed: choose one of those on the page")
    name = _line(by, _LONGEST_NAME)
    if not name:
        raise BadInput("say who you are: the others see your name beside what you did")
    length, scope = fields.get("for", "8h"), fields.get("what", "story")
    if length not in LENGTHS or scope not in SCOPES:
        raise BadInput("this mute can't be read: choose from what the page offers")
    note = _line(fields.get("note", ""), _LONGEST_NOTE)
    return Action(deed=deed, by=name, note=note, length=length, scope=scope, mute_for=mute_for, mark=mark)


def carry_out(ledger: Ledger, alert: Alert, action: Action, now: datetime, say: Say = english) -> str:
    """Do it, and say in a sentence what came of it. The same request once more changes nothing."""
    if action.deed == "acknowledge":
        return _acknowledge(ledger, alert, action, say)
    if action.deed == "mute":
        return _mute(ledger, alert, action, now, say)
    verdict = Verdict(action.deed)
    ledger.say(alert.id, action.by, verdict, action.note)
    if verdict is Verdict.USEFUL:
        return say("Noted: {by} calls this alert useful.", by=action.by)
    return say(
        "Noted: {by} calls this a false alarm. Whoever keeps the rule sees it, with the words that matched.",
        by=action.by,
    )


def _acknowledge(ledger: Ledger, alert: Alert, action: Action, say: Say) -> str:
    before = next((one for one in ledger.acknowledgements(alert.id) if one.by == action.by), None)
    if before and before.note == action.note:
        at = f"{before.at:%Y-%m-%d %H:%M}"
        return say("{by} acknowledged this alert already, on {at} UTC.", by=action.by, at=at)
    ledger.acknowledge(alert.id, action.by, action.note)
    return say("Acknowledged by {by}: it is not escalated to anybody else.", by=action.by)


def _mute(ledger: Ledger, alert: Alert, action: Action, now: datetime, say: Say) -> str:
    until = now + LENGTHS[action.length][1]
    named = "\n".join((action.mark, alert.id, action.by, action.scope, action.length, action.mute_for or ""))
    mute = Mute(
        id=sha256(named.encode()).hexdigest()[:16],
        by=action.by,
        reason=action.note or "by a button in the message",
        since=now,
        until=until,
        analyst=action.mute_for,
        rule=alert.rule if action.scope == "rule" else None,
        story=alert.story if action.scope == "story" else None,
    )
    whom = action.mute_for or say("everybody")
    if not ledger.mute(mute):
        return say(
            "This mute was set before by the same link; setting it again changes nothing, whether or not it has ended."
        )
    what = say("The rule {name}", name=alert.rule_name or alert.rule) if action.scope == "rule" else say("This story")
    return say(
        "{what} is muted for {whom} until {until} UTC; `harmattan alerts unmute {id}` ends it.",
        what=what,
        whom=whom,
        until=f"{until:%Y-%m-%d %H:%M}",
        id=mute.id,
    )


def _line(text: str, most: int) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:most]
