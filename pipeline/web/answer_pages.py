"""The pages behind the links of messages: opening one shows it, and a button there does something.

Mail scanners open every link, so that a GET changes nothing. No sign-in is needed: the link is signed and names its reader.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from pipeline.answer_links import BadLink, LinkKeys, Purpose, Signed
from pipeline.errors import BadInput, HarmattanError
from pipeline.policy.desk import EVERYONE
from pipeline.policy.model import FOR_GOOD, Mute, Policy
from pipeline.records.alert import Alert
from pipeline.state.interface import Ledger
from pipeline.web.actions import DEEDS, LENGTHS, SCOPES, Action, carry_out, read_action, read_fields
from pipeline.web.answers import page, sentence
from pipeline.web.words import in_language

logger = logging.getLogger(__name__)

_GONE = "Ask for a newer message, or open the alert on the page: the buttons are there, too."


class AnswerPages:
    """Takes answers to alerts, and leave of digests."""

    def __init__(
        self, ledger: Ledger, keys: LinkKeys, policy: Callable[[], Policy], now: Callable[[], datetime]
    ) -> None:
        self._ledger = ledger
        self._policy = policy
        self._keys = keys
        self._now = now

    async def answer(self, request: Request) -> Response:
        """Show what can be done about an alert; on a POST do it."""
        if request.method != "POST":
            return await run_in_threadpool(self._offer, request)
        try:
            fields = await read_fields(request)
        except (BadInput, ClientDisconnect) as error:
            return _refused(request, 400, sentence(str(error) or "the connection ended"))
        return await run_in_threadpool(self._take, request, fields)

    async def unsubscribe(self, request: Request) -> Response:
        """Show how to take leave of a digest; a POST does, from the page or a mail program's button (RFC 8058)."""
        if request.method == "POST":
            async for _ in request.stream():
                break  # what it says does not matter: the address says it all
        return await run_in_threadpool(self._leave, request)

    def _offer(self, request: Request, said: str | None = None, problem: str | None = None) -> Response:
        try:
            signed = self._signed(Purpose.ANSWER, request)
        except BadLink as error:
            return _refused(request, 410, f"{error} {_GONE}")
        alert = self._ledger.alert(signed.subject)
        if alert is None:
            return _refused(request, 410, "The alert of this link is there no more.")
        chosen = request.query_params.get("do", "")
        language = self._language(signed.reader)
        say = in_language(language)
        return page(
            request,
            "answer.html",
            status=400 if problem else 200,
            alert=alert,
            reader=None if signed.reader == EVERYONE else signed.reader,
            until=signed.until,
            chosen=chosen if chosen in DEEDS else "",
            lengths={name: say(words) for name, (words, _) in LENGTHS.items()},
            scopes={name: say(words) for name, words in SCOPES.items()},
            say=say,
            spoken=language,
            acknowledged=self._ledger.acknowledgements(alert.id),
            feedback=self._ledger.feedback(alert.id),
            said=said,
            problem=problem,
        )

    def _take(self, request: Request, fields: Mapping[str, str]) -> Response:
        try:
            signed = self._signed(Purpose.ANSWER, request)
        except BadLink as error:
            return _refused(request, 410, f"{error} Nothing was changed. {_GONE}")
        alert = self._ledger.alert(signed.subject)
        if alert is None:
            return _refused(request, 410, "The alert of this link is there no more.")
        alone = signed.reader != EVERYONE
        mark = sha256(request.path_params["token"].encode()).hexdigest()
        try:
            by = signed.reader if alone else fields.get("by", "")
            action = read_action(fields, by, signed.reader if alone else None, mark)
        except BadInput as error:
            return self._offer(request, problem=sentence(str(error)))
        return self._offer(request, said=self._done(alert, action, signed.reader))

    def _done(self, alert: Alert, action: Action, reader: str) -> str:
        return carry_out(self._ledger, alert, action, self._now(), in_language(self._language(reader)))

    def _language(self, reader: str) -> str:
        """Give the language that a reader's messages are written in; English where the policy can't be read."""
        try:
            analyst = self._policy().analyst(reader)
        except HarmattanError:
            return "en"
        return analyst.language if analyst else "en"

    def _leave(self, request: Request) -> Response:
        try:
            signed = self._signed(Purpose.UNSUBSCRIBE, request)
        except BadLink as error:
            return _refused(request, 410, f"{error} Nothing was changed.")
        everybody = signed.reader == EVERYONE
        said = None
        language = self._language(signed.reader)
        say = in_language(language)
        if request.method == "POST":
            mute = Mute(
                id=f"leave-{sha256(request.path_params['token'].encode()).hexdigest()[:16]}",
                by="a reader" if everybody else signed.reader,
                reason="unsubscribed by the link in the digest",
                since=self._now(),
                until=FOR_GOOD,
                analyst=None if everybody else signed.reader,
                digest=signed.subject,
            )
            fresh = self._ledger.mute(mute)
            now_on = mute.id in {one.id for one in self._ledger.mutes()}
            if fresh:
                said = say("You receive this digest no more.")
            elif now_on:
                said = say("You had taken leave of this digest before; nothing has changed.")
            else:
                said = say(
                    "This link was used before, and the digest was taken up again since: use the link in a newer digest."
                )
        name = signed.subject.removeprefix("channel:")
        return page(
            request,
            "unsubscribe.html",
            digest=name,
            everybody=everybody,
            reader=signed.reader,
            said=said,
            say=say,
            spoken=language,
        )

    def _signed(self, purpose: Purpose, request: Request) -> Signed:
        return self._keys.read(purpose, request.path_params["token"], self._now())


def _refused(request: Request, status: int, detail: str) -> Response:
    logger.warning("a message's link was refused: %s", detail)
    return page(request, "error.html", status=status, title="This link can't be used", detail=detail)
