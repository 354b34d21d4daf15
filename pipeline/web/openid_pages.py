"""Signing in at an OpenID Connect provider, and coming back."""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.accounts import TRIES_OF_ADDRESS, Refused, digest
from pipeline.answer_links import BadLink, LinkKeys, Purpose
from pipeline.errors import HarmattanError
from pipeline.oidc import Person, Provider
from pipeline.state.interface import Accounts, TryLimit
from pipeline.web.answers import page, sentence
from pipeline.web.sign_in_pages import SignInPages, is_own
from pipeline.web.visitors import Access, address_of

COOKIE = "harmattan_sign_in"
PATIENCE = timedelta(minutes=10)
"""How long somebody may take to sign in at the provider; less than `TRY_WINDOW`, for which used answers are remembered."""

_LONGEST_BACK = 400
_LONGEST_CODE = 4000

logger = logging.getLogger(__name__)


class OpenIdPages:
    """Sends people to the provider, and lets in whom it sends back.

    The browser keeps a signed secret meanwhile; an answer counts once, for the browser that began, within `PATIENCE`.
    """

    def __init__(
        self,
        provider: Provider,
        accounts: Accounts,
        keys: LinkKeys,
        door: SignInPages,
        access: Access,
        now: Callable[[], datetime],
    ) -> None:
        self._provider = provider
        self._accounts = accounts
        self._keys = keys
        self._door = door
        self._access = access
        self._now = now

    async def begin(self, request: Request) -> Response:
        """Send the visitor to the provider."""
        return await run_in_threadpool(self._begin, request)

    async def answer(self, request: Request) -> Response:
        """Let in whom the provider sends back."""
        return await run_in_threadpool(self._answer, request)

    async def leave(self, request: Request) -> Response:
        """Send the visitor to the provider's own sign-out."""
        return await run_in_threadpool(self._leave, request)

    def _begin(self, request: Request) -> Response:
        back, secret = request.query_params.get("next", ""), secrets.token_urlsafe(32)
        if not is_own(back) or len(back) > _LONGEST_BACK:
            back = ""
        try:
            target = self._provider.address(secret)
        except HarmattanError as error:
            return self._unreached(request, error)
        answer = RedirectResponse(target, 303, {"Cache-Control": "no-store"})
        kept = self._keys.sign(Purpose.SIGN_IN, back, secret, self._now() + PATIENCE)
        self._door.set_cookie(request, answer, COOKIE, kept, PATIENCE)
        return answer

    def _answer(self, request: Request) -> Response:
        try:
            back, secret = self._begun(request)
            person = self._person(request, secret)
            name = self._account(person)
            # the account is there: whoever removes it in this instant ends the session, too
            answer = self._door.let_in(request, name, back)
        except Refused as error:
            self._note(request, str(error))
            answer = self._door.show(request, "", said=str(error), status=403)
        except HarmattanError as error:
            answer = self._unreached(request, error)
        answer.delete_cookie(COOKIE, path="/")
        return answer

    def _begun(self, request: Request) -> tuple[str, str]:
        """Give where to go and the secret of the sign-in that this browser began, and see that its answer is a first one."""
        try:
            kept = self._keys.read(Purpose.SIGN_IN, request.cookies.get(COOKIE, ""), self._now())
        except BadLink:
            raise Refused(
                "This sign-in took too long, was ended already, or began in another browser. Please sign in once more."
            ) from None
        state = request.query_params.get("state", "")
        if not self._provider.began(kept.reader, state):
            raise Refused("This answer belongs to no sign-in that was begun here. Please sign in once more.")
        if self._accounts.begin_try([TryLimit(digest(f"answer\n{state}"), 1)]):
            raise Refused("This answer was used already. Please sign in once more.")
        return kept.subject, kept.reader

    def _person(self, request: Request, secret: str) -> Person:
        asked = request.query_params
        if "error" in asked:
            said = "".join(sign for sign in asked["error"][:40] if sign.isascii() and (sign.isalnum() or sign == "_"))
            raise Refused(f"The provider {self._provider.host} let nobody in ({said or 'no reason given'}).")
        code = asked.get("code", "")
        if not 0 < len(code) <= _LONGEST_CODE:
            raise Refused("The provider sent no code. Please sign in once more.")
        return self._provider.person(secret, code, asked.get("iss"))

    def _account(self, person: Person) -> str:
        """Give the account's name, which is made at the first sign-in; its role is what the provider says now."""
        account = self._accounts.of_subject(person.subject)
        if account is None:
            if self._accounts.add(
                person.name, person.role, None, by=f"sign-in at {self._provider.host}", subject=person.subject
            ):
                return person.name
            # made in this instant by another sign-in of the same person, or somebody else's
            account = self._accounts.of_subject(person.subject)
        if account is None:
            logger.warning("the subject %s can be linked by `harmattan users link`", person.subject)
            raise Refused(
                f"There is an account {person.name} already that {self._provider.host} does not sign in."
                f" Ask who runs this Harmattan to link it (harmattan users link)."
            )
        if account.role is not person.role:
            self._accounts.set_role(account.name, person.role, by=f"sign-in at {self._provider.host}")
        return account.name

    def _leave(self, request: Request) -> Response:
        try:
            target = self._provider.farewell()
        except HarmattanError as error:
            return self._unreached(request, error)
        if target is None:
            detail = f"{self._provider.host} has no address for that: sign out there by its own page."
            return page(request, "error.html", status=404, title="Not found", detail=detail)
        return RedirectResponse(target, 303, {"Cache-Control": "no-store"})

    def _unreached(self, request: Request, error: HarmattanError) -> Response:
        logger.warning("nobody can sign in at %s: %s", self._provider.host, error)
        return self._door.show(request, "", said=sentence(str(error)), status=503)

    def _note(self, request: Request, reason: str) -> None:
        """Tell the log, and the trail as often as an address may try."""
        address = address_of(request, self._access)
        logger.warning("sign-in refused at %s: %s, from %s", self._provider.host, reason, address)
        if self._accounts.begin_try([TryLimit(digest(f"refused\n{address}"), TRIES_OF_ADDRESS)]) is None:
            self._accounts.note("sign-in refused", f"(at {self._provider.host})", f"{reason} From {address}")
