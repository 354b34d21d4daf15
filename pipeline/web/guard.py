"""What a visitor may change by the page's own forms, and whether a form comes from the page.

A form carries a token that only the page can have given, to this visitor and for this subject, so that no other site can send
one in a visitor's name.
"""

import logging
from datetime import datetime

from starlette.requests import Request

from pipeline.answer_links import FORM, BadLink, LinkKeys, Purpose
from pipeline.state.interface import Role
from pipeline.web.visitors import visitor_of

OURS = ("same-origin", "none", "")
"""What browsers say of requests that no other site made (Fetch Metadata); other programs say nothing."""

logger = logging.getLogger(__name__)


class Guard:
    """Guards the page's forms."""

    def __init__(self, keys: LinkKeys) -> None:
        self._keys = keys

    def user(self, request: Request) -> str:
        """Give the visitor's name; empty where nobody signs in."""
        return visitor_of(request).name

    def open_to(self, request: Request, role: Role = Role.ANALYST) -> bool:
        """Tell whether this visitor may do what needs the role."""
        return visitor_of(request).role.covers(role)

    def token(self, request: Request, subject: str, now: datetime) -> str:
        """Give what a form about a subject carries."""
        return self._keys.sign(Purpose.FORM, subject, _who(request), now + FORM)

    def is_ours(self, request: Request, subject: str, token: str, now: datetime) -> bool:
        """Tell whether a form comes from the page as this visitor had it, and is not too old."""
        try:
            signed = self._keys.read(Purpose.FORM, token, now)
        except BadLink as error:
            logger.warning("a form about %.100r was refused: %s", subject, error)
            return False
        # Browsers say where a request comes from; the header Origin says nothing under our Referrer-Policy.
        elsewhere = request.headers.get("sec-fetch-site", "") not in OURS
        if elsewhere or (signed.subject, signed.reader) != (subject, _who(request)):
            logger.warning("a form about %.100r was refused: it is of another page, visitor or site", subject)
            return False
        return True


def _who(request: Request) -> str:
    visitor = visitor_of(request)
    return visitor.session or visitor.name
